import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("a steady training step is one submit and one pass, and creates nothing", {
  timeout: 120_000,
}, async () => {
  const file = join(mkdtempSync(join(tmpdir(), "wgrad-counts-")), "counts.json");
  const command = [
    "--conditions=@wgrad/source",
    "--import",
    "tsx",
    "scripts/counts.ts",
    "--json",
    file,
  ];
  await promisify(execFile)(process.execPath, command);
  const report = JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, number>>;
  expect(Object.keys(report)).toEqual(expect.arrayContaining(["logistic", "mlp"]));
  const most: Record<string, number> = { logistic: 6, mlp: 10 };
  for (const [name, counts] of Object.entries(report)) {
    expect(counts.dispatches, name).toBeLessThanOrEqual(most[name] as number);
    expect(counts.pipelinesTotal, name).toBeLessThanOrEqual(12);
    const created = { submits: 1, passes: 1, planMisses: 0 };
    expect(counts, name).toMatchObject({
      ...created,
      buffersCreated: 0,
      bindGroupsCreated: 0,
      shadersCreated: 0,
      pipelinesCreated: 0,
    });
  }
});
