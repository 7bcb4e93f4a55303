import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { GpuRecord } from "./gpu/record.ts";

test("pnpm gpu works on the software adapter", {
  timeout: 240_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "wgrad-gpu-"));
  const [json, page] = [join(folder, "gpu.json"), join(folder, "gpu.md")];
  const command = ["--conditions=@wgrad/source", "--import", "tsx", "scripts/gpu.ts"];
  await promisify(execFile)(process.execPath, [
    ...command,
    "--quick",
    "--json",
    json,
    "--page",
    page,
  ]);
  const record = JSON.parse(readFileSync(json, "utf8")) as GpuRecord;
  expect(record.adapter).toMatchObject({ software: true, class: "software" });
  expect(record.golden.losses?.tried).toBeGreaterThan(3);
  expect(record.golden.losses?.right).toBe(record.golden.losses?.tried);
  expect(record.peak.gigabytes).toBeGreaterThan(0);
  expect(record.peak.gigaflops).toBeGreaterThan(0);
  expect(record.steps.map(({ name }) => name)).toEqual(["logistic", "mlp"]);
  for (const { forms, chosen } of record.forms)
    expect(forms.map(({ form }) => form)).toContain(chosen);
  const text = readFileSync(page, "utf8");
  expect(text).toContain("software: no card has run it yet");
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});
