import { manualSeed } from "@wgrad/autograd";
import { evaluate } from "../evaluate.ts";
import type { Model } from "../models.ts";
import type { Run } from "../run.ts";

/** The same seed and the same call: draws, a module's first weights, or numpy's permutation. */
export async function runSeeded(run: Run): Promise<void> {
  const { item } = run;
  manualSeed(item.seed as number);
  const source = item.seeded as string;
  const results = source.split(" then ").map((call) => evaluate(call));
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
