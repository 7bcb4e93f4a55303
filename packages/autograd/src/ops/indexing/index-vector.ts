import { detail, ShapeError } from "../../errors.ts";
import type { Op } from "../../graph/op.ts";
import { normalizeDim, type Shape, sameShape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor, type Operand } from "../core/apply.ts";
import { cast } from "../core/constant.ts";
import { reshape } from "../core/layout.ts";
import { mul } from "../math/arithmetic.ts";
import { expand } from "../shape/broadcast.ts";
import {
  checkIndices,
  gatherAlong,
  placesAlong,
  raised,
  scattered,
  scatterOverOp,
  scatterSumOp,
} from "./gathering.ts";

/** The slices of x at a vector of n indices along `dim`, whose size becomes n. */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  if (arguments.length > 3) checkCall("indexSelect(x, dim: number, index)", arguments);
  const { from, at, index: vector } = alongDim("indexSelect", x, dim, index);
  const places = placesAlong("indexSelect", from, at, vector);
  return composite(() =>
    x.shape.length === 0
      ? reshape(gatherAlong(from, at, places), [])
      : gatherAlong(from, at, spreadIndex(places, from.shape, at)),
  );
}

function alongDim(
  call: string,
  x: Tensor,
  dim: number,
  index: Tensor,
): { from: Tensor; at: number; index: Tensor } {
  checkTensor(call, x);
  checkIndices(call, index);
  const vector = raised(index);
  if (vector.shape.length !== 1) {
    throw new ShapeError(
      `${call}: the index must be a vector${detail("index", index.shape)}\n  hint: gather takes an index of x's rank`,
    );
  }
  return { from: raised(x), at: normalizeDim(call, dim, x.shape.length), index: vector };
}

/** A vector of indices along `dim`, expanded over the other dimensions of `shape`. A view. */
export function spreadIndex(index: Tensor, shape: Shape, dim: number): Tensor {
  const [n] = index.shape as readonly [number];
  const lying = reshape(
    index,
    shape.map((_, d) => (d === dim ? n : 1)),
  );
  return expand(lying, shape.with(dim, n));
}

function indexed(
  call: string,
  op: Op,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor | number,
  negative = false,
): Tensor {
  const { from, at, index: vector } = alongDim(call, x, dim, index);
  return composite(() => {
    const chosen = spreadIndex(vector, from.shape, at);
    if (typeof source !== "number" && !sameShape(raised(source).shape, chosen.shape)) {
      throw new ShapeError(
        `${call}: the source must have x's shape with size ${vector.shape[0]} in dimension ${at}` +
          `${detail("x", x.shape)}${detail("source", source.shape)}`,
      );
    }
    return reshape(scattered(call, op, from, at, chosen, source, negative), x.shape);
  });
}

/** Options of `indexAdd`. */
export interface IndexAddOptions {
  /** α, the factor of the source (1). */
  readonly alpha?: number;
}

/** x with α·source added at these indices along `dim`. Indices may repeat. */
export function indexAdd(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  options: IndexAddOptions = {},
): Tensor {
  if (arguments.length > 4)
    checkCall("indexAdd(x, dim: number, index, source, { alpha: number })", arguments);
  const { alpha = 1 } = options;
  checkTensor("indexAdd", source);
  return composite(() => {
    const scaled = alpha === 1 ? source : cast(mul(source, alpha), source.dtype);
    return indexed("indexAdd", scatterSumOp, x, dim, index, scaled);
  });
}

/** x with the slices of source copied to these indices along `dim`. */
export function indexCopy(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  if (arguments.length > 4) checkCall("indexCopy(x, dim: number, index, source)", arguments);
  checkTensor("indexCopy", source);
  return indexed("indexCopy", scatterOverOp, x, dim, index, source);
}

/**
 * x filled with one number (or 0-d tensor) at these indices along `dim`. Negative ones count from
 * the
 * end.
 */
export function indexFill(x: Tensor, dim: number, index: Tensor, value: Operand): Tensor {
  if (arguments.length > 4)
    checkCall("indexFill(x, dim: number, index, value: operand)", arguments);
  if (typeof value !== "object")
    return indexed("indexFill", scatterOverOp, x, dim, index, Number(value), true);
  checkTensor("indexFill", value);
  if (value.shape.length > 0) {
    throw new ShapeError(
      `indexFill: expected a number or a 0-d tensor${detail("value", value.shape)}`,
    );
  }
  const { from, at, index: vector } = alongDim("indexFill", x, dim, index);
  const shape = from.shape.with(at, vector.shape[0] as number);
  return composite(() =>
    indexed("indexFill", scatterOverOp, x, dim, index, expand(cast(value, x.dtype), shape), true),
  );
}
