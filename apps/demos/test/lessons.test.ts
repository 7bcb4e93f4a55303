import { readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { writeSafetensors } from "@wgrad/autograd/safetensors";
import { describe, expect, inject, test } from "vitest";
import { catalog } from "../src/catalog.ts";
import { result, run, temporaryFolder, wide } from "./run.ts";

const folder = temporaryFolder();
/** Weights are loaded, right ones and wrong ones, by every fourth lesson; by all in the full tier. */
const loads = (name: string): boolean =>
  inject("tier") === "full" || Object.keys(catalog).indexOf(name) % 4 === 2;

describe.each(Object.entries(catalog))("%s", { timeout: 600_000 }, (name, { load }) => {
  const out = join(folder, name);
  const weights = join(folder, `${name}.safetensors`);

  test("the quick budget reaches what it must, draws, and weights give the same again", async () => {
    const { takes, checks, tooShort } = await load();
    const saving = takes.includes("save") ? ["--save", weights] : [];
    const trained = await result(name, "--budget", "quick", "--out", out, ...saving);
    expect(trained.result.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(trained.code).toBe(0);
    expect(wide(trained.said)).toEqual([]);
    const short = "The quick budget is too short to learn this";
    expect(trained.said.replaceAll(/\s+/g, " ").includes(short)).toBe(tooShort !== undefined);
    expect(trained.result.checks.map(({ measure }) => measure)).toEqual(
      checks.quick.map(({ measure }) => measure),
    );
    expect(checks.full.length).toBeGreaterThan(0);
    const written = trained.result.files.map((file) => basename(file)).sort();
    expect(readdirSync(out).sort()).toEqual(written);
    expect(written).toEqual(expect.arrayContaining([`${name}.png`, `${name}.svg`]));
    if (!takes.includes("load") || !loads(name)) return;

    const loaded = await result(name, "--budget", "quick", "--out", out, "--load", weights);
    expect(loaded.code).toBe(0);
    expect(loaded.result.measures).toEqual(trained.result.measures);
  });

  test.runIf(inject("tier") === "full").each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    "the quick budget reaches what it must with seed %i",
    async (seed) => {
      const { result: reached } = await result(
        ...[name, "--budget", "quick", "--out", out, "--seed", String(seed)],
      );
      expect(reached.checks.filter(({ passed }) => !passed)).toEqual([]);
    },
  );

  test("weights that are none, or another lesson's, are one line and nothing is drawn", async () => {
    const { takes } = await load();
    if (!takes.includes("load") || !loads(name)) return;
    const to = join(folder, `${name}-bad`);
    const text = join(folder, "text.safetensors");
    writeFileSync(text, "not weights");
    const foreign = join(folder, "foreign.safetensors");
    writeFileSync(foreign, foreignWeights());
    for (const [file, message] of [
      [text, /^error: .*text\.safetensors: safetensors: .+$/],
      [foreign, /^error: .*foreign\.safetensors: weights of the demo other, not of /],
    ] as const) {
      const { code, stderr } = await run(
        ...[name, "--budget", "quick", "--out", to, "--load", file],
      );
      expect(code).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain("\n");
    }
    expect(readdirSync(folder)).not.toContain(`${name}-bad`);
  });
});

function foreignWeights(): Uint8Array {
  const data = Float32Array.of(1);
  return writeSafetensors({ a: { dtype: "f32", shape: [1], data } }, { demo: "other" });
}
