import {
  ArgumentError,
  cdist,
  type Generator,
  noGrad,
  oneHot,
  ShapeError,
  Tensor,
  tensor,
  where,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Labels } from "@wgrad/datasets";
import {
  type FitOptions,
  predictionInput,
  type Rows,
  readRows,
  readWeights,
  type Seen,
  seenTensor,
  tensorOf,
} from "../estimator/input.ts";
import { resultOf } from "../estimator/predictors.ts";
import { readTogether } from "../estimator/read.ts";
import {
  either,
  type Given,
  type Rule,
  real,
  type Schema,
  seed,
  whole,
} from "../estimator/settings.ts";
import { isOptions, TransformEstimator } from "../estimator/transform-estimator.ts";
import { randomOf } from "../tree/settings.ts";

/** Settings of KMeans, with scikit-learn's defaults. */
export interface KMeansParams {
  /** Number of clusters (default 8). */
  readonly nClusters: number;
  /**
   * Initial centres: random rows that are far apart ("k-means++"), random rows ("random"), or
   * [clusters, features] (default "k-means++").
   */
  readonly init: "k-means++" | "random" | Tensor | readonly ArrayLike<number>[];
  /** Number of starts, of which the best is kept. "auto": 1, or 10 if "random" (default "auto"). */
  readonly nInit: number | "auto";
  /** Maximum number of iterations (default 300). */
  readonly maxIter: number;
  /**
   * Iterations stop when the squared movement of all centres is less than this fraction of the mean
   * variance of the features (default 1e-4).
   */
  readonly tol: number;
  /** Seed of the starts; null: the library's default generator (default null). */
  readonly randomState: number | null;
}

interface Fitted extends Seen {
  /** [clusters, features], flat. */
  readonly centers: Float64Array;
  readonly labels: Int32Array;
  readonly inertia: number;
  readonly nIter: number;
}

const initRule: Rule = {
  wanted: '"k-means++", "random", or centres [clusters, features]',
  allows: (value) =>
    value === "k-means++" || value === "random" || value instanceof Tensor || Array.isArray(value),
};

const autoRule: Rule = { wanted: '"auto"', allows: (value) => value === "auto" };

const schema: Schema<KMeansParams> = {
  nClusters: [8, whole(1)],
  init: ["k-means++", initRule],
  nInit: ["auto", either(whole(1), autoRule)],
  maxIter: [300, whole(1)],
  tol: [1e-4, real(0)],
  randomState: [null, seed],
};

/** The result of an iteration. */
interface Iteration {
  /** [clusters, features], flat. */
  readonly centers: Float32Array;
  readonly labels: Int32Array;
  readonly inertia: number;
  readonly shift: number;
}

/**
 * k-means (Lloyd 1982): every row joins the nearest centre, and every centre moves to the mean of
 * its rows, until the labels no longer change. Starts are k-means++ (Arthur & Vassilvitskii 2007).
 * An empty centre moves to the row farthest from its own centre. x: [rows, features], best
 * standardised (`StandardScaler`). Also a step of a `Pipeline`: it transforms rows to distances
 * from the centres.
 *
 * `fit` throws ArgumentError for more clusters than rows.
 */
export class KMeans extends TransformEstimator<KMeansParams, Fitted> {
  readonly type = "KMeans";

  constructor(params: Given<KMeansParams> = {}) {
    checkCall("new KMeans(settings?)", arguments);
    super("KMeans", schema, params);
  }

  /** Finds clusters. `y`, which a pipeline passes on, is ignored; it may be the settings. */
  async fit(
    x: Rows,
    y?: Labels | Tensor | FitOptions | null,
    options: FitOptions = isOptions(y) ? y : {},
  ): Promise<this> {
    const labels = isOptions(y) ? y : undefined;
    const given = [x, labels, ...Array.from(arguments).slice(2)];
    this.check("fit(x: any, y?: options, { sampleWeight })", given);
    const call = "KMeans.fit";
    const { rows, width, names, data } = await readRows(call, x);
    const weights = await readWeights(call, options, rows);
    const { nClusters, init, nInit, maxIter, tol, randomState } = this.params;
    if (nClusters > rows) {
      throw new ArgumentError(
        `${call}: nClusters is ${nClusters}, but there are ${rows} rows\n  hint: at most one cluster for each row`,
      );
    }
    const random = randomOf(randomState);
    const features = tensorOf(call, x);
    const { device } = features;
    const counts = weights && tensor(Float32Array.from(weights), { device });
    const enough = tol * meanVariance(data, width);
    const isGiven = init !== "k-means++" && init !== "random";
    const starts = isGiven ? 1 : nInit === "auto" ? (init === "random" ? 10 : 1) : nInit;
    let best: Fitted | null = null;
    for (let start = 0; start < starts; start++) {
      const centers = isGiven
        ? await givenCenters(call, init, nClusters, width)
        : firstCenters(data, width, nClusters, weights, random, init === "k-means++");
      const found = await this.#lloyd(features, counts, centers, maxIter, enough);
      if (best === null || found.inertia < best.inertia) best = { ...found, width, names };
    }
    return this.learn(best as Fitted);
  }

  /** The centres: [clusters][features]. */
  get clusterCenters(): Float64Array[] {
    const { centers, width } = this.learned("clusterCenters");
    return Array.from({ length: centers.length / width }, (_, k) =>
      centers.slice(k * width, (k + 1) * width),
    );
  }

  /** The cluster of each training row. */
  get labels(): Int32Array {
    return this.learned("labels").labels;
  }

  /** Sum of the squared distances of the training rows to their centres, weighted. */
  get inertia(): number {
    return this.learned("inertia").inertia;
  }

  /** Number of iterations of the best start. */
  get nIter(): number {
    return this.learned("nIter").nIter;
  }

  /** The nearest centre of each row: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const distances = await this.#asked("predict", x);
    const labels = Int32Array.from(await noGrad(() => distances.argmin(1)).data());
    return resultOf(labels, [labels.length], distances);
  }

  /** Distances to the centres: [rows, clusters]. */
  transform(x: Rows): Tensor {
    this.check("transform(x: any)", arguments);
    const fitted = this.learned("transform");
    return distancesTo(fitted, seenTensor(`${this.type}.transform`, x, fitted));
  }

  /** Minus the sum of the squared distances to the nearest centres. */
  async score(x: Rows): Promise<number> {
    this.check("score(x: any)", arguments);
    const distances = await this.#asked("score", x);
    return noGrad(() => distances.amin(1).square().sum().neg()).item();
  }

  async #asked(call: string, x: Rows): Promise<Tensor> {
    const fitted = this.learned(call);
    return distancesTo(fitted, await predictionInput(`${this.type}.${call}`, x, fitted));
  }

  async #lloyd(
    x: Tensor,
    counts: Tensor | null,
    start: Float32Array,
    maxIter: number,
    enough: number,
  ): Promise<Omit<Fitted, keyof Seen>> {
    let centers = start;
    let before: Int32Array | null = null;
    for (let round = 1; ; round++) {
      const next = await step(x, counts, centers);
      const isSame = before?.every((label, i) => label === next.labels[i]) ?? false;
      const isLast = round === maxIter || isSame || next.shift <= enough;
      centers = next.centers;
      before = next.labels;
      if (!isLast) continue;
      // labels and inertia belong to the centres that are returned
      const end = isSame ? next : await step(x, counts, centers);
      const { labels, inertia } = end;
      return { centers: Float64Array.from(centers), labels, inertia, nIter: round };
    }
  }
}

/** Distances of rows to the centres: [rows, clusters]. */
function distancesTo({ centers, width }: Fitted, x: Tensor): Tensor {
  const shape = [centers.length / width, width];
  const known = tensor(Float32Array.from(centers), { shape, device: x.device });
  return noGrad(() => cdist(x, known));
}

/** One iteration: assigns rows to centres and moves the centres. */
async function step(x: Tensor, counts: Tensor | null, from: Float32Array): Promise<Iteration> {
  const [, width = 0] = x.shape;
  const clusters = from.length / width;
  const parts = noGrad(() => {
    const centers = tensor(from, { shape: [clusters, width], device: x.device });
    const distances = cdist(x, centers);
    const labels = distances.argmin(1);
    const members = oneHot(labels, clusters).to("f32");
    const weighted = counts === null ? members : members.mul(counts.unsqueeze(1));
    const sizes = weighted.sum(0);
    const hasRows = sizes.gt(0).unsqueeze(1);
    const mean = weighted
      .t()
      .matmul(x)
      .div(where(hasRows, sizes.unsqueeze(1), 1));
    const moved = where(hasRows, mean, centers);
    const squares = distances.amin(1).square();
    return {
      labels,
      squares,
      sizes,
      moved,
      inertia: (counts === null ? squares : squares.mul(counts)).sum(),
      shift: moved.sub(centers).square().sum(),
    };
  });
  const read = await readTogether(parts);
  const round: Iteration = {
    centers: read.moved,
    labels: Int32Array.from(read.labels),
    inertia: read.inertia[0] as number,
    shift: read.shift[0] as number,
  };
  const alone = Array.from(read.sizes.keys()).filter((k) => read.sizes[k] === 0);
  if (alone.length === 0) return round;
  const centers = await moveEmptyCenters(x, counts, round, alone, read.squares);
  return { ...round, centers, shift: Number.POSITIVE_INFINITY };
}

/** Moves empty centres to the rows farthest from their centres. */
async function moveEmptyCenters(
  x: Tensor,
  counts: Tensor | null,
  { centers: now, labels }: Iteration,
  alone: readonly number[],
  far: Float32Array,
): Promise<Float32Array> {
  const [rows = 0, width = 0] = x.shape;
  const [values, weights] = await Promise.all([x.data(), counts?.data()]);
  const weightOf = (row: number): number => weights?.[row] ?? 1;
  const sums = new Float64Array(now.length);
  const sizes = new Float64Array(now.length / width);
  for (let row = 0; row < rows; row++) {
    const k = labels[row] as number;
    sizes[k] = (sizes[k] as number) + weightOf(row);
    for (let j = 0; j < width; j++) {
      const at = k * width + j;
      sums[at] = (sums[at] as number) + weightOf(row) * (values[row * width + j] as number);
    }
  }
  const farthest = Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => (far[b] as number) - (far[a] as number) || b - a,
  );
  alone.forEach((k, i) => {
    const row = farthest[i] as number;
    const from = labels[row] as number;
    const weight = weightOf(row);
    for (let j = 0; j < width; j++) {
      const part = weight * (values[row * width + j] as number);
      sums[from * width + j] = (sums[from * width + j] as number) - part;
      sums[k * width + j] = part;
    }
    sizes[k] = weight;
    sizes[from] = (sizes[from] as number) - weight;
  });
  return Float32Array.from(sums, (sum, at) => {
    const size = sizes[Math.floor(at / width)] as number;
    return size > 0 ? sum / size : (now[at] as number);
  });
}

function meanVariance(data: ArrayLike<number>, width: number): number {
  const rows = data.length / width;
  const means = new Float64Array(width);
  for (let i = 0; i < data.length; i++) {
    means[i % width] = (means[i % width] as number) + (data[i] as number) / rows;
  }
  let squares = 0;
  for (let i = 0; i < data.length; i++) {
    squares += ((data[i] as number) - (means[i % width] as number)) ** 2;
  }
  return squares / data.length;
}

async function givenCenters(
  call: string,
  init: Tensor | readonly ArrayLike<number>[],
  clusters: number,
  width: number,
): Promise<Float32Array> {
  const centers = init instanceof Tensor ? init : tensor(init.map((row) => Array.from(row)));
  if (centers.shape.length !== 2 || centers.shape[0] !== clusters || centers.shape[1] !== width) {
    throw new ShapeError(
      `${call}: init has shape [${centers.shape.join(", ")}]\n  hint: [${clusters}, ${width}], one centre for each cluster`,
    );
  }
  return Float32Array.from(await centers.data());
}

/** Random rows; k-means++ prefers rows that are far from the earlier ones. */
function firstCenters(
  data: Float32Array | Float64Array,
  width: number,
  clusters: number,
  weights: Float64Array | null,
  random: Generator,
  isSpread: boolean,
): Float32Array {
  const rows = data.length / width;
  const weightOf = (row: number): number => weights?.[row] ?? 1;
  const chosen: number[] = [];
  const nearest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  const squareTo = (row: number, to: number): number => {
    let sum = 0;
    for (let j = 0; j < width; j++) {
      sum += ((data[row * width + j] as number) - (data[to * width + j] as number)) ** 2;
    }
    return sum;
  };
  /** A random row, with probability proportional to its weight. */
  const draw = (probabilities: (row: number) => number): number => {
    let total = 0;
    for (let row = 0; row < rows; row++) total += probabilities(row);
    if (total === 0) return random.u32() % rows;
    let left = random.u32() * 2 ** -32 * total;
    for (let row = 0; row < rows; row++) {
      left -= probabilities(row);
      if (left < 0) return row;
    }
    return rows - 1;
  };
  if (!isSpread) chosen.push(...random.permutation(rows).subarray(0, clusters));
  while (chosen.length < clusters) {
    // of several candidates, the one that leaves the least inertia is kept
    const tries = chosen.length === 0 ? 1 : 2 + Math.floor(Math.log(clusters));
    let best = { row: -1, left: Number.POSITIVE_INFINITY };
    for (let i = 0; i < tries; i++) {
      const row = draw(
        chosen.length === 0 ? weightOf : (at) => weightOf(at) * (nearest[at] as number),
      );
      let left = 0;
      for (let at = 0; at < rows; at++) {
        left += weightOf(at) * Math.min(nearest[at] as number, squareTo(at, row));
      }
      if (left < best.left) best = { row, left };
    }
    chosen.push(best.row);
    for (let at = 0; at < rows; at++) {
      nearest[at] = Math.min(nearest[at] as number, squareTo(at, best.row));
    }
  }
  const out = new Float32Array(clusters * width);
  chosen.forEach((row, k) => {
    out.set(data.subarray(row * width, (row + 1) * width), k * width);
  });
  return out;
}
