import { Identity, Linear, type Module, ReLU, Sequential, Sigmoid, Tanh } from "@wgrad/nn";

/** The bend that each hidden unit puts on its sum. */
export const activations: Readonly<Record<string, () => Module>> = {
  tanh: () => new Tanh(),
  relu: () => new ReLU(),
  sigmoid: () => new Sigmoid(),
  linear: () => new Identity(),
};

/** A point of the plane → a score for each class, by hidden layers of so many units: [B, 2] → [B, classes]. */
export function perceptron(
  sizes: readonly number[],
  activation: () => Module,
  classes: number,
): Sequential {
  const layers: Module[] = [];
  let inputs = 2;
  for (const units of sizes) {
    layers.push(new Linear(inputs, units), activation());
    inputs = units;
  }
  return new Sequential(...layers, new Linear(inputs, classes));
}
