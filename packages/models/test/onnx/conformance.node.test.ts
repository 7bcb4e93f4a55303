import { init } from "@wgrad/autograd";
import { describe, expect, inject, test } from "vitest";
import { conformanceCases, folder, runConformance, unlike } from "./conformance.ts";
import { summary } from "./table.ts";

const cases = conformanceCases();
const full = inject("tier") === "full";
/** The quick tier runs one case in this many. */
const every = full ? 1 : 24;

if (cases.length === 0) {
  test.skip(`ONNX's node cases: ${folder} does not exist (apt-get install libonnx-testdata)`, () => {});
}

describe.runIf(cases.length > 0).each(["cpu", "wasm"] as const)(
  "ONNX's node cases on %s",
  (device) => {
    test("pass, or are refused by name", { timeout: 300_000 }, async () => {
      await init({ device });
      const outcomes = [];
      for (const item of cases.filter((_, i) => i % every === 0))
        outcomes.push({ ...item, ...(await runConformance(item)) });
      const wrong = outcomes.filter(({ name, status }) => status === "wrong" && !(name in unlike));
      expect(wrong).toEqual([]);
      if (every > 1) return;
      for (const { list, all, right } of summary(outcomes))
        expect(right / all, list).toBeGreaterThanOrEqual(0.95);
    });
  },
);
