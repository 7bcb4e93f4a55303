/** A = U diag(s) Vᵀ of a square matrix; u and v are row-major. */
export interface Singular {
  readonly u: Float64Array;
  readonly s: Float64Array;
  readonly v: Float64Array;
}

const SWEEPS = 60;

/**
 * Singular values of a small square matrix in f64, by one-sided Jacobi rotations, which rotate
 * columns until all are orthogonal.
 */
export function singularValues(a: Float64Array, n: number): Singular {
  // store each column contiguously
  const u = transposed(a, n);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let turned = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        let [pp, qq, pq] = [0, 0, 0];
        for (let i = 0; i < n; i++) {
          const [f, g] = [u[p * n + i] as number, u[q * n + i] as number];
          pp += f * f;
          qq += g * g;
          pq += f * g;
        }
        if (pq === 0 || Math.abs(pq) <= 2 ** -51 * Math.sqrt(pp * qq)) continue;
        turned = true;
        const zeta = (qq - pp) / (2 * pq);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        turn(u, n, p, q, c, c * t);
        turn(v, n, p, q, c, c * t);
      }
    }
    if (!turned) break;
  }
  const s = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const column = u.subarray(k * n, (k + 1) * n);
    const length = Math.hypot(...column);
    s[k] = length;
    if (length > 0) for (let i = 0; i < n; i++) column[i] = (column[i] as number) / length;
  }
  return { u: transposed(u, n), s, v: transposed(v, n) };
}

/** Rotates two columns. */
function turn(a: Float64Array, n: number, p: number, q: number, c: number, s: number): void {
  for (let i = 0; i < n; i++) {
    const [f, g] = [a[p * n + i] as number, a[q * n + i] as number];
    a[p * n + i] = c * f - s * g;
    a[q * n + i] = s * f + c * g;
  }
}

function transposed(a: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[j * n + i] = a[i * n + j] as number;
  return out;
}
