import type { TypedArray } from "@wgrad/autograd";
import type { ReduceOp } from "./values.ts";

/** Number of elements that are reduced in f64 at a time. */
const BLOCK = 2048;

/**
 * target[i] = parts[0][i] ∘ parts[1][i] ∘ … for `start` ≤ i < `end`, always in this order. Sums and
 * products are computed in f64 and rounded once, so that equal parts give equal bits.
 */
export function reduceInto(
  target: TypedArray,
  parts: readonly TypedArray[],
  op: ReduceOp,
  start: number,
  end: number,
): void {
  if (op === "product" && !isFloat(target)) {
    productOfWholes(target, parts, start, end);
    return;
  }
  if (op === "sum" && parts.length === 2) {
    const [a, b] = parts as [TypedArray, TypedArray];
    for (let i = start; i < end; i++) target[i] = (a[i] as number) + (b[i] as number);
    return;
  }
  const sums = new Float64Array(Math.min(BLOCK, end - start));
  for (let from = start; from < end; from += BLOCK) {
    const count = Math.min(BLOCK, end - from);
    parts.forEach((part, k) => {
      if (k === 0) for (let i = 0; i < count; i++) sums[i] = part[from + i] as number;
      else combine(sums, part, from, count, op);
    });
    const scale = op === "avg" ? parts.length : 1;
    for (let i = 0; i < count; i++) target[from + i] = (sums[i] as number) / scale;
  }
}

function combine(
  sums: Float64Array,
  part: TypedArray,
  from: number,
  count: number,
  op: ReduceOp,
): void {
  const at = (i: number): number => part[from + i] as number;
  if (op === "sum" || op === "avg") {
    for (let i = 0; i < count; i++) sums[i] = (sums[i] as number) + at(i);
  } else if (op === "product") {
    for (let i = 0; i < count; i++) sums[i] = (sums[i] as number) * at(i);
  } else if (op === "min") {
    for (let i = 0; i < count; i++) sums[i] = Math.min(sums[i] as number, at(i));
  } else for (let i = 0; i < count; i++) sums[i] = Math.max(sums[i] as number, at(i));
}

/** Product of integers, which wraps around as on the device. */
function productOfWholes(
  target: TypedArray,
  parts: readonly TypedArray[],
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) {
    let product = 1;
    for (const part of parts) product = Math.imul(product, part[i] as number);
    target[i] = product;
  }
}

const isFloat = (values: TypedArray): boolean =>
  values instanceof Float32Array || values instanceof Float64Array;
