import { arrayType, isFloating } from "../../dtype.ts";
import { ArgumentError, DTypeError } from "../../errors.ts";
import { checkCall } from "../../signature.ts";
import type { Tensor } from "../../tensor.ts";
import { type CreateOptions, fromHost } from "../core/creation.ts";

/** Options of windows. */
export interface WindowOptions extends CreateOptions {
  /**
   * If true (the default), one period of a periodic function, for spectra; else symmetric, for
   * filters.
   */
  readonly periodic?: boolean;
}

/** Options of `hammingWindow`. */
export interface HammingWindowOptions extends WindowOptions {
  readonly alpha?: number;
  readonly beta?: number;
}

/** Options of `kaiserWindow`. */
export interface KaiserWindowOptions extends WindowOptions {
  readonly beta?: number;
}

/** The values f(n/N) for n < length. N is the period, or length − 1 for a symmetric window. */
function windowOf(
  call: string,
  length: number,
  options: WindowOptions,
  f: (t: number) => number,
): Tensor {
  if (!(Number.isInteger(length) && length >= 0)) {
    throw new ArgumentError(`${call}: the length must be a whole number, 0 or more, got ${length}`);
  }
  const { periodic = true, dtype = "f32", ...rest } = options;
  if (!isFloating(dtype))
    throw new DTypeError(`${call}: the dtype must be floating-point, got ${dtype}`);
  const period = periodic ? length : length - 1;
  const values = new (arrayType(dtype))(length);
  for (let n = 0; n < length; n++) values[n] = length === 1 ? 1 : f(n / period);
  return fromHost(values, [length], dtype, rest);
}

/** Σ aⱼ cos 2πj t. */
const cosines =
  (...a: readonly number[]) =>
  (t: number): number =>
    a.reduce((sum, c, j) => sum + c * Math.cos(2 * Math.PI * j * t), 0);

/** sin² πt, [length]. */
export function hannWindow(length: number, options: WindowOptions = {}): Tensor {
  checkCall(
    "hannWindow(length: number, { periodic: boolean, dtype: dtype, requiresGrad: boolean, device })",
    arguments,
  );
  return windowOf("hannWindow", length, options, (t) => Math.sin(Math.PI * t) ** 2);
}

/** α − β cos 2πt, with α = 0.54 and β = 0.46 unless given, [length]. */
export function hammingWindow(length: number, options: HammingWindowOptions = {}): Tensor {
  checkCall(
    "hammingWindow(length: number, { periodic: boolean, alpha: number, beta: number, dtype: dtype, requiresGrad: boolean, device })",
    arguments,
  );
  const { alpha = 0.54, beta = 0.46, ...rest } = options;
  return windowOf("hammingWindow", length, rest, cosines(alpha, -beta));
}

/** 0.42 − 0.5 cos 2πt + 0.08 cos 4πt, [length]. */
export function blackmanWindow(length: number, options: WindowOptions = {}): Tensor {
  checkCall(
    "blackmanWindow(length: number, { periodic: boolean, dtype: dtype, requiresGrad: boolean, device })",
    arguments,
  );
  return windowOf("blackmanWindow", length, options, cosines(0.42, -0.5, 0.08));
}

/** 1 − |2t − 1|, a triangle, [length]. */
export function bartlettWindow(length: number, options: WindowOptions = {}): Tensor {
  checkCall(
    "bartlettWindow(length: number, { periodic: boolean, dtype: dtype, requiresGrad: boolean, device })",
    arguments,
  );
  return windowOf("bartlettWindow", length, options, (t) => 1 - Math.abs(2 * t - 1));
}

/** I₀(β √(1 − (2t − 1)²)) / I₀(β), with β = 12 unless given, [length]. */
export function kaiserWindow(length: number, options: KaiserWindowOptions = {}): Tensor {
  checkCall(
    "kaiserWindow(length: number, { periodic: boolean, beta: number, dtype: dtype, requiresGrad: boolean, device })",
    arguments,
  );
  const { beta = 12, ...rest } = options;
  const most = besselI0(beta);
  return windowOf(
    "kaiserWindow",
    length,
    rest,
    (t) => besselI0(beta * Math.sqrt(Math.max(0, 1 - (2 * t - 1) ** 2))) / most,
  );
}

/** Σ ((x/2)ᵏ / k!)². */
function besselI0(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
