import { type Tensor, tensor } from "@wgrad/autograd";
import { KMeans } from "@wgrad/classic";

/** Clusters after a round: rows have joined the nearest centres, and centres have moved. */
export interface Round {
  readonly step: number;
  readonly steps: number;
  /** Σ of squared distances of the rows to their centres. */
  readonly loss: Tensor;
  readonly clusters: KMeans;
}

/**
 * k-means, round by round: each fit takes up the centres that the last one left, until no row
 * changes its centre. x: [rows, features]
 */
export async function* rounds(x: Tensor, nClusters: number, most = 100): AsyncGenerator<Round> {
  let clusters = await new KMeans({ nClusters, maxIter: 1 }).fit(x);
  for (let step = 1; step <= most; step++) {
    yield { step, steps: most, loss: tensor(clusters.inertia), clusters };
    const { clusterCenters: init, labels } = clusters;
    clusters = await new KMeans({ nClusters, init, maxIter: 1 }).fit(x);
    if (clusters.labels.every((label, row) => label === labels[row])) return;
  }
}
