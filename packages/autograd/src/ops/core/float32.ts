import type { Tensor } from "../../tensor.ts";
import { cast } from "./constant.ts";

/**
 * What `compute` makes of x; for f16 in f32 and rounded once, as PyTorch's kernels do: sums on the way are not cut off at 65504.
 * To be called inside a composite.
 */
export function inFloat32(x: Tensor, compute: (x: Tensor) => Tensor): Tensor {
  return x.dtype === "f16" ? cast(compute(cast(x, "f32")), "f16") : compute(x);
}
