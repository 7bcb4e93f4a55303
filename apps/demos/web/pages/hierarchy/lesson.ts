import { tensor } from "@wgrad/autograd";
import { dendrogram, fcluster, type Linkage, type LinkageMethod, linkage } from "@wgrad/classic";
import { StandardScaler } from "@wgrad/datasets";
import { loadDigits, loadIris, loadWine } from "@wgrad/datasets/data";
import { adjustedRandScore } from "@wgrad/metrics";
import { labelsOf } from "../../../src/hierarchy/agree.ts";
import type { Desk, Run } from "../../worker/run.ts";

export interface Snapshot {
  /** Merges so far. */
  readonly joined: number;
  /** Of each merge where its children stand, their heights and its own: [merges, 5]. */
  readonly brackets: Float64Array;
  /** What each row is, from left to right, and the names of those classes. */
  readonly classes: Int32Array;
  readonly names: readonly string[];
  /** The cut that was last asked for. */
  readonly cut: Cut;
}

/** The tree cut at a height. */
export interface Cut {
  readonly height: number;
  /** The cluster of each row, from left to right, from 1 on. */
  readonly clusters: Int32Array;
  readonly count: number;
  /** How well clusters and classes agree: adjusted Rand index. */
  readonly agreement: number;
}

/** The height to cut at from now on. */
export type Question = number;

const loaders = { iris: loadIris, wine: loadWine, digits: loadDigits };

/** A tree of what is like what, join by join. */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const table = await loaders[settings.data as keyof typeof loaders]();
  const raw = table.x();
  // wines are measured in units that have nothing to do with each other
  const scaler = settings.data === "wine" ? new StandardScaler() : null;
  const x = (scaler?.fitTransform(raw) ?? raw).keep();
  const y = table.y();
  hold(x, y);
  if (scaler !== null) hold(scaler.mean, scaler.scale);
  const labels = Array.from(await y.data(), Number);
  const merges = await linkage(x, { method: settings.linkage as LinkageMethod });
  const { leaves, brackets } = dendrogram(merges, { countSort: "ascending" });
  const flat = Float64Array.from(
    brackets.flatMap(({ x: places, from, height }) => [...places, ...from, height]),
  );
  const classes = Int32Array.from(leaves, (row) => labels[row] as number);

  async function cutAt(height: number): Promise<Cut> {
    const clusters = fcluster(merges, Math.max(0, height), { criterion: "distance" });
    return {
      height,
      clusters: Int32Array.from(leaves, (row) => clusters[row] as number),
      count: new Set(clusters).size,
      agreement: await adjustedRandScore(labelsOf(clusters), y),
    };
  }

  let joined = 0;
  const first = await cutAt(between(merges, table.classes.length));
  let cut = first;
  return {
    model: null,
    train: () =>
      (async function* () {
        for (const { distance } of merges) {
          joined++;
          yield { step: joined, steps: merges.length, loss: tensor(distance) };
        }
      })(),
    async snapshot() {
      return {
        joined,
        brackets: flat.slice(),
        classes: classes.slice(),
        names: table.classes.map(String),
        cut: { ...cut, clusters: cut.clusters.slice() },
      };
    },
    async measures(): Promise<Record<string, number>> {
      if (joined < merges.length) return {};
      return { rand: first.agreement };
    },
    async ask(question) {
      cut = await cutAt(question as Question);
      return { ...cut, clusters: cut.clusters.slice() };
    },
  };
}

/** A height that cuts the tree into so many clusters. */
function between(merges: Linkage, count: number): number {
  const heightOf = (fromTop: number): number => merges.at(-fromTop)?.distance ?? 0;
  return (heightOf(count - 1) + heightOf(count)) / 2;
}
