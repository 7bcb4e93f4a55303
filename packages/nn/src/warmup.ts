import { type DType, noGrad, type Shape, Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { randomState } from "@wgrad/autograd/saving";
import { copyModule } from "./copy.ts";
import type { AnyModule } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** Settings of warmup. */
export interface WarmupOptions<Out> {
  /** The input's dtype (default f32). */
  readonly dtype?: DType;
  /** The loss of training; if given, gradients are compiled, too. */
  readonly loss?: (output: Out) => Tensor;
  /** Makes the optimizer of training; with `loss`, its step is compiled, too. */
  readonly optimizer?: (parameters: Iterable<Parameter>) => { zeroGrad(): void; step(): unknown };
}

/** An optimizer makes its state in its first step; the second step is like all later ones. */
const STEPS = 2;

/**
 * Compiles the kernels that `model` needs for an input of this shape before its first use, by
 * running a copy of it on zeros. Parameters, buffers and the state of the random numbers do not
 * change. Resolves when the copy has run; the first step of the model then finds its pipelines.
 */
export async function warmup<Out>(
  model: AnyModule & ((input: Tensor) => Out),
  shape: Shape,
  options: WarmupOptions<Out> = {},
): Promise<void> {
  checkCall(
    "warmup(model: any, shape: number[], { dtype: dtype, loss: function, optimizer: function })",
    arguments,
  );
  const { dtype = "f32", loss, optimizer } = options;
  const random = randomState.stateDict();
  const copy = copyModule(model);
  const parameters = [...copy.parameters()];
  // A batch is a value in a buffer, so the input is one, too: recorded zeros would be compiled into
  // the kernels.
  const input = zeros(shape, { dtype }).keep();
  for (const tensor of [...parameters, ...copy.buffers()]) tensor.realize();
  let last: readonly Tensor[] = [];
  try {
    if (loss === undefined) {
      last = noGrad(() => tensorsOf(copy(input)));
      for (const result of last) result.realize();
    } else {
      const descent = optimizer?.(parameters);
      for (let i = 0; i < STEPS; i++) {
        const value = loss(copy(input));
        descent?.zeroGrad();
        value.backward();
        descent?.step();
        last = [value.realize()];
      }
    }
  } finally {
    randomState.loadStateDict(random);
  }
  await Promise.all(last.map((result) => result.data()));
  for (const tensor of [input, ...parameters, ...copy.buffers()]) tensor.dispose();
}

/** The tensors in an output, which may be an array or an object. */
function tensorsOf(output: unknown): Tensor[] {
  if (output instanceof Tensor) return [output];
  if (typeof output !== "object" || output === null) return [];
  return Object.values(output).flatMap(tensorsOf);
}
