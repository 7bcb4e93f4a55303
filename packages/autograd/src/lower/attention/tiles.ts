import type { Extent } from "../../graph/attention.ts";
import { sizeOf } from "../../shape.ts";
import { BARRIER, FAR_LATENCY, LATENCY, LOAD, SHARED_LOAD } from "../contract/estimate.ts";
import type { Machine } from "../machines.ts";
import type { Call } from "./call.ts";

/**
 * How a workgroup shares an attention: it has `tall` · `wide` threads, each with so many of its own
 * `rows` and so many of the rows that it meets at a time.
 */
export interface Tiles {
  readonly tall: number;
  readonly wide: number;
  readonly rows: number;
  readonly met: number;
  /** Its own rows are in workgroup memory, too. */
  readonly kept: boolean;
}

/** The kernels of an attention: what a workgroup's own rows are. */
export type Part = "output" | "queries" | "keys";

/** Bytes of a workgroup's memory, and variables of a thread's sums, at most. */
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
    ([1, 2, 4] as const).flatMap((met) =>
      [true, false].map((kept) => ({ tall, wide, rows, met, kept }) as Tiles),
    ),
  ),
);

/** Columns that a workgroup reads of its own rows and of those it meets, and sums a thread keeps. */
function widthsOf(part: Part, { width, valueWidth }: Extent, { wide }: Tiles) {
  const columns = (count: number): number => Math.ceil(count / wide);
  const both = width + valueWidth;
  if (part === "output") return { own: width, met: both, kept: columns(valueWidth) };
  return {
    own: both,
    met: both,
    kept: columns(width) + (part === "keys" ? columns(valueWidth) : 0),
  };
}

function fits(part: Part, extent: Extent, tiles: Tiles): boolean {
  const { tall, wide, rows, met, kept } = tiles;
  const [own, other] = [tall * rows, wide * met];
  const { width, valueWidth } = extent;
  const apart = width + valueWidth + 2; // a row of each, and what keeps them in other banks
  const area = part === "output" ? Math.max(width, valueWidth) + 1 : apart;
  const ofOwn = part === "output" ? width + 1 : apart;
  const weights = (part === "keys" ? 2 : 1) * own * (other + 1);
  const numbers = part === "keys" ? 4 * other : own * wide;
  const shared = (kept ? own * ofOwn : 0) + other * area + weights + numbers;
  const sums = rows * widthsOf(part, extent, tiles).kept;
  return 4 * shared <= MOST_SHARED && sums <= MOST_SUMS;
}

/** Calls of `exp` and the like for a score, in cycles. */
const SCORE = 16;

/** What an attention runs over. */
export type Run = Pick<Call, "extent" | "form">;

/** Cycles that a kernel takes on a machine in this form; compare `cyclesOf` of products. */
export function tileCycles(
  part: Part,
  { extent, form }: Run,
  tiles: Tiles,
  { lanes }: Machine,
): number {
  const { tall, wide, rows, met, kept } = tiles;
  const repeats = part === "keys" ? form.repeats : 0;
  const split = extent.batch.length - repeats;
  const planes = sizeOf(extent.batch.slice(0, split));
  const [count, others] =
    part === "keys" ? [extent.keys, extent.queries] : [extent.queries, extent.keys];
  const other = wide * met;
  const groups = planes * Math.ceil(count / (tall * rows));
  const turns = sizeOf(extent.batch.slice(split)) * Math.ceil(others / other);
  const widths = widthsOf(part, extent, tiles);
  const ofOwn = rows * (kept ? SHARED_LOAD : LOAD);
  const brought = (LOAD * other * widths.met) / (tall * wide);
  const products = widths.own * (rows * met + ofOwn + SHARED_LOAD * met);
  const scores = rows * (met * SCORE + (part === "keys" ? 0 : wide * SHARED_LOAD));
  const summed = part === "keys" ? 2 : 1;
  const sums = other * (rows * widths.kept + SHARED_LOAD * (summed * rows + widths.kept));
  const work = brought + products + scores + sums + 4 * BARRIER;
  const one = turns * (FAR_LATENCY + 2 * LATENCY + work);
  const mean = form.causal ? (turns + 1) / 2 : turns;
  return Math.max(one, (groups * tall * wide * mean * work) / lanes);
}

/** The tiles that take a machine the fewest cycles; null where heads are too wide for any. */
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
