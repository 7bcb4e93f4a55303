import { ArgumentError, cat, noGrad, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** All parameters one after another as a vector, on the tape. */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  checkCall("parametersToVector(parameters)", arguments);
  return cat([...parameters].map((parameter) => parameter.reshape(-1)));
}

/**
 * Writes a vector into the parameters, one after another.
 *
 * Throws ArgumentError if it does not have as many elements as they have; then nothing is written.
 */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  checkCall("vectorToParameters(vector: tensor, parameters)", arguments);
  const list = [...parameters];
  const count = list.reduce((sum, parameter) => sum + parameter.numel(), 0);
  if (vector.ndim !== 1 || vector.numel() !== count) {
    throw new ArgumentError(
      `vectorToParameters: the vector is [${vector.shape.join(", ")}], the parameters have ${count} elements`,
    );
  }
  let start = 0;
  noGrad(() => {
    for (const parameter of list) {
      const size = parameter.numel();
      parameter.copy_(vector.detach().narrow(0, start, size).reshape(parameter.shape));
      start += size;
    }
  });
}
