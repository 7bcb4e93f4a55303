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
  /** Coordinates of a point (default 2; given centres have their own). */
  readonly nFeatures?: number;
  /** How many clusters, or where their centres are (default 3). */
  readonly centers?: number | readonly (readonly number[])[];
  /** Standard deviation of the clusters, one for all or one for each (default 1). */
  readonly clusterStd?: number | readonly number[];
  /** Bounds of every coordinate of centres that are drawn (default [−10, 10]). */
  readonly centerBox?: readonly [number, number];
}

/**
 * Normal clusters, a class each, as scikit-learn's make_blobs. `centers` of the result has where
 * each was.
 *
 * Throws ArgumentError for a count or deviation that is none, and centres or deviations that do not
 * fit together.
 */
export function makeBlobs(
  nSamples = 100,
  options: BlobsOptions = {},
): LabelledPoints & { readonly centers: readonly (readonly number[])[] } {
  checkCall(
    "makeBlobs(nSamples?: number, { nFeatures: number, centers, clusterStd: number | list, centerBox, shuffle: boolean, generator })",
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
    throw new ArgumentError(`makeBlobs: centers of ${sizes || "no"} coordinates`);
  }
  const spreads = typeof clusterStd === "number" ? centers.map(() => clusterStd) : clusterStd;
  if (spreads.length !== centers.length) {
    throw new ArgumentError(
      `makeBlobs: ${spreads.length} values of clusterStd for ${centers.length} centers`,
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
