import type { TypedArray } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { Handle } from "../../graph/handle.ts";
import { read, valuesNow } from "../../runtime/read.ts";
import { broadcastShapes, type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { asTensor, checkTensor, type Operand } from "../core/apply.ts";
import { cat } from "../core/assembly.ts";
import { checkedMasks } from "../core/bounds.ts";
import { cast, constantLike } from "../core/constant.ts";
import { hostTensor } from "../core/creation.ts";
import { add_, copy_, writeInPlace } from "../core/inplace.ts";
import { permute, reshape } from "../core/layout.ts";
import { counting } from "../core/progressions.ts";
import { add, mul, sub } from "../math/arithmetic.ts";
import { logicalAnd, logicalNot, lt, where } from "../math/comparison.ts";
import { floorDivide, remainder } from "../math/division.ts";
import { cumsum } from "../math/scan.ts";
import { argsort } from "../math/sorting.ts";
import { expand, sum } from "../shape/broadcast.ts";
import { narrow } from "../shape/movement.ts";
import {
  checkIndices,
  gatherAlong,
  placesAlong,
  scatterAlong,
  scatterOverOp,
  scatterSumOp,
} from "./gathering.ts";
import { spreadIndex } from "./index-vector.ts";
import { coordinatesOf, placesIn } from "./masking.ts";
import { type Chooser, type Index, viewAt } from "./slicing.ts";

const isMaskTensor = (item: Index): boolean =>
  item instanceof Handle && (item.dtype === "bool" || item.dtype === "u8");
const isMask = ({ tensor }: Chooser): boolean => tensor.dtype === "bool";

/**
 * The part of x at an index, as PyTorch's x[…]: x.at(0), x.at(slice(1, 5, 2), null, ellipsis),
 * x.at(rows, columns). Missing items are whole dimensions.
 * Numbers, slices, null and ellipsis give a view: writing to it writes x. Tensors and lists of
 * integers
 * pick single elements (x.at([0, 2]) is rows 0 and 2). They broadcast to one shape, which replaces
 * their
 * dimensions if these are adjacent, and comes first if not. Negative indices count from the end.
 * The
 * size of the result of a mask depends on its values, so `at` takes masks as lists, and `atMask` as
 * tensors. The gradient sums dy at the elements that were picked.
 */
export function at(x: Tensor, ...index: readonly Index[]): Tensor {
  if (arguments.length > 1) checkCall("at(x, ...index)", arguments);
  const { view, choosers } = viewAt("at", x, index);
  if (choosers.length === 0) return view;
  if (index.some(isMaskTensor)) {
    throw new ArgumentError(
      `at: the number of elements that a mask chooses is not known before it is computed${detail("x", x.shape)}` +
        "\n  hint: use await x.atMask(…) with the same index, await x.maskedSelect(mask), or where(mask, x, 0)",
    );
  }
  return composite(() => choose(view, choosers.flatMap(coordinatesNow)));
}

/**
 * `at` with masks in the index. Each covers its dimensions, and picks the elements where it is
 * true.
 * Reads the masks from the device.
 */
export async function atMask(x: Tensor, ...index: readonly Index[]): Promise<Tensor> {
  if (arguments.length > 1) checkCall("atMask(x, ...index)", arguments);
  const { view, choosers } = viewAt("atMask", x, index);
  const found = await Promise.all(
    choosers.map(async (chooser) =>
      isMask(chooser) ? coordinates(chooser, await read(chooser.tensor)) : [chooser],
    ),
  );
  return composite(() => (choosers.length === 0 ? view : choose(view, found.flat())));
}

/** The coordinates of a mask's true elements, as choosers that replace the mask. */
function coordinates({ tensor, dim }: Chooser, values: TypedArray): Chooser[] {
  const columns = coordinatesOf(placesIn(values), tensor.shape);
  return columns.map((column, d) => ({
    tensor: hostTensor(column, [column.length], "i32", tensor.node.stream),
    dim: dim + d,
  }));
}

/** The same if the mask's values are on the host; else the chooser as it is. */
function coordinatesNow(chooser: Chooser): Chooser[] {
  const values = isMask(chooser) ? valuesNow(chooser.tensor) : null;
  return values === null ? [chooser] : coordinates(chooser, values);
}

/** The dimensions that choosers index, joined into one. */
interface Joined {
  /** The order of dimensions with the indexed ones at `place`. */
  readonly order: readonly number[];
  readonly place: number;
  readonly sizes: readonly number[];
  /** The shape that the indices broadcast to. */
  readonly chosen: Shape;
  /** The indices into the joined dimension, as one vector. */
  readonly places: Tensor;
}

/**
 * The dimensions that are not indexed, and the position of the result among them: that of the
 * indexed
 * ones if they are adjacent, else 0.
 */
function arrange(x: Tensor, dims: readonly number[]): { others: number[]; place: number } {
  const others = [...x.shape.keys()].filter((dim) => !dims.includes(dim));
  const adjacent = dims.every((dim, i) => i === 0 || dim === (dims[i - 1] as number) + 1);
  return { others, place: adjacent ? (dims[0] as number) : 0 };
}

/** With `spill`, indices are already checked; one past the end means "nowhere". */
function join(call: string, x: Tensor, choosers: readonly Chooser[], spill = false): Joined {
  const dims = choosers.map(({ dim }) => dim);
  const sizes = dims.map((dim) => x.shape[dim] as number);
  const { others, place } = arrange(x, dims);
  const indices = choosers.map(({ tensor, dim }) => {
    checkIndices(call, tensor);
    return spill ? tensor : placesAlong(call, x, dim, tensor, true);
  });
  const chosen = indices.reduce<Shape>((shape, i) => broadcastShapes(call, shape, i.shape), []);
  return {
    order: others.toSpliced(place, 0, ...dims),
    place,
    sizes,
    chosen,
    places: reshape(expand(flatPlaces(indices, sizes, spill), chosen), [-1]),
  };
}

/**
 * Row-major indices of coordinates. With `spill`, a coordinate past its end gives an index past the
 * end.
 */
function flatPlaces(indices: readonly Tensor[], sizes: readonly number[], spill: boolean): Tensor {
  const [first] = indices as readonly [Tensor];
  if (indices.length === 1) return first;
  const fromFront = indices.map((i, d) => where(lt(i, 0), add(i, sizes[d] as number), i));
  const flat = fromFront.reduce((place, i, d) => add(mul(place, sizes[d] as number), i));
  if (!spill) return flat;
  const inside = fromFront.map((i, d) => lt(i, sizes[d] as number)).reduce(logicalAnd);
  return where(inside, flat, sizeOf(sizes));
}

/** x with the indexed dimensions joined into one. */
const joinDims = (x: Tensor, { order, place, sizes }: Joined): Tensor => {
  const turned = permute(x, order);
  return reshape(turned, turned.shape.toSpliced(place, sizes.length, sizeOf(sizes)));
};

function choose(x: Tensor, choosers: readonly Chooser[]): Tensor {
  const joined = join("at", x, choosers);
  const { place, chosen, places } = joined;
  const from = joinDims(x, joined);
  const found = gatherAlong(from, place, spreadIndex(places, from.shape, place));
  return reshape(found, from.shape.toSpliced(place, 1, ...chosen));
}

/** Options of `put_`. */
export interface PutOptions {
  /** If true, adds to the old elements, once for each time that an index occurs. */
  readonly accumulate?: boolean;
}

/**
 * Writes a number or tensor, which broadcasts, to the part of x at an index:
 * x.put_([slice(1, 3), 0], value). The array contains the items of the index; an item may be a
 * list.
 * Where indices repeat, the last value stays; with `accumulate` all are added. Under a mask a
 * tensor has
 * one value per true element, in order. Returns x.
 */
export function put_(
  x: Tensor,
  index: Index | readonly Index[],
  value: Operand,
  options: PutOptions = {},
): Tensor {
  checkCall("put_(x, index: any, value: operand | NaN, { accumulate: boolean })", arguments);
  const { accumulate = false } = options;
  const items = (Array.isArray(index) ? index : [index]) as readonly Index[];
  const { view, choosers } = viewAt("put_", x, items);
  if (typeof value === "object") checkTensor("put_", value);
  const source = typeof value === "object" ? withoutLeadingOnes(value, view.shape.length) : value;
  if (choosers.length === 0) {
    if (accumulate) add_(view, source);
    else copy_(view, source);
    return x;
  }
  const values = asTensor(source, x.dtype, x.node.stream);
  const single = choosers.length === 1 && isMask(choosers[0] as Chooser) && !accumulate;
  if (
    typeof value === "object" &&
    value.dtype !== x.dtype &&
    !(single && sizeOf(value.shape) === 1)
  ) {
    throw new DTypeError(
      `put_: cannot write values of ${value.dtype} at tensor indices of ${x.dtype}\n  hint: value.to("${x.dtype}")`,
    );
  }
  const known = choosers.flatMap(coordinatesNow);
  writeInPlace("put_", view, (before) => written(before, known, values, accumulate), value);
  return x;
}

/** Drops leading dimensions of size 1 that the target does not have. */
function withoutLeadingOnes(value: Tensor, rank: number): Tensor {
  let extra = 0;
  while (value.shape.length - extra > rank && value.shape[extra] === 1) extra++;
  return extra === 0 ? value : reshape(value, value.shape.slice(extra));
}

/** The new value of the view. */
function written(
  x: Tensor,
  choosers: readonly Chooser[],
  source: Tensor,
  accumulate: boolean,
): Tensor {
  if (!choosers.some(isMask)) return writtenAt(x, choosers, source, accumulate);
  const [mask] = choosers as readonly [Chooser];
  if (choosers.length === 1) return writtenUnder(x, mask, source, accumulate);
  return writtenAt(x, withoutMasks(x, choosers, source), source, accumulate, true);
}

/**
 * With `spill`, an element past the end takes values for indices past the end; it is cut off again.
 */
function writtenAt(
  x: Tensor,
  choosers: readonly Chooser[],
  source: Tensor,
  accumulate: boolean,
  spill = false,
): Tensor {
  const joined = join("put_", x, choosers, spill);
  const { order, place, chosen, places } = joined;
  const inner = joinDims(x, joined);
  const size = inner.shape[place] as number;
  const base = spill ? cat([inner, narrow(inner, place, 0, 1)], place) : inner;
  const values = expand(source, base.shape.toSpliced(place, 1, ...chosen));
  const index = spreadIndex(places, base.shape, place);
  const op = accumulate ? scatterSumOp : scatterOverOp;
  const out = scatterAlong(op, base, place, index, reshape(values, index.shape));
  const back = order.map((_, dim) => order.indexOf(dim));
  const turned = order.map((dim) => x.shape[dim] as number);
  return permute(reshape(spill ? narrow(out, place, 0, size) : out, turned), back);
}

/**
 * Replaces masks that only the device can count, next to indices or other masks, by coordinates: as
 * many
 * as there are values or indices, else as many as elements; true ones first, the others past the
 * end.
 */
function withoutMasks(x: Tensor, choosers: readonly Chooser[], source: Tensor): Chooser[] {
  const given = choosers.filter(isMask).map(({ tensor }) => tensor);
  const most = Math.min(...given.map(({ shape }) => sizeOf(shape)));
  const due = countDue(x, choosers, source, most);
  const masks = new Map(checkedMasks("put_", given, due).map((mask, i) => [given[i], mask]));
  const length = due ?? most;
  return choosers.flatMap((chooser) => {
    const { tensor, dim } = chooser;
    const mask = masks.get(tensor);
    if (mask === undefined) return [{ tensor: placesAlong("put_", x, dim, tensor, true), dim }];
    const flat = reshape(mask, [-1]);
    const order = narrow(argsort(cast(logicalNot(flat), "i32"), 0), 0, 0, length);
    const isTrue = lt(counting(length, x.node.stream), sum(flat));
    return tensor.shape.map((size, d): Chooser => {
      const step = sizeOf(tensor.shape.slice(d + 1));
      const column = remainder(floorDivide(order, step), size);
      return { tensor: where(isTrue, column, size), dim: dim + d };
    });
  });
}

/**
 * The number of elements that masks must choose (at most `most`): as many as the indices next to
 * them and
 * the values. Null if these are single.
 */
function countDue(
  x: Tensor,
  choosers: readonly Chooser[],
  source: Tensor,
  most: number,
): number | null {
  const dims = choosers.flatMap(({ tensor, dim }) =>
    tensor.dtype === "bool" ? tensor.shape.map((_, d) => dim + d) : [dim],
  );
  const { others, place } = arrange(x, dims);
  const values = source.shape.at(-1 - (others.length - place)) ?? 1;
  const indices = choosers.filter((chooser) => !isMask(chooser)).map(({ tensor }) => tensor.shape);
  const due = new Set([...indices.map(sizeOf), values].filter((n) => n !== 1));
  const [first = null] = due;
  if (due.size > 1 || (first ?? 0) > most || indices.some((shape) => shape.length > 1)) {
    throw new ShapeError(
      `put_: a mask of ${most} elements, ${indices.map((shape) => `indices [${shape.join(", ")}]`).join(", ")} and values do not fit together` +
        `${detail("x", x.shape)}${detail("values", source.shape)}` +
        "\n  hint: the coordinates of a mask are await mask.nonzero({ asTuple: true })",
    );
  }
  checkValues(source, others.map((dim) => x.shape[dim] as number).toSpliced(place, 0, first ?? 1));
  return first;
}

/** Throws unless the values broadcast to the chosen part. */
function checkValues(source: Tensor, chosen: Shape): void {
  const missing = chosen.length - source.shape.length;
  const fits = source.shape.every((n, d) => n === 1 || n === chosen[d + missing]);
  if (missing >= 0 && fits) return;
  throw new ShapeError(
    `put_: the values do not broadcast to the elements that the mask chooses${detail("values", source.shape)}${detail("chosen", chosen)}`,
  );
}

/** Writes under one mask, whose true elements only the device can count. */
function writtenUnder(
  x: Tensor,
  { tensor: given, dim }: Chooser,
  source: Tensor,
  accumulate: boolean,
): Tensor {
  const after = x.shape.length - dim - given.shape.length;
  // The dimension of the source, if any, that runs over the mask's true elements.
  const along = source.shape.length - after - 1;
  const values = source.shape[along] ?? 1;
  checkValues(source, x.shape.toSpliced(dim, given.shape.length, values));
  const [mask = given] = checkedMasks("put_", [given], values === 1 ? null : values);
  const condition = reshape(mask, [...mask.shape, ...new Array<number>(after).fill(1)]);
  const put = (value: Tensor): Tensor => where(condition, accumulate ? add(x, value) : value, x);
  if (along < 0) return put(source);
  if (values === 0) return put(constantLike(0, x));
  const spread = (value: Tensor, shape: Shape): Tensor =>
    reshape(value, source.shape.toSpliced(along, 1, ...shape));
  if (values === 1) {
    return put(spread(source, new Array<number>(mask.shape.length).fill(1)));
  }
  const before = sub(cumsum(reshape(mask, [-1]), 0), 1);
  const found = gatherAlong(source, along, spreadIndex(before, source.shape, along));
  return put(spread(found, mask.shape));
}
