import { context } from "../../graph/context.ts";
import type { Tensor } from "../../tensor.ts";
import { cast } from "./constant.ts";

/**
 * Returns `compute(x)`. For f16 it computes in f32 and rounds once, as PyTorch's kernels do, so
 * that sums
 * do not overflow. Inside `autocast` the result stays f32. Call it inside a composite.
 */
export function inFloat32(x: Tensor, compute: (x: Tensor) => Tensor): Tensor {
  if (x.dtype !== "f16") return compute(x);
  const made = compute(cast(x, "f32"));
  return context.autocast === null ? cast(made, "f16") : made;
}
