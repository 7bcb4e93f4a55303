import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import type { Op } from "../../graph/op.ts";
import { inOrder, type Pair, type Triple } from "../../results.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { saved } from "../../tape/edge.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import { recordGradient } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { cat } from "../core/assembly.ts";
import { cast } from "../core/constant.ts";
import { detach, reshape, unsqueeze } from "../core/layout.ts";
import { counting } from "../core/progressions.ts";
import { gatherAlong } from "../indexing/gathering.ts";
import { add, sub } from "../math/arithmetic.ts";
import { eq } from "../math/comparison.ts";
import { matmul } from "../math/contraction.ts";
import { argsort } from "../math/sorting.ts";
import { expand } from "../shape/broadcast.ts";
import { tril, triu } from "../shape/diagonals.ts";
import { narrow } from "../shape/movement.ts";
import {
  batchOf,
  checkMatrices,
  checkSquare,
  countOf,
  identity,
  mT,
  recordSerial,
  serialOp,
  sizesOfMatrices,
} from "./matrices.ts";
import { matched, misfit, solveTriangular } from "./triangular.ts";

/**
 * L and U of P A = L U in one matrix, then the pivots (rows, from 1 on), then the order of the
 * rows.
 */
const luOp: Op = serialOp({
  name: "lu",
  inputs: ["a"],
  sizes: ["rows", "n"],
  wgsl: `  let n = u.n;
  let k = min(n, u.rows);
  let e = thread * (u.rows * n + k + u.rows);
  let o = e + u.rows * n + k;
  for (var i = 0u; i < u.rows * n; i++) { y[e + i] = a[thread * u.rows * n + i]; }
  for (var i = 0u; i < u.rows; i++) { y[o + i] = f32(i); }
  for (var c = 0u; c < k; c++) {
    var p = c;
    for (var i = c + 1u; i < u.rows; i++) {
      if (abs(y[e + i * n + c]) > abs(y[e + p * n + c])) { p = i; }
    }
    y[e + u.rows * n + c] = f32(p + 1u);
    if (p != c) {
      for (var j = 0u; j < n; j++) {
        let t = y[e + c * n + j]; y[e + c * n + j] = y[e + p * n + j]; y[e + p * n + j] = t;
      }
      let t = y[o + c]; y[o + c] = y[o + p]; y[o + p] = t;
    }
    let pivot = y[e + c * n + c];
    if (pivot == 0.0) { continue; }
    for (var i = c + 1u; i < u.rows; i++) {
      let f = y[e + i * n + c] / pivot;
      y[e + i * n + c] = f;
      for (var j = c + 1u; j < n; j++) { y[e + i * n + j] -= f * y[e + c * n + j]; }
    }
  }
`,
});

const rowOrderOp: Op = serialOp({
  name: "rowOrder",
  inputs: ["a"],
  sizes: ["rows", "n"],
  wgsl: `  let o = thread * u.rows;
  for (var i = 0u; i < u.rows; i++) { y[o + i] = f32(i); }
  for (var c = 0u; c < u.n; c++) {
    let p = u32(a[thread * u.n + c]) - 1u;
    if (p < u.rows) { let t = y[o + c]; y[o + c] = y[o + p]; y[o + p] = t; }
  }
`,
});

interface Factors {
  /** L below the diagonal, U on and above it: [..., m, n]. */
  readonly LU: Tensor;
  /** The pivots, counted from 1: [..., min(m, n)]. */
  readonly pivots: Tensor;
  /** Row i of P A is row order[i] of A. */
  readonly order: Tensor;
}

function factors(call: string, a: Tensor): Factors {
  const [rows, n] = checkMatrices(call, a);
  const k = Math.min(rows, n);
  const batch = batchOf(a);
  const all = noGrad(() =>
    recordSerial(luOp, [detach(a)], [...batch, rows * n + k + rows], countOf(a), [rows, n]),
  );
  const part = (start: number, size: number): Tensor => noGrad(() => narrow(all, -1, start, size));
  const LU = noGrad(() => reshape(part(0, rows * n), [...batch, rows, n]));
  const order = cast(part(rows * n + k, rows), "i32");
  recordGradient("linalg.lu", LU, [a], (dy) => [luGradient(LU, order, dy)], [saved(LU)]);
  return { LU, order, pivots: cast(part(rows * n, k), "i32") };
}

/**
 * dA = Pᵀ dB for B = P A = L U. The leading square of dB is L⁻ᵀ (tril(Lᵀ dL, −1) + triu(dU Uᵀ))
 * U⁻ᵀ;
 * the part right of it or below it needs only one of the factors.
 */
function luGradient(LU: Tensor, order: Tensor, dy: Tensor): Tensor {
  const [rows, n] = LU.shape.slice(-2) as [number, number];
  const k = Math.min(rows, n);
  const corner = (x: Tensor): Tensor => narrow(narrow(x, -2, 0, k), -1, 0, k);
  const square = corner(LU);
  const [low, high] = [mT(square), mT(square)];
  const unitLower = { upper: true, unitriangular: true } as const; // Lᵀ X = B
  const byU = (x: Tensor): Tensor => solveTriangular(high, x, { upper: false, left: false }); // X Uᵀ = B
  let dL = tril(corner(dy), -1);
  let dU = triu(corner(dy));
  let rest: Tensor | null = null;
  if (rows > k) {
    rest = byU(narrow(dy, -2, k, rows - k));
    dU = sub(dU, triu(matmul(mT(narrow(LU, -2, k, rows - k)), rest)));
  } else if (n > k) {
    rest = solveTriangular(low, narrow(dy, -1, k, n - k), unitLower);
    dL = sub(dL, tril(matmul(rest, mT(narrow(LU, -1, k, n - k))), -1));
  }
  const L = add(tril(square, -1), identity(k, square));
  const inner = add(tril(matmul(mT(L), dL), -1), triu(matmul(dU, mT(triu(square)))));
  const dB = byU(solveTriangular(low, inner, unitLower));
  const whole = rest === null ? dB : cat([dB, rest], rows > k ? -2 : -1);
  return rowsOf(whole, argsort(order));
}

/** The rows of x in a given order. */
function rowsOf(x: Tensor, order: Tensor): Tensor {
  const index = unsqueeze(order, -1);
  const rank = x.shape.length;
  return gatherAlong(
    x,
    rank - 2,
    expand(index, [...index.shape.slice(0, -1), x.shape.at(-1) as number]),
  );
}

/** The result of `linalg.luFactor`: by name, or `const [LU, pivots] = …`. */
export interface LuFactorResult extends Pair<Tensor> {
  readonly LU: Tensor;
  readonly pivots: Tensor;
}

/**
 * L and U of A = P L U in one matrix (without L's diagonal of ones), and the pivots: row i was
 * swapped
 * with row pivots[i], counted from 1 (i32). [..., m, n] → [..., m, n], [..., min(m, n)].
 */
export function luFactor(a: Tensor): LuFactorResult {
  checkCall("linalg.luFactor(a)", arguments);
  return composite(() => {
    const { LU, pivots } = factors("linalg.luFactor", a);
    return inOrder({ LU, pivots });
  });
}

/** The result of `linalg.lu`: by name, or `const [P, L, U] = …`. */
export interface LuResult extends Triple<Tensor> {
  readonly P: Tensor;
  readonly L: Tensor;
  readonly U: Tensor;
}

/**
 * A = P L U with a permutation P, L with a diagonal of ones, and upper triangular U. [..., m, n] →
 * [..., m, m], [..., m, k], [..., k, n].
 */
export function lu(a: Tensor): LuResult {
  checkCall("linalg.lu(a)", arguments);
  return composite(() => {
    const { LU, order } = factors("linalg.lu", a);
    return apart(LU, order);
  });
}

function apart(LU: Tensor, order: Tensor): LuResult {
  const [rows, n] = LU.shape.slice(-2) as [number, number];
  const k = Math.min(rows, n);
  const ones = cast(
    eq(unsqueeze(counting(rows, LU.node.stream), 1), counting(k, LU.node.stream)),
    LU.dtype,
  );
  const L = add(tril(narrow(LU, -1, 0, k), -1), ones);
  const P = cast(eq(unsqueeze(counting(rows, LU.node.stream), 1), unsqueeze(order, -2)), LU.dtype);
  return inOrder({ P, L, U: triu(narrow(LU, -2, 0, k)) });
}

/** The order of the rows, as in `Factors`. */
function orderOf(pivots: Tensor, rows: number): Tensor {
  const n = pivots.shape.at(-1) as number;
  const count = sizeOf(pivots.shape) / Math.max(n, 1);
  const numbers = cast(pivots, "f32");
  const shape = [...pivots.shape.slice(0, -1), rows];
  return cast(recordSerial(rowOrderOp, [numbers], shape, count, [rows, n]), "i32");
}

function checkPivots(call: string, LU: Tensor, pivots: Tensor): void {
  checkTensor(call, pivots);
  checkTensor(call, LU);
  const [rows, n] = sizesOfMatrices(call, LU);
  const fits = pivots.shape.at(-1) === Math.min(rows, n) && pivots.dtype === "i32";
  if (fits && pivots.shape.length === LU.shape.length - 1) return;
  throw new ShapeError(
    `${call}: LU and pivots do not fit${detail("LU", LU.shape)}${detail("pivots", pivots.shape)}` +
      "\n  hint: pass the result of linalg.luFactor; pivots are i32",
  );
}

/** P, L and U from the result of `linalg.luFactor`. PyTorch's `lu_unpack`. */
export function luUnpack(LU: Tensor, pivots: Tensor): LuResult {
  checkCall("luUnpack(LU, pivots)", arguments);
  checkPivots("luUnpack", LU, pivots);
  return composite(() => apart(LU, orderOf(pivots, LU.shape.at(-2) as number)));
}

/** Options of `linalg.luSolve`. */
export interface LuSolveOptions {
  /** If true, solves A X = B; else X A = B. */
  readonly left?: boolean;
  /** If true, solves with Aᵀ. */
  readonly adjoint?: boolean;
}

/**
 * X of A X = B from the result of `linalg.luFactor` for A. B: [..., n, k] → the same shape. Batches
 * broadcast.
 */
export function luSolveOf(
  LU: Tensor,
  pivots: Tensor,
  b: Tensor,
  options: LuSolveOptions = {},
): Tensor {
  checkCall("linalg.luSolve(LU, pivots, B, { left: boolean, adjoint: boolean })", arguments);
  return solved("linalg.luSolve", LU, pivots, b, options);
}

/** `linalg.luSolve` with the right-hand side as the first argument. PyTorch's `lu_solve`. */
export function luSolve(b: Tensor, LU: Tensor, pivots: Tensor): Tensor {
  checkCall("luSolve(b, LU, pivots)", arguments);
  return solved("luSolve", LU, pivots, b, {});
}

function solved(
  call: string,
  LU: Tensor,
  pivots: Tensor,
  b: Tensor,
  { left = true, adjoint = false }: LuSolveOptions,
): Tensor {
  const n = checkSquare(call, LU);
  checkPivots(call, LU, pivots);
  if (checkMatrices(call, b)[left ? 0 : 1] !== n) throw misfit(call, LU, b);
  if (typeof adjoint !== "boolean")
    throw new ArgumentError(`${call}: adjoint must be true or false`);
  return composite(() => {
    const [t, sides] = matched(call, LU, left ? b : mT(b));
    const order = expand(orderOf(pivots, n), [...batchOf(t), n] as Shape);
    // X A = B is Aᵀ Xᵀ = Bᵀ
    if (left !== adjoint) {
      const y = solveTriangular(t, rowsOf(sides, order), { upper: false, unitriangular: true });
      const x = solveTriangular(t, y, { upper: true });
      return left ? x : mT(x);
    }
    const y = solveTriangular(mT(t), sides, { upper: false });
    const z = solveTriangular(mT(t), y, { upper: true, unitriangular: true });
    const x = rowsOf(z, argsort(order));
    return left ? x : mT(x);
  });
}
