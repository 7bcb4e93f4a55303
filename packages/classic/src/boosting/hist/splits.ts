import type { FeatureBins } from "./bins.ts";
import { strideOf } from "./histogram.ts";

/** Limits of a split: the least size of each side and the least gain. */
export interface BinSplitLimits {
  readonly minSamplesLeaf: number;
  readonly l2Regularization: number;
  /** For each feature: 1 if predictions must increase with it, −1 if they must decrease, else 0. */
  readonly monotonic: Int8Array;
}

/** Sums over the rows of a node. */
export interface NodeSums {
  readonly gradient: number;
  readonly curvature: number;
  readonly samples: number;
  /** The prediction of the node as a leaf. */
  readonly value: number;
}

/** A split of a node, by a bin or by a set of categories. */
export interface BinSplit {
  readonly gain: number;
  readonly feature: number;
  /** Bins up to this one go left; 0 for categories. */
  readonly bin: number;
  /** Bits of the categories that go left; null for numbers. */
  readonly categories: Uint32Array | null;
  readonly missingLeft: boolean;
  readonly left: NodeSums;
  readonly right: NodeSums;
}

/** Bounds of the predictions below a node, which monotonic features need. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** Least curvature of each side. */
const LEAST_CURVATURE = 1e-3;
/** A little less than 1, so that rounding never hides a better split. */
const ALMOST = 1 - 1e-10;
/** Added to divisors, so that quotients stay finite. */
const LEAST = 1e-15;
/**
 * Least number of rows of a category that may go left; also added to curvatures when categories are
 * sorted.
 */
const SUPPORT = 10;

/** −G / (H + λ), within bounds. */
function nodeValue(
  gradient: number,
  curvature: number,
  l2: number,
  { lower, upper }: Bounds,
): number {
  const value = -gradient / (curvature + l2 + LEAST);
  return value < lower ? lower : value > upper ? upper : value;
}

/**
 * Finds the best split of a node from its histograms: the one with the largest gain G_L v_L + G_R
 * v_R − G v.
 */
export class BinSplitter {
  readonly #features: readonly FeatureBins[];
  readonly #size: number;
  readonly #stride: number;
  readonly #limits: BinSplitLimits;
  /** The current node. */
  #histograms: Float64Array = new Float64Array();
  #node: NodeSums = { gradient: 0, curvature: 0, samples: 0, value: 0 };
  #bounds: Bounds = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
  /** The best split of the current feature. */
  #gain = 0;
  #bin = 0;
  #missingLeft = false;
  #gradient = 0;
  #curvature = 0;
  #samples = 0;

  /** `constant`: every curvature is 1. */
  constructor(
    features: readonly FeatureBins[],
    size: number,
    constant: boolean,
    limits: BinSplitLimits,
  ) {
    this.#features = features;
    this.#size = size;
    this.#stride = strideOf(constant);
    this.#limits = limits;
  }

  /**
   * The best split of a node among these features; of equal ones, that of the first feature and
   * bin. Null if no gain is above 0.
   */
  find(
    histograms: Float64Array,
    node: NodeSums,
    bounds: Bounds,
    allowed: Uint8Array | null,
  ): BinSplit | null {
    this.#histograms = histograms;
    this.#node = node;
    this.#bounds = bounds;
    let best: BinSplit | null = null;
    for (let f = 0; f < this.#features.length; f++) {
      if (allowed !== null && allowed[f] === 0) continue;
      const { isCategorical, hasMissing } = this.#features[f] as FeatureBins;
      // only a strictly greater gain replaces the best split
      const most = best?.gain ?? 0;
      this.#gain = most;
      let categories: Uint32Array | null = null;
      if (isCategorical) categories = this.#scanCategories(f);
      else {
        this.#scanUp(f);
        if (hasMissing) this.#scanDown(f);
      }
      if (!(this.#gain > most)) continue;
      best = this.#cut(f, categories);
    }
    return best;
  }

  #cut(feature: number, categories: Uint32Array | null): BinSplit {
    const { gradient, curvature, samples } = this.#node;
    const side = (g: number, h: number, n: number): NodeSums => ({
      gradient: g,
      curvature: h,
      samples: n,
      value: nodeValue(g, h, this.#limits.l2Regularization, this.#bounds),
    });
    return {
      gain: this.#gain,
      feature,
      bin: this.#bin,
      categories,
      missingLeft: this.#missingLeft,
      left: side(this.#gradient, this.#curvature, this.#samples),
      right: side(gradient - this.#gradient, curvature - this.#curvature, samples - this.#samples),
    };
  }

  /** Tries splits from the lowest bin up; missing values go right. */
  #scanUp(f: number): void {
    const { count, hasMissing } = this.#features[f] as FeatureBins;
    const histograms = this.#histograms;
    const { samples, curvature: allCurvature, gradient: allGradient, value } = this.#node;
    const { minSamplesLeaf, l2Regularization: l2, monotonic } = this.#limits;
    const { lower, upper } = this.#bounds;
    const direction = monotonic[f] as number;
    const stride = this.#stride;
    const worth = allGradient * value;
    let at = f * this.#size * stride;
    // Without bounds, G_L²/(H_L + λ) + G_R²/(H_R + λ) rules out most splits before any division.
    const isFree = direction === 0 && lower === -upper && upper === Number.POSITIVE_INFINITY;
    let best = this.#gain;
    let least = isFree ? (best - worth) * ALMOST : -1;
    let bestBin = -1;
    let bestGradient = 0;
    let bestCurvature = 0;
    let bestLeft = 0;
    let gradient = 0;
    let curvature = 0;
    let left = 0;
    const end = count - 1 + Number(hasMissing);
    for (let bin = 0; bin < end; bin++, at += stride) {
      const here = histograms[at + stride - 1] as number;
      // the split below an empty bin is the same as the one above it
      if (here === 0) continue;
      left += here;
      curvature += histograms[at + 1] as number;
      gradient += histograms[at] as number;
      if (left < minSamplesLeaf) continue;
      if (samples - left < minSamplesLeaf) break;
      const rest = allCurvature - curvature;
      if (curvature < LEAST_CURVATURE) continue;
      if (rest < LEAST_CURVATURE) break;
      const right = allGradient - gradient;
      const a = curvature + l2 + LEAST;
      const b = rest + l2 + LEAST;
      if (gradient * gradient * b + right * right * a < least * a * b) continue;
      const below = Math.max(lower, Math.min(upper, -gradient / a));
      const above = Math.max(lower, Math.min(upper, -right / b));
      const gain = worth - gradient * below - right * above;
      if (!(gain > best) || direction * (above - below) < 0) continue;
      best = gain;
      if (isFree) least = (best - worth) * ALMOST;
      bestBin = bin;
      bestGradient = gradient;
      bestCurvature = curvature;
      bestLeft = left;
    }
    if (bestBin >= 0) {
      this.#keep(best, bestBin, false, bestGradient, bestCurvature, bestLeft);
    }
  }

  /** Tries splits from the highest bin down; missing values go left. */
  #scanDown(f: number): void {
    const { count } = this.#features[f] as FeatureBins;
    const histograms = this.#histograms;
    const stride = this.#stride;
    const start = f * this.#size * stride;
    const { samples, curvature: allCurvature, gradient: allGradient } = this.#node;
    const { minSamplesLeaf } = this.#limits;
    let gradient = 0;
    let curvature = 0;
    let right = 0;
    for (let bin = count - 2; bin >= 0; bin--) {
      const at = start + (bin + 1) * stride;
      const here = histograms[at + stride - 1] as number;
      right += here;
      curvature += histograms[at + 1] as number;
      gradient += histograms[at] as number;
      if (right < minSamplesLeaf) continue;
      if (samples - right < minSamplesLeaf) break;
      if (curvature < LEAST_CURVATURE) continue;
      if (allCurvature - curvature < LEAST_CURVATURE) break;
      const leftGradient = allGradient - gradient;
      const leftCurvature = allCurvature - curvature;
      const gain = this.#gainOf(f, leftGradient, leftCurvature);
      if (gain > this.#gain) {
        this.#keep(gain, bin, true, leftGradient, leftCurvature, samples - right);
      }
    }
  }

  /**
   * Sorts categories by G / (H + 10) and splits them like numbers (Fisher 1958), from both ends up
   * to the middle. Categories with too few rows go right. Returns the bits of those that go left.
   */
  #scanCategories(f: number): Uint32Array | null {
    const { count, hasMissing } = this.#features[f] as FeatureBins;
    const histograms = this.#histograms;
    const stride = this.#stride;
    const start = f * this.#size * stride;
    const { samples, curvature: allCurvature } = this.#node;
    const { minSamplesLeaf } = this.#limits;
    const curvatureOf = (bin: number): number => histograms[start + bin * stride + 1] as number;
    const bins = Array.from({ length: count }, (_, bin) => bin);
    if (hasMissing) bins.push(this.#size - 1);
    const rank = (bin: number): number =>
      (histograms[start + bin * stride] as number) / (curvatureOf(bin) + SUPPORT);
    const used = bins
      .filter((bin) => (curvatureOf(bin) * samples) / allCurvature >= SUPPORT)
      .sort((a, b) => rank(a) - rank(b) || a - b);
    if (used.length <= 1) return null;
    const half = Math.floor((used.length + 1) / 2);
    let chosen: readonly number[] = [];
    for (const ordered of [used, [...used].reverse()]) {
      const most = ordered === used ? half : half - 1;
      let [gradient, curvature, left] = [0, 0, 0];
      for (let i = 0; i < most; i++) {
        const bin = ordered[i] as number;
        left += histograms[start + bin * stride + stride - 1] as number;
        curvature += curvatureOf(bin);
        gradient += histograms[start + bin * stride] as number;
        if (left < minSamplesLeaf || curvature < LEAST_CURVATURE) continue;
        if (samples - left < minSamplesLeaf || allCurvature - curvature < LEAST_CURVATURE) break;
        const gain = this.#gainOf(f, gradient, curvature);
        if (!(gain > this.#gain)) continue;
        this.#keep(gain, 0, false, gradient, curvature, left);
        chosen = ordered.slice(0, i + 1);
      }
    }
    if (chosen.length === 0) return null;
    const bits = new Uint32Array(8);
    for (const bin of chosen) bits[bin >>> 5] = (bits[bin >>> 5] as number) | (1 << (bin & 31));
    this.#missingLeft = hasMissing && chosen.includes(this.#size - 1);
    return bits;
  }

  #gainOf(f: number, leftGradient: number, leftCurvature: number): number {
    const { gradient, curvature, value } = this.#node;
    const l2 = this.#limits.l2Regularization;
    const rightGradient = gradient - leftGradient;
    const left = nodeValue(leftGradient, leftCurvature, l2, this.#bounds);
    const right = nodeValue(rightGradient, curvature - leftCurvature, l2, this.#bounds);
    const direction = this.#limits.monotonic[f] as number;
    if (direction * (right - left) < 0) return -1;
    return gradient * value - leftGradient * left - rightGradient * right;
  }

  #keep(
    gain: number,
    bin: number,
    missingLeft: boolean,
    gradient: number,
    curvature: number,
    samples: number,
  ): void {
    this.#gain = gain;
    this.#bin = bin;
    this.#missingLeft = missingLeft;
    this.#gradient = gradient;
    this.#curvature = curvature;
    this.#samples = samples;
  }
}
