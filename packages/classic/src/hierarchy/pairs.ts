/** How the distance of rows is defined. */
export type PairMetric = "euclidean" | "cityblock" | "chebyshev" | "sqeuclidean" | "cosine";

/**
 * Pairwise distances of rows, in the order of scipy's `pdist`: row 0 with 1, 2, …, then row 1 with
 * 2, 3, ….
 */
export function pairDistances(
  data: ArrayLike<number>,
  rows: number,
  width: number,
  metric: PairMetric,
): Float64Array {
  const out = new Float64Array((rows * (rows - 1)) / 2);
  const norms = metric === "cosine" ? normsOf(data, rows, width) : null;
  let at = 0;
  for (let a = 0; a < rows; a++) {
    for (let b = a + 1; b < rows; b++) {
      let [sum, most, product] = [0, 0, 0];
      for (let j = 0; j < width; j++) {
        const [x, y] = [data[a * width + j] as number, data[b * width + j] as number];
        const off = Math.abs(x - y);
        sum += metric === "cityblock" ? off : off * off;
        if (off > most) most = off;
        product += x * y;
      }
      if (norms !== null) {
        // rounding must not make a distance negative
        out[at++] = Math.max(0, 1 - product / ((norms[a] as number) * (norms[b] as number)));
      } else if (metric === "chebyshev") out[at++] = most;
      else out[at++] = metric === "euclidean" ? Math.sqrt(sum) : sum;
    }
  }
  return out;
}

function normsOf(data: ArrayLike<number>, rows: number, width: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += (data[i * width + j] as number) ** 2;
    return Math.sqrt(sum);
  });
}

/** Index of a pair among the pairwise distances of `rows` rows. */
export const pairPlace = (rows: number, a: number, b: number): number =>
  a < b ? rows * a - (a * (a + 1)) / 2 + b - a - 1 : rows * b - (b * (b + 1)) / 2 + a - b - 1;
