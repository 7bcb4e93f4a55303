import { ArgumentError, Generator } from "@wgrad/autograd";
import type { EpochStart } from "./epoch.ts";

/** Position of a DataLoader, as plain numbers. */
export interface DataLoaderState {
  /**
   * Number of examples in the dataset (null for a stream) and in a batch. The state fits only
   * loaders with the same numbers.
   */
  readonly examples: number | null;
  readonly batchSize: number;
  /** Number of completed epochs. */
  readonly epoch: number;
  /** Number of batches yielded in the current epoch; 0 between epochs. */
  readonly batch: number;
  /** Random state at the start of the current epoch; null between epochs. */
  readonly start: EpochStart | null;
  /** State of the loader's own generator, if it has one. */
  readonly generator: readonly number[] | null;
}

/** A pass over the loader. It updates the position unless a newer pass has started. */
export interface Pass {
  advance(): void;
  finish(): void;
}

/** Counts epochs and batches, and keeps a loaded state until the next pass. */
export class Position {
  readonly #generator: Generator | null;
  readonly #sizes: Pick<DataLoaderState, "examples" | "batchSize">;
  /** Number of batches per epoch. */
  readonly #batches: number;
  #epoch = 0;
  #batch = 0;
  #start: EpochStart | null = null;
  /** A loaded state until a pass resumes from it. */
  #loaded: DataLoaderState | null = null;
  #pass: Pass | null = null;

  constructor(
    generator: Generator | null,
    sizes: Pick<DataLoaderState, "examples" | "batchSize">,
    batches: number,
  ) {
    this.#generator = generator;
    this.#sizes = sizes;
    this.#batches = batches;
  }

  /** Where the next pass starts: once at a loaded position, otherwise at a new epoch. */
  enter(): { resumed: EpochStart | null; skip: number; reached: readonly number[] | null } {
    const reached = this.#loaded;
    this.#loaded = null;
    if (reached === null || this.#start === null) return { resumed: null, skip: 0, reached: null };
    return { resumed: this.#start, skip: this.#batch, reached: reached.generator };
  }

  /** Starts a pass of which `batch` batches were already yielded. */
  start(start: EpochStart, batch: number): Pass {
    this.#start = start;
    this.#batch = batch;
    const isCurrent = (): boolean => this.#pass === pass;
    const pass: Pass = {
      advance: () => {
        if (isCurrent()) this.#batch++;
      },
      finish: () => {
        if (!isCurrent()) return;
        this.#epoch++;
        this.#batch = 0;
        this.#start = null;
      },
    };
    this.#pass = pass;
    return pass;
  }

  save(): DataLoaderState {
    const generator = this.#generator === null ? null : [...this.#generator.getState()];
    return {
      ...this.#sizes,
      epoch: this.#epoch,
      batch: this.#batch,
      start: this.#start,
      generator,
    };
  }

  load(saved: DataLoaderState): void {
    this.#check(saved);
    const { epoch, batch, start, generator } = saved;
    if (generator !== null) this.#generator?.setState(Uint32Array.from(generator));
    this.#epoch = epoch;
    this.#batch = batch;
    this.#start = start;
    this.#loaded = saved;
    this.#pass = null;
  }

  #check(saved: DataLoaderState): void {
    if (!isState(saved)) {
      const { epoch, batch } = (saved ?? {}) as Partial<DataLoaderState>;
      throw new ArgumentError(
        `DataLoader.loadStateDict: not a loader's state (epoch ${epoch}, batch ${batch})` +
          "\n  hint: pass what stateDict() returned",
      );
    }
    const { examples, batchSize, generator, batch } = saved;
    const here = this.#sizes;
    if (examples !== here.examples || batchSize !== here.batchSize) {
      throw new ArgumentError(
        `DataLoader.loadStateDict: the state has ${sizesOf({ examples, batchSize })}, but this loader has ${sizesOf(here)}` +
          "\n  hint: use the same dataset and batchSize, or start anew",
      );
    }
    if (batch > this.#batches) {
      throw new ArgumentError(
        `DataLoader.loadStateDict: saved after ${batch} batches of an epoch, but epochs have only ${this.#batches} here`,
      );
    }
    if ((this.#generator === null) !== (generator === null)) {
      const [then, now] = generator === null ? ["none", "one"] : ["one", "none"];
      throw new ArgumentError(
        `DataLoader.loadStateDict: the saved loader had ${then} as its own generator, but this one has ${now}` +
          "\n  hint: make the loader with the same options",
      );
    }
  }
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Whether a value is a valid generator state. */
function isGenerator(state: unknown): boolean {
  const isWords =
    Array.isArray(state) && state.every((word) => isCount(word) && (word as number) < 2 ** 32);
  if (!isWords) return false;
  try {
    new Generator(0).setState(Uint32Array.from(state));
    return true;
  } catch {
    return false;
  }
}

function isState(saved: DataLoaderState): boolean {
  if (typeof saved !== "object" || saved === null) return false;
  const { epoch, batch, start, generator } = saved;
  if (!isCount(epoch) || !isCount(batch)) return false;
  if (generator !== null && !isGenerator(generator)) return false;
  if (start === null || start === undefined) return batch === 0 && start === null;
  const { seed, state } = start;
  const seedFits = seed === null || isCount(seed);
  return seedFits && (state === null ? generator === null : isGenerator(state));
}

const sizesOf = ({
  examples,
  batchSize,
}: Pick<DataLoaderState, "examples" | "batchSize">): string =>
  `${examples ?? "a stream of"} examples in batches of ${batchSize}`;
