import { ArgumentError, defaultGenerator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  checkCount,
  checkSpread,
  finish,
  type LabelledPoints,
  type PointOptions,
  rowsOf,
  share,
} from "./points.ts";

/** Settings of `makeBlobs`, with scikit-learn's names and defaults. */
export interface BlobsOptions extends Omit<PointOptions, "noise"> {
  /** Number of coordinates of a point (default 2; ignored if centres are given). */
  readonly nFeatures?: number;
  /** Number of clusters, or their centres (default 3). */
  readonly centers?: number | readonly (readonly number[])[];
  /** Standard deviation of the clusters, one for all or one per cluster (default 1). */
  readonly clusterStd?: number | readonly number[];
  /** Bounds of every coordinate of random centres (default [−10, 10]). */
  readonly centerBox?: readonly [number, number];
}

/**
 * Normally distributed clusters, one per class, as scikit-learn's make_blobs. The result's
 * `centers` are the centres of the clusters.
 *
 * Throws ArgumentError for invalid counts or deviations, and if centres and deviations do not
 * match.
 */
export function makeBlobs(
  nSamples = 100,
  options: BlobsOptions = {},
): LabelledPoints & { readonly centers: readonly (readonly number[])[] } {
  checkCall(
    "makeBlobs(nSamples?: number, { nFeatures: number, centers, clusterStd: number | list, centerBox, shuffle: boolean, generator: generator })",
    arguments,
  );
  const { nFeatures = 2, clusterStd = 1, centerBox = [-10, 10] } = options;
  const generator = options.generator ?? defaultGenerator();
  checkCount("makeBlobs", "nSamples", nSamples);
  checkCount("makeBlobs", "nFeatures", nFeatures);
  const wanted = options.centers ?? 3;
  if (typeof wanted === "number") checkCount("makeBlobs", "centers", wanted);
  const centers =
    typeof wanted === "number"
      ? Array.from({ length: wanted }, () => [
          ...generator.uniform(new Float64Array(nFeatures), ...centerBox),
        ])
      : wanted;
  const width = centers[0]?.length ?? 0;
  if (width === 0 || centers.some((center) => center.length !== width)) {
    const sizes = centers.map((center) => center.length).join(", ");
    throw new ArgumentError(
      `makeBlobs: centers must have the same number of coordinates, got ${sizes || "none"}`,
    );
  }
  const spreads = typeof clusterStd === "number" ? centers.map(() => clusterStd) : clusterStd;
  if (spreads.length !== centers.length) {
    throw new ArgumentError(
      `makeBlobs: clusterStd has ${spreads.length} values, but there are ${centers.length} centers`,
    );
  }
  for (const spread of spreads) checkSpread("makeBlobs", "clusterStd", spread);
  const labels = share(nSamples, centers.length).flatMap((of, k) => Array<number>(of).fill(k));
  const normals = generator.normal(new Float64Array(nSamples * width));
  const rows = rowsOf(nSamples, width, (i) => {
    const label = labels[i] as number;
    const point = (centers[label] as readonly number[]).map(
      (mean, j) => mean + (spreads[label] as number) * (normals[i * width + j] as number),
    );
    return { point, label };
  });
  return { ...finish(rows, options), centers };
}
