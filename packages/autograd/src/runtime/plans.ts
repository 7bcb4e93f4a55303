import type { Pool } from "./memory.ts";
import type { Plan } from "./plan.ts";
import { releaseSlots } from "./retention.ts";
import type { Trace } from "./trace.ts";

/** Plans kept; past this the one that ran longest ago goes. */
const MAX_PLANS = 128;

/** Plans by exact key. */
export class PlanCache {
  private readonly byHash = new Map<number, Plan[]>();
  private readonly pool: Pool;
  private runs = 0;
  size = 0;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  find(hash: number, { key }: Trace): Plan | null {
    for (const plan of this.byHash.get(hash) ?? []) {
      if (!key.equals(plan.key)) continue;
      plan.lastRun = ++this.runs;
      return plan;
    }
    return null;
  }

  add(hash: number, plan: Plan): Plan {
    const bucket = this.byHash.get(hash);
    if (bucket === undefined) this.byHash.set(hash, [plan]);
    else bucket.push(plan);
    plan.lastRun = ++this.runs;
    if (++this.size > MAX_PLANS) this.evict();
    return plan;
  }

  /** Forgets the plan that ran longest ago, with its buffers; false if there is none but the one in use. */
  evict(alsoLast = false): boolean {
    let oldest: Plan | null = null;
    let home = 0;
    for (const [hash, bucket] of this.byHash) {
      for (const plan of bucket) {
        if (plan.lastRun === this.runs && !alsoLast) continue;
        if (oldest === null || plan.lastRun < oldest.lastRun) {
          oldest = plan;
          home = hash;
        }
      }
    }
    if (oldest === null) return false;
    this.remove(oldest, home);
    return true;
  }

  /** Forgets a plan that does not run. */
  forget(plan: Plan): void {
    for (const [hash, bucket] of this.byHash) if (bucket.includes(plan)) this.remove(plan, hash);
  }

  private remove(plan: Plan, home: number): void {
    const rest = (this.byHash.get(home) as Plan[]).filter((other) => other !== plan);
    if (rest.length === 0) this.byHash.delete(home);
    else this.byHash.set(home, rest);
    for (const set of plan.slotSets.splice(0)) releaseSlots(set, this.pool);
    plan.dispose(this.pool);
    this.size--;
  }
}
