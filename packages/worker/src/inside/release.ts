import { Tensor } from "@wgrad/autograd";
import type { Stateful } from "@wgrad/autograd/saving";
import type { Held, Trained } from "./run.ts";

/** Releases what a run has on the device: what it holds, gradients, and the states of its parts. */
export function release(held: Iterable<Held>, parts: Iterable<Stateful>): void {
  for (const part of parts) {
    if (isTrained(part)) releaseAll([...part.parameters(), ...part.buffers()]);
    else for (const tensor of tensorsIn(part.stateDict())) tensor.dispose();
  }
  for (const each of held) {
    releaseAll(each instanceof Tensor ? [each] : [...each.parameters(), ...each.buffers()]);
  }
}

const isTrained = (part: object): part is Trained =>
  ["parameters", "buffers"].every(
    (name) => typeof (part as Record<string, unknown>)[name] === "function",
  );

function releaseAll(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) {
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
