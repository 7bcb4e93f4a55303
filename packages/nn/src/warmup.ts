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
  /** The number that training goes down: with it, gradients are compiled too. */
  readonly loss?: (output: Out) => Tensor;
  /** The optimizer as training makes it: with `loss`, its step is compiled too. */
  readonly optimizer?: (parameters: Iterable<Parameter>) => { zeroGrad(): void; step(): unknown };
}

/** The state of an optimizer is made in its first step: the second is as all that follow. */
const STEPS = 2;

/**
 * Compiles what `model` will need for an input of this shape, ahead of its first use, by running a
 * copy of it on zeros: parameters, buffers and the state of the random numbers stay as they are.
 * Resolves when the copy has run. The model's own first step then finds its pipelines.
 */
export async function warmup<Out>(
  model: AnyModule & ((input: Tensor) => Out),
  shape: Shape,
  options: WarmupOptions<Out> = {},
): Promise<void> {
  checkCall(
    "warmup(model, shape: number[], { dtype, loss: function, optimizer: function })",
    arguments,
  );
  const { dtype = "f32", loss, optimizer } = options;
  const random = randomState.stateDict();
  const copy = copyModule(model);
  const parameters = [...copy.parameters()];
  // a value in a buffer, as a batch is: zeros that are only recorded would be compiled into the
  // kernels
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

/** The tensors of an output, however it is packed. */
function tensorsOf(output: unknown): Tensor[] {
  if (output instanceof Tensor) return [output];
  if (typeof output !== "object" || output === null) return [];
  return Object.values(output).flatMap(tensorsOf);
}
