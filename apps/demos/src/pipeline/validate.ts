import { KFold, StandardScaler, type Table } from "@wgrad/datasets";
import { r2Score } from "@wgrad/metrics";
import { preprocessing, pricesOf } from "./houses.ts";
import type { Learn } from "./models.ts";

/** R² on each of `folds` parts of the rows, learned from the others; preprocessing is learned there too, or it would tell. */
export async function crossValidate(table: Table, learn: Learn, folds: number): Promise<number[]> {
  const scores: number[] = [];
  const cuts = new KFold({ nSplits: folds, shuffle: true, randomState: 0 }).split(table.length);
  for (const { train, test } of cuts) {
    scores.push(await holdOutScore(table.take(train), table.take(test), learn));
  }
  return scores;
}

/** R² on `test` of what was learned from `train`. */
export async function holdOutScore(train: Table, test: Table, learn: Learn): Promise<number> {
  const features = preprocessing();
  const target = new StandardScaler().fit(pricesOf(train));
  const predict = await learn(
    await features.fitTransform(train),
    target.transform(pricesOf(train)),
  );
  const predictions = target.inverseTransform(predict(features.transform(test)));
  return r2Score(predictions, pricesOf(test)).item();
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
