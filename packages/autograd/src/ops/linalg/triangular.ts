import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { customSizes } from "../../graph/attributes.ts";
import type { Custom, Op } from "../../graph/op.ts";
import { inOrder, type Pair } from "../../results.ts";
import { broadcastShapes, type Shape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import { watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkedFinite } from "../core/bounds.ts";
import { cast } from "../core/constant.ts";
import { add, mul, neg, sub } from "../math/arithmetic.ts";
import { eq, isnan, logicalNot, where } from "../math/comparison.ts";
import { matmul } from "../math/contraction.ts";
import { expand, sum } from "../shape/broadcast.ts";
import { diagonal, tril, triu } from "../shape/diagonals.ts";
import {
  batchOf,
  checkMatrices,
  checkSquare,
  countOf,
  identity,
  mT,
  recordSerial,
  serialOp,
} from "./matrices.ts";

/**
 * L of A = L Lᵀ, row by row. From the first row without a factor on, it is NaN. Reads the lower
 * triangle.
 */
const choleskyOp: Op = serialOp({
  name: "cholesky",
  inputs: ["a"],
  sizes: ["n", "nan"],
  wgsl: `  let n = u.n;
  let m = thread * n * n;
  for (var i = 0u; i < n; i++) {
    for (var j = 0u; j < n; j++) {
      var s = 0.0;
      if (j <= i) {
        s = a[m + i * n + j];
        for (var k = 0u; k < j; k++) { s -= y[m + i * n + k] * y[m + j * n + k]; }
        if (j < i) { s /= y[m + j * n + j]; }
        else if (s > 0.0) { s = sqrt(s); }
        else { s = bitcast<f32>(u.nan); }
      }
      y[m + i * n + j] = s;
    }
  }
`,
  saves: ["output"],
  // L⁻ᵀ Φ(Lᵀ dL) L⁻¹ made symmetric. Φ takes the lower triangle with half of the diagonal.
  gradient: (dy, _, { output }) => {
    const inner = matmul(mT(output), dy);
    const lower = sub(
      tril(inner),
      mul(mul(inner, identity(inner.shape.at(-1) as number, inner)), 0.5),
    );
    const half = substitute(mT(output), lower, true, false);
    const whole = mT(substitute(mT(output), mT(half), true, false));
    return [mul(add(whole, mT(whole)), 0.5)];
  },
});

/** Options of `linalg.cholesky` and `linalg.choleskyEx`. */
export interface CholeskyOptions {
  /** If true, returns the upper factor Lᵀ. */
  readonly upper?: boolean;
}

/**
 * The lower triangular L with A = L Lᵀ, for symmetric positive definite A. Only the lower triangle
 * is
 * read. If A is not positive definite, it throws an ArgumentError; `choleskyEx` reports it instead.
 * [..., n, n] → [..., n, n].
 */
export function cholesky(a: Tensor, options: CholeskyOptions = {}): Tensor {
  checkCall("linalg.cholesky(a, { upper: boolean })", arguments);
  const made = checkedFinite(
    factored("linalg.cholesky", a, options),
    [a],
    () =>
      new ArgumentError(
        "linalg.cholesky: the matrix is not positive definite\n  hint: linalg.choleskyEx tells which matrix it is; A + εI is positive definite if no eigenvalue is below −ε",
      ),
  );
  return watch(made, made);
}

/** The result of `linalg.choleskyEx`: by name, or `const [L, info] = …`. */
export interface CholeskyResult extends Pair<Tensor> {
  /** The factor: NaN from the first row without a factor on. */
  readonly L: Tensor;
  /** 0, or the number of the first row without a factor (from 1). */
  readonly info: Tensor;
}

/**
 * `cholesky` that does not throw: `info` is 0 for each positive definite matrix. [..., n, n] →
 * [..., n, n], [...] of i32.
 */
export function choleskyEx(a: Tensor, options: CholeskyOptions = {}): CholeskyResult {
  checkCall("linalg.choleskyEx(a, { upper: boolean })", arguments);
  return composite(() => {
    const L = factored("linalg.choleskyEx", a, options);
    const info = noGrad(() => {
      const rows = logicalNot(isnan(diagonal(L, { dim1: -2, dim2: -1 })));
      const good = sum(cast(rows, "i32"), -1);
      return where(eq(good, a.shape.at(-1) as number), 0, add(good, 1));
    });
    return inOrder({ L, info });
  });
}

/** The factor; NaN where there is none. */
function factored(call: string, a: Tensor, { upper = false }: CholeskyOptions): Tensor {
  const n = checkSquare(call, a);
  return composite(() => {
    const factor = recordSerial(choleskyOp, [a], a.shape, countOf(a), [n, 0x7fc00000]);
    return upper ? mT(factor) : factor;
  });
}

/** X of T X = B, one thread per column. */
const substitutionOp: Op = serialOp({
  name: "solveTriangular",
  inputs: ["a", "b"],
  sizes: ["n", "columns", "upper", "unit"],
  wgsl: `  let n = u.n;
  let m = thread / u.columns * n;
  let c = thread % u.columns;
  for (var s = 0u; s < n; s++) {
    let i = select(s, n - 1u - s, u.upper == 1u);
    let row = (m + i) * n;
    var v = b[(m + i) * u.columns + c];
    for (var t = 0u; t < s; t++) {
      let j = select(t, n - 1u - t, u.upper == 1u);
      v -= a[row + j] * y[(m + j) * u.columns + c];
    }
    if (u.unit == 0u) { v /= a[row + i]; }
    y[(m + i) * u.columns + c] = v;
  }
`,
  saves: [0, "output"],
  gradient: (dy, [a], { output, needs, attrs }) => {
    const { sizes } = customSizes(attrs, substitutionOp.meaning as Custom);
    const [upper, unit] = sizes.slice(-2).map(Boolean) as [boolean, boolean];
    const db = substitute(mT(a as Tensor), dy, !upper, unit);
    if (needs[0] !== true) return [false, db];
    const whole = neg(matmul(db, mT(output)));
    return [upper ? triu(whole, unit ? 1 : 0) : tril(whole, unit ? -1 : 0), db];
  },
});

/** X of T X = B for batches of equal shape. */
function substitute(a: Tensor, b: Tensor, upper: boolean, unit: boolean): Tensor {
  const [n, columns] = b.shape.slice(-2) as [number, number];
  const numbers = [n, columns, Number(upper), Number(unit)];
  return recordSerial(substitutionOp, [a, b], b.shape, countOf(b) * columns, numbers);
}

/** Options of `linalg.solveTriangular`. */
export interface SolveTriangularOptions {
  /** Whether A is upper triangular. The other triangle is not read. */
  readonly upper: boolean;
  /** If true, solves A X = B; else X A = B. */
  readonly left?: boolean;
  /** If true, takes the diagonal as 1 without reading it. */
  readonly unitriangular?: boolean;
}

/**
 * X of A X = B (or X A = B) for triangular A. A: [..., n, n]; B: [..., n, k] (or [..., k, n]) → the
 * shape of B. Batches broadcast.
 */
export function solveTriangular(a: Tensor, b: Tensor, options: SolveTriangularOptions): Tensor {
  checkCall(
    "linalg.solveTriangular(a, b, { upper: boolean, left: boolean, unitriangular: boolean })",
    arguments,
  );
  const call = "linalg.solveTriangular";
  if (typeof options?.upper !== "boolean")
    throw new ArgumentError(
      `${call}: needs { upper: true } or { upper: false }, the triangle of A`,
    );
  const { upper, left = true, unitriangular = false } = options;
  const n = checkSquare(call, a);
  const sides = checkMatrices(call, b);
  if (sides[left ? 0 : 1] !== n) throw misfit(call, a, b);
  return composite(() => {
    const [t, x] = left ? matched(call, a, b) : matched(call, mT(a), mT(b));
    const solution = substitute(t, x, left ? upper : !upper, unitriangular);
    return left ? solution : mT(solution);
  });
}

/** The error for matrices of a linear system whose sizes differ. */
export const misfit = (call: string, a: Tensor, b: Tensor): ShapeError =>
  new ShapeError(
    `${call}: the sizes of A and B do not fit${detail("a", a.shape)}${detail("b", b.shape)}`,
  );

/** Both operands, broadcast to a common batch. */
export function matched(call: string, a: Tensor, b: Tensor): [Tensor, Tensor] {
  const batch: Shape = broadcastShapes(call, batchOf(a), batchOf(b));
  return [expand(a, [...batch, ...a.shape.slice(-2)]), expand(b, [...batch, ...b.shape.slice(-2)])];
}
