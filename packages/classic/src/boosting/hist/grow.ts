import { LEAF } from "../../tree/tree.ts";
import type { FeatureBins } from "./bins.ts";
import { type Bounds, type Cut, type CutLimits, Cutter, type NodeSums } from "./cuts.ts";
import { Heap } from "./heap.ts";
import type { HistTree } from "./hist-tree.ts";
import { type Binned, Histograms } from "./histogram.ts";

/** When a tree has grown. */
export interface GrowerLimits extends CutLimits {
  readonly maxLeafNodes: number | null;
  readonly maxDepth: number | null;
  readonly learningRate: number;
  /** Features that each cut is looked for in; null: all. */
  readonly drawFeatures: (() => Uint8Array) | null;
}

/** A node while the tree grows. */
interface GrowingNode {
  readonly depth: number;
  /** Its rows: `order[start … end)`. */
  readonly start: number;
  readonly end: number;
  readonly sums: NodeSums;
  bounds: Bounds;
  value: number;
  /** Its best cut, once it has been looked for. */
  cut: Cut | null;
  missingLeft: boolean;
  histograms: Float64Array | null;
  left: GrowingNode | null;
  right: GrowingNode | null;
  readonly gain: number;
}

/** A leaf, and the rows in it. */
export interface GrownLeaf {
  readonly rows: Uint32Array;
  /** What it adds to the predictions of its rows. */
  value: number;
}

/** A tree that has grown, before it is written down. */
export interface Grown {
  readonly leaves: readonly GrownLeaf[];
  finish(): HistTree;
}

const UNBOUNDED: Bounds = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };

/** Curvature that a node needs to be parted. */
const LEAST_CURVATURE = 1e-3;

/**
 * Grows trees on the same binned rows, each for its own gradients: the leaf whose cut is worth most
 * is parted next.
 */
export class Grower {
  readonly #data: Binned;
  readonly #features: readonly FeatureBins[];
  readonly #constant: boolean;
  readonly #limits: GrowerLimits;
  readonly #histograms: Histograms;
  readonly #cutter: Cutter;
  readonly #order: Uint32Array;
  readonly #aside: Uint32Array;
  /** By bin: 1 where rows go left at the cut at hand. */
  readonly #goesLeft: Uint8Array;
  readonly #isMonotonic: boolean;

  /** With `constant` every curvature is 1. */
  constructor(
    data: Binned,
    features: readonly FeatureBins[],
    constant: boolean,
    limits: GrowerLimits,
  ) {
    this.#data = data;
    this.#features = features;
    this.#constant = constant;
    this.#limits = limits;
    this.#histograms = new Histograms(data, constant);
    this.#cutter = new Cutter(features, data.size, constant, limits);
    this.#order = new Uint32Array(data.rows);
    this.#aside = new Uint32Array(data.rows);
    this.#goesLeft = new Uint8Array(data.size);
    this.#isMonotonic = limits.monotonic.some((direction) => direction !== 0);
  }

  /**
   * Grows a tree. Sums of gradients and curvatures must be exact (`exactly`); constant curvatures
   * are not read.
   */
  grow(gradients: Float64Array, curvatures: Float64Array): Grown {
    const { rows } = this.#data;
    const { minSamplesLeaf, maxLeafNodes, maxDepth, learningRate } = this.#limits;
    const order = this.#order;
    for (let i = 0; i < rows; i++) order[i] = i;
    this.#histograms.enter(gradients, curvatures);
    const root = newNode(0, 0, rows, {
      gradient: sumOf(gradients),
      curvature: this.#constant ? rows : sumOf(curvatures),
      samples: rows,
      value: 0,
    });
    const leaves: GrowingNode[] = [];
    const open = new Heap<GrowingNode>();
    const look = (node: GrowingNode): void => {
      const histograms = node.histograms as Float64Array;
      const allowed = this.#limits.drawFeatures?.() ?? null;
      node.cut = this.#cutter.find(histograms, node.sums, node.bounds, allowed);
      if (node.cut !== null) {
        open.push(node);
        return;
      }
      leaves.push(node);
      this.#histograms.release(histograms);
      node.histograms = null;
    };
    if (rows < 2 * minSamplesLeaf || root.sums.curvature < LEAST_CURVATURE) leaves.push(root);
    else {
      root.histograms = this.#histograms.of(order);
      look(root);
    }
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const [left, right] = this.#part(node);
      const isLast = leaves.length + open.size + 2 === maxLeafNodes;
      if (isLast || left.depth === maxDepth) {
        leaves.push(left, right);
        this.#histograms.release(node.histograms);
        node.histograms = null;
        if (!isLast) continue;
        for (const rest of open.drain()) {
          leaves.push(rest);
          this.#histograms.release(rest.histograms);
        }
        break;
      }
      const partable = [left, right].filter(({ sums }) => sums.samples >= 2 * minSamplesLeaf);
      for (const child of [left, right]) if (!partable.includes(child)) leaves.push(child);
      if (this.#isMonotonic) this.#bound(node, left, right);
      if (partable.length > 0) this.#divide(node, left, right);
      else this.#histograms.release(node.histograms);
      node.histograms = null;
      for (const child of partable) look(child);
      for (const child of [left, right]) {
        if (child.histograms === null || child.cut !== null) continue;
        this.#histograms.release(child.histograms);
        child.histograms = null;
      }
    }
    for (const leaf of leaves) leaf.value *= learningRate;
    const grown = leaves.map((node): GrownLeaf => {
      const at = order.slice(node.start, node.end);
      return {
        rows: at,
        get value() {
          return node.value;
        },
        set value(value) {
          node.value = value;
        },
      };
    });
    return { leaves: grown, finish: () => written(root, this.#features) };
  }

  /** Parts a node's rows and makes its children. */
  #part(node: GrowingNode): [GrowingNode, GrowingNode] {
    const { feature, bin, categories, missingLeft, left, right } = node.cut as Cut;
    const { bins, rows, size } = this.#data;
    const [order, aside] = [this.#order, this.#aside];
    const base = feature * rows;
    const goesLeft = this.#goesLeft;
    for (let own = 0; own < size; own++) {
      goesLeft[own] =
        categories !== null
          ? ((categories[own >>> 5] as number) >>> (own & 31)) & 1
          : Number(own <= bin || (missingLeft && own === size - 1));
    }
    let [middle, moved] = [node.start, 0];
    // both sides are written, one of them counts: no branch that the processor could guess wrong
    for (let i = node.start; i < node.end; i++) {
      const row = order[i] as number;
      const isLeft = goesLeft[bins[base + row] as number] as number;
      order[middle] = row;
      aside[moved] = row;
      middle += isLeft;
      moved += 1 - isLeft;
    }
    order.set(aside.subarray(0, moved), middle);
    node.left = newNode(node.depth + 1, node.start, middle, left);
    node.right = newNode(node.depth + 1, middle, node.end, right);
    // what was never missing goes, where it is missing later, with most rows
    const hadMissing = (this.#features[feature] as FeatureBins).hasMissing;
    node.missingLeft = hadMissing ? missingLeft : left.samples > right.samples;
    return [node.left, node.right];
  }

  /** Adds up the smaller child; the other has what is left. */
  #divide(node: GrowingNode, left: GrowingNode, right: GrowingNode): void {
    const leftIsSmall = left.sums.samples < right.sums.samples;
    const [small, large] = leftIsSmall ? [left, right] : [right, left];
    small.histograms = this.#histograms.of(this.#order.subarray(small.start, small.end));
    large.histograms = this.#histograms.rest(node.histograms as Float64Array, small.histograms);
  }

  /** Keeps what is below a cut of a monotonic feature on its side of the middle. */
  #bound(node: GrowingNode, left: GrowingNode, right: GrowingNode): void {
    const { lower, upper } = node.bounds;
    const direction = this.#limits.monotonic[(node.cut as Cut).feature] as number;
    const middle = (left.value + right.value) / 2;
    const below = { lower, upper: middle };
    const above = { lower: middle, upper };
    left.bounds = direction === 0 ? node.bounds : direction > 0 ? below : above;
    right.bounds = direction === 0 ? node.bounds : direction > 0 ? above : below;
  }
}

function newNode(depth: number, start: number, end: number, sums: NodeSums): GrowingNode {
  return {
    depth,
    start,
    end,
    sums,
    bounds: UNBOUNDED,
    value: sums.value,
    cut: null,
    missingLeft: false,
    histograms: null,
    left: null,
    right: null,
    get gain() {
      return this.cut?.gain ?? -1;
    },
  };
}

/** Gradients are whole multiples of a step, so their sum is exact. */
function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
}

/** The tree as arrays, numbered depth first. */
function written(root: GrowingNode, features: readonly FeatureBins[]): HistTree {
  const nodes: GrowingNode[] = [];
  const [lefts, rights]: [number[], number[]] = [[], []];
  const visit = (node: GrowingNode): number => {
    const at = nodes.push(node) - 1;
    lefts[at] = LEAF;
    rights[at] = LEAF;
    if (node.left === null || node.right === null) return at;
    lefts[at] = visit(node.left);
    rights[at] = visit(node.right);
    return at;
  };
  visit(root);
  const sets: Uint32Array[] = [];
  const categories = nodes.map(({ cut, left }) => {
    if (left === null || cut?.categories == null) return -1;
    return 8 * (sets.push(cut.categories) - 1);
  });
  const bits = new Uint32Array(8 * sets.length);
  sets.forEach((set, i) => {
    bits.set(set, 8 * i);
  });
  const inner = <T>(of: (cut: Cut, node: GrowingNode) => T, leaf: T): T[] =>
    nodes.map((node) => (node.left === null ? leaf : of(node.cut as Cut, node)));
  return {
    feature: Int32Array.from(inner(({ feature }) => feature, 0)),
    threshold: Float64Array.from(inner((cut) => thresholdOf(cut, features), 0)),
    bin: Int32Array.from(inner(({ bin }) => bin, 0)),
    left: Int32Array.from(lefts),
    right: Int32Array.from(rights),
    missingLeft: Uint8Array.from(inner((_, node) => Number(node.missingLeft), 0)),
    categories: Int32Array.from(categories),
    bits,
    value: Float64Array.from(nodes, ({ value }) => value),
    gain: Float64Array.from(nodes, ({ gain }) => gain),
    samples: Int32Array.from(nodes, ({ sums }) => sums.samples),
  };
}

function thresholdOf({ feature, bin, categories }: Cut, features: readonly FeatureBins[]): number {
  const { thresholds, count } = features[feature] as FeatureBins;
  if (categories !== null) return 0;
  return bin === count - 1 ? Number.POSITIVE_INFINITY : (thresholds[bin] as number);
}
