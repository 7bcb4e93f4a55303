import { noGrad, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Estimator } from "../estimator/estimator.ts";
import {
  type FitOptions,
  type Rows,
  readRows,
  readWeights,
  type Seen,
  tensorOf,
} from "../estimator/input.ts";
import { choice, type Given, positive, real, type Schema, whole } from "../estimator/settings.ts";
import { distances, type Metric } from "../neighbors/nearest.ts";

/** Settings of DBSCAN, with scikit-learn's defaults. */
export interface DBSCANParams {
  /** Largest distance of neighbours (default 0.5). */
  readonly eps: number;
  /**
   * A row with this many neighbours, itself included and counted by weight, is a core row (default
   * 5).
   */
  readonly minSamples: number;
  /** How the distance of rows is defined (default "euclidean"). */
  readonly metric: Metric;
  /** The p of "minkowski" (default 2). */
  readonly p: number;
}

interface Fitted extends Seen {
  readonly labels: Int32Array;
  readonly coreSampleIndices: Int32Array;
}

const schema: Schema<DBSCANParams> = {
  eps: [0.5, positive],
  minSamples: [5, whole(1)],
  metric: ["euclidean", choice("euclidean", "manhattan", "chebyshev", "minkowski", "cosine")],
  p: [2, real(1)],
};

/** Number of distances that are computed at a time. */
const BLOCK = 2 ** 22;

/**
 * Density-based clusters: a cluster contains the rows that its core rows reach in steps of at most
 * ε (Ester et al. 1996). Other rows are noise, −1. Clusters are numbered by their first core row; a
 * border row of several clusters belongs to the first. x: [rows, features], best standardised
 * (`StandardScaler`).
 */
export class DBSCAN extends Estimator<DBSCANParams, Fitted> {
  readonly type = "DBSCAN";

  constructor(params: Given<DBSCANParams> = {}) {
    checkCall("new DBSCAN(settings?)", arguments);
    super("DBSCAN", schema, params);
  }

  async fit(x: Rows, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, { sampleWeight })", arguments);
    const call = "DBSCAN.fit";
    const { rows, width, names, data } = await readRows(call, x);
    const weights = await readWeights(call, options, rows);
    const { eps, minSamples, metric, p } = this.params;
    const features = tensorOf(call, x);
    const known = tensor(Float32Array.from(data), {
      shape: [rows, width],
      device: features.device,
    });
    const neighbours: number[][] = [];
    const height = Math.max(1, Math.floor(BLOCK / rows));
    for (let start = 0; start < rows; start += height) {
      const size = Math.min(height, rows - start);
      const near = await noGrad(() =>
        distances(features.narrow(0, start, size), known, metric, p).le(eps),
      ).data();
      for (let i = 0; i < size; i++) {
        const own: number[] = [];
        for (let j = 0; j < rows; j++) if (near[i * rows + j] !== 0) own.push(j);
        neighbours.push(own);
      }
    }
    const isCore = neighbours.map(
      (own) => own.reduce((sum, row) => sum + (weights?.[row] ?? 1), 0) >= minSamples,
    );
    const labels = new Int32Array(rows).fill(-1);
    let cluster = 0;
    for (let row = 0; row < rows; row++) {
      if (labels[row] !== -1 || !isCore[row]) continue;
      const open = [row];
      labels[row] = cluster;
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (!isCore[next]) continue;
        for (const other of neighbours[next] as number[]) {
          if (labels[other] !== -1) continue;
          labels[other] = cluster;
          open.push(other);
        }
      }
      cluster++;
    }
    const coreSampleIndices = Int32Array.from(isCore.keys()).filter((row) => isCore[row]);
    return this.learn({ labels, coreSampleIndices, width, names });
  }

  /** Calls `fit(x)` and returns `labels`. */
  async fitPredict(x: Rows, options: FitOptions = {}): Promise<Int32Array> {
    this.check("fitPredict(x: any, { sampleWeight })", arguments);
    return (await this.fit(x, options)).labels;
  }

  /** The cluster of each training row; −1 for noise. */
  get labels(): Int32Array {
    return this.learned("labels").labels;
  }

  /** Indices of the core rows. */
  get coreSampleIndices(): Int32Array {
    return this.learned("coreSampleIndices").coreSampleIndices;
  }
}
