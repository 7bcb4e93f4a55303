/**
 * How a product is tiled; a workgroup has groupX · groupY threads.
 *
 * - "registers": each thread computes a tile of outputs.
 * - "tiled": the same, with blocks of k in workgroup memory.
 * - "vector": groupY threads share a tile's k's; a workgroup has the rows of one tile.
 *
 * For processors, with one thread a block:
 *
 * - "lanes": neighbouring columns are in vector lanes.
 * - "alongK": neighbouring k's are in vector lanes.
 * - "panels": as "lanes", but the columns are copied first.
 */
export interface Tiling {
  readonly kind: "registers" | "tiled" | "vector" | "lanes" | "alongK" | "panels";
  readonly tileM: number;
  readonly tileN: number;
  readonly groupX: number;
  readonly groupY: number;
  /** "tiled": k's in workgroup memory at a time; else 0. */
  readonly blockK: number;
  /** Contiguous columns ("alongK": k's) if not all are. A tile does not cross such a run. */
  readonly run?: number;
}

/**
 * When to cut sums over k into parts, so that a product of few outputs keeps the device busy. A
 * second dispatch adds the parts.
 */
export interface SplitK {
  /** Workgroups that keep the device busy. */
  readonly wanted: number;
  /** The fewest k's of a part. */
  readonly least: number;
  /** The most parts. */
  readonly most: number;
}

type Range = readonly [least: number, most: number];

/** One line of the table. The first line that fits a product applies. */
export interface Choice {
  readonly m?: Range;
  readonly n?: Range;
  readonly k?: Range;
  /** Whether the right operand's neighbours in memory are neighbours along k. */
  readonly alongK?: boolean;
  /**
   * The tilings to choose from. A class with `cycles` takes the fastest; others take the first,
   * unless another wastes a fifth less.
   */
  readonly tilings: readonly Tiling[];
}

/** The sizes that a line of the table is chosen by. */
export interface Extent {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: number;
  readonly alongK: boolean;
}

export interface AdapterClass {
  /** Estimates the cycles of a tiling; absent where tilings were measured. */
  readonly cycles?: (tiling: Tiling, extent: Extent) => number;
  readonly choices: readonly Choice[];
  readonly split: SplitK;
  /** Products of fewer columns than this are computed transposed, with few rows instead. */
  readonly transposeBelow: number;
}

export const tilingOf =
  (kind: Tiling["kind"], blockK = 0) =>
  (tileM: number, tileN: number, groupX: number, groupY: number): Tiling => ({
    kind,
    tileM,
    tileN,
    groupX,
    groupY,
    blockK,
  });
const registers = tilingOf("registers");

const any = Number.POSITIVE_INFINITY;
const rows = [1, 2, 3, 4] as const;

/** For few rows: a workgroup's threads lie along the columns, without workgroup memory. */
const fewRows: readonly Choice[] = rows.map((m) => ({
  m: [m, m],
  tilings: [registers(m, 4, 32, 1)],
}));

/** Square groups first, then groups for few rows or few columns; square tiles load least. */
const squareGroups = [
  [4, 4],
  [2, 8],
  [1, 16],
  [8, 2],
  [2, 4],
  [4, 2],
  [1, 8],
  [2, 2],
  [1, 4],
] as const;
const squareTiles = [
  [8, 8],
  [8, 5],
  [4, 4],
  [4, 5],
] as const;

/** For processors, and for WebGPU on one. Measured; barriers are slow there, so there are none. */
export const tilings: Readonly<Record<"processor" | "software", AdapterClass>> = {
  processor: {
    split: { wanted: 1, least: any, most: 1 },
    transposeBelow: 0,
    choices: [{ tilings: [registers(4, 4, 1, 1), registers(1, 4, 1, 1), registers(4, 1, 1, 1)] }],
  },
  software: {
    split: { wanted: 16, least: 2048, most: 16 },
    transposeBelow: 0,
    choices: [
      { n: [1, 1], tilings: [registers(4, 1, 1, 32)] },
      ...fewRows,
      {
        tilings: squareGroups.flatMap(([groupY, groupX]) =>
          squareTiles.map(([tileM, tileN]) => registers(tileM, tileN, groupX, groupY)),
        ),
      },
    ],
  },
};

const within = (size: number, [least, most]: Range = [0, any]): boolean =>
  size >= least && size <= most;

/** A tiling's name; equal tilings have equal names. */
export const tilingName = ({ kind, tileM, tileN, groupX, groupY, blockK }: Tiling): string =>
  `${kind} ${tileM}×${tileN} by ${groupY}×${groupX}${blockK > 0 ? `, k ${blockK}` : ""}`;

function choiceFor({ choices }: AdapterClass, { m, n, k, alongK }: Extent): Choice {
  return choices.find(
    (one) =>
      within(m, one.m) &&
      within(n, one.n) &&
      within(k, one.k) &&
      (one.alongK === undefined || one.alongK === alongK),
  ) as Choice;
}

/** At most `most` tilings to measure for a product: the table's first, then the best-ranked. */
export function candidatesFor(table: AdapterClass, extent: Extent, most: number): Tiling[] {
  const { tilings } = choiceFor(table, extent);
  const chosen = chooseTiling(table, extent);
  const rank = (one: Tiling): number =>
    table.cycles?.(one, extent) ?? wasteOf(one, extent.m, extent.n);
  const ranked = tilings.filter((one) => one !== chosen).sort((a, b) => rank(a) - rank(b));
  return [chosen, ...ranked.slice(0, most - 1)];
}

/** The tiling that the class's table gives a product of this extent. */
export function chooseTiling(table: AdapterClass, extent: Extent): Tiling {
  const { cycles } = table;
  const { m, n } = extent;
  const choice = choiceFor(table, extent);
  if (cycles !== undefined) {
    const times = choice.tilings.map((one) => cycles(one, extent));
    return choice.tilings[times.indexOf(Math.min(...times))] as Tiling;
  }
  const [first, ...others] = choice.tilings as readonly [Tiling, ...Tiling[]];
  let best = first;
  let least = 0.8 * wasteOf(first, m, n);
  for (const other of others) {
    const waste = wasteOf(other, m, n);
    if (waste >= least) continue;
    best = other;
    least = waste;
  }
  return best;
}

/** Outputs including those past the edges, times the cost of each: one load costs five products. */
function wasteOf({ tileM, tileN, groupX, groupY }: Tiling, m: number, n: number): number {
  const whole = (size: number, block: number) => Math.ceil(size / block) * block;
  const area = whole(m, tileM * groupY) * whole(n, tileN * groupX);
  return area * (1 + (5 * (tileM + tileN)) / (tileM * tileN));
}
