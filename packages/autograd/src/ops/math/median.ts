import { isFloating } from "../../dtype.ts";
import { ArgumentError, detail } from "../../errors.ts";
import { alongDim } from "../../graph/attributes.ts";
import { type Op, registerOp } from "../../graph/op.ts";
import { inOrder } from "../../results.ts";
import { normalizeDim, type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { record } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { withDim } from "../core/arguments.ts";
import { cast, zeroGradient } from "../core/constant.ts";
import { reshape, squeeze } from "../core/layout.ts";
import { gatherAlong, raised } from "../indexing/gathering.ts";
import { startValue, sum } from "../shape/broadcast.ts";
import { narrow } from "../shape/movement.ts";
import { sub } from "./arithmetic.ts";
import { eq, gt, isnan, logicalAnd, logicalOr, lt, where } from "./comparison.ts";
import { div } from "./division.ts";
import type { OneDimOptions, ValuesAndIndices } from "./reduction.ts";
import { chosenAlong } from "./scan.ts";
import { argsort } from "./sorting.ts";

/**
 * The k-th smallest element of each slice along `dim` (the last unless given), counted from 1, and
 * its index (i32).
 */
export function kthvalue(
  x: Tensor,
  k: number,
  dim?: number | OneDimOptions,
  options?: OneDimOptions,
): ValuesAndIndices {
  checkCall("kthvalue(x, k: number, dim?: number, { dim, keepdim: boolean })", arguments);
  checkTensor("kthvalue", x);
  const settings = withDim<number | null, OneDimOptions>(dim, options);
  const at = normalizeDim("kthvalue", settings.dim ?? -1, x.shape.length);
  const n = x.shape[at] ?? 1;
  if (!(Number.isInteger(k) && k >= 1 && k <= n)) {
    throw new ArgumentError(`kthvalue: k must be from 1 to ${n}, got ${k}${detail("x", x.shape)}`);
  }
  return composite(() => {
    const places = argsort(x, at);
    const place = x.shape.length === 0 ? places : narrow(places, at, k - 1, 1);
    return chosenOne(x, at, place, settings.keepdim ?? false);
  });
}

function chosenOne(x: Tensor, dim: number, place: Tensor, keepdim: boolean): ValuesAndIndices {
  const values = chosenAlong(x, dim, place);
  if (keepdim || x.shape.length === 0) return inOrder({ values, indices: place });
  return inOrder({ values: squeeze(values, dim), indices: squeeze(place, dim) });
}

/** The median of all elements. Elements equal to it share the gradient. */
const medianOp: Op = registerOp({
  name: "median",
  meaning: { kind: "gather" },
  scalarTypes: [],
  saves: [0, "output"],
  gradient: (dy, [operand], { output }) => {
    const x = operand as Tensor;
    const same = eq(x, output);
    const attains = isFloating(x.dtype)
      ? logicalOr(same, logicalAnd(isnan(x), isnan(output)))
      : same;
    const share = div(dy, sum(cast(attains, dy.dtype)));
    return [where(attains, share, zeroGradient(share)), null];
  },
});

/** The index of the lower median of each sorted slice, or of its first NaN (NaN sorts last). */
function medianPlace(x: Tensor, dim: number, skipsNaN: boolean): Tensor {
  const n = x.shape[dim] ?? 1;
  const places = argsort(x, dim);
  if (!isFloating(x.dtype)) return narrow(raised(places), dim, (n - 1) >> 1, 1);
  const nans = raised(sum(isnan(x), dim, { keepdim: true }));
  const place = skipsNaN
    ? where(lt(nans, n), div(sub(n - 1, nans), 2, { roundingMode: "floor" }), 0)
    : where(gt(nans, 0), sub(n, nans), (n - 1) >> 1);
  return gatherAlong(raised(places), dim, place);
}

function middle(
  call: string,
  skipsNaN: boolean,
  x: Tensor,
  dim: number | OneDimOptions | undefined,
  options: OneDimOptions | undefined,
): Tensor | ValuesAndIndices {
  checkTensor(call, x);
  const settings = withDim<number | null, OneDimOptions>(dim, options);
  const along = typeof settings.dim === "number";
  const at = along ? normalizeDim(call, settings.dim as number, x.shape.length) : 0;
  if (!along && isFloating(x.dtype) && sizeOf(x.shape) === 0) {
    return startValue(Number.NaN, x, [...x.shape.keys()], false);
  }
  if ((along ? x.shape[at] : sizeOf(x.shape)) === 0) {
    throw new ArgumentError(`${call}: expected at least one element${detail("x", x.shape)}`);
  }
  return composite(() => {
    if (along) {
      const place = reshape(medianPlace(x, at, skipsNaN), keptOne(x, at));
      return chosenOne(x, at, place, settings.keepdim ?? false);
    }
    const flat = reshape(x, [-1]);
    return reshape(
      record(medianOp, [flat, medianPlace(flat, 0, skipsNaN)], [1], x.dtype, alongDim(0)),
      [],
    );
  });
}

const keptOne = ({ shape }: Tensor, dim: number): Shape =>
  shape.length === 0 ? shape : shape.with(dim, 1);

/**
 * The median of all elements, or of each slice along `dim` with its index (i32). For an even number
 * of elements it is the lower of the middle two. NaN if any element is NaN. Over all elements,
 * those
 * equal to the median share the gradient; along `dim` the element at the index gets it.
 */
export function median(x: Tensor): Tensor;
export function median(
  x: Tensor,
  dim: number | OneDimOptions,
  options?: OneDimOptions,
): ValuesAndIndices;
export function median(
  x: Tensor,
  dim?: number | OneDimOptions,
  options?: OneDimOptions,
): Tensor | ValuesAndIndices {
  checkCall("median(x, dim?: number | null, { dim, keepdim: boolean })", arguments);
  return middle("median", false, x, dim, options);
}

/** `median` of the elements that are not NaN. NaN if all are. */
export function nanmedian(x: Tensor): Tensor;
export function nanmedian(
  x: Tensor,
  dim: number | OneDimOptions,
  options?: OneDimOptions,
): ValuesAndIndices;
export function nanmedian(
  x: Tensor,
  dim?: number | OneDimOptions,
  options?: OneDimOptions,
): Tensor | ValuesAndIndices {
  checkCall("nanmedian(x, dim?: number | null, { dim, keepdim: boolean })", arguments);
  return middle("nanmedian", true, x, dim, options);
}
