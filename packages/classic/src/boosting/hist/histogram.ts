/** Binned rows, the input of histograms. */
export interface Binned {
  /** By feature: [features, rows]. */
  readonly bins: Uint8Array;
  readonly rows: number;
  readonly features: number;
  /** Number of bins of each feature, including the bin of missing values. */
  readonly size: number;
}

/**
 * Numbers per bin: Σ gradients, Σ curvatures and rows. With constant curvature 1, Σ curvatures
 * equals the number of rows and is stored once.
 */
export const strideOf = (constant: boolean): number => (constant ? 2 : 3);

/**
 * Rounds to multiples of a step so small that sums over all rows are exact in f64, hence
 * independent of the order. The step is 2^⌈log₂(n max |x|)⌉ / 2⁵¹, far below the resolution of f32
 * for the large values.
 */
export function roundExactly(values: Float32Array | Float64Array, out: Float64Array): Float64Array {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number);
    if (size > most) most = size;
  }
  if (most === 0) return out.fill(0);
  // adding and subtracting 1.5 · 2⁵² steps rounds to an integer multiple
  const step = 2 ** (Math.ceil(Math.log2(most * values.length)) - 51);
  const shift = 1.5 * 2 ** 52 * step;
  for (let i = 0; i < values.length; i++) out[i] = (values[i] as number) + shift - shift;
  return out;
}

/** Features whose bins are read in one word. */
const LANES = 4;

/** Sums gradients and curvatures of rows for each feature and bin. */
export class Histograms {
  readonly #data: Binned;
  readonly #constant: boolean;
  readonly #stride: number;
  readonly #length: number;
  readonly #free: Float64Array[] = [];
  /** The bins of four features of a row in one word, by group of features: [groups, rows]. */
  readonly #words: Uint32Array;
  readonly #groups: number;
  readonly #nodeGradients: Float64Array;
  readonly #nodeCurvatures: Float64Array;
  #gradients: Float64Array = new Float64Array();
  #curvatures: Float64Array = new Float64Array();

  /** `constant`: every curvature is 1. */
  constructor(data: Binned, constant: boolean) {
    const { bins, rows, features, size } = data;
    this.#data = data;
    this.#constant = constant;
    this.#stride = strideOf(constant);
    this.#groups = Math.ceil(features / LANES);
    // padding features fill the last word; their histograms are never read
    this.#length = this.#groups * LANES * size * this.#stride;
    this.#words = new Uint32Array(this.#groups * rows);
    for (let f = 0; f < features; f++) {
      const at = Math.floor(f / LANES) * rows;
      const shift = 8 * (f % LANES);
      for (let row = 0; row < rows; row++) {
        const word = this.#words[at + row] as number;
        this.#words[at + row] = word | ((bins[f * rows + row] as number) << shift);
      }
    }
    this.#nodeGradients = new Float64Array(rows);
    this.#nodeCurvatures = new Float64Array(constant ? 0 : rows);
  }

  /** Sets the gradients and curvatures of the next tree; constant curvatures are not read. */
  enter(gradients: Float64Array, curvatures: Float64Array): void {
    this.#gradients = gradients;
    this.#curvatures = curvatures;
  }

  /** The histograms of these rows: [features, bins, stride]. */
  of(rows: Uint32Array): Float64Array {
    const { size, rows: all } = this.#data;
    const out = this.#take().fill(0);
    const count = rows.length;
    const [gradients, curvatures] = [this.#nodeGradients, this.#nodeCurvatures];
    for (let i = 0; i < count; i++) gradients[i] = this.#gradients[rows[i] as number] as number;
    if (!this.#constant) {
      for (let i = 0; i < count; i++) curvatures[i] = this.#curvatures[rows[i] as number] as number;
    }
    for (let group = 0; group < this.#groups; group++) {
      const at = group * LANES * size * this.#stride;
      const words = this.#words.subarray(group * all, (group + 1) * all);
      if (this.#constant) addOnes(out, at, size, words, rows, gradients);
      else addBoth(out, at, size, words, rows, gradients, curvatures);
    }
    return out;
  }

  /**
   * Histograms of a node minus those of one child, which are those of the other child, in the
   * memory of the node.
   */
  rest(node: Float64Array, child: Float64Array): Float64Array {
    for (let i = 0; i < node.length; i++) node[i] = (node[i] as number) - (child[i] as number);
    return node;
  }

  /** Returns histograms for reuse. */
  release(histograms: Float64Array | null): void {
    if (histograms !== null) this.#free.push(histograms);
  }

  #take(): Float64Array {
    return this.#free.pop() ?? new Float64Array(this.#length);
  }
}

/** Sums rows for four features whose curvatures are all 1. */
function addOnes(
  out: Float64Array,
  at: number,
  size: number,
  words: Uint32Array,
  rows: Uint32Array,
  gradients: Float64Array,
): void {
  const step = size * 2;
  const [first, second, third, fourth] = [at, at + step, at + 2 * step, at + 3 * step];
  for (let i = 0; i < rows.length; i++) {
    const word = words[rows[i] as number] as number;
    const gradient = gradients[i] as number;
    const a = first + (word & 255) * 2;
    out[a] = (out[a] as number) + gradient;
    out[a + 1] = (out[a + 1] as number) + 1;
    const b = second + ((word >>> 8) & 255) * 2;
    out[b] = (out[b] as number) + gradient;
    out[b + 1] = (out[b + 1] as number) + 1;
    const c = third + ((word >>> 16) & 255) * 2;
    out[c] = (out[c] as number) + gradient;
    out[c + 1] = (out[c + 1] as number) + 1;
    const d = fourth + 2 * (word >>> 24);
    out[d] = (out[d] as number) + gradient;
    out[d + 1] = (out[d + 1] as number) + 1;
  }
}

/** Sums rows for four features. */
function addBoth(
  out: Float64Array,
  at: number,
  size: number,
  words: Uint32Array,
  rows: Uint32Array,
  gradients: Float64Array,
  curvatures: Float64Array,
): void {
  const step = size * 3;
  const [first, second, third, fourth] = [at, at + step, at + 2 * step, at + 3 * step];
  for (let i = 0; i < rows.length; i++) {
    const word = words[rows[i] as number] as number;
    const gradient = gradients[i] as number;
    const curvature = curvatures[i] as number;
    const a = first + (word & 255) * 3;
    out[a] = (out[a] as number) + gradient;
    out[a + 1] = (out[a + 1] as number) + curvature;
    out[a + 2] = (out[a + 2] as number) + 1;
    const b = second + ((word >>> 8) & 255) * 3;
    out[b] = (out[b] as number) + gradient;
    out[b + 1] = (out[b + 1] as number) + curvature;
    out[b + 2] = (out[b + 2] as number) + 1;
    const c = third + ((word >>> 16) & 255) * 3;
    out[c] = (out[c] as number) + gradient;
    out[c + 1] = (out[c + 1] as number) + curvature;
    out[c + 2] = (out[c + 2] as number) + 1;
    const d = fourth + (word >>> 24) * 3;
    out[d] = (out[d] as number) + gradient;
    out[d + 1] = (out[d + 1] as number) + curvature;
    out[d + 2] = (out[d + 2] as number) + 1;
  }
}
