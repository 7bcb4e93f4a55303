import { expect, test } from "vitest";
import { type Line, resultsPage } from "../src/results.ts";
import { judge } from "../src/shared/verdict.ts";

const checks = [
  { measure: "accuracy", least: 0.94 },
  { measure: "error", most: 0.5 },
  { measure: "share", least: 0.1, most: 0.2 },
];

const line = (measures: Record<string, number>): Line => {
  const report = { title: "", subtitle: "", panels: [] };
  return {
    demo: "cancer",
    budget: "full",
    seed: 3,
    device: "cpu: reference",
    seconds: 130,
    measures,
    checks: judge(checks, { measures, report }),
    config: "--budget full --seed 3",
    commit: "abc",
    machine: "2 × a|b",
    date: "2026-01-02",
  };
};

test("a value at its bound is reached, one beyond is missed, and the page says so", () => {
  const reached = resultsPage(
    [line({ accuracy: 0.94, error: 0.5, share: 0.2, rows: 143 })],
    ["cancer"],
  );
  expect(reached).toContain("Every threshold below is met.");
  expect(reached).not.toContain("Not measured yet");
  expect(reached).toContain(
    "| cancer | accuracy 0.94 (≥ 0.94)<br>error 0.5 (≤ 0.5)<br>share 0.2 (0.1 … 0.2)<br>rows 143 | 3, full | 2 min | abc, 2026-01-02 | cpu: reference; 2 × a\\|b |",
  );
  const missed = resultsPage(
    [line({ accuracy: 0.9399, error: 0.51, share: 0.09 })],
    ["cancer", "mnist"],
  );
  expect(missed).toContain("Missed: cancer (full).");
  expect(missed).toContain("Not measured yet: mnist.");
  expect(missed.match(/\*\*missed\*\*/g)).toHaveLength(3);
});

test("what is no number is missed, and a measure that was not taken is a mistake of the lesson's", () => {
  expect(line({ accuracy: Number.NaN, error: 0, share: 0.1 }).checks[0]?.passed).toBe(false);
  expect(() => line({ accuracy: 1, error: 0 })).toThrow('no measure "share" was taken');
});
