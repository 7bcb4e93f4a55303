import type { KernelStep } from "../../devices/device.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { type Local, type Loops, layoutOf } from "../../kernel/loops.ts";
import type { Lowering } from "../lowering.ts";
import type { Target } from "../target.ts";
import { element, linesOf, openBlock, range, sliceOf } from "./block.ts";
import { type Product, sumType } from "./product.ts";
import { storeTile } from "./store.ts";

/**
 * groupY threads share the k's of a tile, then add their sums in a fixed order. Few sums are added
 * as a tree, or first within subgroups if all threads share a column. Of many sums, each thread
 * adds some.
 */
export function multiplyByVector(
  lowering: Lowering,
  step: KernelStep,
  product: Product,
  target: Target,
): Loops {
  const { a, b: right } = product;
  const { tileM, tileN, groupX, groupY: lanes } = product.tiling;
  const { b } = lowering;
  const type = sumType(step);
  const threads = groupX * lanes;
  const block = openBlock(lowering, product);
  const lane = b.let(e.quotient(e.local, e.u32(groupX)));
  const inBlock = e.remainder(e.local, e.u32(groupX));
  const left = b.let(e.add(e.mul(block.column, e.u32(groupX * tileN)), inBlock));
  const firstRow = b.let(e.mul(block.row, e.u32(tileM)));
  const rowNumbers = range(tileM).map((i) => e.add(firstRow, e.u32(i)));
  const columnNumbers = range(tileN).map((j) => e.add(left, e.u32(j * groupX)));
  const rows = linesOf(lowering, a, product.m, block, rowNumbers);
  const columns = linesOf(lowering, right, product.n, block, columnNumbers);
  const sums = rows.map(() => columns.map(() => b.var(e.constant(0, type))));
  const [from, to] = sliceOf(lowering, product, block);
  const layout = layoutOf(product.k, true);
  b.for(e.add(from, lane), to, lanes, (k) => {
    const counter = b.count(layout, k);
    const y = columns.map((line) => b.let(e.cast(element(lowering, right, line, counter), type)));
    for (const [i, row] of rows.entries()) {
      const x = b.let(e.cast(element(lowering, a, row, counter), type));
      for (const [j, sum] of (sums[i] as Local[]).entries())
        b.set(sum, e.add(sum, e.mul(x, y[j] as Expr)));
    }
  });

  const all = sums.flat();
  const memory = b.array(type, 1, threads * all.length, true);
  const subgroups = target.subgroups === true && groupX === 1 && type === "f32";
  const isTree = all.length < lanes / 4;
  const mine = (i: number, further = 0): Expr => e.add(e.local, e.u32(i * threads + further));
  for (const [i, sum] of all.entries()) {
    const part =
      subgroups && isTree
        ? e.select(e.subgroupFirst, b.let(e.subgroupSum(sum)), e.constant(0, type))
        : sum;
    b.put(memory, mine(i), part);
  }
  if (isTree) {
    // WGSL does not say which threads are first of a subgroup, so all store; the others store 0
    const steps = subgroups ? eighths(lanes) : halves(lanes);
    for (const { readers, from: distances } of steps) {
      b.barrier();
      b.if(e.lt(lane, e.u32(readers)), () => {
        for (const i of all.keys()) {
          const terms = distances.map((d) => e.element(memory, mine(i, d * groupX)));
          b.put(memory, mine(i), terms.reduce(e.add));
        }
      });
    }
  }
  b.barrier();
  const store = (number: Expr, sum: Expr): void =>
    storeTile(lowering, step, product, block, {
      top: b.let(e.add(firstRow, e.quotient(number, e.u32(tileN)))),
      left: b.let(e.add(left, e.mul(e.remainder(number, e.u32(tileN)), e.u32(groupX)))),
      apart: [1, 1],
      sums: [[sum]],
    });
  // each thread stores some of the tile's sums
  for (let first = 0; first < all.length; first += lanes) {
    const number = b.let(e.add(lane, e.u32(first)));
    b.if(e.lt(number, e.u32(all.length)), () => {
      const start = b.let(e.add(inBlock, e.mul(number, e.u32(threads))));
      const parts = range(isTree ? 1 : lanes).map((l) =>
        e.element(memory, e.add(start, e.u32(l * groupX))),
      );
      store(number, b.let(parts.reduce(e.add)));
    });
  }
  return { grid: { kind: "groups", groups: block.groups, size: threads }, body: b.statements };
}

/** The steps of a tree: the first half of the lanes adds the second half's sums. */
const halves = (lanes: number): { readers: number; from: readonly number[] }[] =>
  range(Math.log2(lanes)).map((i) => {
    const readers = lanes / 2 ** (i + 1);
    return { readers, from: [0, readers] };
  });

/** A tree of fewer steps: each thread of the first eighth adds eight sums. */
const eighths = (lanes: number): { readers: number; from: readonly number[] }[] => {
  const readers = Math.max(1, lanes / 8);
  const step = { readers, from: range(lanes / readers).map((i) => i * readers) };
  return readers === 1 ? [step] : [step, ...eighths(readers)];
};
