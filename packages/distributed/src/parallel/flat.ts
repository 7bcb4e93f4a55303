import { cat, noGrad, type Tensor, type TypedArray, zeros } from "@wgrad/autograd";
import { composite, fromHost, persist } from "@wgrad/autograd/plugin";

/** Tensors of one dtype that are sent together as one array. */
export class Bucket {
  readonly dtype: Tensor["dtype"];
  readonly tensors: Tensor[] = [];
  /** Total number of elements. */
  size = 0;
  /** The received values on the device. For f16 it is f32, because sums may overflow f16. */
  #storage: Tensor | null = null;

  constructor(dtype: Tensor["dtype"]) {
    this.dtype = dtype;
  }

  add(one: Tensor): void {
    this.tensors.push(one);
    this.size += one.numel();
  }

  /**
   * Uploads values at once and returns each tensor's part in its shape. The caller must not use the
   * array afterwards.
   */
  upload(values: TypedArray): Tensor[] {
    const { dtype, size, tensors } = this;
    const [device] = tensors as [Tensor];
    return noGrad(() => {
      const used = values.length === size ? values : values.subarray(0, size);
      const came = fromHost(used, [size], dtype === "f16" ? "f32" : dtype, { device });
      if (this.#storage === null) this.#storage = persist(came);
      else this.#storage.copy_(came);
      const all = this.#storage;
      let start = 0;
      return tensors.map((like) => {
        const part = all.narrow(0, start, like.numel()).reshape(like.shape);
        start += like.numel();
        return part;
      });
    });
  }

  /** Frees the device memory. */
  dispose(): void {
    this.#storage?.dispose();
    this.#storage = null;
  }
}

/**
 * Groups tensors into buckets of at most `bytes` each, per dtype and in the given order. Tensors
 * are not split.
 */
export function bucketsOf(tensors: readonly Tensor[], bytes: number): Bucket[] {
  const buckets: Bucket[] = [];
  for (const one of tensors) {
    const { dtype } = one;
    const each = dtype === "f64" ? 8 : 4;
    let open = buckets.findLast((bucket) => bucket.dtype === dtype);
    if (open === undefined || (open.size + one.numel()) * each > bytes) {
      open = new Bucket(dtype);
      buckets.push(open);
    }
    open.add(one);
  }
  return buckets;
}

/** Reads all tensors as one array. Null gives zeros, and `more` zeros are appended. */
export function readFlat(
  { tensors, dtype }: Bucket,
  values: readonly (Tensor | null)[] = tensors,
  more = 0,
): Promise<TypedArray> {
  const flat = noGrad(() =>
    composite(() => {
      const [device] = tensors as [Tensor];
      const zerosOf = (count: number): Tensor => zeros([count], { dtype, device });
      const parts = tensors.map((like, i) => {
        const own = values[i] ?? null;
        return own === null ? zerosOf(like.numel()) : own.detach().reshape([-1]);
      });
      return cat(more === 0 ? parts : [...parts, zerosOf(more)]);
    }),
  );
  return flat.data();
}
