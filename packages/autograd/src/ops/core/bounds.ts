import { isFloating } from "../../dtype.ts";
import { ArgumentError, IndexError, ShapeError } from "../../errors.ts";
import { newHandle } from "../../graph/handle.ts";
import { everything, hasLanes } from "../../graph/lanes.ts";
import type { Node } from "../../graph/node.ts";
import { EXPIRED, PENDING } from "../../graph/node.ts";
import { noteRange, rangeOf } from "../../graph/range.ts";
import type { View } from "../../graph/view.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import { bring } from "../../tape/bring.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import { isTracked } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { add } from "../math/arithmetic.ts";
import { eq, where } from "../math/comparison.ts";
import { amax, amin } from "../math/reduction.ts";
import { abs, isfinite } from "../math/unary.ts";
import { sum } from "../shape/broadcast.ts";
import { copy } from "./constant.ts";
import { knownEverywhere } from "./known-values.ts";

/** The valid indices: integers from `from` to `below` − 1, and `ignored`. */
export interface IndexRange {
  readonly from: number;
  readonly below: number;
  readonly ignored?: number | null;
}

/** Makes the error for an invalid value. */
type Tell = (value: number) => Error;

/** The valid indices of a dimension of size n. Negative ones count from its end, if allowed. */
export const placesOf = (size: number, negative = false): IndexRange => ({
  from: negative ? -size : 0,
  below: size,
});

const outOfRange =
  (call: string, { from, below }: IndexRange) =>
  (value: number): IndexError =>
    new IndexError(`${call}: ${value} must be from ${from} to ${below - 1}`);

/**
 * Returns the index, checked; use the result instead of it. An index out of range throws an
 * IndexError
 * before anything is computed: at once if the host knows the values or their range. Else the device
 * checks before the next flush, and the read or step that flushes throws.
 */
export function checkedIndex(
  call: string,
  index: Tensor,
  range: IndexRange,
  on: Tensor,
  tell: Tell = outOfRange(call, range),
): Tensor {
  if (sizeOf(index.shape) === 0) return index;
  const { from, below, ignored = null } = range;
  const isThere = (value: number) => value === ignored || (value >= from && value < below);
  if (isKnown(index, isThere, tell)) return index;
  const here = bring(index, on.node.stream, null) ?? index;
  const least = rangeOf(here.node);
  if (least !== null && least[0] >= from && least[1] < below) return here;
  return guarded(here, { ...range, to: below - 1, ignored }, isThere, tell);
}

/** The range of valid numbers. NaN is invalid unless it is allowed. */
export interface FractionRange {
  readonly from: number;
  readonly to: number;
  readonly nan?: boolean;
}

/**
 * Floating-point numbers, checked against a range as by `checkedIndex`. NaN is invalid where values
 * are
 * read; it passes where the operation bounds them (a sigmoid, a clamp).
 */
export function checkedFractions(x: Tensor, range: FractionRange, tell: Tell): Tensor {
  if (sizeOf(x.shape) === 0) return x;
  const { from, to, nan = false } = range;
  const isThere = (value: number) => (value >= from && value <= to) || (nan && Number.isNaN(value));
  if (isKnown(x, isThere, tell)) return x;
  const ends = rangeOf(x.node, "numbers");
  if (ends !== null && ends[0] >= from && ends[1] <= to) return x;
  return guarded(x, { from, to, ignored: null }, isThere, tell);
}

/** An integer divisor, checked as by `checkedIndex` to contain no 0. */
export function checkedDivisor(b: Tensor, tell: Tell): Tensor {
  if (sizeOf(b.shape) === 0) return b;
  const isThere = (value: number) => value !== 0;
  if (isKnown(b, isThere, tell)) return b;
  const ends = rangeOf(b.node);
  if (ends !== null && (ends[0] > 0 || ends[1] < 0)) return b;
  return guarded(b, { from: 1, to: Infinity, ignored: null, measure: abs }, isThere, tell);
}

/**
 * The result of an algorithm, checked as by `checkedIndex` to be finite. It may be infinite or NaN
 * if
 * `given` is.
 */
export function checkedFinite(x: Tensor, given: readonly Tensor[], tell: () => Error): Tensor {
  if (sizeOf(x.shape) === 0) return x;
  const measure = (found: Tensor): Tensor => {
    const size = given.map((one) => sum(abs(one))).reduce((a, b) => add(a, b));
    return where(isfinite(size), found, 0);
  };
  return guarded(
    x,
    { from: -Infinity, to: Infinity, ignored: null, measure },
    Number.isFinite,
    tell,
  );
}

/** Whether the host knows the values. Throws if one of them is invalid. */
function isKnown(x: Tensor, isThere: (value: number) => boolean, tell: Tell): boolean {
  const values = knownEverywhere(x);
  const missing = values?.find((value) => !isThere(value));
  if (missing !== undefined) throw tell(missing);
  return values !== null;
}

/** Target classes, or the ignored one, checked as by `checkedIndex`. */
export function checkedClasses(
  call: string,
  target: Tensor,
  classes: number,
  on: Tensor,
  ignored: number | null = null,
): Tensor {
  const others = ignored === null ? "" : `, or ignoreIndex (${ignored})`;
  const range = { from: 0, below: classes, ignored };
  return checkedIndex(
    call,
    target,
    range,
    on,
    (value) =>
      new IndexError(
        `${call}: target ${value} is out of range for ${classes} classes\n  hint: targets are 0 to ${classes - 1}${others}`,
      ),
  );
}

/**
 * Masks, checked as by `checkedIndex` to have equally many true elements: `due`, if it is given.
 */
export function checkedMasks(call: string, masks: readonly Tensor[], due: number | null): Tensor[] {
  const [first] = masks;
  if (first === undefined || (masks.length === 1 && due === null)) return [...masks];
  if (masks.some(hasLanes)) {
    throw new ArgumentError(
      `${call}: the number of elements that a mask chooses differs over the batch of vmap` +
        "\n  hint: where(mask, a, b) keeps the shape",
    );
  }
  return noGrad(() =>
    composite(() => {
      const checked = masks.map((mask) => copy(mask));
      const counts = masks.map((mask) => sum(mask).node);
      first.node.stream.guard(counts, (found) => {
        const error = wrongCounts(call, found, due);
        if (error !== null) for (const { node } of checked) node.stream.fail(node, error);
        return error;
      });
      return checked;
    }),
  );
}

function wrongCounts(call: string, found: readonly number[], due: number | null): Error | null {
  const other = found.find((count) => count !== found[0]);
  if (other !== undefined) {
    return new ShapeError(
      `${call}: one mask chooses ${found[0]} elements, another chooses ${other}` +
        "\n  hint: await mask.nonzero({ asTuple: true }) gives the coordinates of each",
    );
  }
  if (due === null || found[0] === due) return null;
  return new ShapeError(`${call}: the mask chooses ${found[0]} elements, got ${due} values`);
}

/** The valid values: from `from` to `to`, and `ignored`. */
interface Ends {
  readonly from: number;
  readonly to: number;
  readonly ignored: number | null;
  /** What is compared with the bounds, if not the values themselves. */
  readonly measure?: (x: Tensor) => Tensor;
}

interface Guarded {
  readonly window: View | null;
  readonly ends: Ends;
  readonly checked: Tensor;
  passed: boolean;
}

/** Values that the device checks. Several uses of one value share a check. */
const guards = new WeakMap<Node, Guarded[]>();

function guarded(x: Tensor, ends: Ends, isThere: (value: number) => boolean, tell: Tell): Tensor {
  const { node, window } = x;
  const before = guards.get(node) ?? [];
  const same = before.find((one) => sameView(one.window, window) && sameEnds(one.ends, ends));
  if (same?.passed) return x;
  const onTape = isTracked(x) || (same !== undefined && isTracked(same.checked));
  if (same?.checked.node.state === PENDING && !onTape) return same.checked;
  return composite(() => {
    const checked = copy(x);
    const { from, to, ignored, measure } = ends;
    if (measure === undefined) {
      const about = isFloating(x.dtype) ? "numbers" : "all";
      const least = Math.min(from, ignored ?? from);
      noteRange(checked.node, [least, Math.max(to, ignored ?? from)], about);
    }
    const extremes = noGrad(() => {
      const measured = measure === undefined ? x : measure(x);
      const counted = ignored === null ? measured : where(eq(x, ignored), from, measured);
      const all = hasLanes(counted) ? newHandle(counted.cell, everything(counted)) : counted;
      return [amin(all).node, amax(all).node];
    });
    const guard: Guarded = { window, ends, checked, passed: false };
    guards.set(node, [...before.filter((one) => one.checked.node.state !== EXPIRED), guard]);
    node.stream.guard(extremes, (found) => {
      const missing = found.find((value) => !isThere(value));
      if (missing !== undefined) {
        const error = tell(missing);
        checked.node.stream.fail(checked.node, error);
        return error;
      }
      guard.passed = true;
      if (window !== null || ignored !== null || measure !== undefined) return null;
      if (found.every(Number.isFinite)) noteRange(node, found as [number, number]);
      return null;
    });
    return checked;
  });
}

const sameEnds = (a: Ends, b: Ends): boolean =>
  a.from === b.from && a.to === b.to && a.ignored === b.ignored && a.measure === b.measure;

function sameView(a: View | null, b: View | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.lanes !== undefined || b.lanes !== undefined) return a === b;
  return a.offset === b.offset && sameShape(a.shape, b.shape) && sameShape(a.strides, b.strides);
}
