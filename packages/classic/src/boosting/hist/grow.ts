import { LEAF } from "../../tree/tree.ts";
import type { FeatureBins } from "./bins.ts";
import { Heap } from "./heap.ts";
import type { HistTree } from "./hist-tree.ts";
import { type Binned, Histograms } from "./histogram.ts";
import {
  type BinSplit,
  type BinSplitLimits,
  BinSplitter,
  type Bounds,
  type NodeSums,
} from "./splits.ts";

/** Limits of a growing tree. */
export interface GrowerLimits extends BinSplitLimits {
  readonly maxLeafNodes: number | null;
  readonly maxDepth: number | null;
  readonly learningRate: number;
  /** Draws the features that each split may use; null: all. */
  readonly drawFeatures: (() => Uint8Array) | null;
}

/** A node of a growing tree. */
interface GrowingNode {
  readonly depth: number;
  /** Its rows are `order[start … end)`. */
  readonly start: number;
  readonly end: number;
  readonly sums: NodeSums;
  bounds: Bounds;
  value: number;
  /** Its best split, once searched. */
  cut: BinSplit | null;
  missingLeft: boolean;
  histograms: Float64Array | null;
  left: GrowingNode | null;
  right: GrowingNode | null;
  readonly gain: number;
}

/** A leaf and its rows. */
export interface GrownLeaf {
  readonly rows: Uint32Array;
  /** Added to the predictions of its rows. */
  value: number;
}

/** A grown tree before it is written to arrays. */
export interface Grown {
  readonly leaves: readonly GrownLeaf[];
  finish(): HistTree;
}

const UNBOUNDED: Bounds = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };

/** Least curvature of a node that may be split. */
const LEAST_CURVATURE = 1e-3;

/**
 * Grows trees on the same binned rows, each for its own gradients. The leaf with the largest gain
 * is split next.
 */
export class Grower {
  readonly #data: Binned;
  readonly #features: readonly FeatureBins[];
  readonly #constant: boolean;
  readonly #limits: GrowerLimits;
  readonly #histograms: Histograms;
  readonly #cutter: BinSplitter;
  readonly #order: Uint32Array;
  readonly #aside: Uint32Array;
  /** For each bin: 1 if rows go left at the current split. */
  readonly #goesLeft: Uint8Array;
  readonly #isMonotonic: boolean;

  /** `constant`: every curvature is 1. */
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
    this.#cutter = new BinSplitter(features, data.size, constant, limits);
    this.#order = new Uint32Array(data.rows);
    this.#aside = new Uint32Array(data.rows);
    this.#goesLeft = new Uint8Array(data.size);
    this.#isMonotonic = limits.monotonic.some((direction) => direction !== 0);
  }

  /**
   * Grows a tree. Sums of gradients and curvatures must be exact (`roundExactly`); constant
   * curvatures are not read.
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
      const [left, right] = this.#splitRows(node);
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
    return { leaves: grown, finish: () => toArrays(root, this.#features) };
  }

  /** Splits the rows of a node and makes its children. */
  #splitRows(node: GrowingNode): [GrowingNode, GrowingNode] {
    const { feature, bin, categories, missingLeft, left, right } = node.cut as BinSplit;
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
    // write to both sides and advance one: this avoids an unpredictable branch
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
    // if no training value was missing, missing values later follow the larger child
    const hadMissing = (this.#features[feature] as FeatureBins).hasMissing;
    node.missingLeft = hadMissing ? missingLeft : left.samples > right.samples;
    return [node.left, node.right];
  }

  /** Computes the histograms of the smaller child; those of the other are the difference. */
  #divide(node: GrowingNode, left: GrowingNode, right: GrowingNode): void {
    const leftIsSmall = left.sums.samples < right.sums.samples;
    const [small, large] = leftIsSmall ? [left, right] : [right, left];
    small.histograms = this.#histograms.of(this.#order.subarray(small.start, small.end));
    large.histograms = this.#histograms.rest(node.histograms as Float64Array, small.histograms);
  }

  /** Bounds predictions on both sides of a split on a monotonic feature by the mean of the two. */
  #bound(node: GrowingNode, left: GrowingNode, right: GrowingNode): void {
    const { lower, upper } = node.bounds;
    const direction = this.#limits.monotonic[(node.cut as BinSplit).feature] as number;
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

/** Gradients are integer multiples of a step, so their sum is exact. */
function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
}

/** Writes the tree to arrays, numbered depth first. */
function toArrays(root: GrowingNode, features: readonly FeatureBins[]): HistTree {
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
  const inner = <T>(of: (cut: BinSplit, node: GrowingNode) => T, leaf: T): T[] =>
    nodes.map((node) => (node.left === null ? leaf : of(node.cut as BinSplit, node)));
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

function thresholdOf(
  { feature, bin, categories }: BinSplit,
  features: readonly FeatureBins[],
): number {
  const { thresholds, count } = features[feature] as FeatureBins;
  if (categories !== null) return 0;
  return bin === count - 1 ? Number.POSITIVE_INFINITY : (thresholds[bin] as number);
}
