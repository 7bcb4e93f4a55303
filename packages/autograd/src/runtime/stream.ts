import type { FuseOptions } from "../compile/passes.ts";
import { reach, Trace } from "../compile/trace.ts";
import type { Device } from "../devices/device.ts";
import type { Pass } from "../devices/passes.ts";
import type { DeviceName } from "../devices/registry.ts";
import type { DType, TypedArray } from "../dtype.ts";
import { ExpiredError, OutOfMemoryError } from "../errors.ts";
import type { Cell } from "../graph/cell.ts";
import { context, type Stream } from "../graph/context.ts";
import { expired } from "../graph/expired.ts";
import { COMPUTED, DROPPED, EXPIRED, type Node, PENDING } from "../graph/node.ts";
import { Checks } from "./checks.ts";
import { type Counters, newCounters } from "./counters.ts";
import type { Deliveries } from "./deliveries.ts";
import { Guards } from "./guards.ts";
import { Holders } from "./holders.ts";
import { Inputs } from "./inputs.ts";
import { Pool } from "./memory.ts";
import type { Owners } from "./owners.ts";
import type { Plan } from "./plan.ts";
import { Planner } from "./planner.ts";
import { PlanCache } from "./plans.ts";
import type { Profiler } from "./profiler.ts";
import { Queue } from "./queue.ts";
import { numberNow, Reads } from "./reads.ts";
import { Recall } from "./recall.ts";
import { expire } from "./retention.ts";
import { Retirement } from "./retirement.ts";
import { isGone, orderOf, rootsOf } from "./roots.ts";
import { Runner } from "./runner.ts";
import { nameOwners, Trials } from "./trials.ts";
import type { Verifier } from "./verify.ts";

const NONE: readonly never[] = [];
const none: ReadonlySet<never> = new Set();

export interface StreamOptions {
  readonly passes: ReadonlySet<Pass>;
  readonly budget: number;
  /** Compares each new plan with its operations run one by one; null for no check. */
  readonly verifier?: Verifier | null;
}

/** One device's pending work, plans and memory. Recording adds nodes to it. */
export class DeviceStream implements Stream {
  readonly device: DeviceName;
  readonly language: Device["language"];
  readonly pending: Node[] = [];
  readonly writes: Set<Cell> = new Set();
  failure: Error | null = null;
  readonly backend: Device;
  readonly pool: Pool;
  readonly counters: Counters = newCounters();
  readonly holders: Holders;
  readonly planner: Planner;
  private readonly recall = new Recall();
  private readonly runner: Runner;
  private readonly retirement: Retirement;
  private readonly trace: Trace;
  private readonly verifier: Verifier | null;
  private readonly guards: Guards;
  /** Flushes that the device may still refuse. */
  private readonly trials: Trials;
  private readonly checks = new Checks();
  private readonly queue: Queue;
  private readonly reads: Reads;
  /** Released values that pending work still reads. They are freed after the next flush. */
  private outgoing: Node[] = [];

  constructor(backend: Device, options: StreamOptions) {
    this.backend = backend;
    this.device = backend.kind as DeviceName;
    this.language = backend.language;
    this.verifier = options.verifier ?? null;
    this.trace = new Trace(
      // packed dtypes share words, so a range of them cannot be copied
      ({ dtype }) => backend.bytesOf(dtype, 2) === 2 * backend.bytesOf(dtype, 1),
      ({ dtype, size }) => backend.bytesOf(dtype, size) <= backend.maxBufferBytes,
    );
    const { counters, verifier, checks } = this;
    const plans = new PlanCache();
    const pool = new Pool(backend, options.budget, () => plans.evict());
    const inputs = new Inputs(backend, pool);
    const holders = new Holders(backend, pool, options.budget, (home) => plans.dropHome(home));
    this.pool = pool;
    this.holders = holders;
    this.planner = new Planner(plans, {
      device: backend,
      pool,
      inputs,
      counters,
      passes: options.passes,
      verified: verifier !== null,
    });
    this.retirement = new Retirement(counters, holders);
    this.queue = new Queue(backend, counters);
    this.reads = new Reads(this.queue, holders.scalars, holders.spill, {
      free: (node) => holders.free(node),
      relieve: () => this.relieve(),
    });
    this.guards = new Guards({
      compute: (nodes) => this.computeAhead(nodes),
      isGone,
      now: (node) => numberNow(backend, node),
      later: async (node) => (await this.valueOf(node))[0] as number,
    });
    this.trials = new Trials({
      free: (node) => this.holders.free(node),
      refuse: (node, error) => this.reads.refuse(node, error),
      releaseCell: (cell) => this.owners.releaseCell(cell),
      forget: (plan) => this.planner.forget(plan),
      describe: () => this.owners.describe(),
    });
    this.runner = new Runner({
      device: backend,
      inputs,
      holders,
      plans,
      queue: this.queue,
      reads: this.reads,
      trials: this.trials,
      checks,
      counters,
      verifier,
    });
    backend.onFailure((error) => {
      this.failure ??= error;
      this.pending.length = 0;
      this.writes.clear();
      if (context.streams.get(this.device) === this) context.streams.delete(this.device);
    });
  }

  get plans(): PlanCache {
    return this.planner.plans;
  }

  get owners(): Owners {
    return this.holders.owners;
  }

  /** Receives every run while a program is profiled. */
  set profiler(profiler: Profiler | null) {
    this.runner.profiler = profiler;
  }

  supports(dtype: DType): boolean {
    return this.backend.supports(dtype);
  }

  flush(reads: readonly Node[], undo?: () => void): void {
    const before = this.trials.begun;
    this.execute(reads, reads);
    this.recall.turn++;
    if (undo !== undefined && this.trials.begun > before) this.trials.onUndo(undo);
  }

  guard(values: readonly Node[], judge: (values: readonly number[]) => Error | null): void {
    this.guards.add({ values, judge });
  }

  fail(node: Node, error: Error): void {
    this.holders.free(node);
    expire(node, error);
  }

  raise(): void {
    const error = this.trials.take() ?? this.backend.takeError?.() ?? null;
    if (error !== null) throw error;
  }

  advance(): void {
    this.execute(NONE, NONE);
  }

  /** Runs pending work, and copies values to the host while the rest of it runs. */
  deliver(deliveries: Deliveries): void {
    this.raise();
    this.execute(deliveries.nodes, NONE, null, deliveries);
    this.recall.turn++;
  }

  /** Runs pending work and computes this node, without reading it. */
  compute(node: Node): void {
    this.raise();
    this.execute([node], NONE);
    this.recall.turn++;
  }

  private execute(
    wantedRoots: readonly Node[],
    reads: readonly Node[],
    before: Promise<Error | null> | null = null,
    deliveries: Deliveries | null = null,
  ): void {
    if (this.failure !== null) throw this.failure;
    const roots = rootsOf(this.pending, this.writes, wantedRoots);
    if (roots.length === 0) return;
    let verdict = before;
    try {
      verdict ??= this.guards.check();
    } catch (error) {
      this.abandon(this.pending, error as Error);
    }
    const order = orderOf(roots, wantedRoots, this.writes, () => this.revert());
    this.counters.flushes++;
    this.pool.beginFlush();
    const wanted = new Set(reads);
    if (order.length === 0) {
      this.pending.length = 0;
      return;
    }
    const { trace } = this;
    const recalled = this.recall.choose(order);
    let plan: Plan;
    let housed: ReadonlyMap<Node, TypedArray>;
    try {
      housed = this.owners.house(order, this.writes);
      trace.write(order, this.writes, wanted, recalled, deliveries ?? undefined);
      plan = this.planner.planOf(trace);
    } catch (error) {
      // work that does not need an expired value must still run, now and in later flushes
      if (order.some(({ state }) => state === EXPIRED))
        this.executeWithout(error as Error, wantedRoots, reads, verdict, deliveries);
      else this.abandon(order, error as Error);
      return;
    }
    const suspects = this.checks.suspects(order);
    try {
      this.runner.run({ plan, trace, housed, writes: this.writes, verdict, deliveries });
    } catch (error) {
      plan.forgetInputs();
      this.abandon(order, error as Error);
    }
    this.retirement.retire(trace, this.writes, this.pending);
    const { outgoing } = this;
    this.outgoing = [];
    for (const node of outgoing) this.release(node);
    trace.clear();
    this.checks.inspect(suspects, (node) => this.read(node));
  }

  /** Gives up a flush. Its values become dropped, and cells keep their old values. */
  private abandon(order: readonly Node[], error: Error): never {
    if (this.failure !== null) throw this.failure;
    if (error instanceof OutOfMemoryError) nameOwners(error, this.owners.describe());
    this.revert();
    for (const node of order) {
      this.holders.free(node);
      node.storage = null;
      if (node.state === PENDING) node.state = DROPPED;
    }
    const left = this.pending.filter(({ state }) => state === PENDING);
    this.pending.splice(0, this.pending.length, ...left);
    throw error;
  }

  /**
   * Runs the flush again without nodes that have expired. Reads that need them fail with `cause`.
   */
  private executeWithout(
    cause: Error,
    wantedRoots: readonly Node[],
    reads: readonly Node[],
    verdict: Promise<Error | null> | null,
    deliveries: Deliveries | null,
  ): void {
    try {
      this.execute(wantedRoots, reads, verdict, deliveries);
    } catch (error) {
      throw error instanceof ExpiredError ? cause : error;
    }
  }

  /** Whether reads must wait for checks. */
  get hasChecks(): boolean {
    return context.anomaly || this.verifier !== null;
  }

  /** Waits for the checks so far. Throws, once, the error that they found. */
  checked(): Promise<void> {
    return this.checks.done();
  }

  /** Computes these nodes and what they need, before all other pending work. */
  private computeAhead(nodes: readonly Node[]): void {
    const order = reach(nodes, (node) => expired("flush", node));
    if (order.length === 0) return;
    const housed = this.owners.house(order, none);
    const { trace } = this;
    trace.write(order, none, new Set(nodes), none);
    const plan = this.planner.planOf(trace);
    this.runner.run({ plan, trace, housed, writes: none, verdict: null });
    this.retirement.settleHeld(trace);
  }

  /** The trace and options that a read of this node would have, for `explain`. */
  preview(node: Node): { trace: Trace; options: FuseOptions; backend: Device } {
    const order = reach([node], (gone) => expired("explain", gone));
    this.trace.write(order, new Set(), new Set([node]), new Set());
    return { trace: this.trace, options: this.planner.options, backend: this.backend };
  }

  /** The value of a node on the host. Runs pending work if it is not computed. */
  read(node: Node): Promise<TypedArray> {
    const running = this.reads.underWay(node);
    if (running !== undefined) return running;
    this.raise();
    return this.valueOf(node);
  }

  private valueOf(node: Node): Promise<TypedArray> {
    const running = this.reads.underWay(node);
    if (running !== undefined) return running;
    if (this.failure !== null) throw this.failure;
    if (node.state === EXPIRED) throw expired("read", node);
    if (node.state !== COMPUTED) {
      this.flush([node]);
      const started = this.reads.underWay(node);
      if (started !== undefined) return started;
    }
    const { storage } = node;
    if (storage === null) throw expired("read", node);
    return storage.host === null ? this.reads.fetch(node) : Promise.resolve(storage.host);
  }

  /** Waits until at most two submits are pending. Moves buffers if the budget is exceeded. */
  async settled(): Promise<void> {
    await this.queue.throttle();
    await this.relieve();
  }

  /** Waits for all submits and all reads, those of full pages included. */
  async arrived(): Promise<void> {
    await this.queue.drain();
    await this.reads.all();
  }

  receive(node: Node): (at: number, values: TypedArray) => void {
    this.raise();
    this.pool.beginFlush();
    return this.owners.receive(node);
  }

  adopt(cell: Cell, node: Node): void {
    this.holders.adopt(cell, node);
  }

  inherit(from: Cell, to: Cell): void {
    this.owners.inherit(from, to);
  }

  release(node: Node): void {
    const { storage } = node;
    if (storage === null) {
      if (node.state === PENDING) {
        node.terminal = false;
        node.visible = false;
        node.keep = 0;
      } else expire(node, "it was disposed");
      return;
    }
    if (storage.holder === "cell") return;
    if (this.pending.some((user) => user.inputs.includes(node))) {
      this.outgoing.push(node);
      return;
    }
    this.holders.free(node);
    expire(node, "it was disposed");
  }

  disposeCell(cell: Cell): void {
    if (!cell.persistent) {
      this.release(cell.node);
      return;
    }
    if (this.writes.size > 0 || this.pending.length > 0) this.flush(NONE);
    this.owners.releaseCell(cell);
    expire(cell.node, "it was disposed");
  }

  /** Takes back all writes of cells, so that a step is never half done. */
  private revert(): void {
    for (const cell of this.writes) {
      if (cell.previous !== null) cell.node = cell.previous;
      cell.previous = null;
    }
    this.writes.clear();
  }

  private relieve(): Promise<void> | undefined {
    this.pool.noteAwait();
    if (!this.pool.overBudget) return undefined;
    return this.owners.evict(this.pending, this.writes).then(() => {
      while (this.pool.overBudget && (this.holders.slots.evict() || this.plans.evict(true)));
    });
  }
}
