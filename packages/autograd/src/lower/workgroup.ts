import { type DType, isFloating } from "../dtype.ts";
import { type Expr, e } from "../kernel/expression.ts";
import type { Builder } from "../kernel/loops.ts";
import { type Combine, folds } from "./accumulate.ts";
import type { Target } from "./target.ts";

/** Threads of a workgroup that shares a dispatch with others. */
const SHARED = 64;
/** Threads that keep a GPU busy. */
const ENOUGH = 4096;

/**
 * How many threads take a row together: 1 on a processor, and where rows are short. A row's threads
 * read neighbours in memory; few rows have more threads each.
 */
export function threadsOfRow(target: Target, rows: number, length: number): number {
  if (target.class === "software" || length < 32) return 1;
  if (length <= 64 && rows >= ENOUGH) return 1;
  if (target.merged === true) return SHARED;
  const wide = length > 1024 || rows * SHARED < ENOUGH;
  return wide && length > 128 ? 256 : SHARED;
}

/** The dtype in which workgroup memory and scratch buffers keep a value of this one. */
export const keptAs = (dtype: DType): DType =>
  dtype === "f16" ? "f32" : dtype === "u8" || dtype === "bool" ? "u32" : dtype;

/** Who reads whose result at each step, a quarter as many at a time. */
function steps(threads: number): { readers: number; apart: readonly number[] }[] {
  const all: { readers: number; apart: readonly number[] }[] = [];
  for (let left = threads; left > 1; ) {
    const readers = left % 4 === 0 ? left / 4 : left / 2;
    const count = left / readers;
    all.push({ readers, apart: Array.from({ length: count - 1 }, (_, i) => (i + 1) * readers) });
    left = readers;
  }
  return all;
}

/** One result of what the threads of a workgroup have each, in a fixed order; all know it. */
export function combineValues(
  b: Builder,
  combine: Combine,
  of: DType,
  value: Expr,
  threads: number,
): Expr {
  const kept = keptAs(of);
  const memory = b.array(kept, 1, threads, true, false);
  const at = (distance: number): Expr =>
    asDtype(e.element(memory, distance === 0 ? e.local : e.add(e.local, e.u32(distance))), of);
  b.put(memory, e.local, asKept(value, kept));
  for (const { readers, apart } of steps(threads)) {
    b.barrier();
    b.if(e.lt(e.local, e.u32(readers)), () => {
      const all = [0, ...apart].map((distance) => b.let(at(distance)));
      b.put(memory, e.local, asKept(all.reduce(folds[combine]), kept));
    });
  }
  b.barrier();
  return b.let(asDtype(e.element(memory, e.u32(0)), of));
}

/** An extreme of some elements and where it stands. */
export interface Found {
  readonly best: Expr;
  readonly at: Expr;
}

/** Stands for the position where a thread has no element. */
const NOWHERE = 0xffffffff;

/** The first extreme of those that the threads of a workgroup found; `some`: that there was one. */
export function combineExtremes(
  b: Builder,
  combine: "argmax" | "argmin",
  of: DType,
  { best, at, some }: Found & { readonly some: Expr },
  threads: number,
): Found {
  const kept = keptAs(of);
  const values = b.array(kept, 1, threads, true, false);
  const positions = b.array("u32", 1, threads, true, false);
  b.put(values, e.local, asKept(best, kept));
  b.put(positions, e.local, e.select(some, at, e.u32(NOWHERE)));
  const read = (index: Expr): Found => ({
    best: b.let(asDtype(e.element(values, index), of)),
    at: b.let(e.element(positions, index)),
  });
  for (const { readers, apart } of steps(threads)) {
    b.barrier();
    b.if(e.lt(e.local, e.u32(readers)), () => {
      const all = [0, ...apart].map((distance) =>
        read(distance === 0 ? e.local : e.add(e.local, e.u32(distance))),
      );
      const first = all.reduce((x, y) => {
        const better = b.let(beats(combine, of, y, x));
        return {
          best: b.let(e.select(better, y.best, x.best)),
          at: b.let(e.select(better, y.at, x.at)),
        };
      });
      b.put(values, e.local, asKept(first.best, kept));
      b.put(positions, e.local, first.at);
    });
  }
  b.barrier();
  return read(e.u32(0));
}

/** Whether y comes before x: it is more extreme, or as extreme and stands earlier. NaN is extreme. */
function beats(combine: "argmax" | "argmin", of: DType, y: Found, x: Found): Expr {
  const more = combine === "argmax" ? e.gt(y.best, x.best) : e.lt(y.best, x.best);
  const earlier = e.lt(y.at, x.at);
  const missing = (found: Found): Expr => e.eq(found.at, e.u32(NOWHERE));
  const alike = e.and(e.eq(y.best, x.best), earlier);
  let ahead = e.or(more, alike);
  if (isFloating(of)) {
    const [ofX, ofY] = [e.isNan(x.best), e.isNan(y.best)];
    ahead = e.select(ofX, e.and(ofY, earlier), e.or(ofY, ahead));
  }
  return e.and(e.not(missing(y)), e.or(missing(x), ahead));
}

const asKept = (value: Expr, kept: DType): Expr =>
  value.dtype === "bool" ? e.cast(value, kept) : e.bitcast(value, kept);
const asDtype = (value: Expr, of: DType): Expr =>
  of === "bool" ? e.cast(value, of) : e.bitcast(value, of);
