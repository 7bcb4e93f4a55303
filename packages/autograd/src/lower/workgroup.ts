import { type DType, isFloating } from "../dtype.ts";
import { type Expr, e } from "../kernel/expression.ts";
import type { Builder, Loops } from "../kernel/loops.ts";
import { type Combine, folds } from "./accumulate.ts";
import type { Target } from "./target.ts";

/** Threads of a workgroup in a dispatch that several kernels share. */
const SHARED = 64;
/** Threads that keep a GPU busy. */
const ENOUGH = 4096;
/** The position of a thread that has no element. */
const NOWHERE = 0xffffffff;

/** The threads of a workgroup, among which one row or a few neighbouring rows are divided. */
export class Team {
  /** Threads that share a row. */
  readonly lanes: number;
  /** Rows of a workgroup. Neighbouring threads have neighbouring rows. */
  readonly rows: number;
  /** The thread's number among those that share its row. */
  readonly lane: Expr;
  /** The thread's row. */
  readonly row: Expr;
  readonly #first: Expr;

  constructor(lanes: number, rows = 1) {
    this.lanes = lanes;
    this.rows = rows;
    const count = e.u32(rows);
    this.lane = rows === 1 ? e.local : e.quotient(e.local, count);
    this.#first = rows === 1 ? e.u32(0) : e.remainder(e.local, count);
    this.row = rows === 1 ? e.group : e.add(e.mul(e.group, count), this.#first);
  }

  /** The grid for `count` rows. */
  grid(count: number): Loops["grid"] {
    const { lanes, rows } = this;
    return { kind: "groups", groups: Math.ceil(count / rows), size: lanes * rows };
  }

  /** Combines the values of the threads that share a row, in a fixed order. All get the result. */
  combine(b: Builder, combine: Combine, of: DType, value: Expr): Expr {
    const kept = storageType(of);
    const memory = b.array(kept, 1, this.lanes * this.rows, true, false);
    const at = (index: Expr): Expr => b.let(fromStorage(e.element(memory, index), of));
    b.put(memory, e.local, toStorage(value, kept));
    this.#tree(b, (indices) => {
      b.put(memory, e.local, toStorage(indices.map(at).reduce(folds[combine]), kept));
    });
    return at(this.#first);
  }

  /**
   * The first extreme of those that a row's threads found; `some` says whether a thread has one.
   */
  firstExtreme(
    b: Builder,
    combine: "argmax" | "argmin",
    of: DType,
    { best, at, some }: Found & { readonly some: Expr },
  ): Found {
    const kept = storageType(of);
    const threads = this.lanes * this.rows;
    const values = b.array(kept, 1, threads, true, false);
    const positions = b.array("u32", 1, threads, true, false);
    b.put(values, e.local, toStorage(best, kept));
    b.put(positions, e.local, e.select(some, at, e.u32(NOWHERE)));
    const read = (index: Expr): Found => ({
      best: b.let(fromStorage(e.element(values, index), of)),
      at: b.let(e.element(positions, index)),
    });
    this.#tree(b, (indices) => {
      const first = indices.map(read).reduce((x, y) => {
        const better = b.let(beats(combine, of, y, x));
        return {
          best: b.let(e.select(better, y.best, x.best)),
          at: b.let(e.select(better, y.at, x.at)),
        };
      });
      b.put(values, e.local, toStorage(first.best, kept));
      b.put(positions, e.local, first.at);
    });
    return read(this.#first);
  }

  /** A tree: at each step a quarter of the lanes joins the values at four indices, in parallel. */
  #tree(b: Builder, join: (indices: readonly Expr[]) => void): void {
    const lane = b.let(this.lane);
    for (let left = this.lanes; left > 1; ) {
      const readers = left % 4 === 0 ? left / 4 : left / 2;
      const indices = Array.from({ length: left / readers }, (_, i) =>
        i === 0 ? e.local : e.add(e.local, e.u32(i * readers * this.rows)),
      );
      b.barrier();
      b.if(e.lt(lane, e.u32(readers)), () => join(indices));
      left = readers;
    }
    b.barrier();
  }
}

/**
 * The threads that share a row whose elements are adjacent in memory; null for short rows, which
 * have one thread each. If rows are few, each has more threads.
 */
export function teamOfRow({ merged }: Target, rows: number, length: number): Team | null {
  if (length < 32 || (length <= 64 && rows >= ENOUGH)) return null;
  if (merged === true) return new Team(SHARED);
  const wide = length > 1024 || rows * SHARED < ENOUGH;
  return new Team(wide && length > 128 ? 256 : SHARED);
}

/** The same if neighbouring rows are adjacent in memory: a workgroup then has several rows. */
export function teamOfColumns({ merged }: Target, columns: number, length: number): Team | null {
  if (length < 16 || columns >= 4 * ENOUGH) return null;
  const threads = merged === true || columns * length < 8 * ENOUGH ? SHARED : 256;
  let rows = 16;
  while (rows > 4 && (columns < rows || columns * (threads / rows) < ENOUGH)) rows /= 2;
  while (threads / rows > length / 2) rows *= 2;
  return new Team(threads / rows, rows);
}

/** An extreme of some elements and its position. */
export interface Found {
  readonly best: Expr;
  readonly at: Expr;
}

/** The dtype in which workgroup memory and scratch buffers store a value of this dtype. */
const storageType = (dtype: DType): DType =>
  dtype === "f16" ? "f32" : dtype === "u8" || dtype === "bool" ? "u32" : dtype;

/** Whether y beats x: it is more extreme, or equal and earlier. NaN is the most extreme. */
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

const toStorage = (value: Expr, kept: DType): Expr =>
  value.dtype === "bool" ? e.cast(value, kept) : e.bitcast(value, kept);
const fromStorage = (value: Expr, of: DType): Expr =>
  of === "bool" ? e.cast(value, of) : e.bitcast(value, of);
