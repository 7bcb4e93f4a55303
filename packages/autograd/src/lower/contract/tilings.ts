/**
 * How a product is cut; a workgroup has groupX · groupY threads.
 * "registers": each thread keeps a tile of outputs. "tiled": the same, with blocks of k in
 * workgroup memory. "vector": groupY threads share the k's of a tile, and a workgroup has the rows
 * of one tile.
 * For processors, one thread a block: "lanes" and "alongK" have neighbouring
 * columns or k in vector lanes; "panels" first copies the columns.
 */
export interface Tiling {
  readonly kind: "registers" | "tiled" | "vector" | "lanes" | "alongK" | "panels";
  readonly tileM: number;
  readonly tileN: number;
  readonly groupX: number;
  readonly groupY: number;
  /** k's in workgroup memory at a time; 0 but for "tiled". */
  readonly blockK: number;
  /** Contiguous columns (of "alongK": k), if not all are; tiles do not cross them. */
  readonly run?: number;
}

/**
 * Into how many parts the sums over k are cut, so that few blocks of outputs keep the device busy;
 * a second dispatch adds them.
 */
export interface SplitK {
  /** Workgroups that are enough. */
  readonly wanted: number;
  /** k's of a part, at least. */
  readonly least: number;
  /** Parts, at most. */
  readonly most: number;
}

type Range = readonly [least: number, most: number];

/** One line of the table: the first that fits a product decides. */
export interface Choice {
  readonly m?: Range;
  readonly n?: Range;
  readonly k?: Range;
  /** The right operand's neighbours in memory are neighbours along k. */
  readonly alongK?: boolean;
  /**
   * The one that wastes least, another than the first only if it saves a fifth; of a class with
   * cycles, the one that takes the fewest.
   */
  readonly tilings: readonly Tiling[];
}

/** What a line of the table is chosen by. */
export interface Extent {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: number;
  readonly alongK: boolean;
}

export interface AdapterClass {
  /** Cycles that a tiling takes, where these decide. */
  readonly cycles?: (tiling: Tiling, extent: Extent) => number;
  readonly choices: readonly Choice[];
  readonly split: SplitK;
  /** Products of fewer columns are computed transposed: their few columns are then few rows. */
  readonly turnBelow: number;
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

/** Few rows and as many columns as a workgroup has threads, without workgroup memory. */
const fewRows: readonly Choice[] = rows.map((m) => ({
  m: [m, m],
  tilings: [registers(m, 4, 32, 1)],
}));

/**
 * Squares first; then what fits few rows or few columns. Measured: a tile's products per load
 * decide.
 */
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

/** For processors, and for WebGPU on one: measured; barriers are dear. */
export const tilings: Readonly<Record<"processor" | "software", AdapterClass>> = {
  processor: {
    split: { wanted: 1, least: any, most: 1 },
    turnBelow: 0,
    choices: [{ tilings: [registers(4, 4, 1, 1), registers(1, 4, 1, 1), registers(4, 1, 1, 1)] }],
  },
  software: {
    split: { wanted: 16, least: 2048, most: 16 },
    turnBelow: 0,
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

/** A tiling in words, the same for equal ones. */
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

/** So many tilings that may suit a product, that of the table first, then the most promising. */
export function candidatesFor(table: AdapterClass, extent: Extent, most: number): Tiling[] {
  const { tilings } = choiceFor(table, extent);
  const chosen = chooseTiling(table, extent);
  const rank = (one: Tiling): number =>
    table.cycles?.(one, extent) ?? wasteOf(one, extent.m, extent.n);
  const ranked = tilings.filter((one) => one !== chosen).sort((a, b) => rank(a) - rank(b));
  return [chosen, ...ranked.slice(0, most - 1)];
}

/** The tiling that the class's table has for a product of this extent. */
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

/**
 * Products with those beyond the edges; a load of four lanes costs as much as five products of
 * them.
 */
function wasteOf({ tileM, tileN, groupX, groupY }: Tiling, m: number, n: number): number {
  const whole = (size: number, block: number) => Math.ceil(size / block) * block;
  const area = whole(m, tileM * groupY) * whole(n, tileN * groupX);
  return area * (1 + (5 * (tileM + tileN)) / (tileM * tileN));
}
