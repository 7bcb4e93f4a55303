import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { inOrder, type Pair } from "../../results.ts";
import { read } from "../../runtime/read.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { stack } from "../core/assembly.ts";
import { checkedFractions } from "../core/bounds.ts";
import { cast, checkFloating, constant } from "../core/constant.ts";
import { detach, reshape } from "../core/layout.ts";
import { counting } from "../core/progressions.ts";
import { checkIndices, scatterAlong, scatterSumOp } from "../indexing/gathering.ts";
import { sum } from "../shape/broadcast.ts";
import { narrow, select } from "../shape/movement.ts";
import { add, mul, sub, trueDivide } from "./arithmetic.ts";
import { lerp, minimum } from "./binary.ts";
import { eq, ge, le, logicalAnd, where } from "./comparison.ts";
import { amax, amin } from "./reduction.ts";
import { searchsorted } from "./searching.ts";
import { floor } from "./unary.ts";

/** Options of `bincount`. */
export interface BincountOptions {
  /** What each element adds to its count (1). */
  readonly weights?: Tensor | null;
  /** The minimum length of the result. */
  readonly minlength?: number;
}

/**
 * Counts how often each integer 0, 1, … occurs in a vector. The result is i32; with weights, f32
 * (or
 * f64 if they are). Reads the largest element from the device.
 */
export async function bincount(x: Tensor, options: BincountOptions = {}): Promise<Tensor> {
  checkCall("bincount(x, { weights: tensor | null, minlength: number })", arguments);
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
      `bincount: expected a vector, and weights of the same length${detail("x", x.shape)}` +
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

/** Sums the weights by index. Indices outside [0, n) are ignored. */
function tally(places: Tensor, weights: Tensor, n: number): Tensor {
  const none = constant(0, weights.dtype, [n], weights.node.stream);
  return n === 0 ? none : scatterAlong(scatterSumOp, none, 0, places, weights);
}

/** Options of `histc`. */
export interface HistcOptions {
  readonly bins?: number;
  /**
   * The ends of the range. If they are equal, the range is from the least to the largest element.
   */
  readonly min?: number;
  readonly max?: number;
}

/**
 * Counts how many elements fall into each of `bins` equal parts of a range, both ends included.
 * Elements outside the range and NaN are not counted. If the elements define the range, they must
 * be
 * finite.
 */
export function histc(x: Tensor, options: HistcOptions = {}): Tensor {
  checkCall("histc(x, { bins: number, min: number, max: number })", arguments);
  const { bins = 100, min = 0, max = 0 } = options;
  checkTensor("histc", x);
  checkFloating("histc", x);
  if (!(Number.isInteger(bins) && bins > 0)) {
    throw new ArgumentError(`histc: the number of bins must be 1 or more, got ${bins}`);
  }
  for (const [name, end] of Object.entries({ min, max })) {
    if (!Number.isFinite(end)) throw new ArgumentError(`histc: ${name} must be finite, got ${end}`);
  }
  if (!(min <= max))
    throw new ArgumentError(`histc: max must not be less than min, got min ${min} and max ${max}`);
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
    `histc: the elements reach ${value}, so they define no finite range\n  hint: give one: histc(x, { min, max })`,
  );

/** Options of `histogram`. */
export interface HistogramOptions {
  /** The range if `bins` is a number: from the least to the largest element unless given. */
  readonly range?: readonly [number, number] | null;
  /** What each element adds to its count (1). It has the shape of x. */
  readonly weight?: Tensor | null;
  /**
   * If true, counts are divided by the total and by the width of each bin, so that the area is 1.
   */
  readonly density?: boolean;
}

/** The counts, and the edges of the bins (one more than counts). */
export interface Histogram extends Pair<Tensor> {
  readonly hist: Tensor;
  readonly binEdges: Tensor;
}

/**
 * Counts how many elements (or how much of their weight) fall between neighbouring edges; the last
 * edge is included. `bins` is a number of equal bins or a vector of edges.
 */
export function histogram(
  x: Tensor,
  bins: number | Tensor,
  options: HistogramOptions = {},
): Histogram {
  checkCall(
    "histogram(x, bins: number | tensor, { range: list | null, weight: tensor | null, density: boolean })",
    arguments,
  );
  const { range = null, weight = null, density = false } = options;
  checkTensor("histogram", x);
  checkFloating("histogram", x);
  if (weight !== null && !(sameShape(weight.shape, x.shape) && weight.dtype === x.dtype)) {
    throw new ShapeError(
      `histogram: the weight must have x's shape and dtype${detail("x", x.shape, x.dtype)}${detail("weight", weight.shape, weight.dtype)}`,
    );
  }
  const { stream } = x.node;
  return composite(() => {
    const flat = detach(reshape(x, [-1]));
    const edges = typeof bins === "number" ? evenEdges(flat, bins, range) : edgesOf(x, bins, range);
    const count = (edges.shape[0] as number) - 1;
    const last = select(edges, 0, count);
    const place = sub(searchsorted(edges, flat, { right: true }), 1);
    const inside = logicalAnd(ge(flat, select(edges, 0, 0)), le(flat, last));
    const bin = where(inside, minimum(place, count - 1), count);
    const shares =
      weight === null ? constant(1, x.dtype, flat.shape, stream) : reshape(weight, [-1]);
    const hist = tally(cast(bin, "i32"), shares, count);
    if (!density) return inOrder({ hist, binEdges: edges });
    const widths = sub(narrow(edges, 0, 1, count), narrow(edges, 0, 0, count));
    return inOrder({ hist: trueDivide(hist, mul(sum(hist), widths)), binEdges: edges });
  });
}

function edgesOf(x: Tensor, edges: Tensor, range: readonly number[] | null): Tensor {
  checkTensor("histogram", edges);
  if (edges.shape.length !== 1 || (edges.shape[0] as number) < 2 || edges.dtype !== x.dtype) {
    throw new ShapeError(
      `histogram: edges are a vector of 2 or more, of x's dtype${detail("x", x.shape, x.dtype)}${detail("edges", edges.shape, edges.dtype)}`,
    );
  }
  if (range !== null)
    throw new ArgumentError("histogram: range has no effect if bins are given as edges");
  return edges;
}

function evenEdges(x: Tensor, bins: number, range: readonly number[] | null): Tensor {
  if (!(Number.isInteger(bins) && bins > 0)) {
    throw new ArgumentError(`histogram: the number of bins must be 1 or more, got ${bins}`);
  }
  const { stream } = x.node;
  const steps = trueDivide(cast(counting(bins + 1, stream), x.dtype), bins);
  if (range !== null) {
    const [from, to] = range as readonly [number, number];
    if (!(range.length === 2 && Number.isFinite(from) && Number.isFinite(to) && from <= to)) {
      throw new ArgumentError(
        `histogram: range is [${range.join(", ")}]\n  hint: give two finite numbers in increasing order`,
      );
    }
    return lerp(
      constant(from === to ? from - 0.5 : from, x.dtype, [1], stream),
      constant(from === to ? to + 0.5 : to, x.dtype, [1], stream),
      steps,
    );
  }
  if (x.shape[0] === 0) return add(steps, 0);
  const known = checkedFractions(x, finite, noFiniteRange);
  const [low, high] = [amin(known, 0, { keepdim: true }), amax(known, 0, { keepdim: true })];
  const one = eq(low, high);
  return lerp(where(one, sub(low, 0.5), low), where(one, add(high, 0.5), high), steps);
}

const noFiniteRange = (value: number): ArgumentError =>
  new ArgumentError(
    `histogram: the elements reach ${value}, so they define no finite range\n  hint: give one: { range: [low, high] }`,
  );
