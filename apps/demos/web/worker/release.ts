import { Tensor } from "@wgrad/autograd";
import type { Optimizer } from "@wgrad/optim";
import type { Held } from "./run.ts";

/** Releases what a run has on the device: what it holds, gradients, and its optimizer's state. */
export function release(held: readonly Held[], optimizer: Optimizer | null = null): void {
  for (const tensor of tensorsIn(optimizer?.stateDict())) tensor.dispose();
  for (const each of held) {
    const tensors = each instanceof Tensor ? [each] : [...each.parameters(), ...each.buffers()];
    for (const tensor of tensors) {
      tensor.grad = null;
      tensor.dispose();
    }
  }
}

function* tensorsIn(value: unknown): Generator<Tensor> {
  if (value instanceof Tensor) yield value;
  else if (typeof value === "object" && value !== null) {
    for (const each of Object.values(value)) yield* tensorsIn(each);
  }
}
