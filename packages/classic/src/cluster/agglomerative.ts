import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Estimator } from "../estimator/estimator.ts";
import { type Rows, readRows, type Seen } from "../estimator/input.ts";
import {
  choice,
  either,
  type Given,
  none,
  real,
  type Schema,
  whole,
} from "../estimator/settings.ts";
import { linkageOf } from "../hierarchy/linkage.ts";
import type { Linkage } from "../hierarchy/merge.ts";
import { type PairMetric, pairDistances } from "../hierarchy/pairs.ts";

/** Settings of AgglomerativeClustering, with scikit-learn's defaults. */
export interface AgglomerativeClusteringParams {
  /** Number of clusters; null with `distanceThreshold` (default 2). */
  readonly nClusters: number | null;
  /** Distance from which clusters are not merged; null with `nClusters` (default null). */
  readonly distanceThreshold: number | null;
  /** How the distance of clusters is defined (default "ward"). */
  readonly linkage: "ward" | "complete" | "average" | "single";
  /** How the distance of rows is defined; "ward" needs "euclidean" (default "euclidean"). */
  readonly metric: "euclidean" | "l2" | "manhattan" | "l1" | "cosine";
}

interface Fitted extends Seen {
  readonly labels: Int32Array;
  readonly nClusters: number;
  /** The merges as numbers: left, right, distance and count of each. */
  readonly merges: Float64Array;
}

const schema: Schema<AgglomerativeClusteringParams> = {
  nClusters: [2, either(whole(1), none)],
  distanceThreshold: [null, either(real(0), none)],
  linkage: ["ward", choice("ward", "complete", "average", "single")],
  metric: ["euclidean", choice("euclidean", "l2", "manhattan", "l1", "cosine")],
};

const metrics: Readonly<Record<AgglomerativeClusteringParams["metric"], PairMetric>> = {
  euclidean: "euclidean",
  l2: "euclidean",
  manhattan: "cityblock",
  l1: "cityblock",
  cosine: "cosine",
};

/**
 * Merges the closest clusters, starting from single rows, until `nClusters` are left or all
 * distances reach the threshold. Clusters are numbered by their first rows. x: [rows, features],
 * best standardised (`StandardScaler`). `linkage` gives the whole tree.
 *
 * `fit` throws ArgumentError for fewer rows than clusters.
 */
export class AgglomerativeClustering extends Estimator<AgglomerativeClusteringParams, Fitted> {
  readonly type = "AgglomerativeClustering";

  constructor(params: Given<AgglomerativeClusteringParams> = {}) {
    checkCall("new AgglomerativeClustering(settings?)", arguments);
    super("AgglomerativeClustering", schema, params);
    const { nClusters, distanceThreshold, linkage, metric } = this.params;
    if ((nClusters === null) === (distanceThreshold === null)) {
      throw new ArgumentError(
        "AgglomerativeClustering: needs exactly one of nClusters and distanceThreshold" +
          "\n  hint: { nClusters: null, distanceThreshold: 9 }, or { nClusters: 3 }",
      );
    }
    if (linkage === "ward" && metrics[metric] !== "euclidean") {
      throw new ArgumentError(
        `AgglomerativeClustering: linkage "ward" needs metric "euclidean", got "${metric}"`,
      );
    }
  }

  async fit(x: Rows): Promise<this> {
    this.check("fit(x: any)", arguments);
    const call = "AgglomerativeClustering.fit";
    const { rows, width, names, data } = await readRows(call, x);
    const { nClusters, distanceThreshold, linkage, metric } = this.params;
    if (rows < Math.max(2, nClusters ?? 0)) {
      throw new ArgumentError(
        `${call}: got ${rows} rows for ${nClusters ?? "any number of"} clusters\n  hint: at least two rows, and one for each cluster`,
      );
    }
    const merges = linkageOf(pairDistances(data, rows, width, metrics[metric]), rows, linkage);
    const count =
      nClusters ??
      1 + merges.filter(({ distance }) => distance >= (distanceThreshold as number)).length;
    const numbers = merges.flatMap(({ left, right, distance, count: size }) => [
      left,
      right,
      distance,
      size,
    ]);
    return this.learn({
      labels: labelsOf(merges, count),
      nClusters: count,
      merges: Float64Array.from(numbers),
      width,
      names,
    });
  }

  /** Calls `fit(x)` and returns `labels`. */
  async fitPredict(x: Rows): Promise<Int32Array> {
    this.check("fitPredict(x: any)", arguments);
    return (await this.fit(x)).labels;
  }

  /** The cluster of each training row. */
  get labels(): Int32Array {
    return this.learned("labels").labels;
  }

  /** The number of clusters. */
  get nClusters(): number {
    return this.learned("nClusters").nClusters;
  }

  /** The whole tree, in the form of `linkage`. */
  get merges(): Linkage {
    const { merges } = this.learned("merges");
    return Array.from({ length: merges.length / 4 }, (_, i) => ({
      left: merges[4 * i] as number,
      right: merges[4 * i + 1] as number,
      distance: merges[4 * i + 2] as number,
      count: merges[4 * i + 3] as number,
    }));
  }
}

/** The clusters of the rows without the last merges, numbered by their first rows. */
function labelsOf(merges: Linkage, clusters: number): Int32Array {
  const rows = merges.length + 1;
  const parent = new Int32Array(2 * rows - 1).fill(-1);
  merges.slice(0, rows - clusters).forEach(({ left, right }, i) => {
    parent[left] = rows + i;
    parent[right] = rows + i;
  });
  const numbers = new Map<number, number>();
  return Int32Array.from({ length: rows }, (_, row) => {
    let root = row;
    while ((parent[root] as number) >= 0) root = parent[root] as number;
    const known = numbers.get(root) ?? numbers.size;
    numbers.set(root, known);
    return known;
  });
}
