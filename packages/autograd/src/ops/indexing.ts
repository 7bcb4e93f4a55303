import { ArgumentError, detail } from "../errors.ts";
import { read } from "../runtime/read.ts";
import { broadcastShapes, type Shape, sizeOf } from "../shape.ts";
import { composite } from "../tape/modes.ts";
import type { Tensor } from "../tensor.ts";
import { asTensor, checkTensor, type Operand } from "./apply.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { expand } from "./broadcast.ts";
import { ge, logicalAnd, lt, where } from "./comparison.ts";
import { cast } from "./constant.ts";
import { hostTensor } from "./creation.ts";
import { checkIndices, gatherAlong, scatterAlong, scatterOverOp } from "./gathering.ts";
import { spreadIndex } from "./index-vector.ts";
import { copy_ } from "./inplace.ts";
import { permute, reshape } from "./layout.ts";
import { coordinatesOf, placesIn } from "./masking.ts";
import { cumsum } from "./scan.ts";
import { type Chooser, type Index, viewAt } from "./slicing.ts";

type IndexList = readonly Index[] | readonly [readonly Index[]];

const itemsOf = (index: IndexList): readonly Index[] =>
  (index.length === 1 && Array.isArray(index[0]) ? index[0] : index) as readonly Index[];

const isMask = ({ tensor }: Chooser): boolean => tensor.dtype === "bool";

/**
 * The part of x at an index: x.at(0), x.at(slice(1, 5, 2), null, ellipsis), x.at(rows, columns). Missing places are whole dimensions.
 *
 * Of numbers, slices, null and ellipsis it is a view: writing to it writes x. Tensors of integers choose element by element: they
 * broadcast to one shape, which takes the place of their dimensions if these stand side by side and comes first if not; negative
 * ones count from the end, those out of range read NaN (0 of integers). A mask has a result whose size only its values tell: see
 * `atMask`. The gradient adds dy up where elements came from.
 */
export function at(x: Tensor, ...index: IndexList): Tensor {
  const { view, choosers } = viewAt("at", x, itemsOf(index));
  if (choosers.length === 0) return view;
  if (choosers.some(isMask)) {
    throw new ArgumentError(
      `at: how much a mask chooses is not known before it is computed${detail("x", x.shape)}` +
        "\n  hint: await x.atMask(…) with the same index, await x.maskedSelect(mask), or where(mask, x, 0)",
    );
  }
  return composite(() => choose(view, choosers));
}

/** `at` with masks among the index: each stands for its dimensions, and chooses where it is true. Reads the masks. */
export async function atMask(x: Tensor, ...index: IndexList): Promise<Tensor> {
  const { view, choosers } = viewAt("atMask", x, itemsOf(index));
  const found = await Promise.all(
    choosers.map(async (chooser): Promise<readonly Chooser[]> => {
      if (!isMask(chooser)) return [chooser];
      const { tensor, dim } = chooser;
      const columns = coordinatesOf(placesIn(await read(tensor)), tensor.shape);
      return columns.map((column, d) => ({
        tensor: hostTensor(column, [column.length], "i32", tensor.node.stream),
        dim: dim + d,
      }));
    }),
  );
  return composite(() => (choosers.length === 0 ? view : choose(view, found.flat())));
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

function join(call: string, x: Tensor, choosers: readonly Chooser[]): Joined {
  const dims = choosers.map(({ dim }) => dim);
  const sizes = dims.map((dim) => x.shape[dim] as number);
  const others = [...x.shape.keys()].filter((dim) => !dims.includes(dim));
  const adjacent = dims.every((dim, i) => i === 0 || dim === (dims[i - 1] as number) + 1);
  const place = adjacent ? (dims[0] as number) : 0;
  const indices = choosers.map(({ tensor }) => checkIndices(call, tensor));
  const chosen = indices.reduce<Shape>((shape, i) => broadcastShapes(call, shape, i.shape), []);
  return {
    order: others.toSpliced(place, 0, ...dims),
    place,
    sizes,
    chosen,
    places: reshape(expand(flatPlaces(indices, sizes), chosen), [-1]),
  };
}

/** Row-major places of coordinates; out of range where one of them is. */
function flatPlaces(indices: readonly Tensor[], sizes: readonly number[]): Tensor {
  const [first] = indices as readonly [Tensor];
  if (indices.length === 1) return first;
  const fromFront = indices.map((i, d) => where(lt(i, 0), add(i, sizes[d] as number), i));
  const flat = fromFront.reduce((place, i, d) => add(mul(place, sizes[d] as number), i));
  const inside = fromFront
    .map((i, d) => logicalAnd(ge(i, 0), lt(i, sizes[d] as number)))
    .reduce((a, b) => logicalAnd(a, b));
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

/**
 * Writes a number or tensor to the part of x at an index, to whose shape it broadcasts: x.put_([slice(1, 3), 0], value). Where indices
 * meet in one place the last value stays. Under a mask a tensor's values are taken in order. Returns x.
 */
export function put_(x: Tensor, index: Index | readonly Index[], value: Operand): Tensor {
  const items = (Array.isArray(index) ? index : [index]) as readonly Index[];
  const { view, choosers } = viewAt("put_", x, items);
  if (typeof value === "object") checkTensor("put_", value);
  if (choosers.length === 0) copy_(view, value);
  else
    copy_(
      view,
      composite(() => written(view, choosers, value)),
    );
  return x;
}

/** The view's new value. */
function written(x: Tensor, choosers: readonly Chooser[], value: Operand): Tensor {
  const source = cast(asTensor(value, x.dtype, x.node.stream), x.dtype);
  if (!choosers.some(isMask)) return writtenAt(x, choosers, source);
  const [mask] = choosers as readonly [Chooser];
  if (choosers.length === 1) return writtenUnder(x, mask, source);
  throw new ArgumentError(
    `put_: takes one mask alone, or tensors of integers${detail("x", x.shape)}` +
      "\n  hint: the coordinates of a mask are await mask.nonzero({ asTuple: true })",
  );
}

function writtenAt(x: Tensor, choosers: readonly Chooser[], source: Tensor): Tensor {
  const joined = join("put_", x, choosers);
  const { order, place, chosen, places } = joined;
  const base = joinDims(x, joined);
  const values = expand(source, base.shape.toSpliced(place, 1, ...chosen));
  const index = spreadIndex(places, base.shape, place);
  const out = scatterAlong(scatterOverOp, base, place, index, reshape(values, index.shape));
  const back = order.map((_, dim) => order.indexOf(dim));
  const turned = order.map((dim) => x.shape[dim] as number);
  return permute(reshape(out, turned), back);
}

function writtenUnder(x: Tensor, { tensor: mask, dim }: Chooser, source: Tensor): Tensor {
  const after = x.shape.length - dim - mask.shape.length;
  const condition = reshape(mask, [...mask.shape, ...new Array<number>(after).fill(1)]);
  // the dimension of the source, if it has one, in which it goes along what the mask chooses
  const along = source.shape.length - after - 1;
  if (along < 0) return where(condition, source, x);
  const spread = (size: Tensor, shape: Shape): Tensor =>
    reshape(size, source.shape.toSpliced(along, 1, ...shape));
  if (source.shape[along] === 1) {
    return where(condition, spread(source, new Array<number>(mask.shape.length).fill(1)), x);
  }
  const before = sub(cumsum(reshape(mask, [-1]), 0), 1);
  const found = gatherAlong(source, along, spreadIndex(before, source.shape, along));
  return where(condition, spread(found, mask.shape), x);
}
