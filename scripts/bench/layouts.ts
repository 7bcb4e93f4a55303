import { sizeOf, type Values } from "../steps/draw.ts";

/** The same values with permuted dimensions, also in memory. */
export function permuted({ shape, data }: Values, order: readonly number[]): Values {
  const strides = shape.map((_, d) => sizeOf(shape.slice(d + 1)));
  const target = order.map((d) => shape[d] as number);
  const steps = order.map((d) => strides[d] as number);
  const moved = data.slice();
  const index = target.map(() => 0);
  let from = 0;
  for (let to = 0; to < moved.length; to++) {
    moved[to] = data[from] as number;
    for (let d = target.length - 1; d >= 0; d--) {
      from += steps[d] as number;
      if (++(index[d] as number) < (target[d] as number)) break;
      from -= (steps[d] as number) * (target[d] as number);
      index[d] = 0;
    }
  }
  return { shape: target, data: moved };
}
