import { known } from "../../../src/shared/language.ts";
import { boosting, forest, type Grown, oneTree } from "../../../src/trees/grow.ts";
import { sales } from "../../../src/trees/houses.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

/** A node of the drawn tree. */
export interface Node {
  readonly node: number;
  readonly parent: number;
  readonly x: number;
  readonly depth: number;
  readonly question: string | null;
  readonly price: number;
  readonly samples: number;
}

export interface Snapshot {
  /** The tree, where one grows alone; none before the first step. */
  readonly nodes: readonly Node[];
  readonly leaves: number;
  /** What each feature does for the model, as parts of the whole. */
  readonly features: readonly string[];
  readonly worth: Float64Array;
  /**
   * Houses held out, in $1,000: what they sold for and what the model says; nothing before the
   * first step.
   */
  readonly real: Float32Array;
  readonly predicted: Float32Array;
}

/** A tree, a forest or boosting grows on house prices. */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const data = await sales();
  const { train, test } = data;
  const features = data.features.map(known);
  hold(train.x, test.x);
  const ways = {
    tree: () => oneTree(data, numberOf(settings, "leaves")),
    forest: () => forest(data, numberOf(settings, "trees")),
    boosting: () => boosting(data, numberOf(settings, "rounds")),
  };
  const way = ways[settings.model as keyof typeof ways]();
  const thousands = (prices: Float32Array): Float32Array => prices.map((price) => price / 1000);
  let latest: Grown | null = null;
  return {
    model: null,
    train: () =>
      (async function* () {
        for await (const step of way) {
          latest = step;
          yield step;
        }
      })(),
    async snapshot() {
      return {
        nodes: (latest?.tree?.nodes ?? []).map(({ value, ...node }) => ({
          ...node,
          price: value[0] as number,
        })),
        leaves: latest?.tree?.leaves ?? 0,
        features,
        worth: latest?.worth.slice() ?? new Float64Array(features.length),
        real: thousands(test.prices),
        predicted: latest === null ? new Float32Array() : thousands(latest.unseen),
      };
    },
    async measures(): Promise<Record<string, number>> {
      if (latest === null) return {};
      return { r2: r2(latest.unseen, test.prices), learned: r2(latest.seen, train.prices) };
    },
  };
}

/** 1 − Σ (y − ŷ)² / Σ (y − ȳ)² */
function r2(predicted: Float32Array, real: Float32Array): number {
  const mean = real.reduce((a, b) => a + b, 0) / real.length;
  const squares = (of: (i: number) => number): number =>
    real.reduce((sum, value, i) => sum + (value - of(i)) ** 2, 0);
  return 1 - squares((i) => predicted[i] as number) / squares(() => mean);
}
