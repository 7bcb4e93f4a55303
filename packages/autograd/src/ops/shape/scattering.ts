import { DTypeError, detail, ShapeError } from "../../errors.ts";
import { wholeView } from "../../graph/view.ts";
import { normalizeDim, type Shape, sameShape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type DimOption, withDim } from "../core/arguments.ts";
import { cast, copy } from "../core/constant.ts";
import { assemble, whole } from "../core/strided.ts";
import { type DiagonalOptions, diagonal } from "./diagonals.ts";
import { flip, narrow, select, sliceOf } from "./movement.ts";

/** x with the elements of a view replaced by those of `source`. */
function written(call: string, x: Tensor, source: Tensor, part: (x: Tensor) => Tensor): Tensor {
  checkTensor(call, x);
  checkTensor(call, source);
  return composite(() => {
    const base = whole(x);
    const seen = part(base);
    if (!sameShape(seen.shape, source.shape)) {
      throw new ShapeError(
        `${call}: the source must have the shape of the part that it replaces${detail("source", source.shape)}${detail("part", seen.shape)}`,
      );
    }
    if (source.dtype !== x.dtype) {
      throw new DTypeError(
        `${call}: cannot write a ${source.dtype} source into ${x.dtype}\n  hint: source.to("${x.dtype}")`,
      );
    }
    const { strides, offset } = seen.window ?? wholeView(seen.shape as Shape);
    if (seen.shape.includes(0)) return copy(x);
    return assemble(base, [{ value: cast(source, x.dtype), strides, offset }]);
  });
}

/** x with `source` at `index` of dimension `dim`: the inverse of `select`. */
export function selectScatter(x: Tensor, source: Tensor, dim: number, index: number): Tensor {
  checkCall("selectScatter(x, source, dim: number, index: number)", arguments);
  return written("selectScatter", x, source, (base) => select(base, dim, index));
}

/** Options of `sliceScatter`. */
export interface SliceScatterOptions extends DimOption {
  readonly start?: number | null;
  readonly end?: number | null;
  readonly step?: number;
}

/** x with `source` at the slice start:end:step of dimension `dim` (0 unless given). */
export function sliceScatter(
  x: Tensor,
  source: Tensor,
  dim?: number | SliceScatterOptions,
  options?: SliceScatterOptions,
): Tensor {
  checkCall(
    "sliceScatter(x, source, dim?: number, { dim, start: int | null, end: int | null, step: int })",
    arguments,
  );
  const settings = withDim<number, SliceScatterOptions>(dim, options);
  const { dim: along = 0, start = null, end = null, step = 1 } = settings;
  checkTensor("sliceScatter", x);
  if (!(Number.isInteger(step) && step > 0)) {
    throw new ShapeError(`sliceScatter: the step must be 1 or more, got ${step}`);
  }
  const at = normalizeDim("sliceScatter", along, x.shape.length);
  const n = x.shape[at] ?? 1;
  const place = (end: number | null, otherwise: number): number =>
    end === null ? otherwise : Math.min(n, Math.max(0, end < 0 ? end + n : end));
  const first = place(start, 0);
  const count = Math.max(0, Math.ceil((place(end, n) - first) / step));
  return written("sliceScatter", x, source, (base) => sliceOf(base, at, first, count, step));
}

/** x with `source` on a diagonal: the inverse of `diagonal`. */
export function diagonalScatter(
  x: Tensor,
  source: Tensor,
  offset: number | DiagonalOptions = {},
): Tensor {
  checkCall(
    "diagonalScatter(x, source, offset?: number, { offset, dim1: number, dim2: number })",
    arguments,
  );
  const options = typeof offset === "number" ? { offset } : offset;
  return written("diagonalScatter", x, source, (base) => diagonal(base, options));
}

/** `narrow` that returns a copy. */
export function narrowCopy(x: Tensor, dim: number, start: number, length: number): Tensor {
  checkCall("narrowCopy(x, dim: number, start: number, length: number)", arguments);
  return composite(() => copy(narrow(x, dim, start, length)));
}

/** Reverses the columns: dimension 1. */
export function fliplr(x: Tensor): Tensor {
  checkCall("fliplr(x)", arguments);
  checkTensor("fliplr", x);
  if (x.shape.length < 2)
    throw new ShapeError(`fliplr: expected at least 2 dimensions${detail("x", x.shape)}`);
  return flip(x, 1);
}

/** Reverses the rows: dimension 0. */
export function flipud(x: Tensor): Tensor {
  checkCall("flipud(x)", arguments);
  checkTensor("flipud", x);
  if (x.shape.length < 1)
    throw new ShapeError(`flipud: expected at least 1 dimension${detail("x", x.shape)}`);
  return flip(x, 0);
}
