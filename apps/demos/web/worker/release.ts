import { Tensor } from "@wgrad/autograd";
import type { Optimizer } from "@wgrad/optim";
import type { Run } from "./run.ts";

/** Gives back at once what a run holds on the device: weights, gradients, what its optimizer remembers. */
export async function release(of: {
  readonly run: Run;
  readonly optimizer: Optimizer | null;
}): Promise<void> {
  await of.run.training.return();
  for (const tensor of tensorsIn(of.optimizer?.stateDict())) tensor.dispose();
  for (const tensor of of.run.model?.parameters() ?? []) {
    tensor.grad = null;
    tensor.dispose();
  }
  for (const tensor of of.run.model?.buffers() ?? []) tensor.dispose();
  for (const tensor of of.run.holds ?? []) {
    tensor.grad = null;
    tensor.dispose();
  }
}

function* tensorsIn(value: unknown): Generator<Tensor> {
  if (value instanceof Tensor) yield value;
  else if (typeof value === "object" && value !== null) {
    for (const each of Object.values(value)) yield* tensorsIn(each);
  }
}
