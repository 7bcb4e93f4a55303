import { Tensor } from "@wgrad/autograd";
import type { Optimizer } from "@wgrad/optim";
import type { AnyModule } from "./run.ts";

/** Gives back at once what a run has on the device: weights, gradients, what its optimizer remembers, what it holds. */
export function release(
  held: readonly Tensor[],
  model: AnyModule | null,
  optimizer: Optimizer | null,
): void {
  for (const tensor of tensorsIn(optimizer?.stateDict())) tensor.dispose();
  for (const tensor of [...held, ...(model?.parameters() ?? [])]) {
    tensor.grad = null;
    tensor.dispose();
  }
  for (const tensor of model?.buffers() ?? []) tensor.dispose();
}

function* tensorsIn(value: unknown): Generator<Tensor> {
  if (value instanceof Tensor) yield value;
  else if (typeof value === "object" && value !== null) {
    for (const each of Object.values(value)) yield* tensorsIn(each);
  }
}
