import { manualSeed } from "@wgrad/autograd";
import { resultOf } from "../evaluate.ts";
import type { Model } from "../models.ts";
import { parse } from "../python.ts";
import type { Run } from "../run.ts";

/**
 * The same seed and the same call: draws, the first weights of a module, or NumPy's permutation.
 */
export async function runSeeded(run: Run): Promise<void> {
  const { item } = run;
  manualSeed(item.seed as number);
  const source = item.seeded as string;
  const results: unknown[] = [];
  for (const call of source.split(" then ")) results.push(await valueFor(call));
  if (/^nn\.[A-Z]/.test(source)) {
    const state = (results[0] as Model).stateDict();
    for (const name of item.outputs) await run.check(name, state[name]);
    return;
  }
  for (const [i, name] of item.outputs.entries()) {
    const result = results[i];
    await run.check(name, result);
  }
}

/** The value of a Python expression; some draws read their input. */
async function valueFor(source: string): Promise<unknown> {
  const steps = resultOf(parse(source), new Map());
  let next = steps.next();
  while (next.done !== true) next = steps.next(await next.value);
  return next.value;
}
