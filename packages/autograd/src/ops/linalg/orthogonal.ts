import { ArgumentError } from "../../errors.ts";
import type { Op } from "../../graph/op.ts";
import { inOrder, type Pair } from "../../results.ts";
import { sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { valueOfNow, watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { add, neg } from "../math/arithmetic.ts";
import { matmul } from "../math/contraction.ts";
import { tril, triu } from "../shape/diagonals.ts";
import { narrow } from "../shape/movement.ts";
import { batchOf, checkMatrices, countOf, mT, recordSerial, serialOp } from "./matrices.ts";
import { solveTriangular } from "./triangular.ts";

/**
 * The first `columns` columns of Q of A = Q R, by Householder reflections with the vectors in `w`.
 * For A
 * with rows ≥ columns.
 */
const orthogonalOp: Op = serialOp({
  name: "qr",
  inputs: ["a"],
  sizes: ["rows", "n", "columns"],
  scratch: ["w"],
  functions: `fn reflect(v: u32, c: u32, at: u32, width: u32, onto_y: bool) {
  var size = 0.0;
  var dot = 0.0;
  for (var i = c; i < u.rows; i++) {
    let x = w[v + i * u.n + c];
    size += x * x;
    if (onto_y) { dot += x * y[at + i * width]; } else { dot += x * w[at + i * width]; }
  }
  if (size == 0.0) { return; }
  for (var i = c; i < u.rows; i++) {
    let x = 2.0 * dot / size * w[v + i * u.n + c];
    if (onto_y) { y[at + i * width] -= x; } else { w[at + i * width] -= x; }
  }
}
`,
  wgsl: `  let n = u.n;
  let m = thread * u.rows * n;
  let q = thread * u.rows * u.columns;
  for (var i = 0u; i < u.rows * n; i++) { w[m + i] = a[m + i]; }
  for (var c = 0u; c < n; c++) {
    var below = 0.0;
    for (var i = c + 1u; i < u.rows; i++) { below += w[m + i * n + c] * w[m + i * n + c]; }
    let x = w[m + c * n + c];
    let size = sqrt(x * x + below);
    w[m + c * n + c] = select(0.0, x + select(size, -size, x < 0.0), below > 0.0);
    for (var j = c + 1u; j < n; j++) { reflect(m, c, m + j, n, false); }
  }
  for (var j = 0u; j < u.columns; j++) {
    for (var i = 0u; i < u.rows; i++) { y[q + i * u.columns + j] = select(0.0, 1.0, i == j); }
    for (var c = n; c > 0u; c--) { reflect(m, c - 1u, q + j, u.columns, true); }
  }
`,
  saves: [0, "output"],
  // No term R dRᵀ: R is QᵀA, so its gradient already flows into Q.
  gradient: (dy, [a], { output: q }) => {
    const r = triu(matmul(mT(q), a as Tensor));
    const m = neg(matmul(mT(dy), q));
    const symmetric = add(tril(m), mT(tril(m, -1)));
    const inner = add(dy, matmul(q, symmetric));
    return [mT(solveTriangular(r, mT(inner), { upper: true }))];
  },
});

/**
 * Q of A = Q R, [..., m, columns], for A with rows ≥ columns. The gradient is for `columns` = n.
 */
export function orthogonal(a: Tensor, columns: number): Tensor {
  const [rows, n] = a.shape.slice(-2) as [number, number];
  const shape = [...batchOf(a), rows, columns];
  return recordSerial(orthogonalOp, [a], shape, countOf(a), [rows, n, columns], [sizeOf(a.shape)]);
}

/** Options of `linalg.qr`. */
export interface QrOptions {
  /**
   * "reduced": Q is [..., m, k] with k = min(m, n). "complete": Q is [..., m, m], which has no
   * gradient
   * if m > n.
   */
  readonly mode?: "reduced" | "complete";
}

/** The result of `linalg.qr`: by name, or `const [Q, R] = …`. */
export interface QrResult extends Pair<Tensor> {
  readonly Q: Tensor;
  readonly R: Tensor;
}

/**
 * A = Q R, where Q has orthonormal columns and R is upper triangular. [..., m, n] → Q [..., m, k],
 * R
 * [..., k, n].
 */
export function qr(a: Tensor, options: QrOptions = {}): QrResult {
  checkCall('linalg.qr(a, { mode: "reduced" | "complete" })', arguments);
  const { mode = "reduced" } = options;
  const call = "linalg.qr";
  const [rows, columns] = checkMatrices(call, a);
  if (mode !== "reduced" && mode !== "complete") {
    throw new ArgumentError(
      `${call}: unknown mode ${JSON.stringify(mode)}\n  hint: "reduced" or "complete"`,
    );
  }
  if (mode === "complete" && rows > columns && a.requiresGrad) {
    throw new ArgumentError(
      `${call}: the complete Q of a matrix with more rows than columns has no gradient`,
    );
  }
  const now = valueOfNow(a);
  return composite(() => {
    const square = rows < columns ? narrow(now, -1, 0, rows) : now;
    const Q = orthogonal(square, mode === "complete" ? rows : Math.min(rows, columns));
    const R = triu(matmul(mT(Q), now));
    return inOrder({ Q: watch(Q, Q, R), R: watch(R, Q, R) });
  });
}
