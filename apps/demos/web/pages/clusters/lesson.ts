import { tensor } from "@wgrad/autograd";
import { type KMeans, PCA } from "@wgrad/classic";
import { StandardScaler } from "@wgrad/datasets";
import { loadDigits, loadIris, loadWine } from "@wgrad/datasets/data";
import { adjustedRandScore } from "@wgrad/metrics";
import { rounds } from "../../../src/clusters/rounds.ts";
import { floats } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

export interface Snapshot {
  /** Rows and centres on the first two principal components, in pairs. */
  readonly points: Float32Array;
  readonly centres: Float32Array;
  /** The centre that each row belongs to; empty before the first round. */
  readonly nearest: Int32Array;
}

const loaders = { iris: loadIris, wine: loadWine, digits: loadDigits };

/** k-means, round by round, on rows whose classes it is not told. */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const table = await loaders[settings.data as keyof typeof loaders]();
  const scaler = new StandardScaler();
  const x = scaler.fitTransform(table.x()).keep();
  const y = table.y();
  hold(x, y, scaler.mean, scaler.scale);
  const pca = await new PCA({ nComponents: 2 }).fit(x);
  const points = await floats(() => pca.transform(x));
  let latest: KMeans | null = null;
  const centres = (): number[][] => (latest?.clusterCenters ?? []).map((centre) => [...centre]);
  return {
    model: null,
    train: () =>
      (async function* () {
        for await (const round of rounds(x, numberOf(settings, "k"))) {
          latest = round.clusters;
          yield round;
        }
      })(),
    async snapshot() {
      const begun = latest !== null;
      return {
        points: points.slice(),
        centres: begun ? await floats(() => pca.transform(tensor(centres()))) : new Float32Array(),
        nearest: latest?.labels.slice() ?? new Int32Array(),
      };
    },
    async measures(): Promise<Record<string, number>> {
      return latest === null ? {} : { rand: await adjustedRandScore(tensor(latest.labels), y) };
    },
  };
}
