import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { normalizeDims } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import type { Dims } from "../core/arguments.ts";
import { cast, checkFloating } from "../core/constant.ts";
import { movedim, unsqueeze } from "../core/layout.ts";
import { mul } from "../math/arithmetic.ts";
import { maximum } from "../math/binary.ts";
import { gt, isnan, where } from "../math/comparison.ts";
import { div } from "../math/division.ts";
import { amax, amin } from "../math/reduction.ts";
import { countNonzero, vectorNorm } from "../math/statistics.ts";
import { abs } from "../math/unary.ts";
import { type ReduceOptions, sum } from "../shape/broadcast.ts";
import { select } from "../shape/movement.ts";
import { inverse } from "./elimination.ts";
import { checkMatrices, checkSquare } from "./matrices.ts";
import { eigvalsh, singular } from "./spectral.ts";

/**
 * The order of a matrix norm: "fro" (root of the sum of squares), "nuc" (sum of the singular
 * values),
 * ±2 (largest, smallest singular value), ±1 and ±∞ (largest, smallest sum of a column, of a row).
 */
export type MatrixOrd = number | "fro" | "nuc";

/** Options of `linalg.matrixNorm`. */
export interface MatrixNormOptions extends ReduceOptions {
  readonly ord?: MatrixOrd;
}

/**
 * The norm of matrices in the dimensions `dim` (the last two unless given); "fro" unless `ord` is
 * given.
 */
export function matrixNorm(
  a: Tensor,
  ord?: MatrixOrd | MatrixNormOptions,
  dim?: Dims,
  options?: MatrixNormOptions,
): Tensor {
  checkCall(
    "linalg.matrixNorm(a, ord?: number | string, dim?: number[], { ord, dim, keepdim: boolean })",
    arguments,
  );
  const call = "linalg.matrixNorm";
  checkTensor(call, a);
  checkFloating(call, a);
  const settings =
    typeof ord === "object" ? ord : { ...options, ...(ord !== undefined && { ord }) };
  const { ord: kind = "fro", dim: named = [-2, -1], keepdim = false } = settings;
  return ofMatrices(call, a, kind, dim ?? named, keepdim);
}

function ofMatrices(call: string, a: Tensor, ord: MatrixOrd, over: Dims, keepdim: boolean): Tensor {
  if (a.shape.length < 2)
    throw new ShapeError(`${call}: expected matrices, [..., m, n]${detail("a", a.shape)}`);
  const dims = normalizeDims(call, over, a.shape.length, "none");
  if (dims.length !== 2)
    throw new ArgumentError(`${call}: dim must name two dimensions, got ${dims.length}`);
  return composite(() => {
    if (ord === "fro") return vectorNorm(a, 2, dims, { keepdim });
    const matrices = movedim(a, dims, [-2, -1]);
    const made = normOf(call, matrices, ord);
    if (!keepdim) return made;
    return [...dims].sort((p, q) => p - q).reduce((x, d) => unsqueeze(x, d), made);
  });
}

function normOf(call: string, a: Tensor, ord: MatrixOrd): Tensor {
  switch (ord) {
    case "nuc":
      return sum(singular(call, a).S, -1);
    case 2:
      return select(singular(call, a).S, -1, 0);
    case -2:
      return select(singular(call, a).S, -1, -1);
    case 1:
      return amax(sum(abs(a), -2), -1);
    case -1:
      return amin(sum(abs(a), -2), -1);
    case Infinity:
      return amax(sum(abs(a), -1), -1);
    case -Infinity:
      return amin(sum(abs(a), -1), -1);
  }
  throw new ArgumentError(
    `${call}: unknown matrix norm ${JSON.stringify(ord)}\n  hint: use "fro", "nuc", ±1, ±2, ±Infinity`,
  );
}

/** Options of `linalg.norm`. */
export interface LinalgNormOptions extends ReduceOptions {
  readonly ord?: MatrixOrd | null;
}

/**
 * The norm of a vector, or of a matrix if x has two dimensions or `dim` names two and `ord` is
 * given
 * (see `matrixNorm`). Without `ord` it is the 2-norm of all elements.
 */
export function norm(
  x: Tensor,
  ord?: MatrixOrd | null | LinalgNormOptions,
  dim?: Dims,
  options?: LinalgNormOptions,
): Tensor {
  checkCall(
    "linalg.norm(x, ord?: number | string | null, dim?: number | number[] | null, { ord, dim, keepdim: boolean })",
    arguments,
  );
  const call = "linalg.norm";
  checkTensor(call, x);
  checkFloating(call, x);
  const settings =
    typeof ord === "object" && ord !== null ? ord : { ...options, ...(ord != null && { ord }) };
  const { ord: kind = null, keepdim = false } = settings;
  const over = dim ?? settings.dim ?? null;
  if (kind === null) return vectorNorm(x, 2, over, { keepdim });
  const count = over === null ? x.shape.length : typeof over === "number" ? 1 : over.length;
  if (count === 2) return ofMatrices(call, x, kind, over ?? [0, 1], keepdim);
  if (count > 2)
    throw new ArgumentError(
      `${call}: norm ${JSON.stringify(kind)} is defined for 1 or 2 dimensions, not for ${count}${detail("x", x.shape)}\n  hint: choose them with dim`,
    );
  if (typeof kind === "string")
    throw new ArgumentError(`${call}: "${kind}" is a norm of matrices${detail("x", x.shape)}`);
  return vectorNorm(x, kind, over, { keepdim });
}

/**
 * The condition number ‖A‖ ‖A⁻¹‖, from the singular values unless `p` names a norm (see
 * `matrixNorm`). ∞
 * if A is singular.
 */
export function cond(a: Tensor, p: MatrixOrd | null = null): Tensor {
  checkCall("linalg.cond(a, p?: number | string | null)", arguments);
  const call = "linalg.cond";
  if (p === null || p === 2 || p === -2) {
    checkMatrices(call, a);
    return composite(() => {
      const { S } = singular(call, a);
      const [most, least] = [select(S, -1, 0), select(S, -1, -1)];
      return p === -2 ? div(least, most) : div(most, least);
    });
  }
  const n = checkSquare(call, a);
  return composite(() => {
    const made = mul(
      ofMatrices(call, a, p, [-2, -1], false),
      ofMatrices(call, inverse(a, n), p, [-2, -1], false),
    );
    return where(isnan(made), Infinity, made);
  });
}

/** Options of `linalg.matrixRank`. */
export interface MatrixRankOptions {
  /**
   * Singular values up to this fraction of the largest count as 0 (max(m, n) times the dtype's
   * machine
   * epsilon).
   */
  readonly rtol?: number | null;
  /** Singular values up to this count as 0. */
  readonly atol?: number | null;
  /** If true, A is symmetric, and its eigenvalues are used. */
  readonly hermitian?: boolean;
}

/** The number of singular values that are not 0, i32. [..., m, n] → [...]. */
export function matrixRank(a: Tensor, options: MatrixRankOptions = {}): Tensor {
  checkCall(
    "linalg.matrixRank(a, { rtol: number | null, atol: number | null, hermitian: boolean })",
    arguments,
  );
  const call = "linalg.matrixRank";
  const [rows, columns] = checkMatrices(call, a);
  const { rtol = null, atol = null, hermitian = false } = options;
  const step = a.dtype === "f64" ? 2 ** -52 : 2 ** -23;
  const relative = rtol ?? ((atol ?? 0) > 0 ? 0 : Math.max(rows, columns) * step);
  return composite(() =>
    noGrad(() => {
      const S = hermitian ? abs(eigvalsh(a)) : singular(call, a).S;
      const least = maximum(mul(amax(S, -1, { keepdim: true }), relative), atol ?? 0);
      return cast(countNonzero(gt(S, least), -1), "i32");
    }),
  );
}
