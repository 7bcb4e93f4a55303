/** Sums below this count as 0. */
export const EPSILON: number = 10 * 2 ** -52;

/** Impurities, values and weights of the two sides of a split. */
export interface Sides {
  readonly leftImpurity: number;
  readonly rightImpurity: number;
  readonly leftWeight: number;
  readonly rightWeight: number;
}

/** The rows of a node: `rows[start … end)`. */
export interface NodeRows {
  readonly rows: Uint32Array;
  readonly start: number;
  readonly end: number;
}

/** Measures the impurity of nodes and the improvement by splits. */
export interface Criterion {
  /** Length of a node's value: one, or one for each class. */
  readonly width: number;
  /** Makes this node the current one. */
  enter(node: NodeRows): void;
  /** Σ weights of the node. */
  readonly weight: number;
  /** The impurity of the node; 0 if it is pure. */
  impurity(): number;
  /** Writes the value of the node to `out`, from `at` on. */
  value(out: Float64Array, at: number): void;
  /**
   * The best split of rows in this order; with `cuts[i]`, that many rows go left. Returns the score
   * (higher is better, −∞ if none keeps a weight of `least` on both sides) and stores the index of
   * the split in `best`.
   */
  bestCut(order: Uint32Array, cuts: Uint32Array, count: number, least: number): number;
  readonly best: number;
  /** The two sides if the rows before `middle` go left. */
  sides(node: NodeRows, middle: number): Sides;
}

/** The base of criteria of classes: weighted class counts. */
abstract class ClassCriterion implements Criterion {
  readonly width: number;
  weight = 0;
  best = -1;
  protected readonly codes: Int32Array;
  protected readonly weights: Float64Array;
  /** Class codes and weights of the node's rows. */
  protected readonly localCodes: Int32Array;
  protected readonly localWeights: Float64Array;
  protected readonly total: Float64Array;
  protected readonly left: Float64Array;
  readonly #right: Float64Array;

  constructor(codes: Int32Array, weights: Float64Array, width: number) {
    this.width = width;
    this.codes = codes;
    this.weights = weights;
    this.localCodes = new Int32Array(codes.length);
    this.localWeights = new Float64Array(codes.length);
    this.total = new Float64Array(width);
    this.left = new Float64Array(width);
    this.#right = new Float64Array(width);
  }

  enter({ rows, start, end }: NodeRows): void {
    const { localCodes, localWeights, total } = this;
    total.fill(0);
    let weight = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i] as number;
      const code = this.codes[row] as number;
      const one = this.weights[row] as number;
      localCodes[i - start] = code;
      localWeights[i - start] = one;
      total[code] = (total[code] as number) + one;
      weight += one;
    }
    this.weight = weight;
  }

  impurity(): number {
    return this.mixture(this.total, this.weight);
  }

  value(out: Float64Array, at: number): void {
    for (let k = 0; k < this.width; k++) out[at + k] = (this.total[k] as number) / this.weight;
  }

  sides({ rows, start, end }: NodeRows, middle: number): Sides {
    const left = this.left.fill(0);
    const right = this.#right.fill(0);
    let [leftWeight, rightWeight] = [0, 0];
    for (let i = start; i < end; i++) {
      const row = rows[i] as number;
      const code = this.codes[row] as number;
      const weight = this.weights[row] as number;
      if (i < middle) {
        left[code] = (left[code] as number) + weight;
        leftWeight += weight;
      } else {
        right[code] = (right[code] as number) + weight;
        rightWeight += weight;
      }
    }
    return {
      leftImpurity: this.mixture(left, leftWeight),
      rightImpurity: this.mixture(right, rightWeight),
      leftWeight,
      rightWeight,
    };
  }

  /** The impurity of class counts with this sum. */
  protected abstract mixture(counts: Float64Array, weight: number): number;
  abstract bestCut(order: Uint32Array, cuts: Uint32Array, count: number, least: number): number;
}

/** Gini: 1 − Σ pₖ². */
export class Gini extends ClassCriterion {
  protected mixture(counts: Float64Array, weight: number): number {
    let squares = 0;
    for (const count of counts) squares += count * count;
    return 1 - squares / (weight * weight);
  }

  bestCut(order: Uint32Array, cuts: Uint32Array, count: number, least: number): number {
    const { localCodes, localWeights, total, weight } = this;
    const left = this.left.fill(0);
    // the sums of squared counts on both sides are updated row by row
    let [leftSquares, rightSquares, leftWeight] = [0, 0, 0];
    for (const sum of total) rightSquares += sum * sum;
    let score = Number.NEGATIVE_INFINITY;
    let i = 0;
    for (let c = 0; c < count; c++) {
      const cut = cuts[c] as number;
      for (; i < cut; i++) {
        const at = order[i] as number;
        const code = localCodes[at] as number;
        const one = localWeights[at] as number;
        const before = left[code] as number;
        leftSquares += one * (2 * before + one);
        rightSquares -= one * (2 * ((total[code] as number) - before) - one);
        left[code] = before + one;
        leftWeight += one;
      }
      const rightWeight = weight - leftWeight;
      if (leftWeight < least || rightWeight < least) continue;
      const here = leftSquares / leftWeight + rightSquares / rightWeight;
      if (here > score) {
        score = here;
        this.best = c;
      }
    }
    return score;
  }
}

const xlogx = (x: number): number => (x > 0 ? x * Math.log2(x) : 0);

/** Entropy: −Σ pₖ log₂ pₖ. */
export class Entropy extends ClassCriterion {
  protected mixture(counts: Float64Array, weight: number): number {
    let entropy = 0;
    for (const count of counts)
      if (count > 0) entropy -= (count / weight) * Math.log2(count / weight);
    return entropy;
  }

  bestCut(order: Uint32Array, cuts: Uint32Array, count: number, least: number): number {
    const { localCodes, localWeights, total, weight, width } = this;
    const left = this.left.fill(0);
    let leftWeight = 0;
    let score = Number.NEGATIVE_INFINITY;
    let i = 0;
    for (let c = 0; c < count; c++) {
      const cut = cuts[c] as number;
      for (; i < cut; i++) {
        const at = order[i] as number;
        const code = localCodes[at] as number;
        const one = localWeights[at] as number;
        left[code] = (left[code] as number) + one;
        leftWeight += one;
      }
      const rightWeight = weight - leftWeight;
      if (leftWeight < least || rightWeight < least) continue;
      let here = -xlogx(leftWeight) - xlogx(rightWeight);
      for (let k = 0; k < width; k++) {
        here += xlogx(left[k] as number) + xlogx((total[k] as number) - (left[k] as number));
      }
      if (here > score) {
        score = here;
        this.best = c;
      }
    }
    return score;
  }
}

interface Deviation {
  readonly impurity: number;
  readonly weight: number;
}

/** The base of criteria of numbers: weighted sums. */
abstract class MeanCriterion implements Criterion {
  readonly width = 1;
  weight = 0;
  best = -1;
  protected readonly y: Float64Array;
  protected readonly weights: Float64Array;
  /** w and w y of the node's rows. */
  protected readonly localWeights: Float64Array;
  protected readonly localSums: Float64Array;
  /** Σ w y of the node. */
  protected sum = 0;
  #node: NodeRows = { rows: new Uint32Array(), start: 0, end: 0 };

  constructor(y: Float64Array, weights: Float64Array) {
    this.y = y;
    this.weights = weights;
    this.localWeights = new Float64Array(y.length);
    this.localSums = new Float64Array(y.length);
  }

  enter(node: NodeRows): void {
    const { rows, start, end } = node;
    let [weight, sum] = [0, 0];
    for (let i = start; i < end; i++) {
      const row = rows[i] as number;
      const one = this.weights[row] as number;
      const product = one * (this.y[row] as number);
      this.localWeights[i - start] = one;
      this.localSums[i - start] = product;
      weight += one;
      sum += product;
    }
    this.weight = weight;
    this.sum = sum;
    this.#node = node;
  }

  impurity(): number {
    const { rows, start, end } = this.#node;
    return this.deviation(rows, start, end).impurity;
  }

  value(out: Float64Array, at: number): void {
    out[at] = this.sum / this.weight;
  }

  sides({ rows, start, end }: NodeRows, middle: number): Sides {
    const left = this.deviation(rows, start, middle);
    const right = this.deviation(rows, middle, end);
    return {
      leftImpurity: left.impurity,
      rightImpurity: right.impurity,
      leftWeight: left.weight,
      rightWeight: right.weight,
    };
  }

  bestCut(order: Uint32Array, cuts: Uint32Array, count: number, least: number): number {
    const { localWeights, localSums, weight, sum } = this;
    let [leftWeight, leftSum] = [0, 0];
    let score = Number.NEGATIVE_INFINITY;
    let i = 0;
    for (let c = 0; c < count; c++) {
      const cut = cuts[c] as number;
      for (; i < cut; i++) {
        const at = order[i] as number;
        leftWeight += localWeights[at] as number;
        leftSum += localSums[at] as number;
      }
      const rightWeight = weight - leftWeight;
      if (leftWeight < least || rightWeight < least) continue;
      const here = this.gain(leftSum, leftWeight, sum - leftSum, rightWeight);
      if (here > score) {
        score = here;
        this.best = c;
      }
    }
    return score;
  }

  /** The weight of rows and their deviation from the mean. */
  protected abstract deviation(rows: Uint32Array, start: number, end: number): Deviation;

  /** The decrease of impurity by a split with these sums, up to a constant. */
  protected abstract gain(
    leftSum: number,
    leftWeight: number,
    rightSum: number,
    rightWeight: number,
  ): number;
}

/** The variance: Σ w (y − ȳ)² / Σ w. */
export class SquaredError extends MeanCriterion {
  protected deviation(rows: Uint32Array, start: number, end: number): Deviation {
    let [weight, sum] = [0, 0];
    for (let i = start; i < end; i++) {
      const row = rows[i] as number;
      const one = this.weights[row] as number;
      weight += one;
      sum += one * (this.y[row] as number);
    }
    const mean = sum / weight;
    let squares = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i] as number;
      const off = (this.y[row] as number) - mean;
      squares += (this.weights[row] as number) * off * off;
    }
    return { impurity: squares / weight, weight };
  }

  protected gain(
    leftSum: number,
    leftWeight: number,
    rightSum: number,
    rightWeight: number,
  ): number {
    return (leftSum * leftSum) / leftWeight + (rightSum * rightSum) / rightWeight;
  }
}

/** Half the Poisson deviance: Σ w y log(y / ȳ) / Σ w, for y ≥ 0. */
export class Poisson extends MeanCriterion {
  protected deviation(rows: Uint32Array, start: number, end: number): Deviation {
    let [weight, sum] = [0, 0];
    for (let i = start; i < end; i++) {
      const row = rows[i] as number;
      weight += this.weights[row] as number;
      sum += (this.weights[row] as number) * (this.y[row] as number);
    }
    if (sum <= EPSILON) return { impurity: Number.POSITIVE_INFINITY, weight };
    const mean = sum / weight;
    let deviance = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i] as number;
      const y = this.y[row] as number;
      if (y > 0) deviance += (this.weights[row] as number) * y * Math.log(y / mean);
    }
    return { impurity: deviance / weight, weight };
  }

  protected gain(
    leftSum: number,
    leftWeight: number,
    rightSum: number,
    rightWeight: number,
  ): number {
    // a leaf that predicts 0 is not allowed
    if (leftSum <= EPSILON || rightSum <= EPSILON) return Number.NEGATIVE_INFINITY;
    return leftSum * Math.log(leftSum / leftWeight) + rightSum * Math.log(rightSum / rightWeight);
  }
}
