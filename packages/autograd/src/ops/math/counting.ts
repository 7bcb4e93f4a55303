import { arrayType } from "../../dtype.ts";
import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { Handle } from "../../graph/handle.ts";
import { inOrder } from "../../results.ts";
import { read } from "../../runtime/read.ts";
import { normalizeDim, sameShape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { asTensor, checkTensor } from "../core/apply.ts";
import { stack } from "../core/assembly.ts";
import { checkedFractions } from "../core/bounds.ts";
import { cast, checkFloating, constant } from "../core/constant.ts";
import { hostTensor } from "../core/creation.ts";
import { detach, movedim, reshape } from "../core/layout.ts";
import {
  checkIndices,
  gatherAlong,
  scatterAlong,
  scatterSumOp,
  takeAlongDim,
} from "../indexing/gathering.ts";
import { add, mul, sub, trueDivide } from "./arithmetic.ts";
import { minimum } from "./binary.ts";
import { ge, gt, le, logicalAnd, logicalNot, where } from "./comparison.ts";
import { amax, amin } from "./reduction.ts";
import { floor } from "./unary.ts";

export interface UniqueOptions {
  /** Also where each element of x is among the unique ones. */
  readonly returnInverse?: boolean;
  /** Also how often each one occurs. */
  readonly returnCounts?: boolean;
  /** Compares the parts along this dimension in place of the elements. */
  readonly dim?: number | null;
}

/** By name, or what was asked for in this order: `const [values, counts] = …`. */
export interface UniqueResult extends Iterable<Tensor> {
  readonly [place: number]: Tensor;
  readonly values: Tensor;
  /** i32, of x's shape, or with `dim` a vector; null unless asked for. */
  readonly inverse: Tensor | null;
  /** i32; null unless asked for. */
  readonly counts: Tensor | null;
}

/** The different values of x in order, as a vector, or the different parts along `dim`; with options, also their places and counts. NaNs all differ. Reads x. */
export async function unique(
  x: Tensor,
  options?: { returnInverse?: false; returnCounts?: false; dim?: number | null },
): Promise<Tensor>;
export async function unique(x: Tensor, options: UniqueOptions): Promise<UniqueResult>;
export async function unique(
  x: Tensor,
  options: UniqueOptions = {},
): Promise<Tensor | UniqueResult> {
  if (arguments.length > 1) {
    checkCall(
      "unique(x, { returnInverse: boolean, returnCounts: boolean, dim: number | null })",
      arguments,
    );
  }
  const { returnInverse = false, returnCounts = false, dim = null } = options;
  checkTensor("unique", x);
  const { dtype, shape } = x;
  const { stream } = x.node;
  const at = dim === null ? null : normalizeDim("unique", dim, shape.length);
  // a line for each thing that is compared: an element, or a part along `dim`
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
  for (const line of Int32Array.from({ length: count }, (_, i) => i).sort(compare)) {
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

/** Numbers in order, NaN last. */
const order = (a: number, b: number): number =>
  a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));

export interface BincountOptions {
  /** What each element counts for, in place of 1. */
  readonly weights?: Tensor | null;
  /** The least length of the result. */
  readonly minlength?: number;
}

/** How often each whole number 0, 1, … occurs in a vector (i32; with weights f32, or their f64). Reads the largest. */
export async function bincount(x: Tensor, options: BincountOptions = {}): Promise<Tensor> {
  if (arguments.length > 1) checkCall("bincount(x, { weights, minlength: number })", arguments);
  const { weights = null, minlength = 0 } = options;
  checkIndices("bincount", x, true);
  if (!(Number.isInteger(minlength) && minlength >= 0)) {
    throw new ArgumentError(
      `bincount: minlength is ${minlength}\n  hint: a whole number, 0 or more`,
    );
  }
  const places = cast(x, "i32");
  if (x.shape.length !== 1 || (weights !== null && !sameShape(weights.shape, x.shape))) {
    throw new ShapeError(
      `bincount: takes a vector, and weights of its length${detail("x", x.shape)}` +
        (weights === null ? "" : detail("weights", weights.shape)),
    );
  }
  const empty = sizeOf(x.shape) === 0;
  const [least = 0, most = -1] = empty
    ? []
    : await read(composite(() => stack([amin(places), amax(places)])));
  if (least < 0) throw new ArgumentError(`bincount: cannot count negative numbers, got ${least}`);
  return composite(() => {
    const shares =
      weights === null
        ? constant(1, "i32", x.shape, x.node.stream)
        : cast(weights, weights.dtype === "f64" ? "f64" : "f32");
    return tally(places, shares, Math.max(most + 1, minlength));
  });
}

/** Σ of the weights by index: out of [0, n) counts nowhere. */
function tally(places: Tensor, weights: Tensor, n: number): Tensor {
  const none = constant(0, weights.dtype, [n], weights.node.stream);
  return n === 0 ? none : scatterAlong(scatterSumOp, none, 0, places, weights);
}

export interface HistcOptions {
  readonly bins?: number;
  /** The range; from the least to the largest element where both are the same. */
  readonly min?: number;
  readonly max?: number;
}

/**
 * How many elements fall into each of `bins` equal parts of a range, both ends included; what lies outside (or is NaN) does not count.
 * Where the elements give the range, they must be finite.
 */
export function histc(x: Tensor, options: HistcOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("histc(x, { bins: number, min: number, max: number })", arguments);
  const { bins = 100, min = 0, max = 0 } = options;
  checkTensor("histc", x);
  checkFloating("histc", x);
  if (!(Number.isInteger(bins) && bins > 0)) {
    throw new ArgumentError(`histc: the number of bins must be 1 or more, got ${bins}`);
  }
  for (const [name, end] of Object.entries({ min, max })) {
    if (!Number.isFinite(end))
      throw new ArgumentError(`histc: ${name} is ${end}, no finite number`);
  }
  if (!(min <= max)) throw new ArgumentError(`histc: the range ends at ${max}, before ${min}`);
  const { stream } = x.node;
  return composite(() => {
    const open = min === max;
    const own = open && sizeOf(x.shape) > 0;
    const given = detach(reshape(x, [-1]));
    const flat = own ? checkedFractions(given, finite, noRange) : given;
    let low = own ? amin(flat) : constant(min, x.dtype, [], stream);
    let high = own ? amax(flat) : constant(max, x.dtype, [], stream);
    if (open) {
      const flatRange = ge(low, high);
      [low, high] = [where(flatRange, sub(low, 1), low), where(flatRange, add(high, 1), high)];
    }
    const part = floor(trueDivide(mul(sub(flat, low), bins), sub(high, low)));
    const within = logicalAnd(ge(flat, low), le(flat, high));
    const place = where(within, minimum(part, bins - 1), bins);
    return tally(cast(place, "i32"), constant(1, x.dtype, flat.shape, stream), bins);
  });
}

const finite = { from: -Number.MAX_VALUE, to: Number.MAX_VALUE };

const noRange = (value: number): ArgumentError =>
  new ArgumentError(
    `histc: the elements go up to ${value}, and give no finite range\n  hint: histc(x, { min, max })`,
  );

export interface SearchsortedOptions {
  /** Where the value may stand after its equals, too: the index of the first element greater than it. */
  readonly right?: boolean;
  readonly side?: "left" | "right";
  /** The order that sorts the lines, as argsort gives it, where they are not sorted; of their shape. */
  readonly sorter?: Tensor | null;
}

/**
 * Where each value goes in a sorted line so that it stays sorted (i32): the index of the first element not less than it. `sorted` is a
 * vector, or has the values' shape but for the last dimension.
 */
export function searchsorted(
  sorted: Tensor,
  values: Tensor | number,
  options: SearchsortedOptions = {},
): Tensor {
  if (arguments.length > 2)
    checkCall(
      'searchsorted(sorted, values, { right: boolean, side: "left" | "right", sorter })',
      arguments,
    );
  const { right = false, side = right ? "right" : "left", sorter = null, ...rest } = options;
  checkTensor("searchsorted", sorted);
  if (sorter !== null) {
    const lines = takeAlongDim(sorted, sorter, -1);
    return composite(() => searchsorted(lines, values, { ...rest, side }));
  }
  const { stream } = sorted.node;
  const wanted = values instanceof Handle ? values : asTensor(values, "f32", stream);
  const n = sorted.shape.at(-1) ?? 0;
  const lines = sorted.shape.slice(0, -1);
  if (sorted.shape.length > 1 && !sameShape(lines, wanted.shape.slice(0, -1))) {
    throw new ShapeError(
      `searchsorted: sorted lines and values must agree but in the last dimension` +
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
