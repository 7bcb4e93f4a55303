import type { FuseOptions } from "../compile/passes.ts";
import { fuseOptions } from "../compile/schedule.ts";
import { Template } from "../compile/template.ts";
import type { Trace } from "../compile/trace.ts";
import type { Device } from "../devices/device.ts";
import type { Pass } from "../devices/passes.ts";
import { context } from "../graph/context.ts";
import type { Counters } from "./counters.ts";
import type { Inputs } from "./inputs.ts";
import { Arena, type Pool } from "./memory.ts";
import { Plan } from "./plan.ts";
import type { PlanCache } from "./plans.ts";

const none: ReadonlySet<never> = new Set();
/** The most bytes of temporaries of all plans; if one plan needs much, three times that. */
const ARENA_BYTES = 2 ** 26;

/** What a planner needs of its stream. */
interface Means {
  readonly device: Device;
  readonly pool: Pool;
  readonly inputs: Inputs;
  readonly counters: Counters;
  readonly passes: ReadonlySet<Pass>;
  /** Whether new plans are verified. */
  readonly verified: boolean;
}

/** Finds the plan of a trace, or makes it. */
export class Planner {
  readonly plans: PlanCache;
  private readonly means: Means;
  private readonly arena: Arena;
  /** The device's epoch at the last call. */
  private epoch: number | undefined;

  constructor(plans: PlanCache, means: Means) {
    this.plans = plans;
    this.means = means;
    this.arena = new Arena(means.pool);
    this.epoch = means.device.epoch;
  }

  /** The options by which traces are divided into kernels. */
  get options(): FuseOptions {
    return fuseOptions(this.means.device, this.means.passes);
  }

  planOf(trace: Trace): Plan {
    const { device, inputs, counters, verified } = this.means;
    if (device.epoch !== this.epoch) {
      this.epoch = device.epoch;
      this.plans.forgetOutdated(device);
    }
    const hash = trace.key.hash();
    const known = this.plans.find(hash, trace);
    if (known !== null) {
      counters.planHits++;
      return known;
    }
    const start = performance.now();
    const { arena } = this;
    const options = context.eager ? fuseOptions(device, none) : this.options;
    let template = this.plans.template(hash, trace);
    if (template !== null) counters.planHits++;
    else {
      counters.planMisses++;
      template = new Template(trace, device, options);
    }
    const plan = new Plan(template, trace, {
      device,
      inputs,
      arena,
      options: { ...options, verified },
    });
    counters.compileMs += performance.now() - start;
    this.plans.add(hash, plan);
    this.boundArena();
    return plan;
  }

  /** Drops a plan that could not run, and all buffers whose allocation failed. */
  forget(plan: Plan): void {
    this.plans.forget(plan);
    this.arena.purge();
    this.means.pool.trim();
  }

  /** Evicts the oldest plans while temporaries take too much, as they do if sizes keep growing. */
  private boundArena(): void {
    const most = Math.max(ARENA_BYTES, 3 * this.plans.peakBytes);
    while (this.means.pool.bytes.arena > most && this.plans.evict());
  }
}
