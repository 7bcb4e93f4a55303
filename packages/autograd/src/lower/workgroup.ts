import { type DType, isFloating } from "../dtype.ts";
import { type Expr, e } from "../kernel/expression.ts";
import type { Builder, Loops } from "../kernel/loops.ts";
import { type Combine, folds } from "./accumulate.ts";
import type { Target } from "./target.ts";

/** Threads of a workgroup that shares a dispatch with others. */
const SHARED = 64;
/** Threads that keep a GPU busy. */
const ENOUGH = 4096;

/** How the threads of a workgroup share rows. */
export interface Team {
  /** Threads that take a row together; 1 where a thread has it alone. */
  readonly lanes: number;
  /** Rows of a workgroup, whose threads are neighbours. */
  readonly rows: number;
}

export const alone: Team = { lanes: 1, rows: 1 };

/**
 * How many threads take a row together, whose neighbours are neighbours in memory: 1 on a
 * processor, and where rows are short. Few rows have more threads each.
 */
export function teamOfRow(target: Target, rows: number, length: number): Team {
  if (target.class === "software" || length < 32) return alone;
  if (length <= 64 && rows >= ENOUGH) return alone;
  if (target.merged === true) return { lanes: SHARED, rows: 1 };
  const wide = length > 1024 || rows * SHARED < ENOUGH;
  return { lanes: wide && length > 128 ? 256 : SHARED, rows: 1 };
}

/** The same where neighbouring rows are neighbours in memory: a workgroup has several. */
export function teamOfColumns(target: Target, columns: number, length: number): Team {
  if (target.class === "software" || length < 16 || columns >= 4 * ENOUGH) return alone;
  const threads = target.merged === true || columns * length < 8 * ENOUGH ? SHARED : 256;
  let rows = 16;
  while (rows > 4 && (columns < rows || columns * (threads / rows) < ENOUGH)) rows /= 2;
  while (threads / rows > length / 2) rows *= 2;
  return { lanes: threads / rows, rows };
}

/** The row that a thread of a team has its share of, and the number of its share. */
export const rowOf = ({ rows }: Team): Expr =>
  rows === 1 ? e.group : e.add(e.mul(e.group, e.u32(rows)), e.remainder(e.local, e.u32(rows)));

export const laneOf = ({ rows }: Team): Expr =>
  rows === 1 ? e.local : e.quotient(e.local, e.u32(rows));

/** Workgroups of a team for so many rows. */
export const gridOf = ({ lanes, rows }: Team, count: number): Loops["grid"] => ({
  kind: "groups",
  groups: Math.ceil(count / rows),
  size: lanes * rows,
});

/** The dtype in which workgroup memory and scratch buffers keep a value of this one. */
export const keptAs = (dtype: DType): DType =>
  dtype === "f16" ? "f32" : dtype === "u8" || dtype === "bool" ? "u32" : dtype;

/** Which lanes read whose results at each step, a quarter as many at a time. */
function steps({ lanes, rows }: Team): { readers: number; apart: readonly number[] }[] {
  const all: { readers: number; apart: readonly number[] }[] = [];
  for (let left = lanes; left > 1; ) {
    const readers = left % 4 === 0 ? left / 4 : left / 2;
    const others = Array.from({ length: left / readers - 1 }, (_, i) => i + 1);
    all.push({ readers, apart: others.map((i) => i * readers * rows) });
    left = readers;
  }
  return all;
}

/** The first thread of a row. */
const firstOf = ({ rows }: Team): Expr =>
  rows === 1 ? e.u32(0) : e.remainder(e.local, e.u32(rows));

/** One result of what the threads of a row have each, in a fixed order; all know it. */
export function combineValues(
  b: Builder,
  combine: Combine,
  of: DType,
  value: Expr,
  team: Team,
): Expr {
  const kept = keptAs(of);
  const memory = b.array(kept, 1, team.lanes * team.rows, true, false);
  const lane = b.let(laneOf(team));
  const at = (distance: number): Expr =>
    asDtype(e.element(memory, distance === 0 ? e.local : e.add(e.local, e.u32(distance))), of);
  b.put(memory, e.local, asKept(value, kept));
  for (const { readers, apart } of steps(team)) {
    b.barrier();
    b.if(e.lt(lane, e.u32(readers)), () => {
      const all = [0, ...apart].map((distance) => b.let(at(distance)));
      b.put(memory, e.local, asKept(all.reduce(folds[combine]), kept));
    });
  }
  b.barrier();
  return b.let(asDtype(e.element(memory, firstOf(team)), of));
}

/** An extreme of some elements and where it stands. */
export interface Found {
  readonly best: Expr;
  readonly at: Expr;
}

/** Stands for the position where a thread has no element. */
const NOWHERE = 0xffffffff;

/** The first extreme of those that the threads of a row found; `some`: that there was one. */
export function combineExtremes(
  b: Builder,
  combine: "argmax" | "argmin",
  of: DType,
  { best, at, some }: Found & { readonly some: Expr },
  team: Team,
): Found {
  const kept = keptAs(of);
  const threads = team.lanes * team.rows;
  const values = b.array(kept, 1, threads, true, false);
  const positions = b.array("u32", 1, threads, true, false);
  const lane = b.let(laneOf(team));
  b.put(values, e.local, asKept(best, kept));
  b.put(positions, e.local, e.select(some, at, e.u32(NOWHERE)));
  const read = (index: Expr): Found => ({
    best: b.let(asDtype(e.element(values, index), of)),
    at: b.let(e.element(positions, index)),
  });
  for (const { readers, apart } of steps(team)) {
    b.barrier();
    b.if(e.lt(lane, e.u32(readers)), () => {
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
  return read(firstOf(team));
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
