import { avgPool1d, avgPool2d, avgPool3d, type PoolOptions, type Tensor } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";

/** Settings of the power-average poolings. */
export type LpPoolOptions = Omit<PoolOptions, "padding">;

type LpPool = (x: Tensor, normType: number, kernelSize: Size, options?: LpPoolOptions) => Tensor;

type Size = number | readonly number[];

function lpPool(pool: typeof avgPool1d, rank: number): LpPool {
  return function (x, normType, kernelSize, options = {}) {
    if (arguments.length > 3) {
      checkCall(
        `lpPool${rank}d(x, normType: number, kernelSize: number | list, { stride: number | list | null, ceilMode: boolean })`,
        arguments,
      );
    }
    return composite(() => {
      const kernel =
        typeof kernelSize === "number" ? Array<number>(rank).fill(kernelSize) : kernelSize;
      const count = kernel.reduce((product, n) => product * n, 1);
      // as in PyTorch: sums below 0, which odd exponents can make, count as 0; there fractional ones of negative numbers are NaN
      const base = Number.isInteger(normType) ? x : x.abs();
      const power = pool(base.pow(normType), kernelSize, options);
      return power
        .relu()
        .mul(count)
        .pow(1 / normType);
    });
  };
}

/** (Σ xᵖ)^(1/p) over every window of a signal, sums below 0 as 0; of |x| where p is no whole number. x: [N, C, L] or [C, L]. */
export const lpPool1d: LpPool = lpPool(avgPool1d, 1);

/** (Σ xᵖ)^(1/p) over every window of an image, sums below 0 as 0; of |x| where p is no whole number. x: [N, C, H, W] or [C, H, W]. */
export const lpPool2d: LpPool = lpPool(avgPool2d, 2);

/** (Σ xᵖ)^(1/p) over every window of a volume, sums below 0 as 0; of |x| where p is no whole number. x: [N, C, D, H, W] or [C, D, H, W]. */
export const lpPool3d: LpPool = lpPool(avgPool3d, 3);
