import { IndexError, ShapeError } from "../../errors.ts";
import type { Node } from "../../graph/node.ts";
import { EXPIRED, PENDING } from "../../graph/node.ts";
import { noteRange, rangeOf } from "../../graph/range.ts";
import type { View } from "../../graph/view.ts";
import { expire } from "../../runtime/retention.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import { bring } from "../../tape/bring.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { eq, where } from "../math/comparison.ts";
import { amax, amin } from "../math/reduction.ts";
import { sum } from "../shape/broadcast.ts";
import { copy } from "./constant.ts";
import { knownValues } from "./known-values.ts";

/** Which indices there are: whole numbers from `from` to `below` − 1, and `ignored`. */
export interface IndexRange {
  readonly from: number;
  readonly below: number;
  readonly ignored?: number | null;
}

/** The error for an index that is not there. */
type Tell = (value: number) => IndexError;

/** Numbers of a dimension, from its end too where negative ones count from there. */
export const placesOf = (size: number, negative = false): IndexRange => ({
  from: negative ? -size : 0,
  below: size,
});

const outOfRange =
  (call: string, { from, below }: IndexRange): Tell =>
  (value) =>
    new IndexError(`${call}: ${value} is not one of ${from} to ${below - 1}`);

/**
 * The index, to be used in its place: what is out of range is an IndexError before anything is computed from it. Values that are on the host
 * are looked at now; of others the recipe may tell what they can be (a remainder, what argmax gives); else the device finds out before
 * the next flush, which waits for it, and the read or step that flushes fails.
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
  const values = knownValues(index);
  if (values !== null) {
    const missing = values.find((value) => !isThere(value));
    if (missing === undefined) return index;
    throw tell(missing as number);
  }
  const here = bring(index, on.node.stream, null) ?? index;
  const least = rangeOf(here.node);
  if (least !== null && least[0] >= from && least[1] < below) return here;
  return guarded(here, range, (found) => {
    const missing = found.find((value) => !isThere(value));
    return missing === undefined ? null : tell(missing);
  });
}

/** Classes as targets, or what the loss ignores: as `checkedIndex`. */
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
        `${call}: target ${value} is not one of ${classes} classes\n  hint: targets are 0 to ${classes - 1}${others}`,
      ),
  );
}

/**
 * Masks that must choose equally many elements, as many as values are given for them if `due` says so. The device finds out, as of
 * indices: what is written under others fails the read or step that flushes it.
 */
export function checkedMasks(call: string, masks: readonly Tensor[], due: number | null): Tensor[] {
  const [first] = masks;
  if (first === undefined || (masks.length === 1 && due === null)) return [...masks];
  return noGrad(() =>
    composite(() => {
      const checked = masks.map((mask) => copy(mask));
      const counts = masks.map((mask) => sum(mask).node);
      first.node.stream.guard(counts, (found) => {
        const error = wrongCounts(call, found, due);
        if (error !== null) for (const { node } of checked) expire(node, error);
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
      `${call}: one mask chooses ${found[0]} elements, another ${other}` +
        "\n  hint: await mask.nonzero({ asTuple: true }) gives the coordinates of each",
    );
  }
  if (due === null || found[0] === due) return null;
  return new ShapeError(
    `${call}: the mask chooses ${found[0]} elements, and there are ${due} values for them`,
  );
}

interface Guarded {
  readonly window: View | null;
  readonly range: IndexRange;
  readonly checked: Tensor;
  passed: boolean;
}

/** Indices that the device checks, so that several uses of one cost one check. */
const guards = new WeakMap<Node, Guarded[]>();

function guarded(
  index: Tensor,
  range: IndexRange,
  judge: (extremes: readonly number[]) => IndexError | null,
): Tensor {
  const { node, window } = index;
  const before = guards.get(node) ?? [];
  const same = before.find((one) => sameView(one.window, window) && sameRange(one.range, range));
  if (same?.passed) return index;
  if (same !== undefined && same.checked.node.state === PENDING) return same.checked;
  return noGrad(() =>
    composite(() => {
      const checked = copy(index);
      const { from, below, ignored = null } = range;
      noteRange(checked.node, [
        Math.min(from, ignored ?? from),
        Math.max(below - 1, ignored ?? from),
      ]);
      const counted = ignored === null ? index : where(eq(index, ignored), from, index);
      const extremes = [amin(counted).node, amax(counted).node];
      const guard: Guarded = { window, range, checked, passed: false };
      guards.set(node, [...before.filter((one) => one.checked.node.state !== EXPIRED), guard]);
      node.stream.guard(extremes, (found) => {
        const error = judge(found);
        if (error !== null) {
          expire(checked.node, error);
          return error;
        }
        guard.passed = true;
        if (window === null && ignored === null) noteRange(node, found as [number, number]);
        return null;
      });
      return checked;
    }),
  );
}

const sameRange = (a: IndexRange, b: IndexRange): boolean =>
  a.from === b.from && a.below === b.below && (a.ignored ?? null) === (b.ignored ?? null);

function sameView(a: View | null, b: View | null): boolean {
  if (a === null || b === null) return a === b;
  return a.offset === b.offset && sameShape(a.shape, b.shape) && sameShape(a.strides, b.strides);
}
