import { Tensor } from "@wgrad/autograd";

/** Numbers on a device or on the host. */
export type Values = Tensor | ArrayLike<number>;

/** All of them on the host, in row-major order. */
export async function read(values: Values): Promise<Float64Array> {
  return Float64Array.from(values instanceof Tensor ? await values.data() : values);
}
