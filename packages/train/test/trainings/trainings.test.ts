import { type InitOptions, init } from "@wgrad/autograd";
import { expect, inject, test } from "vitest";
import { type Outcome, runTraining, type Training, writeTraining } from "./program.ts";

const inBrowser = typeof window !== "undefined";
const full = inject("tier") === "full";
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

/**
 * The quick tier runs every training on wasm and every other one on WebGPU; the full tier runs all
 * settings.
 */
function placesFor(seed: number): InitOptions[] {
  const fusions = ["on", "verify", "off"] as const;
  const on = (device: "wasm" | "webgpu") =>
    fusions.map((fusion): InitOptions => ({ device, fusion }));
  if (full) return [...on("wasm"), ...on("webgpu")];
  const number = seed % 6 === 0 ? 1 : 0;
  const wasm = on("wasm")[number] as InitOptions;
  return seed % 2 === 0 ? [wasm, on("webgpu")[number] as InitOptions] : [wasm];
}

const count = full ? 500 : inBrowser ? 2 : 30;

test.each(upTo(count))(
  "the random training %i gives equal values on every device",
  { timeout: full ? 300_000 : 60_000 },
  async (seed) => {
    const training = writeTraining(seed);
    await init({ device: "cpu" });
    const want = await runTraining(training);
    for (const options of placesFor(seed)) {
      await init(options);
      compare(
        await runTraining(training),
        want,
        `${options.device}, fusion ${options.fusion}`,
        training,
      );
    }
  },
);

const repeated = full ? upTo(60) : inBrowser ? [] : [3, 7];

test.each(repeated)(
  "the random training %i gives the same bits every time",
  { timeout: full ? 300_000 : 60_000 },
  async (seed) => {
    const training = writeTraining(seed);
    await init({ device: "webgpu" });
    const first = await runTraining(training);
    for (let again = 1; again < (full ? 10 : 3); again++) {
      const next = await runTraining(training);
      for (const [name, values] of first) {
        expect(Array.from(next.get(name) ?? [])).toEqual(Array.from(values));
      }
    }
  },
);

/** Fails at the first value that differs, relative to the largest value of its tensor. */
function compare(got: Outcome, want: Outcome, where: string, { source }: Training): void {
  for (const [name, values] of want) {
    const others = got.get(name) as ArrayLike<number>;
    const list = Array.from(values);
    const allowed = 5e-4 * list.reduce((a, b) => Math.max(a, Math.abs(b)), 0.01);
    for (const [i, y] of list.entries()) {
      const x = others[i] as number;
      if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
      if (!(Math.abs(x - y) <= allowed))
        expect.fail(`${where}: element ${i} of ${name} is ${x}, not ${y}\n${source}`);
    }
  }
}
