import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { Handle } from "../../graph/handle.ts";
import { broadcastShapes, normalizeDim, sameShape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor, type Operand } from "../core/apply.ts";
import { checkedIndex } from "../core/bounds.ts";
import { constantLike, copy, held } from "../core/constant.ts";
import { writeInPlace } from "../core/inplace.ts";
import { reshape } from "../core/layout.ts";
import { counting } from "../core/progressions.ts";
import { sub } from "../math/arithmetic.ts";
import { clampMin } from "../math/binary.ts";
import { eq, logicalAnd, lt, where } from "../math/comparison.ts";
import { remainder } from "../math/division.ts";
import { cumsum } from "../math/scan.ts";
import { expand } from "../shape/broadcast.ts";
import {
  checkIndices,
  gatherAlong,
  placesAlong,
  raised,
  scatterAlong,
  scatterOverOp,
  scatterSumOp,
} from "./gathering.ts";
import { spreadIndex } from "./index-vector.ts";
import { type PutOptions, put_ } from "./indexing.ts";
import { type ScatterReduceOptions, scatterReduce } from "./scatter-reduce.ts";
import type { Index } from "./slicing.ts";

/** x with a number or tensor written to an index, as `put_` does. */
export function indexPut(
  x: Tensor,
  indices: Index | readonly Index[],
  values: Operand,
  options: PutOptions = {},
): Tensor {
  checkCall("indexPut(x, indices: any, values: operand | NaN, { accumulate: boolean })", arguments);
  checkTensor("indexPut", x);
  return composite(() => {
    const beside = [indices, values].flat().filter((one) => one instanceof Handle);
    const { lanes } = context;
    return put_(copy(lanes === null ? x : lanes.spread(x, beside)), indices, values, options);
  });
}

/** `put_` under PyTorch's name: writes a number or tensor to x at an index. */
export function indexPut_(
  x: Tensor,
  indices: Index | readonly Index[],
  values: Operand,
  options: PutOptions = {},
): Tensor {
  if (arguments.length > 3)
    checkCall(
      "indexPut_(x, indices: any, values: operand | NaN, { accumulate: boolean })",
      arguments,
    );
  return put_(x, indices, values, options);
}

/**
 * x with the source's elements at indices of the flattened x; negative ones count from its end.
 * With
 * `accumulate` they are added. `put_` is another function: it writes to an index.
 */
export function put(
  x: Tensor,
  index: Tensor,
  source: Tensor,
  accumulate: boolean | PutOptions = {},
): Tensor {
  checkCall("put(x, index, source, accumulate?: boolean, { accumulate })", arguments);
  const adds = typeof accumulate === "boolean" ? accumulate : (accumulate.accumulate ?? false);
  checkTensor("put", x);
  checkTensor("put", source);
  checkIndices("put", index);
  if (sizeOf(source.shape) !== sizeOf(index.shape) || source.dtype !== x.dtype) {
    throw new ShapeError(
      `put: the source must have one element of x's dtype per index${detail("x", x.shape, x.dtype)}` +
        `${detail("index", index.shape)}${detail("source", source.shape, source.dtype)}`,
    );
  }
  return composite(() => {
    const flat = reshape(x, [-1]);
    const places = placesAlong("put", flat, 0, reshape(index, [-1]), true);
    const op = adds ? scatterSumOp : scatterOverOp;
    const fromFront = where(lt(places, 0), sub(places, -sizeOf(x.shape)), places);
    return reshape(scatterAlong(op, flat, 0, fromFront, reshape(source, [-1])), x.shape);
  });
}

/** x with the elements of `source`, in order, where the mask is true. x and the mask broadcast. */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  if (arguments.length > 3) checkCall("maskedScatter(x, mask, source)", arguments);
  for (const one of [x, mask, source]) checkTensor("maskedScatter", one);
  if (source.dtype !== x.dtype) {
    throw new ArgumentError(
      `maskedScatter: the source must have x's dtype${detail("x", x.shape, x.dtype)}${detail("source", source.shape, source.dtype)}`,
    );
  }
  if (mask.dtype !== "bool") {
    throw new DTypeError(`maskedScatter: the mask must be bool, got ${mask.dtype}`);
  }
  const shape = broadcastShapes("maskedScatter", x.shape, mask.shape);
  const count = sizeOf(source.shape);
  const tooFew = (place: number): ArgumentError =>
    new ArgumentError(
      `maskedScatter: the mask chooses at least ${place + 1} elements, but the source has ${count}`,
    );
  return composite(() => {
    const base = expand(x, shape);
    if (sizeOf(shape) === 0) return copy(base);
    const chosen = reshape(expand(mask, shape), [-1]);
    const places = sub(cumsum(chosen, 0, { dtype: "i32" }), 1);
    const range = { from: -1, below: count };
    const last = clampMin(checkedIndex("maskedScatter", places, range, x, tooFew), 0);
    const from = count === 0 ? reshape(base, [-1]) : reshape(source, [-1]);
    return where(reshape(chosen, shape), reshape(gatherAlong(from, 0, last), shape), base);
  });
}

/**
 * x with the product, mean or extreme of the source's slices with equal indices along `dim`, and of
 * x's
 * own slice.
 */
export function indexReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: "prod" | "mean" | "amax" | "amin",
  options: ScatterReduceOptions = {},
): Tensor {
  if (arguments.length > 5)
    checkCall(
      'indexReduce(x, dim: number, index, source, reduce: "prod" | "mean" | "amax" | "amin", { includeSelf: boolean })',
      arguments,
    );
  for (const one of [x, index, source]) checkTensor("indexReduce", one);
  checkIndices("indexReduce", index);
  if (!["prod", "mean", "amax", "amin"].includes(reduce)) {
    throw new ArgumentError(
      `indexReduce: reduce must be one of prod, mean, amax, amin, got ${reduce}`,
    );
  }
  const at = normalizeDim("indexReduce", dim, x.shape.length);
  const vector = raised(index);
  const [from, values] = [raised(x), raised(source)];
  const fits =
    vector.shape.length === 1 &&
    sameShape(values.shape, from.shape.with(at, vector.shape[0] as number));
  if (!fits) {
    throw new ShapeError(
      `indexReduce: the source must have x's shape with the index's length in dimension ${at}${detail("x", x.shape)}` +
        `${detail("index", index.shape)}${detail("source", source.shape)}`,
    );
  }
  return composite(() =>
    reshape(
      scatterReduce(from, at, spreadIndex(vector, from.shape, at), values, reduce, options),
      x.shape,
    ),
  );
}

/** Options of `fillDiagonal_`. */
export interface FillDiagonalOptions {
  /** If true, the diagonal of a tall matrix starts again below, after one row. */
  readonly wrap?: boolean;
}

/**
 * Fills the main diagonal of x with one value. With more than 2 dimensions, all must have one size.
 */
export function fillDiagonal_(x: Tensor, value: number, options: FillDiagonalOptions = {}): Tensor {
  if (arguments.length > 2)
    checkCall("fillDiagonal_(x, value: number, { wrap: boolean })", arguments);
  const { wrap = false } = options;
  checkTensor("fillDiagonal_", x);
  const { shape } = x;
  if (shape.length < 2 || (shape.length > 2 && shape.some((n) => n !== shape[0]))) {
    throw new ShapeError(
      `fillDiagonal_: expected a matrix, or dimensions of one size${detail("x", shape)}`,
    );
  }
  const columns = shape.at(-1) as number;
  const fixed = (like: Tensor): Tensor => constantLike(held("fillDiagonal_", value, x.dtype), like);
  const step = shape.reduce((sum, _, d) => sum + sizeOf(shape.slice(d + 1)), 0);
  return writeInPlace("fillDiagonal_", x, (before) => {
    const places = counting(sizeOf(shape), x.node.stream);
    const on = eq(remainder(places, step), 0);
    const end = shape.length > 2 || wrap ? sizeOf(shape) : columns * columns;
    return where(reshape(logicalAnd(on, lt(places, end)), shape), fixed(before), before);
  });
}
