import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type Dataset, datasetOf, exampleOf, type Indexed } from "./dataset.ts";

/** Datasets by name, or in an array. */
export type StackedDatasets =
  | Readonly<Record<string, Indexed<unknown>>>
  | readonly [Indexed<unknown>, ...Indexed<unknown>[]];

/** The batch type of a dataset. */
type BatchOf<Source> = Source extends { batch(indices: ArrayLike<number>): infer Batch }
  ? Awaited<Batch>
  : Source extends readonly (infer Item)[]
    ? Item[]
    : never;

/** A batch with the same names or positions as the datasets. */
export type StackedBatch<Datasets> = {
  -readonly [Name in keyof Datasets]: BatchOf<Datasets[Name]>;
};

/**
 * Combines datasets by example: example i consists of the i-th examples of all. `{ image: photos,
 * label: labels }` yields batches with these keys, an array yields tuples.
 *
 * Throws ArgumentError without datasets, and if they have different numbers of examples.
 */
export class StackDataset<const Datasets extends StackedDatasets>
  implements Dataset<StackedBatch<Datasets>>
{
  readonly length: number;
  readonly #datasets: readonly (readonly [string, Dataset<unknown>])[];
  readonly #inRow: boolean;

  constructor(datasets: Datasets) {
    checkCall("new StackDataset(datasets: array | object)", arguments);
    checkCall("new StackDataset(datasets: dataset[])", [Object.values(datasets)]);
    this.#inRow = Array.isArray(datasets);
    this.#datasets = Object.entries(datasets).map(([name, one]) => [
      name,
      datasetOf(one as Indexed<unknown>),
    ]);
    const [first] = this.#datasets;
    if (first === undefined) throw new ArgumentError("StackDataset: there are no datasets");
    this.length = first[1].length;
    if (this.#datasets.some(([, { length }]) => length !== this.length)) {
      const sizes = this.#datasets.map(([name, { length }]) => `\n  ${name}: ${length} examples`);
      throw new ArgumentError(
        `StackDataset: the datasets have different numbers of examples${sizes.join("")}`,
      );
    }
  }

  async batch(indices: ArrayLike<number>): Promise<StackedBatch<Datasets>> {
    checkCall("dataset.batch(indices: list)", arguments);
    const fields = await Promise.all(
      this.#datasets.map(async ([name, dataset]) => [name, await dataset.batch(indices)] as const),
    );
    const batch = this.#inRow ? fields.map(([, value]) => value) : Object.fromEntries(fields);
    return batch as StackedBatch<Datasets>;
  }

  example(batch: StackedBatch<Datasets>): unknown {
    checkCall("dataset.example(batch: any)", arguments);
    const values = batch as Readonly<Record<string, unknown>>;
    const fields = this.#datasets.map(
      ([name, dataset]) => [name, exampleOf(dataset, values[name])] as const,
    );
    return this.#inRow ? fields.map(([, value]) => value) : Object.fromEntries(fields);
  }
}
