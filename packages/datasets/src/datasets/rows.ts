import { type Tensor, tensor } from "@wgrad/autograd";

type HostArray = Awaited<ReturnType<Tensor["data"]>>;

/** A tensor's values on the host, from which rows can be picked: [rows, …]. */
export class Rows {
  readonly #data: HostArray;
  readonly #like: Tensor;

  private constructor(data: HostArray, like: Tensor) {
    this.#data = data;
    this.#like = like;
  }

  /** Reads the tensor once. */
  static async of(source: Tensor): Promise<Rows> {
    return new Rows(await source.data(), source);
  }

  /**
   * The rows at `indices`, in that order, as a new tensor of the same dtype: [indices.length, …].
   */
  pick(indices: ArrayLike<number>): Tensor {
    const [rows = 0, ...inner] = this.#like.shape;
    const width = rows === 0 ? 0 : this.#data.length / rows;
    const ArrayType = this.#data.constructor as new (length: number) => HostArray;
    const out = new ArrayType(indices.length * width);
    for (let i = 0; i < indices.length; i++) {
      const start = (indices[i] as number) * width;
      out.set(this.#data.subarray(start, start + width), i * width);
    }
    const { dtype } = this.#like;
    return tensor(out, { dtype, shape: [indices.length, ...inner] });
  }
}
