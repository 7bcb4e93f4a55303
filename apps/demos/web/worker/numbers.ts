import { noGrad, scope, type Tensor } from "@wgrad/autograd";

/**
 * The numbers of what `compute` gives, in order, for the page to have; all that was made on the way
 * is given back at once.
 */
export async function floats(compute: () => Tensor): Promise<Float32Array> {
  const [reading] = scope(() => [noGrad(compute).data()]);
  return Float32Array.from((await reading) ?? [], Number);
}

/** The same for whole numbers: classes, indices. */
export async function integers(compute: () => Tensor): Promise<Int32Array> {
  return Int32Array.from(await floats(compute));
}

/** The one number that `compute` gives. */
export async function number(compute: () => Tensor): Promise<number> {
  const [value = Number.NaN] = await floats(compute);
  return value;
}
