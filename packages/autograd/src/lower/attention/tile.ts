import type { KernelStep } from "../../devices/device.ts";
import { type Expr, e, type LocalArray } from "../../kernel/expression.ts";
import { type Grid, type Local, layoutOf, walk } from "../../kernel/loops.ts";
import { range } from "../contract/block.ts";
import { asStored, type Lowering } from "../lowering.ts";
import type { Destination, Matrix } from "./matrices.ts";
import { LOWEST } from "./scores.ts";
import type { Tiles } from "./tiles.ts";

/** The rows of one plane that a workgroup owns, and each thread's share of them. */
export class Tile {
  readonly lowering: Lowering;
  readonly tiles: Tiles;
  readonly grid: Grid;
  readonly plane: Expr;
  /** The tile's first row, the row after its last, and the rows of the plane. */
  readonly first: Expr;
  readonly end: Expr;
  readonly count: Expr;
  /** The thread's rows: their positions in the tile, and in the plane. */
  readonly places: readonly Expr[];
  readonly rows: readonly Expr[];
  /** The thread's number among those that share its rows. */
  readonly lane: Expr;
  readonly #threads: number;

  constructor(lowering: Lowering, tiles: Tiles, planes: number, count: number) {
    const { b } = lowering;
    const { tall, wide, rows } = tiles;
    const own = tall * rows;
    const blocks = Math.ceil(count / own);
    this.lowering = lowering;
    this.tiles = tiles;
    this.#threads = tall * wide;
    this.grid = { kind: "groups", groups: planes * blocks, size: this.#threads };
    this.count = e.size(count);
    const size = e.size(blocks);
    this.plane = b.let(e.quotient(e.group, size));
    this.first = b.let(e.mul(e.sub(e.group, e.mul(this.plane, size)), e.u32(own)));
    this.end = b.let(e.nativeMin(e.add(this.first, e.u32(own)), this.count));
    this.lane = b.let(e.remainder(e.local, e.u32(wide)));
    const row = b.let(e.quotient(e.local, e.u32(wide)));
    this.places = range(rows).map((i) => b.let(e.add(row, e.u32(i * tall))));
    this.rows = this.places.map((place) => b.let(e.add(this.first, place)));
  }

  /** Workgroup memory for so many rows. */
  area(lines: number, width: number): Area {
    return new Area(this.lowering, this.#threads, lines, width);
  }

  /** Reads the thread's own rows. A row past the end reads the last one. */
  own(matrix: Matrix): Reader {
    const { b } = this.lowering;
    const { tall, rows, ownShared } = this.tiles;
    if (ownShared) {
      const area = this.area(tall * rows, matrix.width);
      area.load(matrix, this.first, this.count);
      return area.reader(this.places, matrix.width);
    }
    const last = e.sub(this.count, e.u32(1));
    const starts = this.rows.map((row) =>
      b.let(e.add(matrix.start, e.mul(e.nativeMin(row, last), matrix.row))),
    );
    const read = (line: number, column: Expr): Expr => {
      const at = e.add(starts[line] as Expr, matrix.columnAt(column));
      return b.let(e.cast(this.lowering.element(matrix.operand, at), "f32"));
    };
    return { lines: rows, width: matrix.width, read };
  }

  /** The positions in an area of the other side's rows that this thread multiplies with. */
  get otherPlaces(): readonly Expr[] {
    const { wide, otherRows } = this.tiles;
    return range(otherRows).map((j) => e.add(this.lane, e.u32(j * wide)));
  }

  /** Σ over columns of own · other, in a variable for each pair of rows of the thread. */
  products(own: Reader, other: Reader): Local[][] {
    const { b } = this.lowering;
    const zero = e.constant(0);
    const sums = range(own.lines).map(() => range(other.lines).map(() => b.var(zero)));
    b.for(e.u32(0), e.u32(own.width), 1, (column) => {
      const x = range(own.lines).map((i) => own.read(i, column));
      const y = range(other.lines).map((j) => other.read(j, column));
      sums.forEach((row, i) => {
        row.forEach((sum, j) => {
          b.set(sum, e.add(sum, e.mul(x[i] as Expr, y[j] as Expr)));
        });
      });
    });
    return sums;
  }

  /** Combines the values of the threads that share a row; all get the result. Has a barrier. */
  combine(memory: LocalArray, values: readonly Expr[], fold: (a: Expr, b: Expr) => Expr): Expr[] {
    const { b } = this.lowering;
    const { wide } = this.tiles;
    const starts = this.places.map((place) => b.let(e.mul(place, e.u32(wide))));
    values.forEach((value, i) => {
      b.put(memory, e.add(starts[i] as Expr, this.lane), value);
    });
    b.barrier();
    return starts.map((start) =>
      b.let(
        range(wide)
          .map((t) => e.element(memory, e.add(start, e.u32(t))))
          .reduce(fold),
      ),
    );
  }
}

/** Rows of a matrix that a thread can read at any column. */
export interface Reader {
  readonly lines: number;
  readonly width: number;
  read(line: number, column: Expr): Expr;
}

/** A block of a matrix's rows in workgroup memory. */
export class Area {
  readonly #lowering: Lowering;
  readonly #threads: number;
  readonly #lines: number;
  readonly #memory: LocalArray;
  readonly #apart: number;

  constructor(lowering: Lowering, threads: number, lines: number, width: number) {
    this.#lowering = lowering;
    this.#threads = threads;
    this.#lines = lines;
    this.#apart = width + 1; // puts neighbouring lines in different memory banks
    this.#memory = lowering.b.array("f32", 1, lines * this.#apart, true, false);
  }

  /** Loads the matrix's rows from row `from` on. A row past the end repeats the last one. */
  load({ operand, start, row, columnAt, width }: Matrix, from: Expr, count: Expr): void {
    const { b } = this.#lowering;
    const last = e.sub(count, e.u32(1));
    b.for(e.local, e.u32(this.#lines * width), this.#threads, (n) => {
      const line = b.let(e.quotient(n, e.u32(width)));
      const column = b.let(e.remainder(n, e.u32(width)));
      const of = e.mul(e.nativeMin(e.add(from, line), last), row);
      const value = this.#lowering.element(operand, e.sum(start, of, columnAt(column)));
      this.put(line, column, e.cast(value, "f32"));
    });
  }

  put(line: Expr, column: Expr, value: Expr): void {
    this.#lowering.b.put(this.#memory, e.add(e.mul(line, e.u32(this.#apart)), column), value);
  }

  /** Reads these lines, at any column. */
  reader(lines: readonly Expr[], width: number): Reader {
    const { b } = this.#lowering;
    const starts = lines.map((line) => b.let(e.mul(line, e.u32(this.#apart))));
    const read = (line: number, column: Expr): Expr =>
      b.let(e.element(this.#memory, e.add(starts[line] as Expr, column)));
    return { lines: lines.length, width, read };
  }

  /** Reads these columns, at any line. */
  columns(columns: readonly Expr[]): (line: Expr) => Expr[] {
    const { b } = this.#lowering;
    return (line) => {
      const start = b.let(e.mul(line, e.u32(this.#apart)));
      return columns.map((column) => b.let(e.element(this.#memory, e.add(start, column))));
    };
  }
}

/** Weighted sums over the other side's rows, for the thread's own rows and share of columns. */
export class Sums {
  readonly #tile: Tile;
  readonly #width: number;
  /** The thread's columns. Columns past the last repeat it. */
  readonly #columns: readonly Expr[];
  readonly #sums: readonly (readonly Local[])[];

  constructor(tile: Tile, width: number) {
    const { lowering, tiles, lane, places } = tile;
    const { b } = lowering;
    const count = Math.ceil(width / tiles.wide);
    this.#tile = tile;
    this.#width = width;
    this.#columns = range(count).map((j) => {
      const column = e.add(lane, e.u32(j * tiles.wide));
      const inside = (j + 1) * tiles.wide <= width;
      return b.let(inside ? column : e.nativeMin(column, e.u32(width - 1)));
    });
    this.#sums = places.map(() => this.#columns.map(() => b.var(e.constant(0))));
  }

  /** Multiplies the sums by a factor for each row. */
  scale(factors: readonly Expr[]): void {
    const { b } = this.#tile.lowering;
    this.#sums.forEach((row, i) => {
      for (const sum of row) b.set(sum, e.mul(sum, factors[i] as Expr));
    });
  }

  /** Adds the rows of `other`, each times its weight for the own row. */
  add(weights: Area, other: Area): void {
    const { lowering, tiles, places } = this.#tile;
    const { b } = lowering;
    const lines = tiles.wide * tiles.otherRows;
    const weight = weights.reader(places, lines);
    const values = other.columns(this.#columns);
    b.for(e.u32(0), e.u32(lines), 1, (line) => {
      const x = range(weight.lines).map((i) => weight.read(i, line));
      const y = values(line);
      this.#sums.forEach((row, i) => {
        row.forEach((sum, j) => {
          b.set(sum, e.add(sum, e.mul(x[i] as Expr, y[j] as Expr)));
        });
      });
    });
  }

  /** Stores the sums, times a factor for each row. */
  store(step: KernelStep, { strides, batch, offset }: Destination, factors: readonly Expr[]): void {
    const { lowering, tiles, plane, rows, count, lane } = this.#tile;
    const { b } = lowering;
    const [across, along] = strides.slice(-2).map(e.size) as [Expr, Expr];
    const planes = b.count(layoutOf(batch, true), plane);
    const start = b.let(walk([planes], strides.slice(0, batch.length), offset));
    rows.forEach((row, i) => {
      b.if(e.lt(row, count), () => {
        const line = b.let(e.add(start, e.mul(row, across)));
        this.#columns.forEach((column, j) => {
          const value = e.mul(this.#sums[i]?.[j] as Expr, factors[i] as Expr);
          const store = (): void => {
            const stored = asStored(e.cast(value, step.dtype), step.dtype);
            lowering.store(e.add(line, e.mul(column, along)), stored);
          };
          const inside = (j + 1) * tiles.wide <= this.#width;
          if (inside) store();
          else b.if(e.lt(e.add(lane, e.u32(j * tiles.wide)), e.u32(this.#width)), store);
        });
      });
    });
  }
}

/**
 * An online softmax over blocks of keys. Several threads share a row: all know its peak, and each
 * sums its own keys.
 */
export class SharedSoftmax {
  readonly #tile: Tile;
  readonly #memory: LocalArray;
  readonly peaks: readonly Local[];
  readonly #totals: readonly Local[];

  constructor(tile: Tile) {
    const { b } = tile.lowering;
    const { tall, wide, rows } = tile.tiles;
    this.#tile = tile;
    this.#memory = b.array("f32", 1, tall * rows * wide, true, false);
    this.peaks = range(rows).map(() => b.var(e.constant(LOWEST)));
    this.#totals = range(rows).map(() => b.var(e.constant(0)));
  }

  /** Sums values over the threads that share a row. Has a barrier. */
  sum(values: readonly Expr[]): Expr[] {
    return this.#tile.combine(this.#memory, values, e.add);
  }

  /**
   * Takes a block of scores (LOWEST if masked). Gives e^(score − peak) of each, and the factor that
   * rescales earlier sums to the new peak. Has a barrier.
   */
  take(scores: readonly (readonly Expr[])[]): { weights: Expr[][]; decay: Expr[] } {
    const { b } = this.#tile.lowering;
    const own = scores.map((row) => b.let(row.reduce(e.nativeMax)));
    const greatest = this.#tile.combine(this.#memory, own, e.nativeMax);
    const decay: Expr[] = [];
    const weights = scores.map((row, i) => {
      const [peak, total] = [this.peaks[i] as Local, this.#totals[i] as Local];
      const now = b.let(e.nativeMax(peak, greatest[i] as Expr));
      const less = b.let(e.exp(e.sub(peak, now)));
      b.set(peak, now);
      decay.push(less);
      const powers = row.map((score) => {
        const power = e.exp(e.sub(score, now));
        // `le` is false for NaN, so a NaN stays
        return b.let(e.select(e.le(score, e.constant(LOWEST)), e.constant(0), power));
      });
      b.set(total, e.add(e.mul(total, less), powers.reduce(e.add)));
      return powers;
    });
    return { weights, decay };
  }

  /** 1 / Σ of each row; 0 if all of its keys are masked. Has a barrier. */
  inverses(): Expr[] {
    const { b } = this.#tile.lowering;
    return this.sum(this.#totals).map((total) => {
      const one = e.nativeDiv(e.constant(1), total);
      return b.let(e.select(e.nativeEq(total, e.constant(0)), e.constant(0), one));
    });
  }
}
