import { type Tensor, tensor } from "@wgrad/autograd";
import { Table } from "@wgrad/datasets";
import { type Numbers, type Rows, readNumbers, tensorOf } from "../estimator/input.ts";

/** Rows and targets that are taken apart again and again, read once. */
export class Taken {
  readonly #x: Rows;
  readonly #data: Float32Array | Float64Array | null;
  readonly #width: number;
  readonly y: Float64Array;

  private constructor(x: Rows, data: Float32Array | Float64Array | null, y: Float64Array) {
    this.#x = x;
    this.#data = data;
    this.#width = data === null ? 0 : data.length / y.length;
    this.y = y;
  }

  /** Throws ShapeError and ArgumentError for rows and targets that do not fit. */
  static async of(call: string, x: Rows, y: Numbers): Promise<Taken> {
    if (x instanceof Table)
      return new Taken(x, null, await readNumbers(call, "targets", y, x.length));
    const features = tensorOf(call, x, true);
    const [rows = 0] = features.shape;
    const targets = await readNumbers(call, "targets", y, rows);
    const data = await features.data();
    return new Taken(x, data instanceof Float64Array ? data : Float32Array.from(data), targets);
  }

  /** How many rows there are. */
  get length(): number {
    return this.y.length;
  }

  /** These rows and their targets. */
  rows(indices: ArrayLike<number>): { readonly x: Rows; readonly y: Float64Array } {
    const y = Float64Array.from(indices, (row) => this.y[row] as number);
    if (this.#x instanceof Table) return { x: this.#x.take(indices), y };
    const width = this.#width;
    const data = this.#data as Float32Array;
    const out = new Float32Array(indices.length * width);
    for (let i = 0; i < indices.length; i++) {
      const row = indices[i] as number;
      out.set(data.subarray(row * width, (row + 1) * width), i * width);
    }
    const { device } = this.#x as Tensor;
    return { x: tensor(out, { shape: [indices.length, width], device }), y };
  }
}
