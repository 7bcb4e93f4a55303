import type { SerialHost } from "./matrices.ts";

/** P A = L U. Gives both factors in one matrix, then the pivots (from 1), then the row order. */
const lu: SerialHost = (out, [a], { rows: height, n: width }, thread) => {
  const [rows, n] = [height as number, width as number];
  const k = Math.min(rows, n);
  const w = (a as Float64Array).slice(thread * rows * n, (thread + 1) * rows * n);
  const pivots: number[] = [];
  for (let c = 0; c < k; c++) {
    let p = c;
    for (let i = c + 1; i < rows; i++) {
      if (Math.abs(w[i * n + c] as number) > Math.abs(w[p * n + c] as number)) p = i;
    }
    pivots.push(p + 1);
    const row = w.slice(c * n, (c + 1) * n);
    w.copyWithin(c * n, p * n, (p + 1) * n);
    w.set(row, p * n);
    const pivot = w[c * n + c] as number;
    if (pivot === 0) continue;
    for (let i = c + 1; i < rows; i++) {
      const f = (w[i * n + c] as number) / pivot;
      w[i * n + c] = f;
      for (let j = c + 1; j < n; j++)
        w[i * n + j] = (w[i * n + j] as number) - f * (w[c * n + j] as number);
    }
  }
  const at = thread * (rows * n + k + rows);
  out.set(w, at);
  out.set(pivots, at + rows * n);
  out.set(exchanged(rows, pivots), at + rows * n + k);
};

function exchanged(rows: number, pivots: ArrayLike<number>): number[] {
  const order = Array.from({ length: rows }, (_, i) => i);
  for (let c = 0; c < pivots.length; c++) {
    const p = (pivots[c] as number) - 1;
    [order[c], order[p]] = [order[p] as number, order[c] as number];
  }
  return order;
}

/** The row order that results from exchanges, whose rows are counted from 1. */
const rowOrder: SerialHost = (out, [pivots], { rows, n }, thread) => {
  const own = (pivots as Float64Array).subarray(
    thread * (n as number),
    (thread + 1) * (n as number),
  );
  out.set(exchanged(rows as number, own), thread * (rows as number));
};

/** eᴬ = (e^(A/2ˢ))^(2ˢ); the inner exponential is a Taylor series. */
const matrixExp: SerialHost = (out, [a], { n: size }, thread) => {
  const n = size as number;
  const w = (a as Float64Array).slice(thread * n * n, (thread + 1) * n * n);
  let norm = 0;
  for (let j = 0; j < n; j++) {
    let column = 0;
    for (let i = 0; i < n; i++) column += Math.abs(w[i * n + j] as number);
    norm = Math.max(norm, column);
  }
  const halvings = norm > 0.5 && norm < Infinity ? Math.ceil(Math.log2(norm / 0.5)) : 0;
  const scaled = w.map((x) => x / 2 ** halvings);
  let y = new Float64Array(n * n);
  for (let i = 0; i < n; i++) y[i * n + i] = 1;
  for (let k = 20; k > 0; k--) {
    y = product(scaled, y, n).map((x) => x / k);
    for (let i = 0; i < n; i++) y[i * n + i] = (y[i * n + i] as number) + 1;
  }
  for (let k = 0; k < halvings; k++) y = product(y, y, n);
  out.set(y, thread * n * n);
};

function product(a: Float64Array, b: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const f = a[i * n + k] as number;
      for (let j = 0; j < n; j++)
        c[i * n + j] = (c[i * n + j] as number) + f * (b[k * n + j] as number);
    }
  }
  return c;
}

export const factorAlgorithms: Readonly<Record<string, SerialHost>> = { lu, rowOrder, matrixExp };
