/**
 * The exact answer to compare with: w and b that minimise Σ (y − x·w − b)², by Householder's QR in f64, no tensors.
 * x: [rows, width] row by row. Returns the fitted function of such rows.
 */
export function leastSquares(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  width: number,
): (x: ArrayLike<number>) => number[] {
  const rows = y.length;
  const means = Array.from({ length: width }, (_, j) =>
    mean(rows, (i) => x[i * width + j] as number),
  );
  const yMean = mean(rows, (i) => y[i] as number);
  // Columns of the centred features, then the centred target as one column more.
  const columns = means.map((m, j) =>
    Float64Array.from({ length: rows }, (_, i) => (x[i * width + j] as number) - m),
  );
  const target = Float64Array.from({ length: rows }, (_, i) => (y[i] as number) - yMean);
  const w = solve(columns, target);
  const intercept = means.reduce((sum, m, j) => sum - m * (w[j] as number), yMean);
  return (other) =>
    Array.from({ length: other.length / width }, (_, i) =>
      w.reduce((sum, weight, j) => sum + weight * (other[i * width + j] as number), intercept),
    );
}

/** Reflects column after column onto its axis, then substitutes backwards; a column that depends on others gets 0. */
function solve(columns: Float64Array[], target: Float64Array): number[] {
  const used: number[] = [];
  columns.forEach((column, j) => {
    const row = used.length;
    const size = norm(column);
    const below = norm(column.subarray(row));
    if (row >= target.length || below <= 1e-10 * size || size === 0) return;
    const axis = Float64Array.from(column.subarray(row));
    axis[0] = (axis[0] as number) + (Math.sign(axis[0] as number) || 1) * below;
    for (const other of [...columns.slice(j), target]) reflect(other.subarray(row), axis);
    used.push(j);
  });
  const w = new Array<number>(columns.length).fill(0);
  for (let row = used.length - 1; row >= 0; row--) {
    let rest = target[row] as number;
    for (const k of used.slice(row + 1)) rest -= (columns[k]?.[row] as number) * (w[k] as number);
    const j = used[row] as number;
    w[j] = rest / (columns[j]?.[row] as number);
  }
  return w;
}

/** v ← v − 2 a (a·v) / (a·a). */
function reflect(v: Float64Array, a: Float64Array): void {
  const factor = (2 * dot(a, v)) / dot(a, a);
  for (let i = 0; i < v.length; i++) v[i] = (v[i] as number) - factor * (a[i] as number);
}

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
const norm = (v: Float64Array): number => Math.sqrt(dot(v, v));

function mean(count: number, at: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += at(i);
  return sum / count;
}
