import type { Template } from "../compile/template.ts";
import type { Trace } from "../compile/trace.ts";
import type { Device } from "../devices/device.ts";
import type { Plan } from "./plan.ts";

/**
 * The most bytes of plans and templates on the host. Past it the least recently run are dropped.
 */
const MOST_BYTES = 2 ** 28;
/** Estimated bytes of a plan beside its template: dispatches, bindings, parameters. */
const KERNEL_BYTES = 4096;
/** Runs after which an idle plan with large inputs of its own is dropped. */
const IDLE_RUNS = 64;
const LARGE_INPUTS = 2 ** 18;

/** A template and the plans that are bound from it. */
interface Family {
  readonly hash: number;
  readonly template: Template;
  readonly plans: Plan[];
  bytes: number;
  lastRun: number;
}

/** A cache of plans by key and homes. */
export class PlanCache {
  private readonly byHash = new Map<number, Family[]>();
  /** Families, least recently run first. */
  private readonly families = new Set<Family>();
  /** The plans that use each home. */
  private readonly byHome = new Map<number, Set<Plan>>();
  private readonly familyOf = new Map<Plan, Family>();
  /** Families whose templates are not trimmed, least recently bound first. */
  private readonly bindable = new Set<Family>();
  private runs = 0;
  /** Estimated bytes on the host. */
  bytes = 0;

  get size(): number {
    return this.familyOf.size;
  }

  /** The most temporary bytes of any plan. */
  get peakBytes(): number {
    let most = 0;
    for (const { memory } of this.familyOf.keys()) most = Math.max(most, memory.peakBytes);
    return most;
  }

  /** The plan for this trace and its homes. */
  find(hash: number, trace: Trace): Plan | null {
    const family = this.family(hash, trace);
    const plan = family?.plans.find(({ homes }) => sameIds(homes, trace.homes)) ?? null;
    if (plan !== null) this.touch(plan);
    return plan;
  }

  /** The template from which a plan for this trace can be bound. */
  template(hash: number, trace: Trace): Template | null {
    return this.family(hash, trace)?.template ?? null;
  }

  private family(hash: number, { key }: Trace): Family | undefined {
    return this.byHash.get(hash)?.find(({ template }) => key.equals(template.key));
  }

  add(hash: number, plan: Plan): void {
    const { template, homes } = plan;
    const bucket = this.byHash.get(hash) ?? [];
    let family = bucket.find((one) => one.template === template);
    if (family === undefined) {
      family = { hash, template, plans: [], bytes: template.bytes, lastRun: 0 };
      bucket.push(family);
      this.byHash.set(hash, bucket);
      this.bytes += family.bytes;
    }
    this.measure(family); // binding may have scheduled and lowered again
    family.plans.push(plan);
    this.familyOf.set(plan, family);
    this.bytes += planBytes(plan);
    for (const home of homes) {
      const plans = this.byHome.get(home);
      if (plans === undefined) this.byHome.set(home, new Set([plan]));
      else plans.add(plan);
    }
    this.touch(plan);
    this.keepBindable(family);
    while (this.bytes > MOST_BYTES && this.families.size > 1) this.forgetOldest();
  }

  private touch(plan: Plan): void {
    const family = this.familyOf.get(plan) as Family;
    plan.lastRun = family.lastRun = ++this.runs;
    this.families.delete(family);
    this.families.add(family);
    if (this.runs % IDLE_RUNS === 0) this.giveInputs();
  }

  /** Keeps a template's schedule and lowerings. Trims the oldest if half of the bytes are used. */
  private keepBindable(family: Family): void {
    this.bindable.delete(family);
    this.bindable.add(family);
    for (const oldest of this.bindable) {
      if (oldest === family || this.bytes <= MOST_BYTES / 2) return;
      this.bindable.delete(oldest);
      oldest.template.trim();
      this.measure(oldest);
    }
  }

  private measure(family: Family): void {
    this.bytes -= family.bytes;
    family.bytes = family.template.bytes;
    this.bytes += family.bytes;
  }

  /** Drops idle plans with large inputs of their own, such as those of a first step. */
  private giveInputs(): void {
    for (const plan of this.familyOf.keys()) {
      if (this.runs - plan.lastRun >= IDLE_RUNS && plan.ownBytes > LARGE_INPUTS) this.drop(plan);
    }
  }

  /** Drops a plan. Its template stays. */
  drop(plan: Plan): void {
    const family = this.familyOf.get(plan);
    if (family === undefined) return;
    this.familyOf.delete(plan);
    family.plans.splice(family.plans.indexOf(plan), 1);
    for (const home of plan.homes) this.byHome.get(home)?.delete(plan);
    this.bytes -= planBytes(plan);
    plan.dispose();
  }

  /** Drops all plans that use a home. */
  dropHome(id: number): void {
    for (const plan of [...(this.byHome.get(id) ?? [])]) this.drop(plan);
    this.byHome.delete(id);
  }

  /** Drops the least recently run plan; false if only the current one is left. */
  evict(alsoLast = false): boolean {
    let oldest: Plan | null = null;
    for (const plan of this.familyOf.keys()) {
      if (plan.lastRun === this.runs && !alsoLast) continue;
      if (oldest === null || plan.lastRun < oldest.lastRun) oldest = plan;
    }
    if (oldest === null) return false;
    this.drop(oldest);
    return true;
  }

  /** Drops a plan that cannot run, and its template if no other plan uses it. */
  forget(plan: Plan): void {
    const family = this.familyOf.get(plan);
    this.drop(plan);
    if (family?.plans.length === 0) this.remove(family);
  }

  /** Drops all plans whose kernels the device would now lower differently. */
  forgetOutdated(device: Device): void {
    for (const family of [...this.families]) {
      if (!family.template.isOutdated(device)) continue;
      for (const plan of [...family.plans]) this.drop(plan);
      this.remove(family);
    }
  }

  private forgetOldest(): void {
    const [oldest] = this.families;
    if (oldest === undefined) return;
    for (const plan of [...oldest.plans]) this.drop(plan);
    this.remove(oldest);
  }

  private remove(family: Family): void {
    this.families.delete(family);
    const rest = (this.byHash.get(family.hash) as Family[]).filter((one) => one !== family);
    if (rest.length === 0) this.byHash.delete(family.hash);
    else this.byHash.set(family.hash, rest);
    this.bindable.delete(family);
    this.bytes -= family.bytes;
  }
}

const planBytes = ({ template, homes }: Plan): number =>
  template.kernels.length * KERNEL_BYTES + homes.length * 64;

const sameIds = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i]);
