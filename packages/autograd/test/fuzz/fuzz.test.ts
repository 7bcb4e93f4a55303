import { type InitOptions, init } from "@wgrad/autograd";
import { expect, inject, test } from "vitest";
import { printed, type RandomProgram, type Results, runProgram, writeProgram } from "./program.ts";

const inBrowser = typeof window !== "undefined";
const full = inject("tier") === "full";
const seeds = Array.from({ length: full ? 400 : inBrowser ? 8 : 24 }, (_, i) => i + 1);

const reference: InitOptions = { device: "cpu", fusion: "off" };
/** Differences in units of the largest value of a tensor. */
const places: readonly (InitOptions & { readonly tolerance: number })[] = [
  { device: "cpu", fusion: "on", tolerance: 1e-5 },
  { device: "webgpu", fusion: "off", tolerance: 2e-4 },
  { device: "webgpu", fusion: "on", tolerance: 2e-4 },
];

test.each(seeds)("the random program %i gives the same everywhere, fused or not", async (seed) => {
  const program = await writeProgram(seed);
  await init(reference);
  const want = await runProgram(program);
  for (const { tolerance, ...options } of places) {
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
});

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
