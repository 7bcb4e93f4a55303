import {
  avgPool1d,
  avgPool2d,
  avgPool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type PoolOptions,
  type Tensor,
  where,
} from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";

/** Settings of power-average pooling. */
export type LpPoolOptions = Omit<PoolOptions, "padding">;

type LpPool = (x: Tensor, normType: number, kernelSize: Size, options?: LpPoolOptions) => Tensor;

type Size = number | readonly number[];

function lpPool(average: typeof avgPool1d, most: typeof maxPool1d, rank: number): LpPool {
  return function (x, normType, kernelSize, options = {}) {
    checkCall(
      `lpPool${rank}d(x, normType: number, kernelSize: number | list, { stride: number | list | null, ceilMode: boolean })`,
      arguments,
    );
    return composite(() => {
      if (normType === Number.POSITIVE_INFINITY) return most(x.abs(), kernelSize, options);
      const kernel =
        typeof kernelSize === "number" ? Array<number>(rank).fill(kernelSize) : kernelSize;
      const count = kernel.reduce((product, n) => product * n, 1);
      const base = Number.isInteger(normType) ? x : x.abs();
      const total = average(base.pow(normType), kernelSize, options).mul(count);
      // the root's derivative at 0 is infinite, so windows of zeros get a gradient of 0
      const nothing = total.eq(0);
      return where(nothing, 0, where(nothing, 1, total).pow(1 / normType));
    });
  };
}

/**
 * (Σ |x|ᵖ)^(1/p) over every window of a signal; p = Infinity gives the largest |x|. x: [N, C, L] or
 * [C, L]. For odd p the powers keep their sign, as in PyTorch: the result is NaN if their sum is
 * negative.
 */
export const lpPool1d: LpPool = lpPool(avgPool1d, maxPool1d, 1);

/** `lpPool1d` over every window of an image. x: [N, C, H, W] or [C, H, W]. */
export const lpPool2d: LpPool = lpPool(avgPool2d, maxPool2d, 2);

/** `lpPool1d` over every window of a volume. x: [N, C, D, H, W] or [C, D, H, W]. */
export const lpPool3d: LpPool = lpPool(avgPool3d, maxPool3d, 3);
