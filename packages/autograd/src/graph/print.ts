import type { DType, TypedArray } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import { sizeOf } from "../shape.ts";
import type { Handle } from "./handle.ts";

/** Values as nested arrays, one level for each dimension. */
export type NestedValues = number | boolean | readonly NestedValues[];

/** Flat values in row-major order as nested arrays. */
export function nested(values: TypedArray, shape: Shape, dtype: DType): NestedValues {
  const build = (depth: number, start: number): NestedValues => {
    if (depth === shape.length) {
      const value = values[start] as number;
      return dtype === "bool" ? value !== 0 : value;
    }
    const step = sizeOf(shape.slice(depth + 1));
    return Array.from({ length: shape[depth] as number }, (_, i) =>
      build(depth + 1, start + i * step),
    );
  };
  return build(0, 0);
}

/** The most values that a print shows. */
const PRINTED = 100;

/** A tensor's shape, dtype and device: `tensor([2, 3], f32, cpu)`. */
export const heading = ({ shape, dtype, node }: Pick<Handle, "shape" | "dtype" | "node">): string =>
  `tensor([${shape.join(", ")}], ${dtype}, ${node.stream.device})`;

/** The heading of a tensor, followed by the values if they are on the host and few. */
export function print({ shape, dtype, window, node }: Handle): string {
  const host = window === null ? node.storage?.host : undefined;
  const head = heading({ shape, dtype, node });
  if (host == null || host.length > PRINTED) return head;
  return `${head} ${text(rounded(nested(host, shape, dtype), dtype))}`;
}

/** Digits that distinguish all values of a dtype. */
const digits: Partial<Record<DType, number>> = { f16: 5, f32: 7 };

/** Values rounded to the digits that their dtype distinguishes. */
export function rounded(values: NestedValues, dtype: DType): NestedValues {
  if (typeof values === "object") return values.map((value) => rounded(value, dtype));
  const precision = digits[dtype];
  return typeof values === "number" && precision !== undefined
    ? Number(values.toPrecision(precision))
    : values;
}

/** Nested values as text, in brackets. */
export const text = (values: NestedValues): string =>
  typeof values === "object" ? `[${values.map(text).join(", ")}]` : String(values);
