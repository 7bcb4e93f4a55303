import { detail, ShapeError } from "../../errors.ts";
import { Handle } from "../../graph/handle.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { asTensor, checkTensor } from "../core/apply.ts";
import { constant } from "../core/constant.ts";
import { reshape } from "../core/layout.ts";
import { gatherAlong, takeAlongDim } from "../indexing/gathering.ts";
import { add, sub } from "./arithmetic.ts";
import { minimum } from "./binary.ts";
import { ge, gt, le, logicalAnd, logicalNot, where } from "./comparison.ts";

/** Options of `searchsorted`. */
export interface SearchsortedOptions {
  /** If true, returns the index after equal elements (upper bound). */
  readonly right?: boolean;
  readonly side?: "left" | "right";
  /** The order that sorts the slices if they are not sorted: what `argsort` returns for them. */
  readonly sorter?: Tensor | null;
}

/**
 * The index (i32) at which each value can be inserted into a sorted slice and keep it sorted: that
 * of
 * the first element not less than the value. `sorted` is a vector, or has the shape of `values` but
 * for the last dimension.
 */
export function searchsorted(
  sorted: Tensor,
  values: Tensor | number,
  options: SearchsortedOptions = {},
): Tensor {
  checkCall(
    'searchsorted(sorted, values: number | tensor, { right: boolean, side: "left" | "right", sorter })',
    arguments,
  );
  const { right = false, side = right ? "right" : "left", sorter = null, ...rest } = options;
  checkTensor("searchsorted", sorted);
  if (sorted.shape.length === 0)
    throw new ShapeError("searchsorted: sorted must have a dimension, got a 0-d tensor");
  if (sorter !== null) {
    if (!sameShape(sorter.shape, sorted.shape)) {
      throw new ShapeError(
        `searchsorted: sorter must have the shape of sorted${detail("sorter", sorter.shape)}${detail("sorted", sorted.shape)}`,
      );
    }
    const lines = takeAlongDim(sorted, sorter, -1);
    return composite(() => searchsorted(lines, values, { ...rest, side }));
  }
  const { stream } = sorted.node;
  const wanted = values instanceof Handle ? values : asTensor(values, "f32", stream);
  const n = sorted.shape.at(-1) ?? 0;
  const lines = sorted.shape.slice(0, -1);
  if (sorted.shape.length > 1 && !sameShape(lines, wanted.shape.slice(0, -1))) {
    throw new ShapeError(
      `searchsorted: sorted and values must have equal shapes but for the last dimension` +
        `${detail("sorted", sorted.shape)}${detail("values", wanted.shape)}`,
    );
  }
  return composite(() => {
    const v = sorted.shape.length > 1 ? wanted : reshape(wanted, [-1]);
    let place = constant(0, "i32", v.shape, stream);
    if (sizeOf(v.shape) === 0 || n === 0) return reshape(place, wanted.shape);
    for (let step = 2 ** Math.floor(Math.log2(n)); step >= 1; step /= 2) {
      const next = add(place, step);
      const probe = gatherAlong(sorted, v.shape.length - 1, minimum(sub(next, 1), n - 1));
      const passes = logicalNot(side === "right" ? gt(probe, v) : ge(probe, v));
      place = where(logicalAnd(le(next, n), passes), next, place);
    }
    return reshape(place, wanted.shape);
  });
}

/** Options of `bucketize`. */
export interface BucketizeOptions {
  /** If true, a value equal to a boundary belongs to the bucket after it. */
  readonly right?: boolean;
}

/**
 * The index (i32) of the bucket between sorted boundaries that contains each element:
 * `searchsorted`
 * with its operands swapped.
 */
export function bucketize(
  x: Tensor | number,
  boundaries: Tensor,
  options: BucketizeOptions = {},
): Tensor {
  checkCall("bucketize(x: number | tensor, boundaries, { right: boolean })", arguments);
  checkTensor("bucketize", boundaries);
  if (boundaries.shape.length !== 1) {
    throw new ShapeError(
      `bucketize: boundaries must be a vector${detail("boundaries", boundaries.shape)}`,
    );
  }
  return composite(() => searchsorted(boundaries, x, { right: options.right ?? false }));
}
