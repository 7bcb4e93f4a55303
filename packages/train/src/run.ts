import { ArgumentError, Tensor } from "@wgrad/autograd";
import { describe } from "@wgrad/autograd/plugin";
import type { Stateful, Target } from "@wgrad/autograd/saving";
import { save } from "@wgrad/autograd/saving";
import type { AnyModule } from "@wgrad/nn";
import type { BaseOptions, ParamGroup } from "@wgrad/optim";
import { readAll } from "./evaluate.ts";
import type { EpochRecord, History } from "./history.ts";
import type { RankedModel } from "./ranks.ts";

/**
 * An optimizer as a run uses it: one of `@wgrad/optim`, or `ZeroRedundancyOptimizer` of
 * `@wgrad/distributed`.
 */
export interface TrainOptimizer extends Stateful {
  readonly paramGroups: readonly ParamGroup<BaseOptions>[];
  step(): unknown;
  zeroGrad(): void;
}

/** State of a run as plain data. */
export interface RunStateDict {
  readonly epoch: number;
  readonly step: number;
  /** Losses of the current epoch: first those that were read, then those that were not. */
  readonly epochLosses: Float64Array;
  readonly unreadLosses: readonly Tensor[];
  /** Number of examples of each of these losses. */
  readonly epochWeights: Float64Array;
  readonly losses: Float64Array;
  readonly records: readonly EpochRecord[];
  readonly lastRates: readonly number[];
}

/** The current training, as callbacks see it. */
export class Run {
  readonly model: AnyModule;
  readonly optimizer: TrainOptimizer;
  /** Total number of epochs. */
  readonly epochs: number;
  /** Number of batches per epoch; null if the loader has no length. */
  readonly batches: number | null;
  /** Number of updates in all epochs; null if the loader has no length. */
  readonly steps: number | null;
  /** Number of completed epochs. */
  epoch = 0;
  /** Number of updates of the parameters so far. */
  step = 0;
  /** The last batch's loss, not yet read; null before the first batch and between epochs. */
  loss: Tensor | null = null;
  readonly #parts: Readonly<Record<string, Stateful>>;
  readonly #ranks: RankedModel | null;
  readonly #records: EpochRecord[] = [];
  #losses: number[] = [];
  #batch = 0;
  /** Losses of this epoch: first those that were read, then those that were not. */
  #read: number[] = [];
  #unread: Tensor[] = [];
  /** Number of examples of each of these losses. */
  #weights: number[] = [];
  #lastRates: readonly number[] = [];
  #stopped: string | null = null;

  constructor(
    model: AnyModule,
    optimizer: TrainOptimizer,
    epochs: number,
    batches: number | null,
    accumulate: number,
    parts: Readonly<Record<string, Stateful>>,
    ranks: RankedModel | null = null,
  ) {
    this.model = model;
    this.optimizer = optimizer;
    this.epochs = epochs;
    this.batches = batches;
    this.steps = batches === null ? null : epochs * Math.ceil(batches / accumulate);
    const run: Stateful = {
      stateDict: () => this.#stateDict(),
      loadStateDict: (state: RunStateDict) => this.#loadStateDict(state),
    };
    this.#ranks = ranks;
    this.#parts = ranks === null ? { ...parts, run } : ranks.partsOfRanks({ ...parts, run });
  }

  /** Number of batches done in this epoch. */
  get batch(): number {
    return this.#batch;
  }

  /** Results of the training so far. */
  get history(): History {
    const history = { epochs: this.#records, losses: this.#losses, stopped: this.#stopped };
    // what a notebook of Deno shows
    return Object.defineProperty(history, Symbol.for("Jupyter.display"), {
      value: async () => (await import("./display.ts")).display(history),
    });
  }

  /** Reason why training will end after this epoch; null if it will not. */
  get stopped(): string | null {
    return this.#stopped;
  }

  /** Learning rate of each group in the last update. */
  get lastRates(): readonly number[] {
    return this.#lastRates;
  }

  /** Everything that training depends on, by name; a checkpoint saves these. */
  get parts(): Readonly<Record<string, Stateful>> {
    return this.#parts;
  }

  /** Ends the training after this epoch. */
  stop(reason: string): void {
    this.#stopped ??= reason;
  }

  /** The losses of this epoch's batches so far. Reads the missing ones all at once. */
  async epochLosses(): Promise<readonly number[]> {
    const unread = this.#unread;
    this.#unread = [];
    this.#read = this.#read.concat(await readAll(unread));
    return this.#read;
  }

  /** Number of examples of each of `epochLosses`. */
  get epochWeights(): readonly number[] {
    return this.#weights;
  }

  /**
   * Saves the whole run; `fit({ resume })` continues from there. On several ranks all must call it,
   * and the first rank writes.
   */
  async save(target: Target): Promise<void> {
    await this.epochLosses();
    const write = (): Promise<void> => save(this.#parts, target);
    await (this.#ranks === null ? write() : this.#ranks.saveOnce(this.#parts, write));
  }

  /** Records a batch whose loss is the mean of `examples` examples. */
  recordBatch(loss: Tensor, examples: number): void {
    this.loss = loss;
    this.#batch++;
    this.#unread.push(loss);
    this.#weights.push(examples);
  }

  /** Records an update of the parameters. */
  recordUpdate(): void {
    this.step++;
    this.#lastRates = this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** Records the end of an epoch. */
  finishEpoch(record: EpochRecord): void {
    this.#losses = this.#losses.concat(this.#read);
    this.#read = [];
    this.#weights = [];
    this.#batch = 0;
    this.#records.push(record);
    this.loss = null;
    this.epoch++;
  }

  #stateDict(): RunStateDict {
    return {
      epoch: this.epoch,
      step: this.step,
      epochLosses: Float64Array.from(this.#read),
      unreadLosses: this.#unread,
      epochWeights: Float64Array.from(this.#weights),
      losses: Float64Array.from(this.#losses),
      records: [...this.#records],
      lastRates: this.#lastRates,
    };
  }

  #loadStateDict(saved: RunStateDict): void {
    checkRun(saved);
    const { epoch, step, epochLosses, unreadLosses, losses, records, lastRates } = saved;
    this.epoch = epoch;
    this.step = step;
    this.#read = [...epochLosses];
    this.#unread = [...unreadLosses];
    this.#batch = epochLosses.length + unreadLosses.length;
    this.#weights = [...saved.epochWeights];
    this.#losses = [...losses];
    this.#lastRates = lastRates;
    this.#records.splice(0, this.#records.length, ...records);
  }
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isList = (value: unknown, fits: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(fits);
const isNumber = (value: unknown): boolean => typeof value === "number";

/** Throws ArgumentError unless `saved` is a run's state. */
function checkRun(saved: RunStateDict): void {
  const run = (saved ?? {}) as Partial<RunStateDict>;
  const { epochLosses, unreadLosses, epochWeights } = run;
  const parts: Readonly<Record<keyof RunStateDict, boolean>> = {
    epoch: isCount(run.epoch),
    step: isCount(run.step),
    epochLosses: epochLosses instanceof Float64Array,
    unreadLosses: isList(unreadLosses, (loss) => loss instanceof Tensor),
    epochWeights:
      epochWeights instanceof Float64Array &&
      epochWeights.length === (epochLosses?.length ?? 0) + (unreadLosses?.length ?? 0),
    losses: run.losses instanceof Float64Array,
    records: isList(run.records, (record) => isCount((record as EpochRecord | null)?.epoch)),
    lastRates: isList(run.lastRates, isNumber),
  };
  const [wrong] = Object.entries(parts).find(([, fits]) => !fits) ?? [];
  if (wrong === undefined) return;
  throw new ArgumentError(
    `fit: the checkpoint has no valid run: ${wrong} is ${describe(run[wrong as keyof RunStateDict])}` +
      "\n  hint: pass a checkpoint that fit saved",
  );
}
