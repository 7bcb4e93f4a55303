import { type InitOptions, init } from "@wgrad/autograd";
import { eagerly } from "@wgrad/autograd/testing";
import { expect, inject, test } from "vitest";
import {
  type Outcome,
  printed,
  type RandomProgram,
  runProgram,
  writeProgram,
  writesInPlace,
} from "./program.ts";

const inBrowser = typeof window !== "undefined";
const full = inject("tier") === "full";
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

/** What all others are compared with. */
const reference = { device: "cpu", fusion: "off" } as const;
const cpu: InitOptions = { device: "cpu", fusion: "on" };
const webgpu: InitOptions = { device: "webgpu", fusion: "on" };
const unfused: InitOptions = { device: "webgpu", fusion: "off" };
const ofGPU: InitOptions = { device: "webgpu", class: "discrete", fusion: "on" };
const tolerances: Readonly<Record<string, number>> = {
  "every line at once": 1e-6,
  "cpu, fusion on": 1e-5,
};

/** The quick tier tries the cpu device often, and compiles a few programs for the GPU. */
function placesFor(seed: number): InitOptions[] {
  if (full) return [cpu, webgpu, unfused, ofGPU];
  if (inBrowser) return [webgpu];
  if (seed % 20 === 8) return [ofGPU];
  if (seed > 4) return [cpu];
  return seed % 3 === 0 ? [cpu, webgpu, unfused] : [cpu, webgpu];
}

/**
 * 376: a number that scales what is normalized has no gradient but rounding, −2.1e-6 in f64 of
 * terms of 144.
 */
const roundingAlone: readonly number[] = [376];
/** Its kernels take WebGPU in software half a minute to compile: for the full tier. */
const long: readonly number[] = full ? [] : [1];
const seeds = upTo(full ? 400 : inBrowser ? 4 : 80).filter(
  (seed) => ![...roundingAlone, ...long].includes(seed),
);

test.each(seeds)(
  "the random program %i gives the same everywhere, fused or not",
  { timeout: 60_000 },
  async (seed) => {
    const program = await writeProgram(seed);
    await init(reference);
    const want = await runProgram(program);
    const check = async (got: Outcome, where: string, again: () => Promise<string>) => {
      const difference = firstDifference(got, want, tolerances[where] ?? 2e-4);
      if (difference === null) return;
      expect.fail(`${where}: ${difference}${await again()}\nseed ${seed}:\n${printed(program)}`);
    };
    if (!writesInPlace(program)) {
      const eager = await eagerly(() => runProgram(program));
      await check(eager, "every line at once", async () => "");
    }
    for (const options of placesFor(seed)) {
      await init(options);
      const where = `${options.device}, fusion ${options.fusion}`;
      await check(await runProgram(program), where, () => watch(program, options));
    }
  },
);

/** The first value of all that differs. */
async function watch(program: RandomProgram, options: InitOptions): Promise<string> {
  await init(reference);
  const want = await runProgram(program, true);
  await init(options);
  const difference = firstDifference(await runProgram(program, true), want, 2e-4);
  return `; with every value read ${difference ?? "nothing does"}`;
}

/**
 * The first place where outcomes differ, in units of the largest value of the tensor, or null. NaN
 * is NaN.
 */
function firstDifference(got: Outcome, want: Outcome, tolerance: number): string | null {
  for (const [i, values] of want.results.entries()) {
    const label = want.labels[i] as string;
    const others = got.results[i] ?? null;
    if (values === null && others === null) continue;
    if (values === null || others === null) return `${label} is there in one of them only`;
    if (values.length !== others.length) return `${label} has ${others.length} elements`;
    const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0.01);
    for (const [k, y] of values.entries()) {
      const x = others[k] as number;
      const same = x === y || (Number.isNaN(x) && Number.isNaN(y));
      if (!same && !(Math.abs(x - y) <= tolerance * largest)) {
        return `${label} differs: element ${k} is ${x}, not ${y}`;
      }
    }
  }
  return null;
}
