import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { init } from "@wgrad/autograd";
import { describe, inject, TestRunner, test } from "vitest";
import { collectRows, expectSame, outcome, usual } from "../ops/harness.ts";

/** The quick tier takes every seventh row. */
const every = inject("tier") === "full" ? 1 : 7;

describe("the wasm device", async () => {
  const folder = fileURLToPath(new URL("../ops/", import.meta.url));
  const tables = readdirSync(folder).filter(
    (file) =>
      file.endsWith(".test.ts") && readFileSync(join(folder, file), "utf8").includes("testOps("),
  );
  const rows = await collectRows(async () => {
    for (const file of tables) await import(/* @vite-ignore */ `${join(folder, file)}?wasm`);
  });
  TestRunner.getCurrentSuite().tasks.length = 0;

  test.each(rows.filter((_, i) => i % every === 0))(
    "gives what the cpu device gives: $name",
    async (row) => {
      await init({ device: "cpu" });
      const want = await outcome(row, row.inputs, { device: "cpu" });
      await init({ device: "wasm" });
      const got = await outcome(row, row.inputs, { device: "wasm" });
      expectSame(got, want, row.tolerance ?? usual);
    },
  );
});
