import { cat, noGrad, type Tensor, type TypedArray, tensor, zeros } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";

/** Tensors of one dtype that are sent as one array. */
export interface Bucket {
  readonly dtype: Tensor["dtype"];
  readonly tensors: readonly Tensor[];
  /** Elements of all of them. */
  readonly size: number;
}

/** Buckets of at most `bytes` each (a tensor is never cut), every dtype apart, in the order given. */
export function bucketsOf(tensors: readonly Tensor[], bytes: number): Bucket[] {
  const buckets: { dtype: Tensor["dtype"]; tensors: Tensor[]; size: number }[] = [];
  for (const one of tensors) {
    const { dtype } = one;
    const size = one.numel();
    const each = dtype === "f64" ? 8 : 4;
    const open = buckets.findLast((bucket) => bucket.dtype === dtype);
    if (open !== undefined && (open.size + size) * each <= bytes) {
      open.tensors.push(one);
      open.size += size;
    } else buckets.push({ dtype, tensors: [one], size });
  }
  return buckets;
}

/** The values of all tensors as one array, read at once; of what is null, zeros. */
export function readFlat(
  { tensors, dtype }: Bucket,
  values: readonly (Tensor | null)[] = tensors,
): Promise<TypedArray> {
  const flat = noGrad(() =>
    composite(() =>
      cat(
        tensors.map((like, i) => {
          const own = values[i];
          if (own === null || own === undefined)
            return zeros([like.numel()], { dtype, device: like });
          return own.detach().reshape([-1]);
        }),
      ),
    ),
  );
  return flat.data();
}

/** The tensors' values in one array that is brought to the device at once: parts of it, in their shapes. */
export function partsOf({ tensors, dtype, size }: Bucket, values: TypedArray): Tensor[] {
  const [device] = tensors as [Tensor];
  return noGrad(() => {
    const flat = tensor(values.length === size ? values : values.subarray(0, size), {
      dtype,
      device,
    });
    let start = 0;
    return tensors.map((like) => {
      const count = like.numel();
      const part = flat.narrow(0, start, count).reshape(like.shape);
      start += count;
      return part;
    });
  });
}
