import { decode, decodeAll, invoke } from "../call.ts";
import type { Run } from "../run.ts";
import { checkResult, readInputs } from "./forward.ts";

/** A function on tensors: outputs, and gradients with respect to the stored inputs. */
export async function runOps(run: Run): Promise<void> {
  const { item } = run;
  const { given, leaves } = readInputs(run);
  const result = invoke(item.op as string, {
    args: (item.call ?? []).map((value) => decode(value, given)),
    kwargs: decodeAll(item.kwargs, given),
  });
  await checkResult(run, result, leaves);
}
