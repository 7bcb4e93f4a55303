import type { Tensor } from "@wgrad/autograd";
import { decode, type Environment, flatten, fromRecord, invoke } from "../call.ts";
import type { Case, Encoded } from "../load.ts";
import type { Run } from "../run.ts";

/** The inputs of a case. */
export interface Inputs {
  /** The arguments: stored tensors after their `prep`. */
  readonly given: Environment;
  /** Stored tensors whose gradients are compared. */
  readonly leaves: ReadonlyMap<string, Tensor>;
}

/** The input tensors of the case on the device; those in `grads` are leaves. */
export function readInputs({ item, group }: Run): Inputs {
  const given = new Map<string, Tensor>();
  const leaves = new Map<string, Tensor>();
  for (const name of [...(item.ctor_tensors ?? []), ...item.inputs]) {
    const needsGrad = item.grads?.[name] !== undefined;
    const stored = fromRecord(group.tensor(item.id, name), needsGrad);
    if (needsGrad) leaves.set(name, stored);
    const prepared = prepare(stored, item.prep?.[name] ?? []);
    const complex = item.complex?.includes(name) ?? false;
    given.set(
      name,
      complex
        ? (invoke("torch.view_as_complex", { args: [prepared], kwargs: {} }) as Tensor)
        : prepared,
    );
  }
  return { given, leaves };
}

/** Steps that make an input non-contiguous before the call. */
function prepare(stored: Tensor, steps: readonly (readonly [string, ...Encoded[]])[]): Tensor {
  return steps.reduce((x, [name, ...args]) => {
    if (name !== "slice")
      return invoke(`Tensor.${name}`, { args: [x, ...args], kwargs: {} }) as Tensor;
    const [dim, ...range] = args as [number, number, number | null, number | null];
    const index: Encoded[] = [
      ...Array<Encoded>(dim).fill({ slice: [null, null, null] }),
      { slice: range },
    ];
    return invoke("Tensor.__getitem__", {
      args: [x, decode({ index }, new Map())],
      kwargs: {},
    }) as Tensor;
  }, stored);
}

/**
 * Compares the result of a call with the outputs of the case, then the gradients of Σ output ·
 * cotangent with its `grads`. A leaf without a gradient counts as zeros.
 */
export async function checkResult(
  run: Run,
  result: unknown,
  leaves: ReadonlyMap<string, Tensor>,
): Promise<void> {
  const { item } = run;
  const outputs = flatten(await result);
  if (outputs.length !== item.outputs.length) {
    run.fault(`${outputs.length} outputs, expected ${item.outputs.length}`);
    return;
  }
  if (Object.keys(item.grads ?? {}).length > 0) backwardFrom(run, outputs as Tensor[]);
  for (const [i, name] of item.outputs.entries()) await run.check(name, outputs[i]);
  await checkGradients(run, leaves);
}

/** Compares the gradients of the stored inputs. A leaf without a gradient counts as zeros. */
export async function checkGradients(run: Run, leaves: ReadonlyMap<string, Tensor>): Promise<void> {
  const { item } = run;
  for (const [name, leaf] of leaves) {
    const { grad } = leaf;
    await run.check(
      gradientName(item, name),
      grad ?? invoke("torch.zeros", { args: [leaf.shape], kwargs: {} }),
    );
  }
}

function gradientName(item: Case, leaf: string): string {
  return (item.grads as Record<string, string>)[leaf] as string;
}

/** dL/dleaf for L = Σ output · cotangent, accumulated over one backward pass for each output. */
export function backwardFrom({ item, group }: Run, outputs: readonly Tensor[]): void {
  const seeded = Object.entries(item.cots ?? {});
  for (const [i, [name, cotangent]] of seeded.entries()) {
    const output = outputs[item.outputs.indexOf(name)] as Tensor;
    if (!output.requiresGrad) continue;
    output.backward(fromRecord(group.tensor(item.id, cotangent)), {
      retainGraph: i < seeded.length - 1,
    });
  }
}
