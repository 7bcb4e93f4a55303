import { type Expr, e } from "../../kernel/expression.ts";
import { layoutOf, walk } from "../../kernel/loops.ts";
import { sizeOf } from "../../shape.ts";
import { type Axis, mergedAxes } from "../axes.ts";
import type { Lowering } from "../lowering.ts";
import { type Block, type Line, linesOf, range, sliceOf } from "./block.ts";
import type { Factor, Product } from "./product.ts";

/**
 * The lines of a tile, from `first` on. Lines before `own` belong to another tile; lines from `end`
 * on do not exist.
 */
export interface Span {
  readonly first: Expr;
  readonly own: Expr;
  readonly end: Expr;
}

/** Whether a line exists and belongs to this tile. */
export const isOwn = (line: Expr, { own, end }: Span): Expr =>
  e.and(e.le(own, line), e.lt(line, end));

/** The distance between neighbours if it is the same everywhere; else null. */
function distance(sizes: readonly number[], strides: readonly number[]): number | null {
  let [apart, next]: [number | null, number] = [null, 0];
  for (let d = sizes.length - 1; d >= 0; d--) {
    if (sizes[d] === 1) continue;
    const stride = strides[d] as number;
    if (apart !== null && stride !== next) return null;
    apart ??= stride;
    next = stride * (sizes[d] as number);
  }
  return apart ?? 0;
}

/** How many of the last elements are contiguous under all of these strides; at least 1. */
export function sideBySide(sizes: readonly number[], ...all: (readonly number[])[]): number {
  let run = 1;
  for (let d = sizes.length - 1; d >= 0; d--) {
    if (sizes[d] === 1) continue;
    if (all.some((strides) => strides[d] !== run)) break;
    run *= sizes[d] as number;
  }
  return run;
}

/** How many dimensions come before the last `run` elements. */
const before = (sizes: readonly number[], run: number): number => {
  let [rank, rest] = [sizes.length, run];
  while (rest > 1) {
    rank--;
    rest /= sizes[rank] as number;
  }
  return rank;
};

/**
 * The lines of a tile. If all lines are equally far apart, they are computed from the first, and
 * the last tile is moved back so that none of its lines is past the end.
 */
export function evenLines(
  lowering: Lowering,
  factor: Factor,
  dims: readonly number[],
  block: Block,
  tile: Expr,
  count: number,
): { lines: readonly Line[]; span: Span } {
  const { b } = lowering;
  const total = sizeOf(dims);
  const end = e.size(total);
  const own = b.let(e.mul(tile, e.u32(count)));
  const apart = distance(dims, factor.own);
  if (apart === null || total < count) {
    const numbers = range(count).map((i) => e.add(own, e.u32(i)));
    const lines = linesOf(lowering, factor, dims, block, numbers);
    return { lines, span: { first: own, own, end } };
  }
  const first = total % count === 0 ? own : b.let(e.nativeMin(own, e.size(total - count)));
  const [line] = linesOf(lowering, factor, dims, block, [first]) as [Line];
  const start = line[0] as Expr;
  const lines = range(count).map((i): Line => [i === 0 ? start : e.add(start, e.size(i * apart))]);
  return { lines, span: { first, own, end } };
}

/** The indices in the right operand of each vector of a tile's columns. */
export function columnsOf(
  { b }: Lowering,
  product: Product,
  block: Pick<Block, "batch" | "column">,
): { at: readonly Expr[]; span: Span } {
  const { b: right, tiling, n: dims } = product;
  const { tileN, run = sizeOf(dims) } = tiling;
  const start = b.let(walk([block.batch], right.batch, right.map.start()));
  const fours = range(tileN / 4);
  const from = (origin: Expr, first: Expr): readonly Expr[] => {
    const at = b.let(e.add(origin, first));
    return fours.map((v) => e.sum(at, e.u32(4 * v), e.iota));
  };
  if (run < sizeOf(dims)) {
    // tiles do not cross lines
    const perLine = e.size(Math.ceil(run / tileN));
    const line = b.let(e.quotient(block.column, perLine));
    const own = b.let(e.mul(e.sub(block.column, e.mul(line, perLine)), e.u32(tileN)));
    const first = b.let(e.nativeMin(own, e.size(run - tileN)));
    const rank = before(dims, run);
    const counter = b.count(layoutOf(dims.slice(0, rank)), line);
    const origin = e.add(start, walk([counter], right.own.slice(0, rank)));
    const begin = b.let(e.mul(line, e.size(run)));
    const span: Span = {
      first: b.let(e.add(begin, first)),
      own: b.let(e.add(begin, own)),
      end: b.let(e.add(begin, e.size(run))),
    };
    return { at: from(origin, first), span };
  }
  const own = b.let(e.mul(block.column, e.u32(tileN)));
  const end = e.size(run);
  const total = Math.ceil(run / 4) * 4;
  if (distance(dims, right.own) === 1 && total >= tileN) {
    const first = total % tileN === 0 ? own : b.let(e.nativeMin(own, e.size(total - tileN)));
    return { at: from(start, first), span: { first, own, end } };
  }
  const layout = layoutOf(dims);
  const at = fours.map((v) => {
    const first = b.let(e.nativeMin(e.add(own, e.u32(4 * v)), e.size(total - 4)));
    return e.add(start, walk([b.count(layout, e.add(first, e.iota))], right.own));
  });
  return { at, span: { first: own, own, end } };
}

/** The distance that a factor's index has moved along k. */
export type AlongK = (factor: Factor) => Expr;

/** Loops over the k's of a block, with a loop for each axis. */
export function overK(
  lowering: Lowering,
  product: Product,
  block: Block,
  body: (at: AlongK) => void,
): void {
  const { b } = lowering;
  if (product.parts > 1) {
    const [from, to] = sliceOf(lowering, product, block);
    b.over(layoutOf(product.k), { from, to, advances: true }, (counter) => {
      body((factor) => walk([counter], factor.k));
    });
    return;
  }
  overAxes(lowering, mergedAxes(product.k, [product.a.k, product.b.k]), (at) => {
    body((factor) => at(factor === product.a ? 0 : 1));
  });
}

/** Nests a loop for each axis, the last one innermost. `at` gives the position of a walk. */
export function overAxes(
  { b }: Lowering,
  axes: readonly Axis[],
  body: (at: (walk: number) => Expr) => void,
): void {
  const open = (d: number, outer: readonly ((walk: number) => Expr)[]): void => {
    const axis = axes[d];
    if (axis === undefined) {
      body((number) => e.sum(...outer.map((at) => at(number))));
      return;
    }
    const range = { from: e.u32(0), to: e.size(axis.size), advances: true };
    b.over([axis.size], range, (counter) => {
      open(d + 1, [...outer, (number) => walk([counter], [axis.strides[number] as number])]);
    });
  };
  open(0, []);
}

/**
 * Loops over the k's of a block, four at a time; both factors are contiguous within a run. `inside`
 * says which lanes are not past the end; null if all are.
 */
export function overRunsOfK(
  lowering: Lowering,
  product: Product,
  block: Block,
  body: (at: AlongK, inside: Expr | null) => void,
): void {
  const { b } = lowering;
  const { k, a, b: right, tiling, part, parts } = product;
  const run = tiling.run as number;
  if (parts > 1) {
    const [from, to] = sliceOf(lowering, product, block);
    const whole = run % 4 === 0 && part % 4 === 0;
    b.over([run], { from, to, lanes: 4, advances: true }, (counter) => {
      body(() => walk([counter], [1]), whole ? null : b.let(e.lt(counter.index, to)));
    });
    return;
  }
  const rank = before(k, run);
  const outer = mergedAxes(k.slice(0, rank), [a.k.slice(0, rank), right.k.slice(0, rank)]);
  const whole = Math.floor(run / 4) * 4;
  const inside = whole === run ? null : b.let(e.lt(e.iota, e.u32(run - whole)));
  overAxes(lowering, outer, (at) => {
    const line = (factor: Factor): Expr => at(factor === a ? 0 : 1);
    if (whole > 0) {
      const range = { from: e.u32(0), to: e.size(whole), lanes: 4, advances: true } as const;
      b.over([whole], range, (counter) => {
        body((factor) => e.add(line(factor), walk([counter], [1])), null);
      });
    }
    if (inside !== null) body((factor) => e.sum(line(factor), e.u32(whole), e.iota), inside);
  });
}
