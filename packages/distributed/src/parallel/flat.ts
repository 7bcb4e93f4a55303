import { cat, noGrad, type Tensor, type TypedArray } from "@wgrad/autograd";
import { composite, fromHost } from "@wgrad/autograd/plugin";

/** Tensors of one dtype that are sent together as one array. */
export class Bucket {
  readonly dtype: Tensor["dtype"];
  readonly tensors: Tensor[] = [];
  /** Total number of elements. */
  size = 0;

  constructor(dtype: Tensor["dtype"]) {
    this.dtype = dtype;
  }

  add(one: Tensor): void {
    this.tensors.push(one);
    this.size += one.numel();
  }

  /** Element type on the host: halves are summed as f32, because sums may overflow f16. */
  get kind(): "f32" | "f64" {
    return this.dtype === "f64" ? "f64" : "f32";
  }

  /** Each tensor with its part of an array. */
  partsOf(values: TypedArray): { like: Tensor; part: TypedArray }[] {
    let start = 0;
    return this.tensors.map((like) => {
      const part = values.subarray(start, start + like.numel());
      start += like.numel();
      return { like, part };
    });
  }

  /**
   * A tensor for each part of an array. The caller must not change the array before it has called
   * `takeBack` with each.
   */
  tensorsOf(values: TypedArray): Tensor[] {
    const dtype = this.dtype === "f16" ? "f32" : this.dtype;
    return this.partsOf(values).map(({ like, part }) =>
      fromHost(part, like.shape, dtype, { device: like }),
    );
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

/** Reads all tensors as one array. */
export function readFlat({ tensors }: Bucket): Promise<TypedArray> {
  const flat = noGrad(() => composite(() => cat(tensors.map((one) => one.detach().reshape([-1])))));
  return flat.data();
}
