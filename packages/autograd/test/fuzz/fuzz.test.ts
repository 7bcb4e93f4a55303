import { type InitOptions, init } from "@wgrad/autograd";
import { eagerly } from "@wgrad/autograd/testing";
import { expect, inject, test } from "vitest";
import {
  type Outcome,
  printed,
  type RandomProgram,
  type Results,
  runProgram,
  writeProgram,
  writesInPlace,
} from "./program.ts";

const inBrowser = typeof window !== "undefined";
const full = inject("tier") === "full";
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

type Place = InitOptions & { readonly tolerance: number };
/** What all others are compared with. */
const reference = { device: "cpu", fusion: "off" } as const;
/** Differences in units of the largest value of a tensor. */
const cpu: Place = { device: "cpu", fusion: "on", tolerance: 1e-5 };
const webgpu: Place = { device: "webgpu", fusion: "on", tolerance: 2e-4 };
const unfused: Place = { device: "webgpu", fusion: "off", tolerance: 2e-4 };

/** The quick tier tries the cpu device often, and compiles a few programs for the GPU. */
function placesFor(seed: number): Place[] {
  if (full) return [cpu, webgpu, unfused];
  if (inBrowser) return [webgpu];
  if (seed > 9) return [cpu];
  return seed % 3 === 0 ? [cpu, webgpu, unfused] : [cpu, webgpu];
}

const seeds = upTo(full ? 400 : inBrowser ? 4 : 100);

test.each(seeds)(
  "the random program %i gives the same everywhere, fused or not",
  { timeout: 60_000 },
  async (seed) => {
    const program = await writeProgram(seed);
    await init(reference);
    const want = await runProgram(program);
    if (!writesInPlace(program)) expectSame(await eagerly(() => runProgram(program)), want);
    for (const { tolerance, ...options } of placesFor(seed)) {
      await init(options);
      const got = await runProgram(program);
      const place = firstDifference(got.results, want.results, tolerance);
      if (place === null) continue;
      const where = `${want.labels[place]} differs on ${options.device}, fusion ${options.fusion}`;
      const watched = await watch(program, options, tolerance);
      expect.fail(
        `${where}${watched}\n${got.results[place]}\n${want.results[place]}\nseed ${seed}:\n${printed(program)}`,
      );
    }
  },
);

function expectSame(eager: Outcome, lazy: Outcome): void {
  const place = firstDifference(lazy.results, eager.results, 1e-6);
  expect(place && lazy.labels[place], "differs when every line is computed at once").toBeNull();
}

/** The first value of all that differs. */
async function watch(
  program: RandomProgram,
  options: InitOptions,
  tolerance: number,
): Promise<string> {
  await init(reference);
  const want = await runProgram(program, true);
  await init(options);
  const got = await runProgram(program, true);
  const place = firstDifference(got.results, want.results, tolerance);
  return place === null ? "; with every value read nothing does" : `; first ${want.labels[place]}`;
}

function firstDifference(got: Results, want: Results, tolerance: number): number | null {
  for (const [i, values] of want.entries()) {
    const others = got[i] as readonly number[] | null;
    if (values === null || others === null) {
      if (values !== others) return i;
      continue;
    }
    if (values.length !== others.length) return i;
    const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0.01);
    for (const [k, y] of values.entries()) {
      const x = others[k] as number;
      const same = x === y || (Number.isNaN(x) && Number.isNaN(y));
      if (!same && !(Math.abs(x - y) <= tolerance * largest)) return i;
    }
  }
  return null;
}
