import { type Tensor, WgradError } from "@wgrad/autograd";
import { complex } from "@wgrad/autograd/fft";
import { decode, decodeAll, flatten, invoke, toRecord } from "../call.ts";
import type { Run } from "../run.ts";
import { checkResult, readInputs } from "./forward.ts";

/** A function of tensors: outputs and gradients of the stored inputs, or an error. */
export async function runOps(run: Run): Promise<void> {
  const { item } = run;
  const { given, leaves } = readInputs(run);
  const call = (): unknown => {
    const args = (item.call ?? []).map((value) => decode(value, given));
    const kwargs = decodeAll(item.kwargs, given);
    if (ofComplex.test(item.op ?? "") && !item.complex?.includes(item.inputs[0] as string)) {
      args[0] = complex(args[0] as Tensor);
    }
    if (item.inplace !== true) return invoke(item.op as string, { args, kwargs });
    const changed = (args[0] as Tensor).clone();
    const returned = invoke(item.op as string, { args: [changed, ...args.slice(1)], kwargs });
    if (returned !== changed) run.fault("the in-place call does not return its argument");
    return changed;
  };
  if (item.raises === true) return checkRefusal(run, call);
  await checkResult(run, part(run, await call()), leaves);
}

/** Functions that accept real numbers as complex ones in PyTorch. */
const ofComplex = /^torch\.fft\.i?fft[2n]?$/;

/** The compared part of a result, with complex tensors as pairs. */
function part({ item }: Run, result: unknown): unknown {
  const chosen =
    item.result === undefined ? result : (result as Record<string, unknown>)[item.result];
  const pairs = item.complex?.some((name) => item.outputs.includes(name)) ?? false;
  return pairs ? invoke("torch.view_as_real", { args: [chosen], kwargs: {} }) : chosen;
}

/** A call that PyTorch refuses must throw; if PyTorch only lacks a kernel, a value is fine, too. */
export async function checkRefusal({ item, fault, note }: Run, call: () => unknown): Promise<void> {
  try {
    const results = flatten(await call());
    const records = await Promise.all(results.map(toRecord));
    const got = records
      .map(({ dtype, data }) => `${dtype} [${[...data].map((x) => +x.toPrecision(3)).join(", ")}]`)
      .join(", ");
    note(got);
    if (item.gap !== true) fault(`returned ${got}, but PyTorch refuses: ${item.error}`);
  } catch (error) {
    if (!(error instanceof WgradError)) throw error;
    note(`${error.name}: ${error.message}`);
  }
}
