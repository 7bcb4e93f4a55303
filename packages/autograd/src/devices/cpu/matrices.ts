type Numbers = Readonly<Record<string, number>>;

/** What one thread of a serial custom kernel does: writes its part of `y` from all operands. */
export type SerialHost = (
  y: Float64Array,
  inputs: readonly Float64Array[],
  numbers: Numbers,
  thread: number,
) => void;

/** L of A = L Lᵀ; NaN from the first row on where A is not positive definite. */
const cholesky: SerialHost = (y, [a], { n: size }, thread) => {
  const n = size as number;
  const m = thread * n * n;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = (a as Float64Array)[m + i * n + j] as number;
      for (let k = 0; k < j; k++) s -= (y[m + i * n + k] as number) * (y[m + j * n + k] as number);
      y[m + i * n + j] = j < i ? s / (y[m + j * n + j] as number) : s > 0 ? Math.sqrt(s) : NaN;
    }
    y.fill(0, m + i * n + i + 1, m + (i + 1) * n);
  }
};

/** X of A X = B for triangular A. A thread takes a column. */
const solveTriangular: SerialHost = (
  y,
  [a, b],
  { n: size, columns: width, upper, unit },
  thread,
) => {
  const [n, columns] = [size as number, width as number];
  const m = Math.floor(thread / columns) * n;
  const c = thread % columns;
  for (let s = 0; s < n; s++) {
    const i = upper === 1 ? n - 1 - s : s;
    let v = (b as Float64Array)[(m + i) * columns + c] as number;
    for (let t = 0; t < s; t++) {
      const j = upper === 1 ? n - 1 - t : t;
      v -= ((a as Float64Array)[(m + i) * n + j] as number) * (y[(m + j) * columns + c] as number);
    }
    y[(m + i) * columns + c] =
      unit === 1 ? v : v / ((a as Float64Array)[(m + i) * n + i] as number);
  }
};

/**
 * Gaussian elimination with partial pivoting, in w and on the k columns of y. Returns the sign of
 * the row exchanges.
 */
function eliminate(w: Float64Array, n: number, y: Float64Array, k: number): number {
  let parity = 1;
  const at = (i: number, j: number): number => w[i * n + j] as number;
  const exchange = (values: Float64Array, width: number, i: number, j: number): void => {
    const row = values.slice(i * width, (i + 1) * width);
    values.copyWithin(i * width, j * width, (j + 1) * width);
    values.set(row, j * width);
  };
  for (let c = 0; c < n; c++) {
    let p = c;
    for (let i = c + 1; i < n; i++) if (Math.abs(at(i, c)) > Math.abs(at(p, c))) p = i;
    if (p !== c) {
      parity = -parity;
      exchange(w, n, c, p);
      exchange(y, k, c, p);
    }
    if (at(c, c) === 0) continue;
    for (let i = c + 1; i < n; i++) {
      const f = at(i, c) / at(c, c);
      for (let j = c + 1; j < n; j++) w[i * n + j] = at(i, j) - f * at(c, j);
      for (let j = 0; j < k; j++)
        y[i * k + j] = (y[i * k + j] as number) - f * (y[c * k + j] as number);
    }
  }
  return parity;
}

/** X of A X = B. */
const solve: SerialHost = (out, [a, b], { n: size, columns }, thread) => {
  const [n, k] = [size as number, columns as number];
  const w = (a as Float64Array).slice(thread * n * n, (thread + 1) * n * n);
  const y = (b as Float64Array).slice(thread * n * k, (thread + 1) * n * k);
  eliminate(w, n, y, k);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = 0; j < k; j++) {
      let v = y[i * k + j] as number;
      for (let t = i + 1; t < n; t++) v -= (w[i * n + t] as number) * (y[t * k + j] as number);
      y[i * k + j] = v / (w[i * n + i] as number);
    }
  }
  out.set(y, thread * n * k);
};

/** The sign of the row exchanges, then the pivots. */
const pivots: SerialHost = (y, [a], { n: size }, thread) => {
  const n = size as number;
  const w = (a as Float64Array).slice(thread * n * n, (thread + 1) * n * n);
  y[thread * (n + 1)] = eliminate(w, n, new Float64Array(0), 0);
  for (let i = 0; i < n; i++) y[thread * (n + 1) + 1 + i] = w[i * n + i] as number;
};

/** The first columns of Q of A = Q R, by Householder reflections. Their vectors are stored in w. */
const qr: SerialHost = (out, [a], { rows: height, n: width, columns: kept }, thread) => {
  const [rows, n, columns] = [height as number, width as number, kept as number];
  const w = (a as Float64Array).slice(thread * rows * n, (thread + 1) * rows * n);
  const y = new Float64Array(rows * columns);
  const reflect = (c: number, onto: Float64Array, j: number, stride: number): void => {
    let [size, dot] = [0, 0];
    for (let i = c; i < rows; i++) {
      const x = w[i * n + c] as number;
      size += x * x;
      dot += x * (onto[i * stride + j] as number);
    }
    if (size === 0) return;
    for (let i = c; i < rows; i++) {
      const x = ((2 * dot) / size) * (w[i * n + c] as number);
      onto[i * stride + j] = (onto[i * stride + j] as number) - x;
    }
  };
  for (let c = 0; c < n; c++) {
    let below = 0;
    for (let i = c + 1; i < rows; i++) below += (w[i * n + c] as number) ** 2;
    const x = w[c * n + c] as number;
    const size = Math.sqrt(x * x + below);
    w[c * n + c] = below > 0 ? x + (x < 0 ? -size : size) : 0;
    for (let j = c + 1; j < n; j++) reflect(c, w, j, n);
  }
  for (let j = 0; j < columns; j++) {
    y[j * columns + j] = 1;
    for (let c = n - 1; c >= 0; c--) reflect(c, y, j, columns);
  }
  out.set(y, thread * rows * columns);
};

/** Cosine and sine of the angle θ that makes an off-diagonal element 0, from cot 2θ. */
function rotation(cot: number): readonly [cos: number, sin: number] {
  const t = (cot < 0 ? -1 : 1) / (Math.abs(cot) + Math.hypot(cot, 1));
  const length = Math.hypot(t, 1);
  return [1 / length, t / length];
}

/** Rotates columns p and q of a matrix. */
function rotate(
  x: Float64Array,
  rows: number,
  width: number,
  p: number,
  q: number,
  [cos, sin]: readonly [number, number],
): void {
  for (let i = 0; i < rows; i++) {
    const [a, b] = [x[i * width + p] as number, x[i * width + q] as number];
    x[i * width + p] = cos * a - sin * b;
    x[i * width + q] = sin * a + cos * b;
  }
}

/** The most sweeps. Far fewer are needed, since convergence is quadratic. */
const SWEEPS = 40;

/** Sorts columns by their first element (selection sort). */
function sortColumns(
  y: Float64Array,
  n: number,
  before: (x: number, other: number) => boolean,
): void {
  for (let i = 0; i < n; i++) {
    let least = i;
    for (let j = i + 1; j < n; j++) if (before(y[j] as number, y[least] as number)) least = j;
    for (let at = 0; at < y.length; at += n)
      [y[at + i], y[at + least]] = [y[at + least] as number, y[at + i] as number];
  }
}

/** Eigenvalues, then eigenvectors, by cyclic Jacobi rotations. */
const eigh: SerialHost = (out, [a], { n: size }, thread) => {
  const n = size as number;
  const w = new Float64Array(n * n);
  const y = new Float64Array((n + 1) * n);
  const vectors = y.subarray(n);
  for (let i = 0; i < n; i++) {
    vectors[i * n + i] = 1;
    for (let j = 0; j <= i; j++) {
      const x = (a as Float64Array)[thread * n * n + i * n + j] as number;
      w[i * n + j] = x;
      w[j * n + i] = x;
    }
  }
  const transposed = (): void => {
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++)
        [w[i * n + j], w[j * n + i]] = [w[j * n + i] as number, w[i * n + j] as number];
  };
  let rotated = true;
  for (let sweep = 0; sweep < SWEEPS && rotated; sweep++) {
    rotated = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const x = w[p * n + q] as number;
        const d = (w[q * n + q] as number) - (w[p * n + p] as number);
        if (x === 0 || Math.abs(x) <= 1e-18 * Math.abs(d)) continue;
        rotated = true;
        const angle = rotation(d / (2 * x));
        rotate(w, n, n, p, q, angle);
        transposed();
        rotate(w, n, n, p, q, angle);
        rotate(vectors, n, n, p, q, angle);
        w[p * n + q] = 0;
        w[q * n + p] = 0;
      }
    }
  }
  for (let i = 0; i < n; i++) y[i] = w[i * n + i] as number;
  sortColumns(y, n, (x, other) => x < other);
  out.set(y, thread * (n + 1) * n);
};

/** Singular values, then U, then V, by one-sided Jacobi rotations. */
const svd: SerialHost = (out, [a], { rows: height, n: size }, thread) => {
  const [rows, n] = [height as number, size as number];
  const y = new Float64Array((1 + rows + n) * n);
  const both = y.subarray(n);
  y.set((a as Float64Array).subarray(thread * rows * n, (thread + 1) * rows * n), n);
  for (let i = 0; i < n; i++) both[(rows + i) * n + i] = 1;
  const dot = (p: number, q: number): number => {
    let total = 0;
    for (let i = 0; i < rows; i++)
      total += (both[i * n + p] as number) * (both[i * n + q] as number);
    return total;
  };
  let rotated = true;
  for (let sweep = 0; sweep < SWEEPS && rotated; sweep++) {
    rotated = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const [pp, qq, pq] = [dot(p, p), dot(q, q), dot(p, q)];
        if (pq === 0 || Math.abs(pq) <= 1e-16 * Math.sqrt(pp * qq)) continue;
        rotated = true;
        rotate(both, rows + n, n, p, q, rotation((qq - pp) / (2 * pq)));
      }
    }
  }
  for (let j = 0; j < n; j++) {
    const size = Math.sqrt(dot(j, j));
    y[j] = size;
    for (let i = 0; i < rows && size > 0; i++) both[i * n + j] = (both[i * n + j] as number) / size;
  }
  sortColumns(y, n, (x, other) => x > other);
  out.set(y, thread * y.length);
};

/** Algorithms for small matrices by the name that custom ops use. All compute in f64. */
export const matrixAlgorithms: Readonly<Record<string, SerialHost>> = {
  cholesky,
  solveTriangular,
  solve,
  pivots,
  qr,
  eigh,
  svd,
};
