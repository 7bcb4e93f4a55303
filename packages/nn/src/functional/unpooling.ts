import { ArgumentError, type Shape, ShapeError, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";

/** Settings of the unpooling functions: those of the pooling that they invert. */
export interface MaxUnpoolOptions {
  /** Step between windows (default: kernelSize). */
  readonly stride?: number | readonly number[] | null;
  readonly padding?: number | readonly number[];
  /**
   * Size of the output, with or without batch and channels. Needed where several sizes pool to this
   * input.
   */
  readonly outputSize?: Shape | null;
}

type MaxUnpool = (
  x: Tensor,
  indices: Tensor,
  kernelSize: number | readonly number[],
  options?: MaxUnpoolOptions,
) => Tensor;

function maxUnpool(rank: number): MaxUnpool {
  const call = `maxUnpool${rank}d`;
  const each = (sizes: number | readonly number[]): readonly number[] =>
    typeof sizes === "number" ? Array<number>(rank).fill(sizes) : sizes;
  return function (x, indices, kernelSize, options = {}) {
    checkCall(
      `${call}(x, indices, kernelSize: int | int[], { stride: int | int[] | null, padding: int | int[], outputSize: number[] | null })`,
      arguments,
    );
    const given = x.shape.slice(-rank);
    if (
      x.shape.length < rank + 1 ||
      x.shape.length > rank + 2 ||
      String(x.shape) !== String(indices.shape)
    ) {
      throw new ShapeError(
        `${call}: needs the values and indices of maxPool${rank}d with returnIndices\n  x: [${x.shape.join(", ")}]\n  indices: [${indices.shape.join(", ")}]`,
      );
    }
    const kernel = each(kernelSize);
    const stride = each(options.stride ?? kernelSize);
    const padding = each(options.padding ?? 0);
    const usual = given.map(
      (n, d) =>
        (n - 1) * (stride[d] as number) - 2 * (padding[d] as number) + (kernel[d] as number),
    );
    const sizes = options.outputSize?.slice(-rank) ?? usual;
    for (const [d, n] of sizes.entries()) {
      if (Math.abs(n - (usual[d] as number)) < (stride[d] as number)) continue;
      throw new ArgumentError(
        `${call}: outputSize [${sizes.join(", ")}] is too far from [${usual.join(", ")}]\n  hint: it must differ by less than the stride`,
      );
    }
    return composite(() => {
      const lead = x.shape.slice(0, -rank);
      const total = sizes.reduce((product, n) => product * n, 1);
      const empty = zeros([...lead, total], { dtype: x.dtype, device: x });
      const places = indices.reshape([...lead, -1]);
      const spread = empty.scatter(lead.length, places, x.reshape([...lead, -1]));
      return spread.reshape([...lead, ...sizes]);
    });
  };
}

/**
 * Inverts maxPool1d: puts each maximum where it came from, 0 elsewhere. x, indices: [N, C, L] or
 * [C, L].
 */
export const maxUnpool1d: MaxUnpool = maxUnpool(1);

/**
 * Inverts maxPool2d: puts each maximum where it came from, 0 elsewhere. x, indices: [N, C, H, W] or
 * [C, H, W].
 */
export const maxUnpool2d: MaxUnpool = maxUnpool(2);

/**
 * Inverts maxPool3d: puts each maximum where it came from, 0 elsewhere. x, indices: [N, C, D, H, W]
 * or [C, D, H, W].
 */
export const maxUnpool3d: MaxUnpool = maxUnpool(3);
