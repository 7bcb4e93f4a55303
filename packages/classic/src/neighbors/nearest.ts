import { cdist, noGrad, normalize, type Tensor, tensor } from "@wgrad/autograd";

/** How the distance of rows is defined. */
export type Metric = "euclidean" | "manhattan" | "chebyshev" | "minkowski" | "cosine";

/** The nearest known rows of each row, nearest first. */
export interface Nearest {
  /** [rows, k], flat. */
  readonly distances: Float64Array;
  /** Indices of known rows: [rows, k], flat. */
  readonly indices: Int32Array;
}

/** Number of distances that are computed at a time. */
const BLOCK = 2 ** 22;

/**
 * Distances of rows of `x` from rows of `known`: [rows, known]. `p` belongs to "minkowski": (Σ
 * |d|ᵖ)^(1/p).
 */
export function distances(x: Tensor, known: Tensor, metric: Metric, p: number): Tensor {
  if (metric === "cosine") {
    const [a, b] = [normalize(x, { dim: 1 }), normalize(known, { dim: 1 })];
    return a.matmul(b.t()).rsub(1).clamp({ min: 0 });
  }
  const power = { euclidean: 2, manhattan: 1, chebyshev: Number.POSITIVE_INFINITY, minkowski: p };
  return cdist(x, known, { p: power[metric] });
}

/**
 * The k nearest known rows of each row of x, computed in blocks, so that memory does not grow with
 * their number.
 */
export async function nearest(
  x: Tensor,
  known: Float32Array,
  k: number,
  { metric, p }: { readonly metric: Metric; readonly p: number },
): Promise<Nearest> {
  const [rows = 0, width = 0] = x.shape;
  const { device } = x;
  const count = known.length / width;
  const there = tensor(known, { shape: [count, width], device });
  const height = Math.max(1, Math.min(rows, Math.floor(BLOCK / count)));
  const found: Nearest = {
    distances: new Float64Array(rows * k),
    indices: new Int32Array(rows * k),
  };
  for (let start = 0; start < rows; start += height) {
    const size = Math.min(height, rows - start);
    const { values, indices } = noGrad(() =>
      distances(x.narrow(0, start, size), there, metric, p).topk(k, 1, { largest: false }),
    );
    const [far, which] = await Promise.all([values.data(), indices.data()]);
    found.distances.set(far, start * k);
    found.indices.set(which, start * k);
  }
  return found;
}
