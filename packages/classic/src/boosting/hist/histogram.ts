/** Binned rows, feature after feature, as histograms read them. */
export interface Binned {
  readonly bins: Uint8Array;
  readonly rows: number;
  readonly features: number;
  /** Bins of each feature, that of missing values included. */
  readonly size: number;
}

/** Numbers per bin: Σ gradients, Σ curvatures, rows. */
export const STRIDE = 3;

/**
 * Rounds to whole multiples of a step so small that sums over all rows are exact in f64: the same in any order.
 * The step is 2^⌈log₂(n max |x|)⌉ / 2⁵¹, far below what f32 tells apart in the large ones.
 */
export function exactly(values: Float32Array, out: Float64Array): Float64Array {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number);
    if (size > most) most = size;
  }
  if (most === 0) return out.fill(0);
  // adding and taking away 1.5 · 2⁵² steps rounds to a whole number of them
  const step = 2 ** (Math.ceil(Math.log2(most * values.length)) - 51);
  const shift = 1.5 * 2 ** 52 * step;
  for (let i = 0; i < values.length; i++) out[i] = (values[i] as number) + shift - shift;
  return out;
}

/** Adds gradients and curvatures of rows up by feature and bin. */
export class Histograms {
  readonly #data: Binned;
  readonly #length: number;
  readonly #free: Float64Array[] = [];
  readonly #nodeGradients: Float64Array;
  readonly #nodeCurvatures: Float64Array;
  #gradients: Float64Array = new Float64Array();
  /** Null where every curvature is 1. */
  #curvatures: Float64Array | null = null;

  constructor(data: Binned) {
    this.#data = data;
    this.#length = data.features * data.size * STRIDE;
    this.#nodeGradients = new Float64Array(data.rows);
    this.#nodeCurvatures = new Float64Array(data.rows);
  }

  /** Takes up what a tree is to be grown for. */
  enter(gradients: Float64Array, curvatures: Float64Array | null): void {
    this.#gradients = gradients;
    this.#curvatures = curvatures;
  }

  /** The histograms of these rows: [features, bins, 3]. */
  of(rows: Uint32Array): Float64Array {
    const { bins, rows: all, features, size } = this.#data;
    const out = this.#take().fill(0);
    const count = rows.length;
    const [gradients, curvatures] = [this.#nodeGradients, this.#nodeCurvatures];
    for (let i = 0; i < count; i++) gradients[i] = this.#gradients[rows[i] as number] as number;
    if (this.#curvatures === null) {
      for (let f = 0; f < features; f++) {
        addOnes(out, f * size * STRIDE, bins, f * all, rows, gradients, count);
      }
      return out;
    }
    for (let i = 0; i < count; i++) curvatures[i] = this.#curvatures[rows[i] as number] as number;
    for (let f = 0; f < features; f++) {
      addBoth(out, f * size * STRIDE, bins, f * all, rows, gradients, curvatures, count);
    }
    return out;
  }

  /** What is left of a node's histograms without one child's: the other's, in the node's own memory. */
  rest(node: Float64Array, child: Float64Array): Float64Array {
    for (let i = 0; i < node.length; i++) node[i] = (node[i] as number) - (child[i] as number);
    return node;
  }

  /** Gives histograms back, to be filled again. */
  release(histograms: Float64Array | null): void {
    if (histograms !== null) this.#free.push(histograms);
  }

  #take(): Float64Array {
    return this.#free.pop() ?? new Float64Array(this.#length);
  }
}

function addOnes(
  out: Float64Array,
  at: number,
  bins: Uint8Array,
  feature: number,
  rows: Uint32Array,
  gradients: Float64Array,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const place = at + (bins[feature + (rows[i] as number)] as number) * STRIDE;
    out[place] = (out[place] as number) + (gradients[i] as number);
    out[place + 2] = (out[place + 2] as number) + 1;
  }
}

function addBoth(
  out: Float64Array,
  at: number,
  bins: Uint8Array,
  feature: number,
  rows: Uint32Array,
  gradients: Float64Array,
  curvatures: Float64Array,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const place = at + (bins[feature + (rows[i] as number)] as number) * STRIDE;
    out[place] = (out[place] as number) + (gradients[i] as number);
    out[place + 1] = (out[place + 1] as number) + (curvatures[i] as number);
    out[place + 2] = (out[place + 2] as number) + 1;
  }
}
