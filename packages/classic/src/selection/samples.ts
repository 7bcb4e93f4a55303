import { type Tensor, tensor } from "@wgrad/autograd";
import { Table } from "@wgrad/datasets";
import {
  type FitOptions,
  givenTensor,
  type Numbers,
  type Rows,
  readNumbers,
  readWeights,
} from "../estimator/input.ts";

/** Rows and targets that are read once and subset many times. */
export class Samples {
  readonly #x: Rows;
  readonly #data: Float32Array | Float64Array | null;
  readonly #width: number;
  readonly #weights: Float64Array | null;
  readonly y: Float64Array;

  private constructor(
    x: Rows,
    data: Float32Array | Float64Array | null,
    y: Float64Array,
    weights: Float64Array | null,
  ) {
    this.#x = x;
    this.#weights = weights;
    this.#data = data;
    this.#width = data === null ? 0 : data.length / y.length;
    this.y = y;
  }

  /** Reads rows and targets. Throws ShapeError or ArgumentError if they do not fit together. */
  static async of(call: string, x: Rows, y: Numbers, options: FitOptions = {}): Promise<Samples> {
    const features = x instanceof Table ? null : givenTensor(call, x, true);
    const rows = features === null ? (x as Table).length : (features.shape[0] ?? 0);
    const targets = await readNumbers(call, "targets", y, rows);
    const weights = await readWeights(call, options, rows);
    if (features === null) return new Samples(x, null, targets, weights);
    const read = await features.data();
    const data = read instanceof Float64Array ? read : Float32Array.from(read);
    return new Samples(x, data, targets, weights);
  }

  /** Number of rows. */
  get length(): number {
    return this.y.length;
  }

  /** A subset of the rows with their targets and weights, if any. */
  rows(indices: ArrayLike<number>): {
    readonly x: Rows;
    readonly y: Float64Array;
    readonly options: FitOptions | undefined;
  } {
    const y = Float64Array.from(indices, (row) => this.y[row] as number);
    const weights = this.#weights;
    const options =
      weights === null
        ? undefined
        : { sampleWeight: Float64Array.from(indices, (row) => weights[row] as number) };
    if (this.#x instanceof Table) return { x: this.#x.take(indices), y, options };
    const width = this.#width;
    const data = this.#data as Float32Array;
    const out = new Float32Array(indices.length * width);
    for (let i = 0; i < indices.length; i++) {
      const row = indices[i] as number;
      out.set(data.subarray(row * width, (row + 1) * width), i * width);
    }
    const { device } = this.#x as Tensor;
    return { x: tensor(out, { shape: [indices.length, width], device }), y, options };
  }
}
