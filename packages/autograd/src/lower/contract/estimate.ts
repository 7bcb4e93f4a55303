import type { Machine } from "../machines.ts";
import type { Extent, Tiling } from "./tilings.ts";

/**
 * Assumed, not measured; forms are compared by them. Cycles of a load that a cache has, of one from
 * workgroup memory, and of a barrier.
 */
export const LOAD = 4;
export const SHARED_LOAD = 1;
export const BARRIER = 40;
/** Cycles from a load to its use: of one that a cache has, and of one from memory. */
export const LATENCY = 80;
export const FAR_LATENCY = 400;
/** Neighbours that one access to memory brings. */
const NEIGHBOURS = 8;

/**
 * Cycles that a product takes on a machine in this form: those of one thread, or of all on the
 * machine's lanes, whichever are more. An estimate, to compare forms by.
 */
export function cyclesOf(tiling: Tiling, extent: Extent, { lanes }: Machine): number {
  const { m, n, k, batch, alongK } = extent;
  const { kind, tileM, tileN, groupX, groupY, blockK } = tiling;
  const group = groupX * groupY;
  const isVector = kind === "vector";
  const blocks =
    batch * Math.ceil(m / (isVector ? tileM : tileM * groupY)) * Math.ceil(n / (tileN * groupX));
  const tile = tileM * tileN;
  const inBlocks = Math.ceil(k / Math.max(1, blockK)) * Math.max(1, blockK);
  const steps = isVector ? Math.ceil(k / groupY) : inBlocks;
  let work: number;
  let waiting = LATENCY;
  let first = 0;
  let ending = tile * LOAD;
  if (kind === "tiled") {
    const brought = (LOAD * (tileM * groupY + tileN * groupX)) / group;
    work = tile + SHARED_LOAD * (tileM + tileN) + brought + (2 * BARRIER) / blockK;
    // the first block is waited for, the others are read meanwhile
    waiting = Math.max(0, FAR_LATENCY - work * blockK) / blockK;
    first = FAR_LATENCY;
  } else {
    const together = alongK ? (isVector ? groupY : 1) : groupX;
    const apart = Math.max(1, NEIGHBOURS / together);
    work = tile + LOAD * (tileM + (tileN * (1 + apart)) / 2);
    if (isVector) ending = 2 * BARRIER + (SHARED_LOAD * tile * groupY) / Math.min(tile, groupY);
  }
  const one = first + steps * (waiting + work) + ending;
  const all = (blocks * group * (steps * work + ending)) / lanes;
  return Math.max(one, all);
}
