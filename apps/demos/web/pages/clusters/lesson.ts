import { PCA } from "@wgrad/classic";
import { StandardScaler } from "@wgrad/datasets";
import { loadDigits, loadIris, loadWine } from "@wgrad/datasets/data";
import { adjustedRandScore } from "@wgrad/metrics";
import { KMeans } from "../../../src/clusters/k-means.ts";
import { floats, integers } from "../../worker/numbers.ts";
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
  const x = new StandardScaler().fitTransform(table.x()).keep();
  const y = table.y();
  hold(x, y);
  const pca = await new PCA({ nComponents: 2 }).fit(x);
  const points = await floats(() => pca.transform(x));
  const kMeans = new KMeans(numberOf(settings, "k"), { tries: 1 });
  let begun = false;
  const training = (async function* () {
    for await (const step of kMeans.fit(x)) {
      begun = true;
      yield step;
    }
  })();
  return {
    model: null,
    train: () => training,
    async snapshot() {
      const centres = begun
        ? await floats(() => pca.transform(kMeans.centres))
        : new Float32Array();
      const nearest = begun ? await integers(() => kMeans.assign(x)) : new Int32Array();
      return { points: points.slice(), centres, nearest };
    },
    async measures(): Promise<Record<string, number>> {
      return begun ? { rand: await adjustedRandScore(kMeans.assign(x), y) } : {};
    },
  };
}
