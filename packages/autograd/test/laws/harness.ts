import { type InitOptions, init, memory } from "@wgrad/autograd";
import { counters, eagerly } from "@wgrad/autograd/testing";
import { describe, expect, inject, test } from "vitest";
import { Net, type NetMaker, newWorld, type Program } from "./world.ts";

/** Periods after which nothing may change any more. */
const WARM = 5;
const full = inject("tier") === "full";
/** Steps of what runs for long: each crosses processes in a browser. */
const many = !full ? 200 : typeof window === "undefined" ? 10_000 : 2_000;
const timeout = full ? 900_000 : 120_000;

const standIn: NetMaker = (...parameters) => new Net(...parameters);

interface Sample {
  readonly memory: Pick<ReturnType<typeof memory>, "pendingNodes" | "buffers" | "bytes" | "plans">;
  readonly counts: ReturnType<typeof counters>;
}

interface Outcome {
  readonly logged: readonly number[];
  readonly error: Error | null;
  /** At the end of every period. */
  readonly samples: readonly Sample[];
}

async function play({ run }: Program, newNet: NetMaker): Promise<Outcome> {
  const samples: Sample[] = [];
  const world = newWorld(many, newNet, () => {
    const { pendingNodes, buffers, bytes, plans } = memory();
    samples.push({ memory: { pendingNodes, buffers, bytes, plans }, counts: counters() });
  });
  let error: Error | null = null;
  try {
    await run(world);
  } catch (thrown) {
    error = thrown as Error;
  }
  return { logged: world.logged, error, samples };
}

/** Where programs run; on the cpu, fused or not, laziness may not change a bit. */
export interface Place extends InitOptions {
  readonly tolerance: number;
}

export const places: readonly Place[] = [
  { device: "cpu", fusion: "off", tolerance: 0 },
  { device: "cpu", tolerance: 0 },
  { device: "webgpu", fusion: "off", tolerance: 0 },
  { device: "webgpu", tolerance: 1e-5 },
  { device: "wasm", tolerance: 1e-5 },
];

let streams = 0;

/**
 * A stream of its own for every run, so that the memory it reports is this run's: a budget nobody
 * else has, past reach.
 */
function freshStream(options: InitOptions): Promise<unknown> {
  return init({ ...options, budget: 2 ** 50 + streams++ });
}

/**
 * Each program at each place: lazily as eagerly, in flat memory. `newNet` makes the nets of its
 * world.
 */
export function testPrograms(
  programs: readonly Program[],
  where: readonly Place[],
  newNet: NetMaker = standIn,
): void {
  describe.each(where)("on $device, fusion $fusion", ({ tolerance, ...options }) => {
    for (const program of programs) {
      test(`${program.name}: ${program.promise}`, { timeout }, async () => {
        await freshStream(options);
        const eager = await eagerly(() => play(program, newNet));
        await freshStream(options);
        const lazy = await play(program, newNet);
        if (program.once === true) expect(counters().recomputed).toBe(0);
        expectError(lazy.error, program);
        if (program.throws === undefined) expectError(eager.error, program);
        expectSame(lazy, eager, tolerance);
        expectSteady(lazy.samples, program);
      });
    }
  });
}

function expectError(error: Error | null, { throws }: Program): void {
  if (throws === undefined) {
    if (error !== null) throw error;
  } else expect(error?.message).toMatch(throws);
}

function expectSame(lazy: Outcome, eager: Outcome, tolerance: number): void {
  if (lazy.error === null) expect(lazy.logged).toHaveLength(eager.logged.length);
  lazy.logged.forEach((value, i) => {
    const reference = eager.logged[i] as number;
    if (tolerance === 0) expect(value, `value ${i}`).toBe(reference);
    else {
      const allowed = tolerance * Math.max(1, Math.abs(reference));
      expect(Math.abs(value - reference), `value ${i}`).toBeLessThanOrEqual(allowed);
    }
  });
}

/**
 * From the sixth period on memory stands still, no plan is missed, and every period asks the same
 * of the device.
 */
function expectSteady(samples: readonly Sample[], program: Program): void {
  const { submits = Number.POSITIVE_INFINITY, recomputed = 0 } = program;
  const steady = samples.slice(WARM);
  for (const { memory } of steady) expect(memory).toEqual(steady[0]?.memory);
  const periods = steady.slice(1).map(({ counts }, i) => difference(counts, steady[i]?.counts));
  for (const period of periods) {
    expect(period).toEqual(periods[0]);
    expect(period.submits).toBeLessThanOrEqual(submits);
    expect(period).toMatchObject({ planMisses: 0, recomputed });
  }
}

function difference(
  after: Sample["counts"],
  before: Sample["counts"] | undefined,
): Record<string, number> {
  const entries = Object.entries(after).map(([name, count]) => [
    name,
    count - (before?.[name as keyof Sample["counts"]] ?? 0),
  ]);
  return Object.fromEntries(entries);
}
