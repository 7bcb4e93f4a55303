import type { Extent } from "../../graph/attention.ts";
import { sizeOf } from "../../shape.ts";
import { BARRIER, FAR_LATENCY, LATENCY, LOAD, SHARED_LOAD } from "../contract/estimate.ts";
import type { Machine } from "../machines.ts";
import type { Call } from "./call.ts";

/**
 * How a workgroup tiles an attention. It has `tall` · `wide` threads; each takes `rows` of the
 * workgroup's own rows and `otherRows` of a block of the other side's.
 */
export interface Tiles {
  readonly tall: number;
  readonly wide: number;
  readonly rows: number;
  readonly otherRows: number;
  /** Own rows are in workgroup memory, too. */
  readonly ownShared: boolean;
}

/** The kernels of attention. "output" and "queries" own rows of queries, "keys" rows of keys. */
export type Part = "output" | "queries" | "keys";

/** The most bytes of workgroup memory, and the most variables for a thread's sums. */
const MOST_SHARED = 16384;
const MOST_SUMS = 64;

/** Workgroups of 64 threads. */
const all: readonly Tiles[] = [
  [8, 8],
  [4, 16],
  [2, 32],
  [1, 64],
].flatMap(([tall, wide]) =>
  ([1, 2, 4] as const).flatMap((rows) =>
    ([1, 2, 4] as const).flatMap((otherRows) =>
      [true, false].map((ownShared) => ({ tall, wide, rows, otherRows, ownShared }) as Tiles),
    ),
  ),
);

/** Columns that are read of own rows and of the other side's, and sums of a thread for each row. */
function widthsOf(part: Part, { width, valueWidth }: Extent, { wide }: Tiles) {
  const columns = (count: number): number => Math.ceil(count / wide);
  const both = width + valueWidth;
  if (part === "output") return { own: width, other: both, sums: columns(valueWidth) };
  return {
    own: both,
    other: both,
    sums: columns(width) + (part === "keys" ? columns(valueWidth) : 0),
  };
}

function fits(part: Part, extent: Extent, tiles: Tiles): boolean {
  const { tall, wide, rows, otherRows, ownShared } = tiles;
  const [own, other] = [tall * rows, wide * otherRows];
  const { width, valueWidth } = extent;
  const apart = width + valueWidth + 2; // a row of each, and an element between lines (`Area`)
  const area = part === "output" ? Math.max(width, valueWidth) + 1 : apart;
  const ofOwn = part === "output" ? width + 1 : apart;
  const weights = (part === "keys" ? 2 : 1) * own * (other + 1);
  const numbers = part === "keys" ? 4 * other : own * wide;
  const shared = (ownShared ? own * ofOwn : 0) + other * area + weights + numbers;
  const sums = rows * widthsOf(part, extent, tiles).sums;
  return 4 * shared <= MOST_SHARED && sums <= MOST_SUMS;
}

/** Cycles to turn a product into a weight: `exp` and the like. */
const SCORE = 16;

/** The sizes and attributes of an attention. */
export type Run = Pick<Call, "extent" | "form">;

/** An estimate of the cycles that a kernel takes on a machine with these tiles; see `cyclesOf`. */
export function tileCycles(
  part: Part,
  { extent, form }: Run,
  tiles: Tiles,
  { lanes }: Machine,
): number {
  const { tall, wide, rows, otherRows, ownShared } = tiles;
  const repeats = part === "keys" ? form.repeats : 0;
  const split = extent.batch.length - repeats;
  const planes = sizeOf(extent.batch.slice(0, split));
  const [count, others] =
    part === "keys" ? [extent.keys, extent.queries] : [extent.queries, extent.keys];
  const other = wide * otherRows;
  const groups = planes * Math.ceil(count / (tall * rows));
  const blocks = sizeOf(extent.batch.slice(split)) * Math.ceil(others / other);
  const widths = widthsOf(part, extent, tiles);
  const ofOwn = rows * (ownShared ? SHARED_LOAD : LOAD);
  const loads = (LOAD * other * widths.other) / (tall * wide);
  const products = widths.own * (rows * otherRows + ofOwn + SHARED_LOAD * otherRows);
  const scores = rows * (otherRows * SCORE + (part === "keys" ? 0 : wide * SHARED_LOAD));
  const summed = part === "keys" ? 2 : 1;
  const sums = other * (rows * widths.sums + SHARED_LOAD * (summed * rows + widths.sums));
  const work = loads + products + scores + sums + 4 * BARRIER;
  const one = blocks * (FAR_LATENCY + 2 * LATENCY + work);
  const mean = form.causal ? (blocks + 1) / 2 : blocks;
  return Math.max(one, (groups * tall * wide * mean * work) / lanes);
}

/** The tiles with the fewest estimated cycles; null if heads are too wide for any. */
export function chooseTiles(part: Part, run: Run, machine: Machine): Tiles | null {
  let best: Tiles | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const one of all) {
    if (!fits(part, run.extent, one)) continue;
    const cycles = tileCycles(part, run, one, machine);
    if (cycles < least) [best, least] = [one, cycles];
  }
  return best;
}
