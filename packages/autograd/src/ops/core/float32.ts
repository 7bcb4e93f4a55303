import { context } from "../../graph/context.ts";
import type { Tensor } from "../../tensor.ts";
import { cast } from "./constant.ts";

/**
 * What `compute` makes of x; for f16 in f32 and rounded once, as PyTorch's kernels do: sums on the way are not cut off at 65504. Inside
 * `autocast` the result stays f32. To be called inside a composite.
 */
export function inFloat32(x: Tensor, compute: (x: Tensor) => Tensor): Tensor {
  if (x.dtype !== "f16") return compute(x);
  const made = compute(cast(x, "f32"));
  return context.autocast === null ? cast(made, "f16") : made;
}
