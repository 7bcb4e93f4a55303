import { arrayType } from "../../dtype.ts";
import { inOrder } from "../../results.ts";
import { read } from "../../runtime/read.ts";
import { normalizeDim, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { hostTensor } from "../core/creation.ts";
import { movedim } from "../core/layout.ts";

/** Options of `unique` and `uniqueConsecutive`. */
export interface UniqueOptions {
  /** Also returns the index among the unique values of each element of x. */
  readonly returnInverse?: boolean;
  /** Also returns how often each value occurs. */
  readonly returnCounts?: boolean;
  /** Compares slices along this dimension, not elements. */
  readonly dim?: number | null;
}

/** By name, or in this order those that were asked for: `const [values, counts] = …`. */
export interface UniqueResult extends Iterable<Tensor> {
  readonly [place: number]: Tensor;
  readonly values: Tensor;
  /** i32, of x's shape, or a vector if `dim` is given. Null unless asked for. */
  readonly inverse: Tensor | null;
  /** i32. Null unless asked for. */
  readonly counts: Tensor | null;
}

/**
 * The unique values of x in ascending order, as a vector, or the unique slices along `dim`. Options
 * add their indices and counts. Every NaN counts as different. Reads x from the device.
 */
export async function unique(
  x: Tensor,
  options?: { returnInverse?: false; returnCounts?: false; dim?: number | null },
): Promise<Tensor>;
export async function unique(x: Tensor, options: UniqueOptions): Promise<UniqueResult>;
export async function unique(
  x: Tensor,
  options: UniqueOptions = {},
): Promise<Tensor | UniqueResult> {
  checkCall(
    "unique(x, { returnInverse: boolean, returnCounts: boolean, dim: number | null })",
    arguments,
  );
  return different("unique", x, options);
}

/**
 * Removes all but the first of each run of equal values (or of equal slices along `dim`). Reads x
 * from the device.
 */
export async function uniqueConsecutive(
  x: Tensor,
  options?: { returnInverse?: false; returnCounts?: false; dim?: number | null },
): Promise<Tensor>;
export async function uniqueConsecutive(x: Tensor, options: UniqueOptions): Promise<UniqueResult>;
export async function uniqueConsecutive(
  x: Tensor,
  options: UniqueOptions = {},
): Promise<Tensor | UniqueResult> {
  checkCall(
    "uniqueConsecutive(x, { returnInverse: boolean, returnCounts: boolean, dim: number | null })",
    arguments,
  );
  return different("uniqueConsecutive", x, options);
}

async function different(
  call: "unique" | "uniqueConsecutive",
  x: Tensor,
  options: UniqueOptions,
): Promise<Tensor | UniqueResult> {
  const { returnInverse = false, returnCounts = false, dim = null } = options;
  checkTensor(call, x);
  const { dtype, shape } = x;
  const { stream } = x.node;
  const at = dim === null ? null : normalizeDim(call, dim, shape.length);
  // One row per compared thing: an element, or a slice along `dim`.
  const turned = at === null ? x : movedim(x, at, 0);
  const data = await read(turned);
  const count = at === null ? data.length : (shape[at] as number);
  const width = at === null ? 1 : sizeOf(turned.shape.slice(1));
  const compare = (a: number, b: number): number => {
    for (let k = 0; k < width; k++) {
      const found = order(data[a * width + k] as number, data[b * width + k] as number);
      if (found !== 0) return found;
    }
    return 0;
  };
  const isNaNLine = (line: number): boolean =>
    data.subarray(line * width, (line + 1) * width).some(Number.isNaN);
  const firsts: number[] = [];
  const counts: number[] = [];
  const inverse = new Int32Array(count);
  const lines = Int32Array.from({ length: count }, (_, i) => i);
  for (const line of call === "unique" ? lines.sort(compare) : lines) {
    const last = firsts.at(-1);
    if (last === undefined || compare(last, line) !== 0 || isNaNLine(line)) {
      firsts.push(line);
      counts.push(0);
    }
    counts[counts.length - 1] = (counts.at(-1) as number) + 1;
    inverse[line] = firsts.length - 1;
  }
  const n = firsts.length;
  const kept = new (arrayType(dtype))(n * width);
  firsts.forEach((line, i) => {
    kept.set(data.subarray(line * width, (line + 1) * width), i * width);
  });
  const found = hostTensor(kept, at === null ? [n] : [n, ...turned.shape.slice(1)], dtype, stream);
  const values = at === null ? found : movedim(found, 0, at);
  if (!returnInverse && !returnCounts) return values;
  const places = at === null ? shape : [count];
  return inOrder<Tensor | null, "values" | "inverse" | "counts">({
    values,
    inverse: returnInverse ? hostTensor(inverse, places, "i32", stream) : null,
    counts: returnCounts ? hostTensor(Int32Array.from(counts), [n], "i32", stream) : null,
  }) as unknown as UniqueResult;
}

/** Compares numbers; NaN is last. */
const order = (a: number, b: number): number =>
  a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
