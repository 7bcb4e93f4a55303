import type { Lanes } from "../../kernel/expression.ts";

/**
 * How an attention is cut. A thread keeps `lanes` · `groups` rows (of queries, or of keys for their
 * gradients) and reads the others in blocks of `met`. With `shared` the workgroup loads blocks into
 * its memory.
 */
export interface Tiling {
  readonly lanes: Lanes;
  readonly groups: number;
  readonly met: number;
  /** Threads of a workgroup. */
  readonly threads: number;
  readonly shared: boolean;
}

/** What one kernel needs of a tiling. */
export interface Wanted {
  /** Rows in all. */
  readonly rows: number;
  /** Columns of the sums that are kept for each. */
  readonly kept: number;
  /** Columns of what is met. */
  readonly met: number;
}

/** Bytes of variables in a function, of 8192; and of a workgroup's memory. */
const MOST_KEPT = 6144;
const MOST_SHARED = 16384;

const alone = { met: 8, threads: 8, shared: false } as const;
const together = { lanes: 1, groups: 1, threads: 64, shared: true } as const;

/**
 * By class of adapter, the best first. Software: measured; loads per product decide, and barriers
 * are dear. GPU: many threads of one row each, blocks in workgroup memory.
 */
export const tilings: Readonly<Record<"software" | "gpu", readonly Tiling[]>> = {
  software: [
    { lanes: 4, groups: 2, ...alone },
    { lanes: 4, groups: 1, ...alone },
    { lanes: 1, groups: 1, ...alone },
  ],
  gpu: [
    { met: 16, ...together },
    { met: 8, ...together },
  ],
};

/**
 * The first tiling that fits and gives the rows of a plane to four threads at least; the last if
 * none does.
 */
export function chooseTiling(of: readonly Tiling[], { rows, kept, met }: Wanted): Tiling {
  const fits = (one: Tiling): boolean => {
    const own = one.lanes * one.groups;
    const shared = one.shared ? 4 * one.met * met : 0;
    return 4 * own * kept <= MOST_KEPT && shared <= MOST_SHARED && 4 * own <= rows;
  };
  return of.find(fits) ?? (of.at(-1) as Tiling);
}
