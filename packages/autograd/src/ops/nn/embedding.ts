import { ArgumentError, detail, IndexError, ShapeError } from "../../errors.ts";
import { read } from "../../runtime/read.ts";
import { sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { checkedIndex, placesOf } from "../core/bounds.ts";
import { cast } from "../core/constant.ts";
import { detach, reshape, unsqueeze } from "../core/layout.ts";
import { counting } from "../core/progressions.ts";
import { checkIndices, placesAlong } from "../indexing/gathering.ts";
import { indexSelect } from "../indexing/index-vector.ts";
import { eq, where } from "../math/comparison.ts";
import { amax } from "../math/reduction.ts";

/** Options of `oneHot`. */
export interface OneHotOptions {
  /**
   * The number of classes. If it is not given (or is -1), it is the largest index + 1, read from x.
   */
  readonly numClasses?: number;
}

/**
 * Adds a last dimension of zeros (i32) with a 1 at each index: [...] → [..., numClasses]. Without a
 * number of classes it reads the largest index and returns a promise.
 */
export function oneHot(x: Tensor, numClasses: number | { readonly numClasses: number }): Tensor;
export function oneHot(x: Tensor, options?: OneHotOptions): Promise<Tensor>;
export function oneHot(x: Tensor, classes: number | OneHotOptions = {}): Tensor | Promise<Tensor> {
  checkCall("oneHot(x, numClasses?: number, { numClasses })", arguments);
  checkIndices("oneHot", x);
  const { numClasses: n = -1 } = typeof classes === "number" ? { numClasses: classes } : classes;
  if (n !== -1) return spike(x, n);
  if (sizeOf(x.shape) === 0) {
    throw new ArgumentError(
      "oneHot: cannot infer the number of classes from an empty tensor\n  hint: give numClasses",
    );
  }
  return read(amax(x)).then(([largest]) => spike(x, Math.max((largest as number) + 1, 1)));
}

function spike(places: Tensor, n: number): Tensor {
  if (!Number.isInteger(n) || n < 1) {
    throw new ArgumentError(`oneHot: the number of classes must be 1 or more, got ${n}`);
  }
  const classes = (value: number): IndexError =>
    new IndexError(
      `oneHot: index ${value} is out of range for ${n} classes${detail("x", places.shape)}\n  hint: classes are 0 to ${n - 1}`,
    );
  const named = cast(checkedIndex("oneHot", places, placesOf(n), places, classes), "i32");
  return composite(() => cast(eq(unsqueeze(named, -1), counting(n, named.node.stream)), "i32"));
}

/** Options of `embedding`. */
export interface EmbeddingOptions {
  /** The row that gets no gradient. A negative index counts from the end. */
  readonly paddingIdx?: number | null;
}

/**
 * The rows of a table at the given indices: input [...], weight [n, d] → [..., d]. The gradient of
 * a
 * row is the sum over its uses. An index outside [0, n) (negative ones too) throws an IndexError
 * before any weight changes.
 */
export function embedding(input: Tensor, weight: Tensor, options: EmbeddingOptions = {}): Tensor {
  checkCall("embedding(input, weight, { paddingIdx: int | null })", arguments);
  const { paddingIdx = null } = options;
  checkIndices("embedding", input);
  checkTensor("embedding", weight);
  if (weight.shape.length !== 2) {
    throw new ShapeError(
      `embedding: the weight must be [rows, features]${detail("weight", weight.shape)}\n  hint: the indices are the first argument, the weight is the second`,
    );
  }
  const [n, features] = weight.shape as readonly [number, number];
  if (paddingIdx !== null && !(paddingIdx >= -n && paddingIdx < n)) {
    throw new ArgumentError(`embedding: paddingIdx ${paddingIdx} is out of range for ${n} rows`);
  }
  return composite(() => {
    const places = placesAlong("embedding", weight, 0, input);
    const rows = indexSelect(weight, 0, reshape(places, [-1]));
    const out = reshape(rows, [...input.shape, features]);
    if (paddingIdx === null) return out;
    const padding = eq(unsqueeze(places, -1), paddingIdx < 0 ? paddingIdx + n : paddingIdx);
    return where(padding, detach(out), out);
  });
}
