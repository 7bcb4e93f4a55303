import { newArray } from "../../dtype.ts";
import { ArgumentError } from "../../errors.ts";
import { normalizeDims } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type DimOption, type Dims, withDim } from "../core/arguments.ts";
import { clone } from "../core/clone.ts";
import { type CreateOptions, fromHost } from "../core/creation.ts";
import { roll } from "../shape/movement.ts";
import { checkComplex } from "./complex.ts";

/** Options of `fftfreq` and `rfftfreq`. */
export interface FrequencyOptions extends CreateOptions {
  /** The distance between two samples (1). */
  readonly d?: number;
}

/** Options of `fftshift` and `ifftshift`. */
export interface ShiftOptions extends DimOption<Dims> {
  /** If true, x contains complex numbers: its last axis is neither counted nor moved. */
  readonly complex?: boolean;
}

function shifted(
  call: string,
  x: Tensor,
  { dim = null, complex = false }: ShiftOptions,
  round: (n: number) => number,
): Tensor {
  checkTensor(call, x);
  const rank = complex ? checkComplex(call, x).shape.length - 1 : x.shape.length;
  const dims = normalizeDims(call, dim, rank, "none");
  if (dims.length === 0) return composite(() => clone(x));
  return composite(() =>
    roll(
      x,
      dims.map((d) => round((x.shape[d] as number) / 2)),
      dims,
    ),
  );
}

/**
 * Moves frequency 0 to the middle: rolls each dimension by half its size. Complex numbers need
 * `complex: true`.
 */
export function fftshift(x: Tensor, dim?: Dims | ShiftOptions, options?: ShiftOptions): Tensor {
  checkCall("fftshift(x, dim?: number | number[] | null, { dim, complex: boolean })", arguments);
  return shifted("fft.fftshift", x, withDim<Dims, ShiftOptions>(dim, options), Math.floor);
}

/** The inverse of `fftshift`. */
export function ifftshift(x: Tensor, dim?: Dims | ShiftOptions, options?: ShiftOptions): Tensor {
  checkCall("ifftshift(x, dim?: number | number[] | null, { dim, complex: boolean })", arguments);
  return shifted("fft.ifftshift", x, withDim<Dims, ShiftOptions>(dim, options), Math.ceil);
}

function frequencies(
  call: string,
  n: number,
  half: boolean,
  { d = 1, dtype = "f32", ...options }: FrequencyOptions,
): Tensor {
  if (!(Number.isInteger(n) && n > 0))
    throw new ArgumentError(`${call}: n must be a whole number, 1 or more, got ${n}`);
  const values = newArray(call, dtype, half ? Math.floor(n / 2) + 1 : n);
  for (let k = 0; k < values.length; k++) values[k] = (half || 2 * k < n ? k : k - n) / (n * d);
  return fromHost(values, [values.length], dtype, options);
}

/**
 * The frequencies of the results of `fft`, in cycles per unit: 0, 1, …, −2, −1 divided by n d. →
 * [n].
 */
export function fftfreq(n: number, options: FrequencyOptions = {}): Tensor {
  checkCall(
    "fftfreq(n: number, { d: number, dtype: dtype, requiresGrad: boolean, device })",
    arguments,
  );
  return frequencies("fft.fftfreq", n, false, options);
}

/** The frequencies of the results of `rfft`: 0, 1, …, ⌊n/2⌋ divided by n d. → [⌊n/2⌋ + 1]. */
export function rfftfreq(n: number, options: FrequencyOptions = {}): Tensor {
  checkCall(
    "rfftfreq(n: number, { d: number, dtype: dtype, requiresGrad: boolean, device })",
    arguments,
  );
  return frequencies("fft.rfftfreq", n, true, options);
}
