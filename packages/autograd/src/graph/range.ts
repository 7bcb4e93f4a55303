import type { DType, TypedArray } from "../dtype.ts";
import { roundToHalf } from "../half.ts";
import { e } from "../kernel/expression.ts";
import { type About, anyOf, type Interval, intervalOf, union } from "../kernel/interval.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { isOnto, reducedDims } from "./attributes.ts";
import type { Node } from "./node.ts";
import { type Elementwise, isFree } from "./op.ts";

/** The most nodes that are examined. */
const MOST = 200;

/** Known intervals of values; and intervals that hold except for NaN. */
const known = new WeakMap<Node, Interval>();
const meant = new WeakMap<Node, Interval>();

/** Notes an interval of a node's elements; with "numbers", of those that are not NaN. */
export function noteRange(node: Node, range: Interval, about: About = "all"): void {
  (about === "all" ? known : meant).set(node, range);
}

/** An interval that contains all elements of a node, from its recipe or host value; see `About`. */
export function rangeOf(node: Node, about: About = "all"): Interval {
  const found = new Map<Node, Interval>();
  let left = MOST;
  const find = (one: Node): Interval => {
    const unknown = anyOf(one.dtype, about);
    const told = about === "numbers" ? meant.get(one) : undefined;
    const before = told ?? known.get(one) ?? found.get(one);
    if (before !== undefined) return before ?? unknown;
    if (one.storage?.host) {
      const range = ofValues(one.storage.host);
      known.set(one, range);
      return range ?? unknown;
    }
    if (left-- <= 0) return unknown;
    found.set(one, unknown);
    const range = ofRecipe(one, find, about);
    found.set(one, range);
    return range;
  };
  return find(node);
}

function ofValues(values: TypedArray): Interval {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) return null;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least > most ? [0, 0] : [least, most];
}

function ofRecipe(node: Node, find: (node: Node) => Interval, about: About): Interval {
  const { op, inputs, attrs, dtype } = node;
  const unknown = anyOf(dtype, about);
  const { meaning } = op;
  const shapeRead = (i: number): Shape => node.views[i]?.shape ?? (inputs[i] as Node).shape;
  if (inputs.length === 0 && !isFree(node)) return unknown; // its recipe was dropped
  const ranges = inputs.map(find);
  if (meaning.kind === "elementwise") return ofElements(node, meaning, ranges, about) ?? unknown;
  const [x] = ranges as [Interval];
  switch (meaning.kind) {
    case "reduce": {
      const shape = shapeRead(0);
      const count = sizeOf(shape.slice(shape.length - reducedDims(attrs)));
      if (meaning.combine.startsWith("arg")) return [0, Math.max(count - 1, 0)];
      if (meaning.combine === "max" || meaning.combine === "min") return x ?? unknown;
      if (meaning.combine !== "sum" || x === null) return unknown;
      return within([x[0] * count, x[1] * count], unknown);
    }
    case "scan": {
      const count = shapeRead(0).at(-1) ?? 1;
      if (meaning.combine.startsWith("arg")) return [0, Math.max(count - 1, 0)];
      if (meaning.combine !== "sum" || x === null) return unknown;
      return within([Math.min(x[0], x[0] * count), Math.max(x[1], x[1] * count)], unknown);
    }
    case "sort":
      return [0, Math.max((shapeRead(0).at(-1) ?? 1) - 1, 0)];
    case "assemble":
      return ranges.reduce(union, isOnto(attrs) ? (x as Interval) : [0, 0]) ?? unknown;
    case "gather":
      return union(x, [0, 0]) ?? unknown;
    case "scatter": {
      const keeps = meaning.combine !== "sum" && meaning.combine !== "prod";
      return (keeps ? union(x, ranges[2] as Interval) : null) ?? unknown;
    }
  }
  return unknown;
}

/** The interval if it lies within the dtype's, else the dtype's. */
const within = (range: Interval, ends: Interval): Interval =>
  range !== null && ends !== null && range[0] >= ends[0] && range[1] <= ends[1] ? range : ends;

const roundedTo = (dtype: DType, value: number): number =>
  dtype === "f32" ? Math.fround(value) : dtype === "f16" ? roundToHalf(value) : value;

function ofElements(
  node: Node,
  meaning: Elementwise,
  ranges: readonly Interval[],
  about: About,
): Interval {
  const { inputs, scalars, dtype, op } = node;
  const stated = ranges.every((range) => range?.every(Number.isFinite))
    ? meaning.range?.(dtype, ...(ranges as [[number, number], [number, number]]))
    : null;
  if (stated) return stated;
  const types = op.scalarTypes.map((type) => (type === "result" ? dtype : type));
  const of: Interval[] = [
    ...ranges,
    ...scalars.map((scalar, i): Interval => {
      const rounded = roundedTo(types[i] ?? dtype, scalar);
      return [rounded, rounded];
    }),
    [0, Math.max(node.size - 1, 0)],
  ];
  const dtypes = [
    ...inputs.map((input) => input.dtype),
    ...scalars.map((_, i) => types[i] ?? dtype),
    ...(meaning.indexed ? (["u32"] as const) : []),
  ];
  const root = meaning.expression(...dtypes.map((type, slot) => e.param(slot, type)));
  return intervalOf(e.cast(root, dtype), (slot) => of[slot] as Interval, about);
}
