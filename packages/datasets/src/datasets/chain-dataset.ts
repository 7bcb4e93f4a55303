import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { exampleOf, type PassOptions, type StreamDataset } from "./dataset.ts";

/**
 * Streams one after another. Each batch has examples of one stream only, so the last batch of each
 * stream may be smaller.
 *
 * Throws ArgumentError without streams.
 */
export class ChainDataset<Batch> implements StreamDataset<Batch> {
  readonly datasets: readonly StreamDataset<Batch>[];

  constructor(datasets: readonly StreamDataset<Batch>[]) {
    checkCall("new ChainDataset(datasets: array)", arguments);
    const streams = Array.isArray(datasets) && datasets.every((one) => "batches" in Object(one));
    if (!streams || datasets.length === 0) {
      throw new ArgumentError(
        "ChainDataset: takes an array of streams\n  hint: use ConcatDataset for datasets of known length",
      );
    }
    this.datasets = [...datasets];
  }

  async *batches(options: PassOptions): AsyncGenerator<Batch, void, undefined> {
    checkCall(
      "dataset.batches({ batchSize: number, dropLast: boolean, skip: number, generator: generator | null })",
      arguments,
    );
    let left = options.skip;
    for (const dataset of this.datasets) {
      for await (const batch of dataset.batches({ ...options, skip: 0 })) {
        if (left > 0) left--;
        else yield batch;
      }
    }
  }

  example(batch: Batch): unknown {
    checkCall("dataset.example(batch: any)", arguments);
    return exampleOf(this.datasets[0] as StreamDataset<Batch>, batch);
  }
}
