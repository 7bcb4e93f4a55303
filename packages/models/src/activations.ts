import { ArgumentError, gelu, mul, relu, sigmoid, silu, type Tensor, tanh } from "@wgrad/autograd";

type Activation = (x: Tensor) => Tensor;

const activations: Readonly<Record<string, Activation>> = {
  gelu: (x) => gelu(x),
  gelu_new: (x) => gelu(x, { approximate: "tanh" }),
  gelu_pytorch_tanh: (x) => gelu(x, { approximate: "tanh" }),
  gelu_fast: (x) => gelu(x, { approximate: "tanh" }),
  quick_gelu: (x) => mul(x, sigmoid(mul(x, 1.702))),
  relu,
  silu,
  swish: silu,
  tanh,
};

/** The activation that a config names. */
export function activationOf(model: string, name: string): Activation {
  const found = Object.hasOwn(activations, name) ? activations[name] : undefined;
  if (found !== undefined) return found;
  throw new ArgumentError(
    `${model}: the activation "${name}" is not supported\n  hint: ${Object.keys(activations).join(", ")}`,
  );
}
