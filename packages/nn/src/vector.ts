import { ArgumentError, cat, noGrad, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** Concatenates all parameters into a vector, recorded on the tape. */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  checkCall("parametersToVector(parameters: iterable)", arguments);
  return cat(listOf("parametersToVector", parameters).map((parameter) => parameter.reshape(-1)));
}

/**
 * Writes a vector into the parameters, one after another.
 *
 * Throws ArgumentError, and writes nothing, if the number of elements differs.
 */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  checkCall("vectorToParameters(vector: tensor, parameters: iterable)", arguments);
  const list = listOf("vectorToParameters", parameters);
  const count = list.reduce((sum, parameter) => sum + parameter.numel(), 0);
  if (vector.ndim !== 1 || vector.numel() !== count) {
    throw new ArgumentError(
      `vectorToParameters: the vector has shape [${vector.shape.join(", ")}], but the parameters have ${count} elements`,
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

function listOf(call: string, parameters: Iterable<Tensor>): readonly Tensor[] {
  const list = [...parameters];
  checkCall(`${call}(parameters: tensor[])`, [list]);
  return list;
}
