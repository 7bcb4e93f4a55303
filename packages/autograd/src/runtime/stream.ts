import { HOLD_CELL, HOLD_NOTHING, HOLD_OWNED, HOLD_PAGE, HOLD_SLOT } from "../compile/hold.ts";
import type { FuseOptions } from "../compile/passes.ts";
import { fuseOptions } from "../compile/schedule.ts";
import { Template } from "../compile/template.ts";
import { reach, Trace } from "../compile/trace.ts";
import type { Copy, Device, DeviceBuffer, Read, Trial } from "../devices/device.ts";
import type { Pass } from "../devices/passes.ts";
import type { DeviceName } from "../devices/registry.ts";
import type { DType, TypedArray } from "../dtype.ts";
import { ExpiredError, OutOfMemoryError } from "../errors.ts";
import type { Cell, Home } from "../graph/cell.ts";
import { context, PENDING_CAP, type Stream } from "../graph/context.ts";
import { expired } from "../graph/expired.ts";
import {
  COMPUTED,
  DROPPED,
  deviceStorage,
  EXPIRED,
  isUnreadOutput,
  type Node,
  PENDING,
  RESULT,
  type Storage,
} from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import { culprit, inspected } from "./anomaly.ts";
import { type Counters, countRun, newCounters } from "./counters.ts";
import { Guards } from "./guards.ts";
import { Inputs } from "./inputs.ts";
import { Arena, Pool } from "./memory.ts";
import { Owners } from "./owners.ts";
import { Pages, resultPages, scalarPages } from "./pages.ts";
import { type Output, Plan } from "./plan.ts";
import { PlanCache } from "./plans.ts";
import type { Profiler } from "./profiler.ts";
import { Queue } from "./queue.ts";
import { Reads } from "./reads.ts";
import { Recall } from "./recall.ts";
import { emptyStorage, expire, expireIfSpent, settle } from "./retention.ts";
import { Slots } from "./slots.ts";
import { Spill } from "./spill.ts";
import { nameOwners, Trials } from "./trials.ts";
import type { Verifier } from "./verify.ts";

const NONE: readonly never[] = [];
const none: ReadonlySet<never> = new Set();
/** Temporaries of all plans may take so much, or three times what one needs. */
const ARENA_BYTES = 2 ** 26;

export interface StreamOptions {
  readonly passes: ReadonlySet<Pass>;
  readonly budget: number;
  /** Compares each new plan with its operations run one by one; null runs it unseen. */
  readonly verifier?: Verifier | null;
}

/** One device's pending work, plans and memory: what recording talks to. */
export class DeviceStream implements Stream {
  readonly device: DeviceName;
  readonly language: Device["language"];
  readonly pending: Node[] = [];
  readonly writes: Set<Cell> = new Set();
  failure: Error | null = null;
  readonly backend: Device;
  readonly pool: Pool;
  readonly counters: Counters = newCounters();
  readonly plans: PlanCache;
  readonly owners: Owners;
  private readonly arena: Arena;
  private readonly inputs: Inputs;
  /** 0-d values; read one and the others of its page come along. */
  private readonly scalars: Pages;
  /** Small results. */
  private readonly results: Pages;
  private readonly slots: Slots;
  private readonly recall = new Recall();
  /** Told of every run while a program is profiled. */
  profiler: Profiler | null = null;
  private readonly passes: ReadonlySet<Pass>;
  private readonly trace: Trace;
  private readonly verifier: Verifier | null;
  private readonly guards: Guards;
  /** Flushes that the device may yet refuse. */
  private readonly trials: Trials;
  private inspection: Promise<void> = Promise.resolve();
  private readonly queue: Queue;
  private readonly reads: Reads;
  /** Released values that pending work still reads; they go after the next flush. */
  private outgoing: Node[] = [];
  private warnedRecomputed = false;

  constructor(backend: Device, options: StreamOptions) {
    this.backend = backend;
    this.device = backend.kind as DeviceName;
    this.language = backend.language;
    this.passes = options.passes;
    this.verifier = options.verifier ?? null;
    this.trace = new Trace(
      (node) => this.regional(node),
      ({ dtype, size }) => backend.bytesOf(dtype, size) <= backend.maxBufferBytes,
    );
    this.pool = new Pool(backend, options.budget, () => this.plans.evict());
    this.arena = new Arena(this.pool);
    this.inputs = new Inputs(backend, this.pool);
    this.plans = new PlanCache();
    this.owners = new Owners(backend, this.pool, (home) => this.plans.dropHome(home));
    this.queue = new Queue(backend, this.counters);
    const spill = new Spill(backend);
    this.scalars = new Pages(backend, this.pool, spill, scalarPages);
    this.results = new Pages(backend, this.pool, spill, resultPages(options.budget));
    this.slots = new Slots(this.pool, spill, (node) => this.owners.keepSlot(node));
    this.reads = new Reads(this.queue, this.scalars, spill, {
      free: (node) => this.freeStorage(node),
      relieve: () => this.relieve(),
    });
    this.guards = new Guards({
      compute: (nodes) => this.computeAhead(nodes),
      isGone: (node) => isGone(node),
      now: (node) => this.numberNow(node),
      later: async (node) => (await this.valueOf(node))[0] as number,
    });
    this.trials = new Trials({
      free: (node) => this.freeStorage(node),
      refuse: (node, error) => this.reads.refuse(node, error),
      releaseCell: (cell) => this.owners.releaseCell(cell),
      forget: (plan) => this.forget(plan),
      describe: () => this.owners.describe(),
    });
    backend.onFailure((error) => {
      this.failure ??= error;
      this.pending.length = 0;
      this.writes.clear();
      if (context.streams.get(this.device) === this) context.streams.delete(this.device);
    });
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
    this.freeStorage(node);
    expire(node, error);
  }

  raise(): void {
    const error = this.trials.take() ?? this.backend.takeError?.() ?? null;
    if (error !== null) throw error;
  }

  advance(): void {
    this.execute(NONE, NONE);
  }

  /** Runs pending work, this node included, without reading it. */
  compute(node: Node): void {
    this.raise();
    this.execute([node], NONE);
    this.recall.turn++;
  }

  private execute(
    wantedRoots: readonly Node[],
    reads: readonly Node[],
    before: Promise<Error | null> | null = null,
  ): void {
    if (this.failure !== null) throw this.failure;
    const roots = this.roots(wantedRoots);
    if (roots.length === 0) return;
    let verdict = before;
    try {
      verdict ??= this.guards.check();
    } catch (error) {
      this.abandon(this.pending, error as Error);
    }
    const order = this.order(roots, wantedRoots);
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
      trace.write(order, this.writes, wanted, recalled);
      plan = this.planFor(trace);
    } catch (error) {
      // what no buffer holds and no kernel gives must not fail every later flush, nor what does not need it
      if (order.some(({ state }) => state === EXPIRED))
        this.executeWithout(error as Error, wantedRoots, reads, verdict);
      else this.abandon(order, error as Error);
      return;
    }
    const suspects = context.anomaly ? order.filter(inspected) : [];
    const operands = new Map(suspects.map((node) => [node, node.inputs]));
    try {
      this.run(plan, trace, housed, this.writes, verdict);
    } catch (error) {
      plan.forgetInputs();
      this.abandon(order, error as Error);
    }
    this.retire(trace);
    trace.clear();
    if (suspects.length > 0) this.inspect(suspects, operands);
  }

  /** The flush cannot run: what it was to compute is computed if it is asked for again, what it was to write stays as it is. */
  private abandon(order: readonly Node[], error: Error): never {
    if (this.failure !== null) throw this.failure;
    if (error instanceof OutOfMemoryError) nameOwners(error, this.owners.describe());
    this.revert();
    for (const node of order) {
      this.freeStorage(node);
      node.storage = null;
      if (node.state === PENDING) node.state = DROPPED;
    }
    const left = this.pending.filter(({ state }) => state === PENDING);
    this.pending.splice(0, this.pending.length, ...left);
    throw error;
  }

  /** A plan that did not run goes, with all memory that turned out to be none. */
  private forget(plan: Plan): void {
    this.plans.forget(plan);
    this.arena.purge();
    this.pool.trim();
  }

  /** The flush again, less what is impossible; what was asked for and needs that fails as it did before. */
  private executeWithout(
    cause: Error,
    wantedRoots: readonly Node[],
    reads: readonly Node[],
    verdict: Promise<Error | null> | null,
  ): void {
    try {
      this.execute(wantedRoots, reads, verdict);
    } catch (error) {
      throw error instanceof ExpiredError ? cause : error;
    }
  }

  /** Anomaly mode: reads every result; the next read of the user's fails if one is not finite. */
  private inspect(suspects: readonly Node[], operands: ReadonlyMap<Node, readonly Node[]>): void {
    const nodes = suspects.filter((node) => node.storage !== null);
    const values = nodes.map((node) => this.read(node));
    this.expectCheck(async () => {
      const error = culprit(nodes, operands, await Promise.all(values));
      if (error !== null) throw error;
    });
  }

  /** A check whose finding the next read throws. */
  private expectCheck(check: () => Promise<void>): void {
    this.inspection = this.inspection.then(check);
    this.inspection.catch(() => {});
  }

  /** Whether reads wait for checks. */
  get checks(): boolean {
    return context.anomaly || this.verifier !== null;
  }

  /** Waits for the checks so far, and throws what they found, once. */
  async checked(): Promise<void> {
    const { inspection } = this;
    try {
      await inspection;
    } finally {
      if (this.inspection === inspection) this.inspection = Promise.resolve();
    }
  }

  /** Computes these, ahead of all else that is pending. What is stored on the way counts as computed. */
  private computeAhead(nodes: readonly Node[]): void {
    const order = reach(nodes, (node) => expired("flush", node));
    if (order.length === 0) return;
    const housed = this.owners.house(order, none);
    const { trace } = this;
    trace.write(order, none, new Set(nodes), none);
    this.run(this.planFor(trace), trace, housed, none, null);
    for (const [i, node] of order.entries()) {
      const hold = trace.holdOf(i);
      if (hold === HOLD_NOTHING) continue;
      node.runs++;
      if (hold === HOLD_SLOT) node.state = COMPUTED;
      else settle(node);
    }
  }

  private numberNow(node: Node): number | null {
    const { storage, dtype } = node;
    if (storage === null) return null;
    if (storage.host !== null) return storage.host[0] as number;
    const from = storage.buffer as DeviceBuffer;
    const value = this.backend.now?.({ from, fromByte: storage.offset, dtype, count: 1 });
    return value === undefined ? null : (value[0] as number);
  }

  /** How a read of this node would be traced and scheduled. */
  preview(node: Node): { trace: Trace; options: FuseOptions; backend: Device } {
    const order = reach([node], (gone) => expired("explain", gone));
    this.trace.write(order, new Set(), new Set([node]), new Set());
    return {
      trace: this.trace,
      options: fuseOptions(this.backend, this.passes),
      backend: this.backend,
    };
  }

  /** The value of a node on the host; runs pending work if it has not been computed. */
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

  /** Waits until at most two submits are unfinished; moves buffers to the host where the budget is spent. */
  async settled(): Promise<void> {
    await this.queue.throttle();
    await this.relieve();
  }

  /** Waits for every submit and every read, full pages included. */
  async arrived(): Promise<void> {
    await this.queue.drain();
    await this.reads.all();
  }

  adopt(cell: Cell, node: Node): void {
    const { storage } = node;
    this.slots.forget(node);
    this.owners.adopt(cell, node);
    if (storage?.holder === "page") this.leavePage(storage); // its value was copied
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
    this.freeStorage(node);
    expire(node, "it was disposed");
  }

  /** The node's buffer, or place in one, goes; a cell's stays the cell's. */
  private freeStorage(node: Node): void {
    const { storage } = node;
    if (storage === null) return;
    const { holder } = storage;
    if (holder === "owned") this.owners.free(storage);
    else if (holder === "slot") this.slots.free(node);
    else if (holder === "page") this.leavePage(storage);
  }

  private leavePage({ buffer, offset }: Storage): void {
    this.scalars.release(buffer as object, offset);
    this.results.release(buffer as object, offset);
  }

  /** A cached value becomes its handles' own. */
  keepSlot(node: Node): void {
    this.slots.forget(node);
    this.owners.keepSlot(node);
  }

  /** Whether a stretch of such a value can be copied on its own: packed dtypes share words. */
  private regional({ dtype }: Node): boolean {
    return this.backend.bytesOf(dtype, 2) === 2 * this.backend.bytesOf(dtype, 1);
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

  private roots(reads: readonly Node[]): Node[] {
    const { pending } = this;
    const everything = context.eager || pending.length > PENDING_CAP;
    const roots: Node[] = [...reads];
    for (const cell of this.writes) roots.push(cell.node);
    for (const node of pending) {
      if (
        isUnreadOutput(node) ||
        node.keep >= RESULT ||
        context.eager ||
        (everything && node.saved > 0)
      )
        roots.push(node);
    }
    return roots;
  }

  /** What the roots need. A sink that can no longer be computed is let go; a read or a write that cannot throws. */
  private order(roots: readonly Node[], reads: readonly Node[]): Node[] {
    try {
      return reach(roots, (node) => expired("flush", node));
    } catch {
      // something that is needed is gone
    }
    for (const node of reads) reach([node], (gone) => expired("read", gone));
    for (const cell of this.writes) {
      try {
        reach([cell.node], (gone) => expired(cell.writer || "in-place write", gone));
      } catch (error) {
        this.revert();
        throw error;
      }
    }
    const possible = roots.filter((root) => {
      try {
        reach([root], (gone) => expired("flush", gone));
        return true;
      } catch (error) {
        expire(root, error as Error);
        return false;
      }
    });
    return reach(possible, (node) => expired("flush", node));
  }

  /** Writes that cannot run are taken back, all of them: a step commits whole or not at all. */
  private revert(): void {
    for (const cell of this.writes) {
      if (cell.previous !== null) cell.node = cell.previous;
      cell.previous = null;
    }
    this.writes.clear();
  }

  private planFor(trace: Trace): Plan {
    const hash = trace.key.hash();
    const known = this.plans.find(hash, trace);
    if (known !== null) {
      this.counters.planHits++;
      return known;
    }
    const start = performance.now();
    const options = fuseOptions(this.backend, context.eager ? none : this.passes);
    let template = this.plans.template(hash, trace);
    if (template !== null) this.counters.planHits++;
    else {
      this.counters.planMisses++;
      template = new Template(trace, this.backend, options);
    }
    const { backend: device, inputs, arena } = this;
    const verified = this.verifier !== null;
    const plan = new Plan(template, trace, {
      device,
      inputs,
      arena,
      options: { ...options, verified },
    });
    this.counters.compileMs += performance.now() - start;
    this.plans.add(hash, plan);
    this.boundArena();
    return plan;
  }

  /** Sizes that grow leave buffers that are too small for the next: plans that ran long ago go, and are bound anew if they come back. */
  private boundArena(): void {
    const most = Math.max(ARENA_BYTES, 3 * this.plans.peakBytes);
    while (this.pool.bytes.arena > most && this.plans.evict());
  }

  private run(
    plan: Plan,
    trace: Trace,
    housed: ReadonlyMap<Node, TypedArray>,
    writes: ReadonlySet<Cell>,
    verdict: Promise<Error | null> | null,
  ): void {
    const before: Copy[] = [];
    const fed = this.inputs.feed(plan.slots, trace.sources, before);
    this.counters.uploads += fed.uploads;
    this.counters.copies += fed.copied.length;
    const after: Copy[] = [];
    const slots: Node[] = [];
    for (const output of plan.outputs)
      this.store(trace.order[output.position] as Node, output, after, slots);
    const reads: Read[] = [];
    const readers: Node[] = [];
    const scalarsToo = plan.readsAhead() || trace.reads.size > 0;
    for (const output of plan.outputs) {
      const node = trace.order[output.position] as Node;
      const scalar = output.hold === HOLD_PAGE && node.shape.length === 0;
      if (scalar) this.reads.attribute(node, plan);
      const asked = trace.reads.has(node) || (scalarsToo && scalar);
      if (!asked) continue;
      reads.push({ from: output.buffer, fromByte: 0, dtype: node.dtype, count: node.size });
      readers.push(node);
    }
    this.profiler?.begin(plan);
    const params = plan.parameters(trace);
    const { begun } = this.trials;
    const trial = (): Trial =>
      this.trials.begin({
        plan,
        sources: new Set(trace.sources.map(({ node }) => node)),
        copied: fed.copied,
        computed: trace.order.map((node) => ({ node, inputs: node.inputs, views: node.views })),
        writes: [...writes].map((cell) => ({
          cell,
          node: cell.node,
          previous: cell.previous,
        })),
        housed,
        isRead: reads.length > 0,
      });
    const { program, overwrites } = plan;
    const submission = { program, params, before, after, reads, overwrites, verdict, trial };
    const { verifier } = this;
    let values: Promise<TypedArray>[];
    if (verifier !== null && plan.unverified !== null) {
      const run = verifier.run(this.backend, plan.unverified, trace, submission);
      plan.unverified = null;
      values = run.values;
      this.expectCheck(() => run.checked);
    } else {
      values = this.queue.submit(submission);
    }
    this.profiler?.end();
    if (this.trials.begun === begun) this.trials.settle(housed);
    this.counters.copies += after.length;
    countRun(this.counters, plan);
    this.scalars.spillFull();
    this.results.spillFull();
    this.reads.expect(readers, values);
    for (const { node } of trace.sources) if (node.storage?.holder === "slot") this.slots.use(node);
    this.slots.add(slots, trace.kind, trace.recalled);
    if (fed.contended) this.plans.drop(plan);
  }

  /** Decides where an output lives from now on, and copies it there unless its kernel wrote it there. */
  private store(node: Node, output: Output, after: Copy[], slots: Node[]): void {
    const { hold, buffer: from, bytes } = output;
    node.expiredBy = "";
    let to: DeviceBuffer;
    let toByte = 0;
    if (hold === HOLD_CELL) {
      const home = (node.cell as Cell).home as Home;
      to = home.buffer as DeviceBuffer;
      node.storage = deviceStorage(to, 0, "cell", home.id);
    } else if (hold === HOLD_PAGE) {
      const pages = node.shape.length === 0 ? this.scalars : this.results;
      const place = pages.place(node);
      to = place.buffer;
      toByte = place.offset;
      node.storage = deviceStorage(to, toByte, "page");
    } else if (hold === HOLD_OWNED) {
      to = this.pool.take(bytes, "owned");
      node.storage = deviceStorage(to, 0, "owned");
      this.owners.own(node);
    } else {
      to = this.pool.take(bytes, "slots");
      node.storage = deviceStorage(to, 0, "slot");
      slots.push(node);
    }
    if (to !== from) after.push({ from, fromByte: 0, to, toByte, bytes });
  }

  /** After the run: states, overwritten values, spent recipes; the pending list is empty again. */
  private retire(trace: Trace): void {
    for (let i = 0; i < trace.order.length; i++) {
      const node = trace.order[i] as Node;
      const hold = trace.holdOf(i);
      if (hold !== HOLD_NOTHING && node.size === 0) node.storage = emptyStorage(node);
      if (node.runs++ > 0 && !isFree(node)) this.recomputed(node);
      if (hold === HOLD_NOTHING) node.state = DROPPED;
      else if (hold === HOLD_SLOT) node.state = COMPUTED;
      else settle(node);
    }
    for (const cell of this.writes) {
      const { previous } = cell;
      cell.previous = null;
      if (previous !== null && previous !== cell.node) {
        if (previous.storage?.holder === "page") this.freeStorage(previous);
        expire(previous, `overwritten by ${cell.writer || cell.node.op.name}`);
      }
    }
    this.writes.clear();
    for (const node of trace.order) expireIfSpent(node);
    for (const node of this.pending) {
      if (node.state !== PENDING) continue;
      node.state = DROPPED;
      expireIfSpent(node);
    }
    this.pending.length = 0;
    const outgoing = this.outgoing;
    this.outgoing = [];
    for (const node of outgoing) this.release(node);
  }

  /** A value that a later run needs is computed once more and then held; what goes on being lost is told. */
  private recomputed(node: Node): void {
    this.counters.recomputed++;
    if (node.runs < 3 || this.warnedRecomputed || context.eager) return;
    this.warnedRecomputed = true;
    console.warn(
      `wgrad: '${node.op.name}' [${node.shape.join(", ")}] was computed a third time, because what uses it comes back after long` +
        "\n  hint: keep() the result that needs it (memory().recomputed counts)",
    );
  }

  private relieve(): Promise<void> | undefined {
    this.pool.noteAwait();
    if (!this.pool.overBudget) return undefined;
    return this.owners.evict(this.pending, this.writes).then(() => {
      while (this.pool.overBudget && (this.slots.evict() || this.plans.evict(true)));
    });
  }
}

/** Whether what the value would be computed from is not there any more. */
function isGone(node: Node): boolean {
  try {
    reach([node], (gone) => expired("flush", gone));
    return false;
  } catch {
    return true;
  }
}
