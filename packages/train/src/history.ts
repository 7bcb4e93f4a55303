/**
 * Mean loss over all examples, and the metrics, of one pass over a loader. A metric with one value
 * per class has the names `f1[0]`, `f1[1]`, ….
 */
export type Scores = { readonly loss: number } & Readonly<Record<string, number>>;

/** Results of an epoch. */
export interface EpochRecord {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Number of updates of the parameters since the start of training. */
  readonly step: number;
  /** Number of batches in the epoch. */
  readonly batches: number;
  /** Learning rate of each group in the epoch's last update. */
  readonly learningRates: readonly number[];
  /** Scores over the epoch's batches, each computed when it was trained on. */
  readonly training: Scores;
  /** Scores after the epoch; null without validation data. */
  readonly validation: Scores | null;
}

/** Results of a training. */
export interface History {
  readonly epochs: readonly EpochRecord[];
  /** The loss of every batch, in order. */
  readonly losses: readonly number[];
  /** Reason why training ended before the last epoch; null if it did not. */
  readonly stopped: string | null;
}

/** A score of a record by name, such as "validation.loss" or "training.accuracy". */
export function scoreOf(record: EpochRecord, monitor: string): number | undefined {
  const [pass, name] = monitor.split(".", 2) as [string, string?];
  const scores = pass === "training" || pass === "validation" ? record[pass] : undefined;
  return name === undefined ? undefined : scores?.[name];
}

/** All names that `scoreOf` accepts for this record. */
export const monitorsOf = (record: EpochRecord): string[] =>
  (["training", "validation"] as const).flatMap((pass) =>
    Object.keys(record[pass] ?? {}).map((name) => `${pass}.${name}`),
  );
