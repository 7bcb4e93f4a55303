import { isFloating } from "../../dtype.ts";
import { context } from "../../graph/context.ts";
import { Handle } from "../../graph/handle.ts";
import { checkCall } from "../../signature.ts";
import { withModes } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { cast } from "./constant.ts";

/** Options of `autocast`. */
export interface AutocastOptions {
  /** The dtype of matrix products (default "f16"). */
  readonly dtype?: "f16" | "f32";
  /** If false, turns an outer `autocast` off (default true). */
  readonly enabled?: boolean;
}

/**
 * Runs `fn` in mixed precision. Products (linear, matmul, convolutions, attention) compute in f16;
 * softmax, norms and losses in f32; everything else in its operands' dtype. If the device has no
 * f16,
 * products stay f32 and a warning says so once. Call backward outside; a loss in f16 needs a
 * `GradScaler`. For async functions see `noGrad`.
 */
export function autocast<T>(fn: () => T, options: AutocastOptions = {}): T {
  checkCall('autocast(fn: function, { dtype: "f16" | "f32", enabled: boolean })', arguments);
  const { dtype = "f16", enabled = true } = options;
  return withModes("autocast", { autocast: enabled && dtype === "f16" ? dtype : null }, fn);
}

/** Whether the surrounding `autocast` computes products in half precision. */
export function isAutocastEnabled(): boolean {
  if (arguments.length > 0) checkCall("isAutocastEnabled()", arguments);
  return context.autocast !== null;
}

const told = new Set<string>();

/**
 * An operand of a product, cast to the dtype of the surrounding `autocast` if it is floating-point
 * and
 * the device has that dtype.
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
      `wgrad: autocast computes in f32, because the ${stream.device} device has no ${dtype} here`,
    );
  }
  return operand;
}

/** An operand of an operation that is sensitive to rounding: inside `autocast`, f16 becomes f32. */
export const widened = (x: Tensor): Tensor =>
  context.autocast !== null && x.dtype === "f16" ? cast(x, "f32") : x;
