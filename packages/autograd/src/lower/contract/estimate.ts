import type { Machine } from "../machines.ts";
import type { Extent, Tiling } from "./tilings.ts";

/**
 * Cycles of a load from the cache, of one from workgroup memory, and of a barrier. They are
 * assumed, not measured, and only serve to compare tilings.
 */
export const LOAD = 4;
export const SHARED_LOAD = 1;
export const BARRIER = 40;
/** Cycles from a load to its use: from the cache, and from memory. */
export const LATENCY = 80;
export const FAR_LATENCY = 400;
/** Neighbouring elements that one memory access loads. */
const NEIGHBOURS = 8;

/**
 * An estimate of the cycles that a product takes, to compare tilings: those of one thread, or those
 * of all threads divided by the machine's lanes, whichever are more.
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
    // only the first block is waited for; the others load while a block is multiplied
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
