import { workloads } from "../steps/workloads.ts";
import { type Measured, Runner } from "./browser.ts";
import type { Opened } from "./page.ts";
import { openSite } from "./site.ts";

/** A library on a backend. */
export interface Contender {
  readonly library: "wgrad" | "tfjs" | "jax";
  readonly backend: "webgpu" | "wasm" | "cpu";
}

/** All contenders. */
export const CONTENDERS: readonly Contender[] = [
  { library: "wgrad", backend: "webgpu" },
  { library: "tfjs", backend: "webgpu" },
  { library: "jax", backend: "webgpu" },
  { library: "wgrad", backend: "wasm" },
  { library: "tfjs", backend: "wasm" },
  { library: "jax", backend: "wasm" },
  { library: "tfjs", backend: "cpu" },
];

/** The results of one contender on one workload. */
export interface Result extends Contender {
  /** Why figures are missing. */
  note: string | null;
  opened: Opened | null;
  rounds: Measured[];
  /**
   * Least milliseconds per step over the rounds, because other processes disturb the least time
   * least.
   */
  ms: number | null;
  hostMs: number | null;
  cpuMs: number | null;
}

/** The results of one workload. */
export interface Line {
  readonly line: string;
  readonly title: string;
  readonly results: readonly Result[];
  /** Largest relative difference of a loss from wgrad's. */
  readonly difference: number | null;
}

/**
 * Milliseconds: limit until the third step; of one block of steps; above which a step is run once.
 */
const BOX = { open: { webgpu: 60_000, wasm: 20_000, cpu: 20_000 }, block: 500, slow: 2_000 };
const ROUNDS = 4;
const MOST_STEPS = 32;

/**
 * Runs the workloads one after another. On each, every contender has its own browser, and they take
 * turns block by block.
 */
export async function run(
  lines: readonly string[],
  contenders: readonly Contender[],
  progress: (text: string) => void,
): Promise<Line[]> {
  progress("bundling the libraries");
  const site = await openSite();
  const done: Line[] = [];
  try {
    for (const line of lines) {
      done.push(await runLine(site.url, line, contenders, progress));
    }
  } finally {
    await site.close();
  }
  return done;
}

async function runLine(
  url: string,
  line: string,
  contenders: readonly Contender[],
  progress: (text: string) => void,
): Promise<Line> {
  const { title } = (workloads[line] as (typeof workloads)[string])();
  const entries: { runner: Runner | null; result: Result }[] = [];
  for (const { library, backend } of contenders) {
    const empty = { note: null, opened: null, rounds: [], ms: null, hostMs: null, cpuMs: null };
    const result: Result = { library, backend, ...empty };
    progress(`${line}: ${library} on ${backend}, first step`);
    entries.push({ runner: await open(url, line, result), result });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const entry of entries) {
      const { runner, result } = entry;
      const before = result.rounds.at(-1)?.ms ?? result.opened?.steadyMs ?? 0;
      if (runner === null || (round > 0 && before > BOX.slow)) continue;
      progress(`${line}: ${result.library} on ${result.backend}, round ${round + 1} of ${ROUNDS}`);
      const count = Math.max(1, Math.min(MOST_STEPS, Math.round(BOX.block / Math.max(before, 1))));
      try {
        result.rounds.push(await within(BOX.open.webgpu, runner.steps(count)));
      } catch (error) {
        result.note = errorLine(error);
        entry.runner = null;
        await runner.close();
      }
    }
  }
  for (const { runner, result } of entries) {
    await runner?.close();
    const least = (key: "ms" | "hostMs" | "cpuMs"): number | null => {
      const values = result.rounds.map((round) => round[key]).filter((value) => value !== null);
      return values.length === 0 ? null : Math.min(...values);
    };
    Object.assign(result, { ms: least("ms"), hostMs: least("hostMs"), cpuMs: least("cpuMs") });
  }
  const results = entries.map(({ result }) => result);
  return { line, title, results, difference: differenceOf(results) };
}

async function open(url: string, line: string, result: Result): Promise<Runner | null> {
  const runner = await Runner.open(url);
  try {
    const limit = BOX.open[result.backend];
    result.opened = await within(limit, runner.start(result.library, result.backend, line));
    return runner;
  } catch (error) {
    result.note = errorLine(error);
    await runner.close();
    return null;
  }
}

/**
 * Relative differences from wgrad of the losses after one, two and three steps from equal weights.
 */
function differenceOf(results: readonly Result[]): number | null {
  const own = results.find(({ library }) => library === "wgrad")?.opened?.losses;
  if (own === undefined) return null;
  let most = 0;
  for (const { opened } of results) {
    opened?.losses.forEach((loss, i) => {
      const truth = own[i] as number;
      const difference = Math.abs(loss - truth) / Math.abs(truth);
      most = Math.max(most, Number.isFinite(difference) ? difference : Number.POSITIVE_INFINITY);
    });
  }
  return most;
}

async function within<T>(limit: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  promise.catch(() => {}); // it may reject later, when its browser is closed
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`over ${limit / 1000} s`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The first line of an error of the page, without the text of the automation. */
const errorLine = (error: unknown): string =>
  (error as Error).message
    .replace(/^page\.evaluate: (Unsupported: )?/, "")
    .split("\n")[0] as string;
