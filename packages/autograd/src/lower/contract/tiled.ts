import type { KernelStep } from "../../devices/device.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { type Local, type Loops, layoutOf } from "../../kernel/loops.ts";
import type { Lowering } from "../lowering.ts";
import { element, linesOf, openBlock, range, sliceOf } from "./block.ts";
import { type Factor, isAlongK, type Product, sumType } from "./product.ts";
import { storeTile } from "./store.ts";

/**
 * The workgroup copies blockK k's of its rows of a and columns of b into workgroup memory, and
 * every thread multiplies from there. Neighbouring threads load neighbouring elements. The next k's
 * are loaded while these are multiplied.
 */
export function multiplyInTiles(lowering: Lowering, step: KernelStep, product: Product): Loops {
  const { a, b: right, tiling } = product;
  const { tileM, tileN, groupX, groupY, blockK } = tiling;
  const { b } = lowering;
  const type = sumType(step);
  const threads = groupX * groupY;
  const block = openBlock(lowering, product);
  const top = b.let(e.mul(block.row, e.u32(tileM * groupY)));
  const left = b.let(e.mul(block.column, e.u32(tileN * groupX)));
  const [from, to] = sliceOf(lowering, product, block);
  const last = b.let(e.sub(to, e.u32(1)));

  /** Copies lines × blockK elements of an operand; `apart` is the distance between k's. */
  const copied = (factor: Factor, lines: number, dims: readonly number[], first: Expr) => {
    const apart = lines + 1; // puts neighbours along k in different memory banks
    const memory = b.array(type, 1, apart * blockK, true);
    const neighbours = isAlongK(factor, dims, product.k);
    const places = range(Math.ceil((lines * blockK) / threads)).map((i) => {
      const at = b.let(e.add(e.local, e.u32(i * threads)));
      const k = b.let(neighbours ? e.remainder(at, e.u32(blockK)) : e.quotient(at, e.u32(lines)));
      const line = b.let(
        neighbours ? e.quotient(at, e.u32(blockK)) : e.remainder(at, e.u32(lines)),
      );
      return { k, line, place: b.let(e.add(e.mul(k, e.u32(apart)), line)) };
    });
    const starts = linesOf(
      lowering,
      factor,
      dims,
      block,
      places.map(({ line }) => e.add(first, line)),
    );
    const layout = layoutOf(product.k, true);
    const values = places.map(() => b.var(e.constant(0, type)));
    const read = (blockStart: Expr) => {
      for (const [i, { k }] of places.entries()) {
        const at = b.let(e.add(blockStart, k));
        const counter = b.count(layout, b.let(e.nativeMin(at, last)));
        const line = starts[i] as (typeof starts)[number];
        const value = e.cast(element(lowering, factor, line, counter), type);
        b.set(values[i] as Local, e.select(e.lt(at, to), value, e.constant(0, type)));
      }
    };
    const put = (): void => {
      for (const [i, { place }] of places.entries()) b.put(memory, place, values[i] as Local);
    };
    return { memory, apart, read, put };
  };
  const ofA = copied(a, tileM * groupY, product.m, top);
  const ofB = copied(right, tileN * groupX, product.n, left);

  const row = b.let(e.quotient(e.local, e.u32(groupX)));
  const column = b.let(e.remainder(e.local, e.u32(groupX)));
  const sums = range(tileM).map(() => range(tileN).map(() => b.var(e.constant(0, type))));
  const both = [ofA, ofB];
  for (const { read } of both) read(from);
  b.for(from, to, blockK, (blockStart) => {
    for (const { put } of both) put();
    b.barrier();
    const next = b.let(e.add(blockStart, e.u32(blockK)));
    for (const { read } of both) read(next);
    b.for(e.u32(0), e.u32(blockK), 1, (k) => {
      const read = (
        { memory, apart }: typeof ofA,
        first: Expr,
        count: number,
        step: number,
      ): Expr[] => {
        const start = b.let(e.add(e.mul(k, e.u32(apart)), first));
        return range(count).map((i) => b.let(e.element(memory, e.add(start, e.u32(i * step)))));
      };
      const x = read(ofA, row, tileM, groupY);
      const y = read(ofB, column, tileN, groupX);
      for (const i of range(tileM)) {
        for (const j of range(tileN)) {
          const sum = (sums[i] as (typeof sums)[number])[j] as (typeof sums)[number][number];
          b.set(sum, e.add(sum, e.mul(x[i] as Expr, y[j] as Expr)));
        }
      }
    });
    b.barrier();
  });
  storeTile(lowering, step, product, block, {
    top: b.let(e.add(top, row)),
    left: b.let(e.add(left, column)),
    apart: [groupY, groupX],
    sums,
  });
  return { grid: { kind: "groups", groups: block.groups, size: threads }, body: b.statements };
}
