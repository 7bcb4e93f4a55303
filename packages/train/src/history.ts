/**
 * Mean loss of all examples, and metrics, of one pass over a loader; a metric of each class is
 * `f1[0]`, `f1[1]`, ….
 */
export type Scores = { readonly loss: number } & Readonly<Record<string, number>>;

/** What an epoch came to. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Updates of the parameters since the start of training. */
  readonly step: number;
  /** Batches it had. */
  readonly batches: number;
  /** Each group's rate in the epoch's last update. */
  readonly learningRates: readonly number[];
  /** Over the epoch's batches, each as it was trained on. */
  readonly training: Scores;
  /** After the epoch; null without validation data. */
  readonly validation: Scores | null;
}

/** What a training came to. */
export interface History {
  readonly epochs: readonly EpochRecord[];
  /** The loss of every batch trained on, in order. */
  readonly losses: readonly number[];
  /** Why training ended before the last epoch; null if it did not. */
  readonly stopped: string | null;
}

/** A number of a record by name: "validation.loss", "training.accuracy". */
export function scoreOf(record: EpochRecord, monitor: string): number | undefined {
  const [pass, name] = monitor.split(".", 2) as [string, string?];
  const scores = pass === "training" || pass === "validation" ? record[pass] : undefined;
  return name === undefined ? undefined : scores?.[name];
}

/** Every name that `scoreOf` knows in this record. */
export const monitorsOf = (record: EpochRecord): string[] =>
  (["training", "validation"] as const).flatMap((pass) =>
    Object.keys(record[pass] ?? {}).map((name) => `${pass}.${name}`),
  );
