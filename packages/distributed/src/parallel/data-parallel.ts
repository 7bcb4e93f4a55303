import {
  ArgumentError,
  isGradEnabled,
  noGrad,
  type Tensor,
  type TypedArray,
} from "@wgrad/autograd";
import { checkCall, describe, readInto, takeBack } from "@wgrad/autograd/plugin";
import type { Stateful } from "@wgrad/autograd/saving";
import { type AnyModule, Module } from "@wgrad/nn";
import { DistributedError } from "../errors.ts";
import { groupOf, type ProcessGroup } from "../group/process-group.ts";
import { theWorld } from "../group/world.ts";
import type { SharedSum } from "../transport/transport.ts";
import { partsOfRanks, saveOnce } from "./checkpoint.ts";
import { type Bucket, bucketsOf } from "./flat.ts";
import { joined } from "./join.ts";
import { type MergedMetric, reduceMetric } from "./metrics.ts";
import { broadcastBuckets, broadcastTensors, checkSameModel } from "./same-model.ts";

const NAME = "DistributedDataParallel";
/** Maximum bytes of buffers per broadcast. */
const BUFFERS = 2 ** 26;
const SYNCHRONIZE = `${NAME}.synchronize` as const;

/** Settings of DistributedDataParallel, with PyTorch's names and defaults. */
export interface DataParallelOptions {
  /** Default: all ranks. */
  readonly group?: ProcessGroup;
  /** Megabytes (2²⁰ bytes) of gradients per bucket (default 25). */
  readonly bucketCapMb?: number;
  /**
   * Allows parameters that the losses of some or all ranks do not depend on, which are an error
   * otherwise (default false).
   */
  readonly findUnusedParameters?: boolean;
  /**
   * Broadcasts the buffers of rank 0, such as running statistics, after each step (default true).
   */
  readonly broadcastBuffers?: boolean;
}

/** Settings of `synchronize`. */
export interface SynchronizeOptions {
  /**
   * Number of examples that this rank's loss is the mean of; gradients are then averaged over all
   * examples. Use 0 if the rank had no batch. By default every rank has the same weight.
   */
  readonly examples?: number;
}

interface Trained {
  readonly name: string;
  readonly parameter: Tensor;
}

/**
 * Trains one model on several ranks, each with its own part of a batch. All start with the
 * parameters and buffers of rank 0. After `backward`, `synchronize` gives all ranks the mean of
 * their gradients, so that all optimizers take the same step:
 *
 *   g = Σᵣ nᵣ gᵣ / Σᵣ nᵣ        (nᵣ = examples of rank r, or 1)
 *
 * ```ts
 * const ddp = await new DistributedDataParallel(model).ready();
 * for await (const { x, y } of loader) {
 *   optimizer.zeroGrad();
 *   F.crossEntropy(ddp(x), y).backward();
 *   await ddp.synchronize();
 *   optimizer.step();
 * }
 * ```
 *
 * Gradients are sent in flat buckets, those of the last layers first. A bucket is summed as soon as
 * its gradients are computed; a GPU computes the others meanwhile. `fit` does all of this by itself.
 *
 * Throws MismatchError (from `ready`) if the ranks' models differ, and ArgumentError for a model
 * without trainable parameters.
 */
export class DistributedDataParallel<In extends unknown[], Out> extends Module<In, Out> {
  readonly module: Module<In, Out>;
  readonly #group: ProcessGroup;
  readonly #findUnused: boolean;
  readonly #broadcastBuffers: boolean;
  readonly #trained: readonly Trained[];
  readonly #buckets: readonly Bucket[];
  /** Buckets of the buffers. */
  readonly #shared: readonly Bucket[];
  /** Memory for the sums of each bucket. */
  #sums: readonly SharedSum[] = [];
  /** Tensors made of the last sums. */
  #lent: Tensor[] = [];
  readonly #ready: Promise<void>;
  #isReady = false;
  /** Whether a backward has computed gradients that are not averaged yet. */
  #unsynchronized = false;
  #accumulating = false;
  #step = 0;

  constructor(module: Module<In, Out>, options: DataParallelOptions = {}) {
    checkCall(
      "new DistributedDataParallel(module: module, { group, bucketCapMb: number, findUnusedParameters: boolean, broadcastBuffers: boolean })",
      arguments,
    );
    super();
    const {
      group,
      bucketCapMb = 25,
      findUnusedParameters = false,
      broadcastBuffers = true,
    } = options;
    if (typeof module !== "function" || !("namedParameters" in module)) {
      throw new ArgumentError(`${NAME}: takes a module, got ${describe(module)}`);
    }
    if (!(bucketCapMb > 0)) {
      throw new ArgumentError(`${NAME}: bucketCapMb is ${bucketCapMb}\n  hint: megabytes above 0`);
    }
    this.#group = groupOf(NAME, group, theWorld(NAME));
    this.#findUnused = findUnusedParameters;
    this.#broadcastBuffers = broadcastBuffers;
    this.module = module;
    const named = (module as AnyModule).namedParameters();
    this.#trained = named
      .filter(([, { requiresGrad }]) => requiresGrad)
      .map(([name, parameter]) => ({ name, parameter }));
    if (this.#trained.length === 0) {
      throw new ArgumentError(`${NAME}: ${module.constructor.name} has no parameters to train`);
    }
    // backward computes the last layers' gradients first
    const parameters = this.#trained.map(({ parameter }) => parameter).toReversed();
    this.#buckets = bucketsOf(parameters, bucketCapMb * 2 ** 20);
    this.#shared = bucketsOf((module as AnyModule).buffers(), BUFFERS);
    for (const parameter of parameters) {
      parameter.registerPostAccumulateGradHook(() => {
        if (!this.#accumulating) this.#unsynchronized = true;
      });
    }
    this.#ready = this.#begin();
    this.#ready.catch(() => {}); // `ready` throws this error
  }

  async #begin(): Promise<void> {
    const module = this.module as unknown as AnyModule;
    const named = [...module.namedParameters(), ...module.namedBuffers()];
    await checkSameModel(NAME, named, this.#group);
    await broadcastTensors(
      NAME,
      named.map(([, tensor]) => tensor),
      this.#group,
    );
    const call = { operation: NAME, elements: "nothing" } as const;
    this.#sums = await this.#group.run(call, async (transport) => {
      const sums: SharedSum[] = [];
      for (const { kind, size, tensors } of this.#buckets)
        sums.push(await transport.reserve(kind, size + 2 + tensors.length));
      return sums;
    });
    this.#isReady = true;
  }

  /**
   * Resolves when all ranks have the parameters and buffers of rank 0. Await it before the first
   * forward.
   */
  async ready(): Promise<this> {
    checkCall("ddp.ready()", arguments);
    await this.#ready;
    return this;
  }

  /** The group of ranks that it trains on. */
  get group(): ProcessGroup {
    return this.#group;
  }

  forward(...inputs: In): Out {
    if (!this.#isReady) {
      throw new DistributedError(
        `${NAME}: called before all ranks had the same parameters\n  hint: const ddp = await new ${NAME}(model).ready()`,
      );
    }
    if (this.#unsynchronized && !this.#accumulating && isGradEnabled()) {
      throw new DistributedError(
        `${NAME}: the gradients of the last backward were not synchronized` +
          "\n  hint: await ddp.synchronize() between backward() and optimizer.step(), or noSync(() => …) to accumulate",
      );
    }
    return (this.module as unknown as (...inputs: In) => Out)(...inputs);
  }

  /**
   * Runs `run` without requiring its gradients to be averaged. They accumulate on this rank until a
   * later `synchronize`.
   */
  noSync<T>(run: () => T): T {
    checkCall("ddp.noSync(run: function)", arguments);
    const outer = this.#accumulating;
    this.#accumulating = true;
    try {
      return run();
    } finally {
      this.#accumulating = outer;
    }
  }

  /**
   * Gives all ranks the mean of their gradients. Every rank calls it once per step, after
   * `backward`. With mixed precision, gradients are summed in f32.
   *
   * Throws ArgumentError with the names of parameters that have no gradient on some rank, unless
   * `findUnusedParameters`; MismatchError if another rank is at another step;
   * CollectiveTimeoutError if a rank does not arrive.
   */
  async synchronize(options: SynchronizeOptions = {}): Promise<void> {
    checkCall("ddp.synchronize({ examples: number })", arguments);
    const { examples = 1 } = options;
    if (!(Number.isFinite(examples) && examples >= 0)) {
      throw new ArgumentError(`${SYNCHRONIZE}: examples is ${examples}\n  hint: a number ≥ 0`);
    }
    await this.#ready;
    const step = ++this.#step;
    const arrivals = this.#readGradients();
    const sums: Promise<Sum>[] = [];
    for (const [part, arrival] of arrivals.entries()) {
      await arrival;
      const sum = this.#sum(part, step, examples);
      sum.catch(() => {}); // thrown below
      sums.push(sum);
    }
    const [results] = await Promise.all([Promise.all(sums), this.#syncBuffers(step)]);
    const total = (results[0] as Sum).examples;
    if (!this.#findUnused) this.#checkUsed(results);
    if (total > 0) noGrad(() => this.#write(results, total));
    this.#unsynchronized = false;
  }

  /** Throws ArgumentError for parameters without a gradient on some rank that has examples. */
  #checkUsed(results: readonly Sum[]): void {
    const usersOf = new Map<Tensor, number>();
    for (const [b, { users }] of results.entries())
      for (const [i, count] of users.entries())
        usersOf.set((this.#buckets[b] as Bucket).tensors[i] as Tensor, count);
    const { active } = results[0] as Sum;
    const unused = this.#trained.flatMap(({ name, parameter }) => {
      const count = usersOf.get(parameter) as number;
      return count < active ? [`${name}: ${count} of ${active} ranks have a gradient`] : [];
    });
    if (unused.length > 0) throw unusedError(unused);
  }

  /**
   * Computes the gradients into the memory of their buckets. Appends to each whether the rank has
   * them.
   */
  #readGradients(): Promise<void>[] {
    const groups = this.#buckets.map((bucket, b) => {
      const { own } = this.#sums[b] as SharedSum;
      return bucket.partsOf(own).map(({ like, part }) => ({ tensor: like.grad, into: part }));
    });
    const arrivals = readInto(
      groups.map((targets) =>
        targets.flatMap(({ tensor, into }) => (tensor === null ? [] : [{ tensor, into }])),
      ),
    );
    for (const arrival of arrivals) arrival.catch(() => {}); // `synchronize` throws this error
    for (const one of this.#lent) takeBack(one);
    this.#lent = [];
    for (const [b, { size }] of this.#buckets.entries()) {
      const { own } = this.#sums[b] as SharedSum;
      for (const [i, { tensor, into }] of (groups[b] as (typeof groups)[number]).entries()) {
        own[size + 2 + i] = Number(tensor !== null);
        if (tensor === null) into.fill(0);
      }
    }
    return arrivals;
  }

  /**
   * Sums a bucket's gradients over the ranks, weighted by examples, with their number, how many
   * ranks have examples, and how many have each gradient.
   */
  #sum(part: number, step: number, examples: number): Promise<Sum> {
    const { dtype, size } = this.#buckets[part] as Bucket;
    const shared = this.#sums[part] as SharedSum;
    const { own } = shared;
    if (examples !== 1) for (let i = 0; i < size; i++) own[i] = (own[i] as number) * examples;
    own[size] = Number(examples > 0);
    own[size + 1] = examples;
    if (examples === 0) own.fill(0, size);
    const call = { operation: SYNCHRONIZE, elements: dtype, shape: [size], step, part } as const;
    return this.#group.run(call, async () => {
      const values = await shared.sum();
      return {
        values,
        active: values[size] as number,
        examples: values[size + 1] as number,
        users: [...values.subarray(size + 2)],
      };
    });
  }

  /** Sets each parameter's gradient to the mean, which is uploaded when it is used. */
  #write(results: readonly Sum[], total: number): void {
    for (const [b, bucket] of this.#buckets.entries()) {
      const { values, users } = results[b] as Sum;
      const sums = bucket.tensorsOf(values);
      this.#lent.push(...sums);
      for (const [i, sum] of sums.entries()) {
        const parameter = bucket.tensors[i] as Tensor;
        if (users[i] !== 0) parameter.grad = sum.div(total).to(parameter.dtype);
      }
    }
  }

  async #syncBuffers(step: number): Promise<void> {
    const { size } = this.#group;
    if (this.#broadcastBuffers && size > 1)
      await broadcastBuckets(SYNCHRONIZE, this.#shared, this.#group, 0, step);
  }

  /** Elementwise sums over all ranks, all of which must call it. Used by `fit`. */
  async sumNumbers(numbers: readonly number[]): Promise<number[]> {
    checkCall("ddp.sumNumbers(numbers: number[])", arguments);
    const sums = Float64Array.from(numbers);
    const call = {
      operation: "allReduce",
      elements: "f64",
      shape: [sums.length],
      op: "sum",
    } as const;
    await this.#group.run(call, (transport) => transport.allReduce(sums, "sum"));
    return [...sums];
  }

  /** `reduceMetric` over this model's ranks. Used by `fit`. */
  computeMetric<Result>(metric: { compute(): Promise<Result> }): Promise<Result> {
    checkCall("ddp.computeMetric(metric: any)", arguments);
    return reduceMetric(metric as MergedMetric<Result>, { group: this.#group });
  }

  /**
   * Parts of a checkpoint, where parts with a state per rank save the states of all ranks. Used by
   * `fit`.
   */
  partsOfRanks(parts: Readonly<Record<string, Stateful>>): Readonly<Record<string, Stateful>> {
    checkCall("ddp.partsOfRanks(parts: object)", arguments);
    return partsOfRanks(parts, this.#group);
  }

  /** Saves such parts on the first rank; an error there is thrown on all ranks. Used by `fit`. */
  saveOnce(parts: Readonly<Record<string, Stateful>>, save: () => Promise<void>): Promise<void> {
    checkCall("ddp.saveOnce(parts: object, save: function)", arguments);
    return saveOnce(parts, save, this.#group);
  }

  /**
   * Yields the loader's batches, and then null as long as another rank has batches left, so that
   * all ranks take the same number of steps.
   *
   * ```ts
   * for await (const batch of ddp.join(loader)) {
   *   optimizer.zeroGrad();
   *   if (batch !== null) F.crossEntropy(ddp(batch.x), batch.y).backward();
   *   await ddp.synchronize({ examples: batch?.x.shape[0] ?? 0 });
   *   optimizer.step();
   * }
   * ```
   */
  join<Batch>(
    loader: AsyncIterable<Batch> | Iterable<Batch>,
  ): AsyncGenerator<Batch | null, void, undefined> {
    checkCall("ddp.join(loader: any)", arguments);
    return joined(loader, this.#group);
  }
}

/** Result of a bucket's reduction. */
interface Sum {
  readonly values: TypedArray;
  readonly active: number;
  readonly examples: number;
  readonly users: readonly number[];
}

function unusedError(unused: readonly string[]): ArgumentError {
  const shown = unused.slice(0, 8).map((one) => `\n  ${one}`);
  if (unused.length > shown.length) shown.push(`\n  and ${unused.length - shown.length} more`);
  return new ArgumentError(
    `${SYNCHRONIZE}: the loss does not depend on ${unused.length} of the parameters${shown.join("")}` +
      "\n  hint: pass { findUnusedParameters: true } to treat them as zeros, or set requiresGrad = false before you wrap the model",
  );
}
