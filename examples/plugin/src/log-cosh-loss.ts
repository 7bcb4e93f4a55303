import { ShapeError, softplus, type Tensor } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";
import { Module } from "@wgrad/nn";

/** mean log cosh(x − y): squares small errors, takes the size of large ones.  x, y: one shape → 0-d. */
export function logCosh(input: Tensor, target: Tensor): Tensor {
  if (String(input.shape) !== String(target.shape)) {
    throw new ShapeError(
      `logCosh: the shapes differ\n  input: [${input.shape.join(", ")}]\n  target: [${target.shape.join(", ")}]`,
    );
  }
  return composite(() => {
    const size = input.sub(target).abs(); // log cosh d = |d| + log(1 + e^(−2|d|)) − log 2, which cannot overflow
    return size
      .add(softplus(size.mul(-2)))
      .sub(Math.LN2)
      .mean();
  });
}

/** `logCosh` as a module. */
export class LogCoshLoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return logCosh(input, target);
  }
}
