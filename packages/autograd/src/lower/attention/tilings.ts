import type { Lanes } from "../../kernel/expression.ts";

/**
 * How an attention is tiled. A thread owns `lanes` · `groups` rows (queries, or keys for the keys'
 * gradients) and reads the rows of the other side in blocks of `otherRows`. With `shared` the
 * workgroup loads blocks into its memory.
 */
export interface Tiling {
  readonly lanes: Lanes;
  readonly groups: number;
  readonly otherRows: number;
  /** Threads of a workgroup. */
  readonly threads: number;
  readonly shared: boolean;
}

/** The sizes that a tiling is chosen by. */
export interface Wanted {
  /** Own rows of a plane. */
  readonly rows: number;
  /** Columns of the sums that a thread keeps for each own row. */
  readonly sumWidth: number;
  /** Columns that are read of the other side's rows. */
  readonly otherWidth: number;
}

/** Bytes of sums in a thread's variables (WGSL allows 8192), and of workgroup memory, at most. */
const MOST_SUMS = 6144;
const MOST_SHARED = 16384;

const alone = { otherRows: 8, threads: 8, shared: false } as const;
const together = { lanes: 1, groups: 1, threads: 64, shared: true } as const;

/**
 * By class of adapter, the best first. Software was measured: few loads per product and no barriers
 * are fastest. GPU: many threads of one row each, blocks in workgroup memory.
 */
export const tilings: Readonly<Record<"software" | "gpu", readonly Tiling[]>> = {
  software: [
    { lanes: 4, groups: 2, ...alone },
    { lanes: 4, groups: 1, ...alone },
    { lanes: 1, groups: 1, ...alone },
  ],
  gpu: [
    { otherRows: 16, ...together },
    { otherRows: 8, ...together },
  ],
};

/**
 * The first tiling that fits in memory and divides a plane's rows among at least four threads; the
 * last if none does.
 */
export function chooseTiling(of: readonly Tiling[], wanted: Wanted): Tiling {
  const { rows, sumWidth, otherWidth } = wanted;
  const fits = (one: Tiling): boolean => {
    const own = one.lanes * one.groups;
    const shared = one.shared ? 4 * one.otherRows * otherWidth : 0;
    return 4 * own * sumWidth <= MOST_SUMS && shared <= MOST_SHARED && 4 * own <= rows;
  };
  return of.find(fits) ?? (of.at(-1) as Tiling);
}
