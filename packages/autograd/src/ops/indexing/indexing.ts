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
import { counting, hostTensor } from "../core/creation.ts";
import { add_, copy_, writeInPlace } from "../core/inplace.ts";
import { permute, reshape } from "../core/layout.ts";
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
 * x.at(rows, columns). Missing places are whole dimensions.
 *
 * Of numbers, slices, null and ellipsis it is a view: writing to it writes x. Tensors and lists of
 * integers choose element by element (x.at([0, 2]) is rows 0 and 2): they broadcast to one shape,
 * which takes the place of their dimensions if these stand side by side and comes first if not;
 * negative ones count from the end. A mask has a result whose size only its values tell: as a list
 * it is taken here, as a tensor by `atMask`. The gradient adds dy up where elements came from.
 */
export function at(x: Tensor, ...index: readonly Index[]): Tensor {
  if (arguments.length > 1) checkCall("at(x, ...index)", arguments);
  const { view, choosers } = viewAt("at", x, index);
  if (choosers.length === 0) return view;
  if (index.some(isMaskTensor)) {
    throw new ArgumentError(
      `at: how much a mask chooses is not known before it is computed${detail("x", x.shape)}` +
        "\n  hint: await x.atMask(…) with the same index, await x.maskedSelect(mask), or where(mask, x, 0)",
    );
  }
  return composite(() => choose(view, choosers.flatMap(coordinatesNow)));
}

/**
 * `at` with masks among the index: each stands for its dimensions, and chooses where it is true.
 * Reads the masks.
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

/** A mask as the coordinates of what is true in it, which choose in its place. */
function coordinates({ tensor, dim }: Chooser, values: TypedArray): Chooser[] {
  const columns = coordinatesOf(placesIn(values), tensor.shape);
  return columns.map((column, d) => ({
    tensor: hostTensor(column, [column.length], "i32", tensor.node.stream),
    dim: dim + d,
  }));
}

/** The same of a mask that is on the host; any other chooser as it is. */
function coordinatesNow(chooser: Chooser): Chooser[] {
  const values = isMask(chooser) ? valuesNow(chooser.tensor) : null;
  return values === null ? [chooser] : coordinates(chooser, values);
}

/** Dimensions that tensors choose from, joined into one. */
interface Joined {
  /** The other dimensions in order, with those at `place`. */
  readonly order: readonly number[];
  readonly place: number;
  readonly sizes: readonly number[];
  /** What the tensors of indices broadcast to. */
  readonly chosen: Shape;
  /** As one vector of places in the joined dimension. */
  readonly places: Tensor;
}

/**
 * The dimensions that are not chosen from, and where among them stands what is chosen: in its place
 * if it is one stretch, else first.
 */
function arrange(x: Tensor, dims: readonly number[]): { others: number[]; place: number } {
  const others = [...x.shape.keys()].filter((dim) => !dims.includes(dim));
  const adjacent = dims.every((dim, i) => i === 0 || dim === (dims[i - 1] as number) + 1);
  return { others, place: adjacent ? (dims[0] as number) : 0 };
}

/** With `spill` indices are checked already, or one too large. */
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

/** Row-major places of coordinates; with `spill` one too large where one of them is. */
function flatPlaces(indices: readonly Tensor[], sizes: readonly number[], spill: boolean): Tensor {
  const [first] = indices as readonly [Tensor];
  if (indices.length === 1) return first;
  const fromFront = indices.map((i, d) => where(lt(i, 0), add(i, sizes[d] as number), i));
  const flat = fromFront.reduce((place, i, d) => add(mul(place, sizes[d] as number), i));
  if (!spill) return flat;
  const inside = fromFront.map((i, d) => lt(i, sizes[d] as number)).reduce(logicalAnd);
  return where(inside, flat, sizeOf(sizes));
}

/** x with the chosen dimensions joined into one. */
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

export interface PutOptions {
  /** Add to what is there, once for every time that an index names a place. */
  readonly accumulate?: boolean;
}

/**
 * Writes a number or tensor to the part of x at an index, to whose shape it broadcasts:
 * x.put_([slice(1, 3), 0], value); the array has the index's places, one of which may be a list.
 * Where indices meet in one place the last value stays, or with `accumulate` all add up. Under a
 * mask a tensor has a value for each true element, in order. Returns x.
 */
export function put_(
  x: Tensor,
  index: Index | readonly Index[],
  value: Operand,
  options: PutOptions = {},
): Tensor {
  if (arguments.length > 3)
    checkCall("put_(x, index: any, value: operand, { accumulate: boolean })", arguments);
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
  if (typeof value === "object" && value.dtype !== x.dtype) {
    throw new DTypeError(
      `put_: values of ${value.dtype} do not go where tensors choose in one of ${x.dtype}\n  hint: value.to("${x.dtype}")`,
    );
  }
  const known = choosers.flatMap(coordinatesNow);
  writeInPlace("put_", view, (before) => written(before, known, values, accumulate), value);
  return x;
}

/** Values may have dimensions of size 1 in front that the place has not. */
function withoutLeadingOnes(value: Tensor, rank: number): Tensor {
  let extra = 0;
  while (value.shape.length - extra > rank && value.shape[extra] === 1) extra++;
  return extra === 0 ? value : reshape(value, value.shape.slice(extra));
}

/** The view's new value. */
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

/** With `spill` an index that is one too large has a place, which is cut off again. */
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
 * Masks that only the device counts, beside indices or each other: coordinates of as many elements
 * as there are values or indices, else of as many as are there, the true ones in order; those of
 * the others are one too large.
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
 * How many elements masks must choose, of at most `most`: as many as the indices beside them and
 * the values; null if these are single.
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
      `put_: a mask of ${most} elements, ${indices.map((shape) => `indices [${shape.join(", ")}]`).join(", ")} and values do not go together` +
        `${detail("x", x.shape)}${detail("values", source.shape)}` +
        "\n  hint: the coordinates of a mask are await mask.nonzero({ asTuple: true })",
    );
  }
  checkValues(source, others.map((dim) => x.shape[dim] as number).toSpliced(place, 0, first ?? 1));
  return first;
}

/** Values must broadcast to what is chosen. */
function checkValues(source: Tensor, chosen: Shape): void {
  const missing = chosen.length - source.shape.length;
  const fits = source.shape.every((n, d) => n === 1 || n === chosen[d + missing]);
  if (missing >= 0 && fits) return;
  throw new ShapeError(
    `put_: values do not fit what the mask chooses${detail("values", source.shape)}${detail("chosen", chosen)}`,
  );
}

/** Under one mask, whose true elements only the device counts. */
function writtenUnder(
  x: Tensor,
  { tensor: given, dim }: Chooser,
  source: Tensor,
  accumulate: boolean,
): Tensor {
  const after = x.shape.length - dim - given.shape.length;
  // the dimension of the source, if it has one, in which it goes along what the mask chooses
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
