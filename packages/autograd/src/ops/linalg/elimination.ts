import { ArgumentError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import type { Op } from "../../graph/op.ts";
import { inOrder, type Pair } from "../../results.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { saved } from "../../tape/edge.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import { recordGradient, watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { checkedFinite } from "../core/bounds.ts";
import { apart, cast } from "../core/constant.ts";
import { squeeze, unsqueeze } from "../core/layout.ts";
import { mul, neg } from "../math/arithmetic.ts";
import { eq, lt, where } from "../math/comparison.ts";
import { matmul } from "../math/contraction.ts";
import { prod } from "../math/reduction.ts";
import { abs, log, sign } from "../math/unary.ts";
import { sum } from "../shape/broadcast.ts";
import { narrow, select } from "../shape/movement.ts";
import {
  batchOf,
  checkMatrices,
  checkSquare,
  countOf,
  identity,
  mT,
  recordSerial,
  serialOp,
  sizeOfSquare,
} from "./matrices.ts";
import { singular } from "./spectral.ts";
import { completed } from "./svd.ts";
import { matched, misfit } from "./triangular.ts";

/**
 * Gaussian elimination in `w` with the largest pivot of each column. If there are right-hand sides,
 * the
 * `k` columns of y get the same row operations.
 */
const elimination = (rightHandSide: boolean): string => {
  const also = (text: string) => (rightHandSide ? text : "");
  return `  let n = u.n;
  let m = thread * n * n;
  ${also("let k = u.columns; let r = thread * n * k; for (var i = 0u; i < n * k; i++) { y[r + i] = b[r + i]; }")}
  for (var i = 0u; i < n * n; i++) { w[m + i] = a[m + i]; }
  var parity = 1.0;
  for (var c = 0u; c < n; c++) {
    var p = c;
    for (var i = c + 1u; i < n; i++) {
      if (abs(w[m + i * n + c]) > abs(w[m + p * n + c])) { p = i; }
    }
    if (p != c) {
      parity = -parity;
      for (var j = 0u; j < n; j++) {
        let t = w[m + c * n + j]; w[m + c * n + j] = w[m + p * n + j]; w[m + p * n + j] = t;
      }
      ${also("for (var j = 0u; j < k; j++) { let t = y[r + c * k + j]; y[r + c * k + j] = y[r + p * k + j]; y[r + p * k + j] = t; }")}
    }
    let pivot = w[m + c * n + c];
    if (pivot == 0.0) { continue; }
    for (var i = c + 1u; i < n; i++) {
      let f = w[m + i * n + c] / pivot;
      for (var j = c + 1u; j < n; j++) { w[m + i * n + j] -= f * w[m + c * n + j]; }
      ${also("for (var j = 0u; j < k; j++) { y[r + i * k + j] -= f * y[r + c * k + j]; }")}
    }
  }
`;
};

const solveOp: Op = serialOp({
  name: "solve",
  inputs: ["a", "b"],
  sizes: ["n", "columns"],
  scratch: ["w"],
  wgsl: `${elimination(true)}  for (var i = n; i > 0u;) {
    i--;
    for (var j = 0u; j < k; j++) {
      var v = y[r + i * k + j];
      for (var t = i + 1u; t < n; t++) { v -= w[m + i * n + t] * y[r + t * k + j]; }
      y[r + i * k + j] = v / w[m + i * n + i];
    }
  }
`,
  saves: [0, "output"],
  gradient: (dy, [a], { output, needs }) => {
    const db = solution(mT(a as Tensor), dy);
    return [needs[0] === true && neg(matmul(db, mT(output))), db];
  },
});

/** X of A X = B for batches of equal shape. */
function solution(a: Tensor, b: Tensor): Tensor {
  const [n, columns] = b.shape.slice(-2) as [number, number];
  return recordSerial(solveOp, [a, b], b.shape, countOf(b), [n, columns], [sizeOf(a.shape)]);
}

/** Options of `linalg.solve`. */
export interface SolveOptions {
  /** If true, solves A X = B; else X A = B. */
  readonly left?: boolean;
}

/**
 * X of A X = B for square A. A singular A throws an ArgumentError. A: [..., n, n]; B: [..., n, k],
 * or
 * a vector: [n], or [..., n] with exactly A's batch → the shape of B. Batches broadcast.
 */
export function solve(a: Tensor, b: Tensor, options: SolveOptions = {}): Tensor {
  checkCall("linalg.solve(a, b, { left: boolean })", arguments);
  const { left = true } = options;
  const call = "linalg.solve";
  const n = checkSquare(call, a);
  const isVector = b.shape.length === 1 || sameShape(b.shape, a.shape.slice(0, -1));
  const made = composite(() => {
    const sides = isVector ? unsqueeze(b, -1) : left ? b : mT(b);
    if (checkMatrices(call, sides)[0] !== n) throw misfit(call, a, b);
    const x = regular(call, solution(...matched(call, left ? a : mT(a), sides)), [a, b]);
    return isVector ? squeeze(x, -1) : left ? x : mT(x);
  });
  return watch(made, a, made);
}

/** A⁻¹. A singular A throws an ArgumentError. [..., n, n] → [..., n, n]. */
export function inv(a: Tensor): Tensor {
  checkCall("linalg.inv(a)", arguments);
  const n = checkSquare("linalg.inv", a);
  const made = composite(() => regular("linalg.inv", inverse(a, n), [a]));
  return watch(made, made);
}

/** A⁻¹; ±∞ or NaN where A is singular. */
export const inverse = (a: Tensor, n: number): Tensor =>
  solution(...matched("linalg.inv", a, identity(n, a)));

/** The solution `x`, watched by a check: reading that of a singular matrix throws. */
const regular = (call: string, x: Tensor, given: readonly Tensor[]): Tensor =>
  checkedFinite(
    x,
    given,
    () =>
      new ArgumentError(
        `${call}: the matrix is singular, or nearly so\n  hint: use linalg.pinv, or add εI to A`,
      ),
  );

/** The sign of the row exchanges, then the pivots: [..., n + 1]. */
const pivotsOp: Op = serialOp({
  name: "pivots",
  inputs: ["a"],
  sizes: ["n"],
  scratch: ["w"],
  wgsl: `${elimination(false)}  y[thread * (n + 1u)] = parity;
  for (var i = 0u; i < n; i++) { y[thread * (n + 1u) + 1u + i] = w[m + i * n + i]; }
`,
});

function pivots(a: Tensor, n: number): { parity: Tensor; diagonal: Tensor } {
  const found = recordSerial(
    pivotsOp,
    [a],
    [...batchOf(a), n + 1],
    countOf(a),
    [n],
    [sizeOf(a.shape)],
  );
  return { parity: select(found, -1, 0), diagonal: narrow(found, -1, 1, n) };
}

/** Reshapes one number per matrix to broadcast over its elements. */
const overMatrix = (x: Tensor): Tensor => unsqueeze(unsqueeze(x, -1), -1);

/** The cofactor matrix: det A · A⁻ᵀ for regular A, in general det(U Vᵀ) U diag(Πⱼ≠ᵢ sⱼ) Vᵀ. */
function cofactors(a: Tensor, n: number): Tensor {
  const { S, U, V } = singular("linalg.det", a);
  const left = completed(U, false);
  const others = prod(where(cast(identity(n, a), "bool"), 1, unsqueeze(S, -2)), -1);
  const side = determinant(matmul(left, mT(V)), n);
  return mul(matmul(mul(left, unsqueeze(others, -2)), mT(V)), overMatrix(side));
}

function determinant(a: Tensor, n: number): Tensor {
  const { parity, diagonal } = pivots(a, n);
  return mul(parity, prod(diagonal, -1));
}

/**
 * det A. Its gradient is the cofactor matrix, whose own gradient is NaN if A is singular.
 * [..., n, n] → [...].
 */
export function det(a: Tensor): Tensor {
  checkCall("linalg.det(a)", arguments);
  const n = checkSquare("linalg.det", a);
  return composite(() => {
    const value = noGrad(() => determinant(a, n));
    const rule = (dy: Tensor) => {
      const regular = mul(overMatrix(value), mT(inverse(a, n)));
      if (context.gradMode) return [mul(overMatrix(dy), regular)];
      const isSingular = overMatrix(eq(value, 0));
      return [mul(overMatrix(dy), where(isSingular, cofactors(a, n), regular))];
    };
    recordGradient("linalg.det", value, [a], rule, [saved(a), saved(value)]);
    return value;
  });
}

/** The sign of a determinant, and the log of its absolute value. */
export interface SignAndLog extends Pair<Tensor> {
  readonly sign: Tensor;
  readonly logabsdet: Tensor;
}

/**
 * The sign of det A (0 if A is singular) and log |det A|. They do not overflow. [..., n, n] → [...]
 * each.
 */
export function slogdet(a: Tensor): SignAndLog {
  checkCall("linalg.slogdet(a)", arguments);
  const n = checkSquare("linalg.slogdet", a);
  return composite(() => {
    const made = noGrad(() => {
      const { parity, diagonal } = pivots(a, n);
      return inOrder({
        sign: mul(parity, prod(sign(diagonal), -1)),
        logabsdet: sum(log(abs(diagonal)), -1),
      });
    });
    const rule = (dy: Tensor) => [mul(overMatrix(dy), mT(inverse(a, n)))];
    recordGradient("linalg.slogdet", made.logabsdet, [a], rule, [saved(a)]);
    return made;
  });
}

/** log det A; NaN if det A is negative. [..., n, n] → [...]. */
export function logdet(a: Tensor): Tensor {
  checkCall("logdet(a)", arguments);
  return composite(() => {
    const { sign: side, logabsdet } = slogdet(a);
    return where(lt(side, 0), Number.NaN, logabsdet);
  });
}

/**
 * Aⁿ by repeated squaring. Negative n gives (A⁻¹)⁻ⁿ, 0 gives the identity.
 * [..., m, m] → [..., m, m].
 */
export function matrixPower(a: Tensor, n: number): Tensor {
  checkCall("linalg.matrixPower(a, n: number)", arguments);
  const call = "linalg.matrixPower";
  checkTensor(call, a);
  const size = sizeOfSquare(call, a);
  if (!Number.isInteger(n)) throw new ArgumentError(`${call}: n must be a whole number, got ${n}`);
  return composite(() => {
    if (n === 0) return matched(call, a, identity(size, a))[1];
    let square = n < 0 ? inv(a) : a;
    let power: Tensor | null = null;
    for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) power = power === null ? square : matmul(power, square);
      if (left > 1) square = matmul(square, square);
    }
    return apart(power as Tensor, a);
  });
}
