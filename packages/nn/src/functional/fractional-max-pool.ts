import {
  ArgumentError,
  arange,
  gather,
  rand,
  ShapeError,
  type Tensor,
  where,
} from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";

/** Settings of fractional max pooling; either `outputSize` or `outputRatio` is required. */
export interface FractionalMaxPoolOptions {
  readonly outputSize?: number | readonly number[] | null;
  /** Size of the output as a fraction of the input's, between 0 and 1. */
  readonly outputRatio?: number | readonly number[] | null;
  /** Returns the indices of the maxima as well: [values, indices]. */
  readonly returnIndices?: boolean;
  /** Numbers in [0, 1) that decide where windows begin, [N, C, 2 or 3]; drawn by default. */
  readonly randomSamples?: Tensor | null;
}

type FractionalMaxPool = {
  (
    x: Tensor,
    kernelSize: number | readonly number[],
    options: FractionalMaxPoolOptions & { readonly returnIndices: true },
  ): [Tensor, Tensor];
  (x: Tensor, kernelSize: number | readonly number[], options?: FractionalMaxPoolOptions): Tensor;
};

function fractionalMaxPool(rank: 2 | 3): FractionalMaxPool {
  const call = `fractionalMaxPool${rank}d`;
  const each = (sizes: number | readonly number[]): readonly number[] =>
    typeof sizes === "number" ? Array<number>(rank).fill(sizes) : sizes;
  function pool(
    x: Tensor,
    kernelSize: number | readonly number[],
    options: FractionalMaxPoolOptions = {},
  ): Tensor | [Tensor, Tensor] {
    checkCall(
      `${call}(x, kernelSize: number | list, { outputSize: number | list | null, outputRatio: number | list | null, returnIndices: boolean, randomSamples: tensor | null })`,
      arguments,
    );
    const { outputSize = null, outputRatio = null, returnIndices = false } = options;
    if (x.shape.length !== rank + 1 && x.shape.length !== rank + 2)
      throw new ShapeError(
        `${call}: needs an input of ${rank + 1} or ${rank + 2} dimensions, got [${x.shape.join(", ")}]`,
      );
    if ((outputSize === null) === (outputRatio === null))
      throw new ArgumentError(`${call}: needs outputSize or outputRatio\n  hint: give one of them`);
    const single = x.shape.length === rank + 1;
    const kernel = each(kernelSize);
    const sizes = x.shape.slice(-rank);
    const outer =
      outputSize !== null
        ? each(outputSize)
        : each(outputRatio as number | readonly number[]).map((share, d) =>
            Math.floor((sizes[d] as number) * share),
          );
    for (const [d, n] of outer.entries()) {
      if (n >= 1 && n + (kernel[d] as number) - 1 <= (sizes[d] as number)) continue;
      throw new ArgumentError(
        `${call}: windows of size ${kernel[d]} cannot give ${n} outputs from ${sizes[d]} elements\n  hint: output size + kernel size must not exceed the input size`,
      );
    }
    const made = composite(() => {
      const images = single ? x.unsqueeze(0) : x;
      const [batch, channels] = images.shape as readonly [number, number];
      const samples =
        options.randomSamples ?? rand([batch, channels, rank], { dtype: x.dtype, device: x });
      if (String(samples.shape) !== String([batch, channels, rank]))
        throw new ShapeError(
          `${call}: randomSamples must have shape [${batch}, ${channels}, ${rank}], got [${samples.shape.join(", ")}]`,
        );
      const places = placesOf(samples, sizes, outer, kernel);
      const windows = kernel.reduce((product, n) => product * n, 1);
      const found = gather(images.flatten(2), 2, places).unflatten(2, [-1, windows]);
      const { values, indices } = found.max(3);
      const from = gather(places.unflatten(2, [-1, windows]), 3, indices.unsqueeze(3)).squeeze(3);
      const shaped = (y: Tensor): Tensor => {
        const whole = y.reshape([batch, channels, ...outer]);
        return single ? whole.squeeze(0) : whole;
      };
      return [shaped(values), shaped(from)] as [Tensor, Tensor];
    });
    return returnIndices ? made : made[0];
  }
  return pool as FractionalMaxPool;
}

/** Flat indices of the elements of every window within an image: [N, C, windows · elements]. */
function placesOf(
  samples: Tensor,
  sizes: readonly number[],
  outer: readonly number[],
  kernel: readonly number[],
): Tensor {
  const rank = sizes.length;
  let places: Tensor | null = null;
  for (const [d, size] of sizes.entries()) {
    const n = outer[d] as number;
    const k = kernel[d] as number;
    // the first sample belongs to the last dimension
    const starts = startsOf(samples.select(2, rank - 1 - d).unsqueeze(2), size - k, n);
    const within = starts.unsqueeze(3).add(arange(k, { dtype: "i32", device: samples }));
    const shape = [
      ...samples.shape.slice(0, 2),
      ...outer.map((_, i) => (i === d ? n : 1)),
      ...kernel.map((_, i) => (i === d ? k : 1)),
    ];
    const spread = within.reshape(shape);
    places = places === null ? spread : places.mul(size).add(spread);
  }
  return (places as Tensor).flatten(2);
}

/**
 * Starts of n windows, from 0 to `last`: ⌊(i + u) α⌋ − ⌊u α⌋ with α = last / (n − 1). Graham 2014.
 */
function startsOf(u: Tensor, last: number, n: number): Tensor {
  const number = arange(n, { dtype: "i32", device: u });
  if (n === 1) return number.add(last).expand([...u.shape.slice(0, 2), 1]);
  const alpha = last / (n - 1);
  const begun = number.to(u.dtype).add(u).mul(alpha).floor().sub(u.mul(alpha).floor());
  return where(number.eq(n - 1), last, begun.to("i32"));
}

/**
 * The maximum over windows of random positions, so that the size can shrink by any factor. x: [N,
 * C, H, W] or [C, H, W]. Graham 2014.
 */
export const fractionalMaxPool2d: FractionalMaxPool = fractionalMaxPool(2);

/** `fractionalMaxPool2d` for volumes. x: [N, C, D, H, W] or [C, D, H, W]. */
export const fractionalMaxPool3d: FractionalMaxPool = fractionalMaxPool(3);
