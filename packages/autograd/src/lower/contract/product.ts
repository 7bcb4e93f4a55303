import type { Kernel, KernelOperand, KernelStep } from "../../devices/device.ts";
import type { DType } from "../../dtype.ts";
import { ranksOf } from "../../graph/attributes.ts";
import { sizeOf } from "../../shape.ts";
import { type IndexMap, indexMapOf, shapeOf } from "../index-map.ts";
import { cutRows, type Parts } from "../parts.ts";
import {
  type AdapterClass,
  chooseTiling,
  type Extent,
  type SplitK,
  type Tiling,
} from "./tilings.ts";

/** An operand of a product: its index map and strides, and the strides of its padding bounds. */
export interface Factor extends Strides {
  readonly map: IndexMap;
  readonly bounds: readonly Strides[];
}

/** Strides along the batch, along the factor's own output dimensions (m or n), and along k. */
interface Strides {
  readonly batch: readonly number[];
  readonly own: readonly number[];
  readonly k: readonly number[];
}

/** c[batch…, m…, n…] = Σₖ a[batch…, m…, k…] · b[batch…, k…, n…], and its tiling. */
export interface Product extends Parts {
  readonly a: Factor;
  readonly b: Factor;
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
  /** The operands are exchanged: rows and columns here are columns and rows of the output. */
  readonly transposed: boolean;
  readonly tiling: Tiling;
  /** Blocks of outputs along rows and columns; a workgroup computes one. */
  readonly blocksM: number;
  readonly blocksN: number;
  /** How many blocks of rows are computed before the next columns; a divisor of `blocksM`. */
  readonly rowsTogether: number;
}

type Sides = Pick<Product, "a" | "b" | "batch" | "m" | "n" | "k" | "transposed">;

/** The dtype of the sums. */
export const sumType = ({ dtype }: KernelStep): DType =>
  dtype === "f16" ? "f32" : dtype === "bool" || dtype === "u8" ? "u32" : dtype;

/** A step as a product, tiled by the adapter class's table unless `forced` gives a tiling. */
export function productOf(
  kernel: Kernel,
  step: KernelStep,
  adapters: AdapterClass,
  forced?: Tiling | ((extent: Extent) => Tiling | undefined),
): Product {
  const found = sidesOf(kernel, step);
  const few = sizeOf(found.n) < Math.min(adapters.transposeBelow, sizeOf(found.m));
  const sides = few ? transposed(found) : found;
  const [m, n, k] = [sides.m, sides.n, sides.k].map(sizeOf) as [number, number, number];
  const extent = { m, n, k, batch: sizeOf(sides.batch), alongK: liesAlongK(sides) };
  const wanted = typeof forced === "function" ? forced(extent) : forced;
  const tiling = wanted ?? chooseTiling(adapters, extent);
  const { kind, tileM, tileN, groupX, groupY } = tiling;
  const run = kind === "lanes" ? (tiling.run ?? n) : n;
  const blocksM = Math.ceil(m / (kind === "vector" ? tileM : tileM * groupY));
  const blocksN = (n / run) * Math.ceil(run / (tileN * groupX));
  const batch = sizeOf(sides.batch);
  const runs = kind === "alongK" && (tiling.run ?? k) < k;
  const cuts = runs
    ? { parts: 1, part: k }
    : cut(batch * m * n, k, blocksM * blocksN * batch, adapters.split);
  const inOrder = kind === "lanes" || kind === "alongK";
  const rowsTogether = inOrder && k * n > CACHED ? rowsInCache(blocksM, blocksN, m, n) : 1;
  return { ...sides, tiling, blocksM, blocksN, rowsTogether, ...cuts };
}

/** The largest right operand, in elements, that stays in a processor's cache. */
export const CACHED: number = 2 ** 18;
/** The most blocks of rows of the left operand that stay in a processor's cache. */
export const CACHED_ROWS: number = 40;

/**
 * How many blocks of rows a thread computes before the next columns: as many as the cache holds.
 * If no such number divides the rows, all or one, whichever reads less memory.
 */
function rowsInCache(blocksM: number, blocksN: number, m: number, n: number): number {
  for (let rows = Math.min(CACHED_ROWS, blocksM); rows >= CACHED_ROWS / 5; rows--)
    if (blocksM % rows === 0) return rows;
  return blocksM < CACHED_ROWS || blocksN * m < blocksM * n ? blocksM : 1;
}

function sidesOf(kernel: Kernel, { operands, attrs }: KernelStep): Sides {
  const [left, right] = operands as readonly [KernelOperand, KernelOperand];
  const [shapeA, shapeB] = [shapeOf(left), shapeOf(right)];
  const [nb, nm, nn, nk] = ranksOf(attrs);
  const factor = (operand: KernelOperand, cut: (strides: readonly number[]) => Strides): Factor => {
    const map = indexMapOf(kernel, operand);
    return { map, bounds: map.bounds.map((bound) => cut(bound.strides)), ...cut(map.strides) };
  };
  return {
    a: factor(left, (strides) => ({
      batch: strides.slice(0, nb),
      own: strides.slice(nb, nb + nm),
      k: strides.slice(nb + nm),
    })),
    b: factor(right, (strides) => ({
      batch: strides.slice(0, nb),
      own: strides.slice(nb + nk, nb + nk + nn),
      k: strides.slice(nb, nb + nk),
    })),
    batch: shapeA.slice(0, nb),
    m: shapeA.slice(nb, nb + nm),
    k: shapeA.slice(nb + nm),
    n: shapeB.slice(nb + nk),
    transposed: false,
  };
}

/** cᵀ = bᵀ aᵀ. */
const transposed = ({ a, b, m, n, ...rest }: Sides): Sides => ({
  ...rest,
  a: b,
  b: a,
  m: n,
  n: m,
  transposed: true,
});

/** Whether the right operand is more contiguous along k than along columns. */
export const liesAlongK = ({ b, n, k }: Pick<Product, "b" | "n" | "k">): boolean =>
  isAlongK(b, n, k);

/** Whether a factor has the smaller stride along k than along `own`; if equal, the longer run. */
export function isAlongK(factor: Factor, own: readonly number[], k: readonly number[]): boolean {
  const [alongK, across] = [nearest(factor.k, k), nearest(factor.own, own)];
  if (alongK.stride !== across.stride) return alongK.stride < across.stride;
  return alongK.size > across.size;
}

/** The stride and size of the last dimension whose stride is not 0. */
function nearest(
  strides: readonly number[],
  dims: readonly number[],
): { readonly stride: number; readonly size: number } {
  const d = strides.findLastIndex((stride) => stride !== 0);
  if (d < 0) return { stride: Number.POSITIVE_INFINITY, size: 1 };
  return { stride: Math.abs(strides[d] as number), size: dims[d] as number };
}

function cut(outputs: number, k: number, blocks: number, { wanted, least, most }: SplitK): Parts {
  const few = cutRows(outputs, k);
  const parts = Math.min(most, Math.ceil(wanted / blocks), Math.floor(k / least));
  if (parts <= few.parts) return few;
  const part = Math.ceil(k / parts);
  return { parts: Math.ceil(k / part), part };
}
