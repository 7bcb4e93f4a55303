import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { predictionsOf, starved, totalOf } from "./steps/predictions.ts";

/**
 * Upper limits of a steady step: dispatches, pipelines in total, and temporary memory relative to
 * the liveness bound.
 */
const LIMITS: Record<string, { dispatches: number; pipelines: number; ratio: number }> = {
  chain: { dispatches: 3, pipelines: 3, ratio: 1.5 },
  logistic: { dispatches: 3, pipelines: 4, ratio: 1.5 },
  mlp: { dispatches: 8, pipelines: 9, ratio: 1.5 },
  convnet: { dispatches: 18, pipelines: 18, ratio: 1.5 },
  gpt: { dispatches: 54, pipelines: 23, ratio: 1.5 },
  lstm: { dispatches: 218, pipelines: 25, ratio: 1.5 },
};

test("a steady training step has one submit and one pass and creates nothing", {
  timeout: 300_000,
}, async () => {
  const file = join(mkdtempSync(join(tmpdir(), "wgrad-counts-")), "counts.json");
  const command = ["--conditions=@wgrad/source", "--import", "tsx", "scripts/counts.ts"];
  await promisify(execFile)(process.execPath, [...command, "--json", file]);
  const report = JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, number>>;
  expect(Object.keys(report)).toEqual(Object.keys(LIMITS));
  for (const [name, counts] of Object.entries(report)) {
    const { dispatches, pipelines, ratio } = LIMITS[name] as (typeof LIMITS)[string];
    expect(counts.dispatches, name).toBeLessThanOrEqual(dispatches);
    expect(counts.pipelinesTotal, name).toBeLessThanOrEqual(pipelines);
    expect(counts.peakRatio, name).toBeLessThanOrEqual(ratio);
    expect(counts, name).toMatchObject({
      submits: 1,
      passes: 1,
      planMisses: 0,
      buffersCreated: 0,
      bindGroupsCreated: 0,
      shadersCreated: 0,
      pipelinesCreated: 0,
    });
  }
});

test.runIf(inject("tier") === "full")(
  "ten trainings from one seed are equal bit for bit",
  {
    timeout: 300_000,
  },
  async () => {
    const file = join(mkdtempSync(join(tmpdir(), "wgrad-counts-")), "counts.json");
    const command = ["--conditions=@wgrad/source", "--import", "tsx", "scripts/counts.ts"];
    const asked = ["--only", "logistic,mlp", "--runs", "10", "--json", file];
    await promisify(execFile)(process.execPath, [...command, ...asked]);
    const report = JSON.parse(readFileSync(file, "utf8"));
    for (const counts of Object.values(report))
      expect(counts).toMatchObject({ sameBits: "10 of 10" });
  },
);

describe("a steady step with the kernels for discrete GPUs", () => {
  const machine = "rtx 3060";
  test.each(Object.keys(LIMITS))("%s: enough threads, and no more dispatches", async (name) => {
    const all = await predictionsOf(name, machine);
    expect(starved(all)).toEqual([]);
    expect(totalOf(all).dispatches).toBeLessThanOrEqual(
      (LIMITS[name] as (typeof LIMITS)[string]).dispatches,
    );
  });

  test.each(["mlp", "convnet", "gpt", "lstm"])(
    "%s with batches of 32 and of 512 is near its bound",
    async (name) => {
      for (const batch of [32, 512]) {
        const { microseconds, bound } = totalOf(await predictionsOf(name, machine, batch));
        expect(microseconds / bound, `${batch}`).toBeLessThan(2);
      }
    },
  );
});
