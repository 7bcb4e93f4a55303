import type { KernelStep } from "../../devices/device.ts";
import { type Expr, e, type LocalArray } from "../../kernel/expression.ts";
import { type Grid, type Local, layoutOf, walk } from "../../kernel/loops.ts";
import { range } from "../contract/block.ts";
import { asStored, type Lowering } from "../lowering.ts";
import type { Destination, Matrix } from "./matrices.ts";
import type { Tiling } from "./tilings.ts";

/** The rows of one plane that a thread owns. */
export interface RowBlock {
  readonly plane: Expr;
  /** The thread's first row. */
  readonly top: Expr;
  /** Row numbers of each group, in lanes. Some may lie past the end. */
  readonly rows: readonly Expr[];
  /** The first row and the row after the last, of all threads that run the same loop bounds. */
  readonly first: Expr;
  readonly end: Expr;
  /** The rows of the plane. */
  readonly count: Expr;
}

/** Gives every thread its rows. With shared memory a workgroup's threads run `body` in step. */
export function eachBlock(
  { b }: Lowering,
  { lanes, groups, threads, shared }: Tiling,
  planes: number,
  count: number,
  body: (block: RowBlock) => void,
): Grid {
  const each = lanes * groups;
  const together = shared ? each * threads : each;
  const blocks = Math.ceil(count / together);
  const number = shared ? e.group : e.thread;
  const total = e.size(count);
  const size = e.size(blocks);
  const plane = b.let(e.quotient(number, size));
  const first = b.let(e.mul(e.sub(number, e.mul(plane, size)), e.u32(together)));
  const top = shared ? b.let(e.add(first, e.mul(e.local, e.u32(each)))) : first;
  const end = b.let(e.nativeMin(e.add(first, e.u32(together)), total));
  const rows = range(groups).map((g) => {
    const row = e.add(top, e.u32(lanes * g));
    return b.let(lanes === 1 ? row : e.add(row, e.iota));
  });
  body({ plane, top, rows, first, end, count: total });
  return shared
    ? { kind: "groups", groups: planes * blocks, size: threads }
    : { kind: "threads", threads: planes * blocks, size: threads };
}

/** Rows that a thread reads at any column: a group's rows in the lanes of a vector, or one row. */
export interface Rows {
  read(line: number, column: Expr): Expr;
  readonly width: number;
}

/** The thread's own rows of a matrix. A row past the end reads the last one. */
export function ownRows(lowering: Lowering, matrix: Matrix, { rows, count }: RowBlock): Rows {
  const last = e.sub(count, e.u32(1));
  const starts = rows.map((row) =>
    lowering.b.let(e.add(matrix.start, e.mul(e.nativeMin(row, last), matrix.row))),
  );
  const read = (group: number, column: Expr): Expr => {
    const index = e.add(starts[group] as Expr, matrix.columnAt(column));
    return e.cast(lowering.element(matrix.operand, index), "f32");
  };
  return { read, width: matrix.width };
}

/** `otherRows` rows of each matrix from row `from` on; with `shared`, the workgroup loads them. */
export function nextRows(
  lowering: Lowering,
  tiling: Tiling,
  matrices: readonly Matrix[],
  from: Expr,
  count: Expr,
): Rows[] {
  const { b } = lowering;
  if (tiling.shared) b.barrier(); // other threads may still read the block before
  const rows = matrices.map((matrix) => rowsFrom(lowering, tiling, matrix, from, count));
  if (tiling.shared) b.barrier();
  return rows;
}

function rowsFrom(
  lowering: Lowering,
  { otherRows, threads, shared }: Tiling,
  matrix: Matrix,
  from: Expr,
  count: Expr,
): Rows {
  const { b } = lowering;
  const { operand, start, row, width } = matrix;
  const last = e.sub(count, e.u32(1));
  const lineAt = (line: Expr): Expr =>
    b.let(e.add(start, e.mul(e.nativeMin(e.add(from, line), last), row)));
  if (!shared) {
    const starts = range(otherRows).map((m) => lineAt(e.u32(m)));
    const read = (line: number, column: Expr): Expr => {
      const index = e.add(starts[line] as Expr, matrix.columnAt(column));
      return e.cast(lowering.element(operand, index), "f32");
    };
    return { read, width };
  }
  const memory = b.array("f32", 1, otherRows * width, true);
  b.for(e.local, e.u32(otherRows * width), threads, (n) => {
    const line = lineAt(e.quotient(n, e.u32(width)));
    const index = e.add(line, matrix.columnAt(e.remainder(n, e.u32(width))));
    b.put(memory, n, e.cast(lowering.element(operand, index), "f32"));
  });
  const read = (line: number, column: Expr): Expr =>
    b.let(e.element(memory, e.add(e.u32(line * width), column)));
  return { read, width };
}

/** Σ over columns of own · other, in a variable for each group and other row. */
export function products(
  { b }: Lowering,
  { lanes, groups, otherRows }: Tiling,
  own: Rows,
  other: Rows,
): Local[][] {
  const zero = e.constant(0);
  const sums = range(groups).map(() => range(otherRows).map(() => b.var(zero, lanes)));
  b.for(e.u32(0), e.u32(own.width), 1, (column) => {
    const x = range(groups).map((g) => b.let(own.read(g, column)));
    const y = range(otherRows).map((m) => b.let(other.read(m, column)));
    sums.forEach((row, g) => {
      row.forEach((sum, m) => {
        b.set(sum, e.add(sum, e.mul(x[g] as Expr, y[m] as Expr)));
      });
    });
  });
  return sums;
}

/**
 * Values of each group and line in an array, so that a loop over the lines keeps the code short.
 */
export class Lines {
  readonly #lowering: Lowering;
  readonly #arrays: readonly LocalArray[];
  readonly #count: number;

  constructor(lowering: Lowering, { lanes }: Tiling, values: readonly (readonly Expr[])[]) {
    const { b } = lowering;
    this.#lowering = lowering;
    this.#count = values[0]?.length ?? 0;
    this.#arrays = values.map((ofGroup) => {
      const array = b.array("f32", lanes, this.#count);
      ofGroup.forEach((value, m) => {
        b.put(array, e.u32(m), value);
      });
      return array;
    });
  }

  /** Loops over the lines. */
  each(body: (line: Expr) => void): void {
    this.#lowering.b.for(e.u32(0), e.u32(this.#count), 1, body);
  }

  at(group: number, line: Expr): Expr {
    return e.element(this.#arrays[group] as LocalArray, line);
  }

  put(group: number, line: Expr, value: Expr): void {
    this.#lowering.b.put(this.#arrays[group] as LocalArray, line, value);
  }

  /** All values, each with a name. */
  values(): Expr[][] {
    const { b } = this.#lowering;
    return this.#arrays.map((_, g) => range(this.#count).map((m) => b.let(this.at(g, e.u32(m)))));
  }
}

/** One of a thread's rows: its group, and its lane if groups have lanes. */
export interface RowAt {
  readonly group: Expr;
  readonly lane: Expr | null;
}

/** A value for every row of a thread. */
export class RowRegisters {
  readonly #lowering: Lowering;
  readonly #array: LocalArray;

  constructor(lowering: Lowering, { lanes, groups }: Tiling, start: number) {
    this.#lowering = lowering;
    this.#array = lowering.b.array("f32", lanes, groups);
    for (const g of range(groups)) this.put(g, e.constant(start));
  }

  /** The values of a group's rows, in lanes. */
  at(group: number): Expr {
    return e.element(this.#array, e.u32(group));
  }

  of({ group, lane }: RowAt): Expr {
    const all = e.element(this.#array, group);
    return lane === null ? all : e.lane(all, lane);
  }

  put(group: number, value: Expr): void {
    this.#lowering.b.put(this.#array, e.u32(group), value);
  }

  putOf({ group, lane }: RowAt, value: Expr): void {
    this.#lowering.b.put(this.#array, group, value, lane);
  }
}

/** Loops over the thread's rows that are not past the end. */
export function eachRow(
  { b }: Lowering,
  { lanes, groups }: Tiling,
  { top, count }: RowBlock,
  body: (row: Expr, at: RowAt) => void,
): void {
  b.for(e.u32(0), e.u32(lanes * groups), 1, (r) => {
    const row = b.let(e.add(top, r));
    b.if(e.lt(row, count), () => {
      if (lanes === 1) body(row, { group: r, lane: null });
      else {
        const [group, lane] = [e.quotient(r, e.u32(4)), e.remainder(r, e.u32(4))];
        body(row, { group: b.let(group), lane: b.let(lane) });
      }
    });
  });
}

/** A thread's sums for each of its rows and every column. */
export class Accumulators {
  readonly #lowering: Lowering;
  readonly #tiling: Tiling;
  readonly #array: LocalArray;
  readonly #width: number;

  constructor(lowering: Lowering, tiling: Tiling, width: number) {
    this.#lowering = lowering;
    this.#tiling = tiling;
    this.#width = width;
    this.#array = lowering.b.array("f32", tiling.lanes, width * tiling.groups);
  }

  /** Multiplies the sums by `decay`, then adds the rows, each times its weight. */
  add(weights: readonly (readonly Expr[])[], rows: Rows, decay: readonly Expr[] | null): void {
    const { b } = this.#lowering;
    const { groups, otherRows } = this.#tiling;
    b.for(e.u32(0), e.u32(this.#width), 1, (column) => {
      const y = range(otherRows).map((m) => b.let(rows.read(m, column)));
      for (const g of range(groups)) {
        const place = this.#place(e.u32(g), column);
        const before = e.element(this.#array, place);
        const kept = decay === null ? before : e.mul(before, decay[g] as Expr);
        const terms = y.map((value, m) => e.mul((weights[g] as Expr[])[m] as Expr, value));
        b.put(this.#array, place, [kept, ...terms].reduce(e.add));
      }
    });
  }

  #place(group: Expr, column: Expr): Expr {
    const { groups } = this.#tiling;
    return groups === 1 ? column : e.add(e.mul(column, e.u32(groups)), group);
  }

  /** Stores the sums, times `factor` of each row. */
  store(
    step: KernelStep,
    block: RowBlock,
    { strides, batch, offset }: Destination,
    factor: (at: RowAt) => Expr,
  ): void {
    const lowering = this.#lowering;
    const { b } = lowering;
    const [across, along] = strides.slice(-2).map(e.size) as [Expr, Expr];
    const plane = b.count(layoutOf(batch, true), block.plane);
    const start = b.let(walk([plane], strides.slice(0, batch.length), offset));
    eachRow(lowering, this.#tiling, block, (row, at) => {
      const line = b.let(e.add(start, e.mul(row, across)));
      const by = b.let(factor(at));
      b.for(e.u32(0), e.u32(this.#width), 1, (column) => {
        const all = e.element(this.#array, this.#place(at.group, column));
        const value = e.mul(at.lane === null ? all : e.lane(all, at.lane), by);
        const stored = asStored(e.cast(value, step.dtype), step.dtype);
        lowering.store(e.add(line, e.mul(column, along)), stored);
      });
    });
  }
}
