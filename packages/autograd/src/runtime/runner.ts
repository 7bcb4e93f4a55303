import { HOLD_DELIVERED, HOLD_PAGE } from "../compile/hold.ts";
import type { Trace } from "../compile/trace.ts";
import type { Copy, Device, Read, Submission, Trial } from "../devices/device.ts";
import type { TypedArray } from "../dtype.ts";
import type { Cell } from "../graph/cell.ts";
import type { Node } from "../graph/node.ts";
import type { Checks } from "./checks.ts";
import { type Counters, countRun } from "./counters.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Holders } from "./holders.ts";
import type { Inputs } from "./inputs.ts";
import type { Plan, Stage } from "./plan.ts";
import type { PlanCache } from "./plans.ts";
import type { Profiler } from "./profiler.ts";
import type { Queue } from "./queue.ts";
import type { Reads } from "./reads.ts";
import { type Trials, trialOfMany } from "./trials.ts";
import type { Verifier } from "./verify.ts";

/** What a runner needs of its stream. */
interface Means {
  readonly device: Device;
  readonly inputs: Inputs;
  readonly holders: Holders;
  readonly plans: PlanCache;
  readonly queue: Queue;
  readonly reads: Reads;
  readonly trials: Trials;
  readonly checks: Checks;
  readonly counters: Counters;
  readonly verifier: Verifier | null;
}

/** One run of a plan. */
interface Run {
  readonly plan: Plan;
  readonly trace: Trace;
  /** Host values that were moved into cells' buffers for it. */
  readonly housed: ReadonlyMap<Node, TypedArray>;
  readonly writes: ReadonlySet<Cell>;
  readonly verdict: Promise<Error | null> | null;
  /** Values that are copied to the host. */
  readonly deliveries?: Deliveries | null;
}

/** Submits plans: copies sources in, places outputs, starts reads. */
export class Runner {
  /** Receives every run while a program is profiled. */
  profiler: Profiler | null = null;
  private readonly means: Means;

  constructor(means: Means) {
    this.means = means;
  }

  run(run: Run): void {
    const { plan, trace, housed, verdict } = run;
    const { inputs, holders, plans, reads: arriving, trials, counters } = this.means;
    const before: Copy[] = [];
    const fed = inputs.feed(plan.slots, trace.sources, before);
    counters.uploads += fed.uploads;
    counters.copies += fed.copied.length;
    const after: Copy[] = [];
    const slots: Node[] = [];
    for (const output of plan.outputs) {
      if (output.hold !== HOLD_DELIVERED)
        holders.store(trace.order[output.position] as Node, output, after, slots);
    }
    const { reads, readers } = this.readsOf(run);
    this.profiler?.begin(plan);
    const params = plan.parameters(trace);
    const { begun } = trials;
    const trial = (): Trial =>
      trials.begin(effectsOf(run, fed.copied, reads.length + trace.wanted.groups > 0));
    const { program } = plan.stages[0] as Stage;
    const { overwrites } = plan;
    const submission = { program, params, before, after, reads, overwrites, verdict, trial };
    const values = this.submit(run, submission);
    this.profiler?.end();
    if (trials.begun === begun) trials.settle(housed);
    counters.copies += after.length;
    countRun(counters, plan);
    holders.spillFull();
    arriving.expect(readers, values);
    for (const { node } of trace.sources)
      if (node.storage?.holder === "slot") holders.slots.use(node);
    holders.slots.add(slots, trace.kind, trace.recalled);
    if (fed.contended) plans.drop(plan);
  }

  /** Submits a plan, stage by stage if values are wanted before all is computed. */
  private submit(run: Run, whole: Submission): Promise<TypedArray>[] {
    const { queue, device } = this.means;
    const { plan, deliveries = null } = run;
    const send = (one: Submission): Promise<TypedArray>[] =>
      this.verified(run, one) ?? queue.submit(one);
    if (deliveries === null) return send(whole);
    const { part, last } = trialOfMany(whole.trial as () => Trial);
    const params = Array.from(whole.params);
    let values: Promise<TypedArray>[] = [];
    let first = 0;
    for (const [s, stage] of plan.stages.entries()) {
      const isLast = s === plan.stages.length - 1;
      const groups = Array.from({ length: stage.groups - first }, (_, i) => first + i);
      const arriving = send({
        program: stage.program,
        params: params.slice(...stage.params),
        before: s === 0 ? whole.before : [],
        after: isLast ? whole.after : [],
        reads: [
          ...(isLast ? whole.reads : []),
          ...groups.flatMap((group) => deliveries.readsOf(group, plan)),
        ],
        verdict: s === 0 ? (whole.verdict ?? null) : null,
        trial: isLast ? last : part,
      });
      if (isLast) values = arriving.splice(0, whole.reads.length);
      for (const group of groups) deliveries.expect(group, arriving, device, queue);
      first = stage.groups;
    }
    return values;
  }

  /**
   * The outputs that the submit reads: requested ones, and 0-d results if the program reads them.
   */
  private readsOf({ plan, trace }: Run): { reads: Read[]; readers: Node[] } {
    const reads: Read[] = [];
    const readers: Node[] = [];
    const scalarsToo = plan.readsAhead() || trace.reads.size > 0;
    for (const { position, hold, buffer } of plan.outputs) {
      const node = trace.order[position] as Node;
      const scalar = hold === HOLD_PAGE && node.shape.length === 0;
      if (scalar) this.means.reads.attribute(node, plan);
      if (!trace.reads.has(node) && !(scalarsToo && scalar)) continue;
      reads.push({ from: buffer, fromByte: 0, dtype: node.dtype, count: node.size });
      readers.push(node);
    }
    return { reads, readers };
  }

  /** Submits a plan that must be verified; null if it need not be. */
  private verified(
    { plan, trace }: Run,
    submission: Parameters<Verifier["run"]>[3],
  ): Promise<TypedArray>[] | null {
    const { verifier, device, checks } = this.means;
    if (verifier === null || plan.unverified === null) return null;
    const { values, checked } = verifier.run(device, plan.unverified, trace, submission);
    plan.unverified = null;
    checks.expect(() => checked);
    return values;
  }
}

/** What a run changes, so that it can be taken back. */
const effectsOf = (
  { plan, trace, housed, writes }: Run,
  copied: Parameters<Trials["begin"]>[0]["copied"],
  isRead: boolean,
): Parameters<Trials["begin"]>[0] => ({
  plan,
  sources: new Set(trace.sources.map(({ node }) => node)),
  copied,
  computed: trace.order.map((node) => ({ node, inputs: node.inputs, views: node.views })),
  writes: [...writes].map((cell) => ({ cell, node: cell.node, previous: cell.previous })),
  housed,
  isRead,
});
