import { cat, noGrad, type Tensor, type TypedArray, zeros } from "@wgrad/autograd";
import { composite, fromHost, persist } from "@wgrad/autograd/plugin";

/** Tensors of one dtype that are sent as one array. */
export class Bucket {
  readonly dtype: Tensor["dtype"];
  readonly tensors: Tensor[] = [];
  /** Elements of all of them. */
  size = 0;
  /** Where what came is on the device. Halves are f32 there: their sums may be too large for f16. */
  #storage: Tensor | null = null;

  constructor(dtype: Tensor["dtype"]) {
    this.dtype = dtype;
  }

  add(one: Tensor): void {
    this.tensors.push(one);
    this.size += one.numel();
  }

  /** Brings values, which are not to be used elsewhere then, to the device at once; gives each tensor's part, in its shape. */
  bring(values: TypedArray): Tensor[] {
    const { dtype, size, tensors } = this;
    const [device] = tensors as [Tensor];
    return noGrad(() => {
      const held = values.length === size ? values : values.subarray(0, size);
      const came = fromHost(held, [size], dtype === "f16" ? "f32" : dtype, { device });
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

  /** Gives the room on the device back. */
  dispose(): void {
    this.#storage?.dispose();
    this.#storage = null;
  }
}

/** Buckets of at most `bytes` each (a tensor is never cut), every dtype apart, in the order given. */
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

/** The values of all tensors as one array, read at once: of what is null zeros, and behind them so many more. */
export function readFlat(
  { tensors, dtype }: Bucket,
  values: readonly (Tensor | null)[] = tensors,
  more = 0,
): Promise<TypedArray> {
  const flat = noGrad(() =>
    composite(() => {
      const [device] = tensors as [Tensor];
      const blank = (count: number): Tensor => zeros([count], { dtype, device });
      const parts = tensors.map((like, i) => {
        const own = values[i] ?? null;
        return own === null ? blank(like.numel()) : own.detach().reshape([-1]);
      });
      return cat(more === 0 ? parts : [...parts, blank(more)]);
    }),
  );
  return flat.data();
}
