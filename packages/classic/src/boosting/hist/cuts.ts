import type { FeatureBins } from "./bins.ts";
import { strideOf } from "./histogram.ts";

/** What a cut must leave on each side, and what it must be worth. */
export interface CutLimits {
  readonly minSamplesLeaf: number;
  readonly l2Regularization: number;
  /** By feature: 1 where predictions may only rise with it, −1 where they may only fall, else 0. */
  readonly monotonic: Int8Array;
}

/** Sums over the rows of a node. */
export interface NodeSums {
  readonly gradient: number;
  readonly curvature: number;
  readonly samples: number;
  /** What the node predicts, as long as it is a leaf. */
  readonly value: number;
}

/** A node parted: by a bin, or by a set of categories. */
export interface Cut {
  readonly gain: number;
  readonly feature: number;
  /** Bins up to it go left; of categories, 0. */
  readonly bin: number;
  /** Bits of the bins that go left; null of numbers. */
  readonly categories: Uint32Array | null;
  readonly missingLeft: boolean;
  readonly left: NodeSums;
  readonly right: NodeSums;
}

/** Bounds of what children may predict, so that monotonic features stay so. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** Least curvature on each side. */
const LEAST_CURVATURE = 1e-3;
/** So much less than 1 that rounding never hides a better cut. */
const ALMOST = 1 - 1e-10;
/** Keeps quotients finite. */
const LEAST = 1e-15;
/** Categories with fewer rows than so many do not go left; so much is added to their curvatures. */
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
 * Finds the best cut of a node by its histograms: that with the largest gain G_L v_L + G_R v_R less
 * than G v.
 */
export class Cutter {
  readonly #features: readonly FeatureBins[];
  readonly #size: number;
  readonly #stride: number;
  readonly #limits: CutLimits;
  /** The node at hand. */
  #histograms: Float64Array = new Float64Array();
  #node: NodeSums = { gradient: 0, curvature: 0, samples: 0, value: 0 };
  #bounds: Bounds = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
  /** The best of the feature at hand. */
  #gain = 0;
  #bin = 0;
  #missingLeft = false;
  #gradient = 0;
  #curvature = 0;
  #samples = 0;

  /** With `constant` every curvature is 1. */
  constructor(
    features: readonly FeatureBins[],
    size: number,
    constant: boolean,
    limits: CutLimits,
  ) {
    this.#features = features;
    this.#size = size;
    this.#stride = strideOf(constant);
    this.#limits = limits;
  }

  /**
   * The best cut of a node among these features, of equals that of the first feature and bin; null
   * if none has a gain above 0.
   */
  find(
    histograms: Float64Array,
    node: NodeSums,
    bounds: Bounds,
    allowed: Uint8Array | null,
  ): Cut | null {
    this.#histograms = histograms;
    this.#node = node;
    this.#bounds = bounds;
    let best: Cut | null = null;
    for (let f = 0; f < this.#features.length; f++) {
      if (allowed !== null && allowed[f] === 0) continue;
      const { isCategorical, hasMissing } = this.#features[f] as FeatureBins;
      // of equals the first counts: only what is worth more is looked for
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

  #cut(feature: number, categories: Uint32Array | null): Cut {
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

  /** Cuts from the lowest bin up; what is missing goes right. */
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
    // without bounds G_L²/(H_L + λ) + G_R²/(H_R + λ) tells, before any division, most cuts that are
    // worth less than the best
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
      // the cut below an empty bin is the one above it
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

  /** Cuts from the highest bin down; what is missing goes left. */
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
   * Categories in the order of G / (H + 10), cut as if they were numbers (Fisher 1958), from both
   * ends up to the middle; those with too few rows go right. Gives the bits of those that go left.
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
