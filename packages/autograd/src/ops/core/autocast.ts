import { isFloating } from "../../dtype.ts";
import { context } from "../../graph/context.ts";
import { Handle } from "../../graph/handle.ts";
import { checkCall } from "../../signature.ts";
import { withModes } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { cast } from "./constant.ts";

export interface AutocastOptions {
  /** What products are computed in (default "f16"). */
  readonly dtype?: "f16" | "f32";
  /** With false operands say again, inside another `autocast` (default true). */
  readonly enabled?: boolean;
}

/**
 * Runs `fn` in mixed precision: products (linear, matmul, convolutions, attention) compute in f16;
 * softmaxes, norms and losses in f32; all else in its operands' dtype. Without f16 on the device,
 * products stay f32, which a warning says once. Call backward outside; a loss in f16 needs a
 * `GradScaler`. For async functions see `noGrad`.
 */
export function autocast<T>(fn: () => T, options: AutocastOptions = {}): T {
  checkCall('autocast(fn: function, { dtype: "f16" | "f32", enabled: boolean })', arguments);
  const { dtype = "f16", enabled = true } = options;
  return withModes("autocast", { autocast: enabled && dtype === "f16" ? dtype : null }, fn);
}

/** Whether products are computed in half precision here. */
export function isAutocastEnabled(): boolean {
  if (arguments.length > 0) checkCall("isAutocastEnabled()", arguments);
  return context.autocast !== null;
}

const told = new Set<string>();

/**
 * An operand of a product in the dtype of the surrounding `autocast`, if it is floating and the
 * device has that.
 */
export function lowered<T>(operand: T): T {
  const { autocast: dtype } = context;
  if (dtype === null || !(operand instanceof Handle)) return operand;
  if (!isFloating(operand.dtype) || operand.dtype === "f64") return operand;
  const { stream } = operand.node;
  if (stream.supports(dtype)) return cast(operand as unknown as Tensor, dtype) as T;
  if (!told.has(stream.device)) {
    told.add(stream.device);
    console.info(
      `wgrad: autocast computes in f32, the ${stream.device} device has no ${dtype} here`,
    );
  }
  return operand;
}

/** An operand of what is sensitive to rounding: f16 as f32, inside `autocast`. */
export const widened = (x: Tensor): Tensor =>
  context.autocast !== null && x.dtype === "f16" ? cast(x, "f32") : x;
