import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { bundlePrograms, reportsOf } from "../../../../scripts/bundled.ts";

const program = (
  await bundlePrograms(
    import.meta.dirname,
    ["ending-threads"],
    reportsOf(join(import.meta.dirname, "..")),
    ["webgpu", "@sparticuz/chromium"],
  )
)("ending-threads");

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
  });
  return { status, said: stdout.trim().split("\n"), stderr };
};
const isFull = inject("tier") === "full";
const starts = isFull ? ["opened", "watched"] : ["opened"];

test.each(starts)("threads are terminated while they train on WebGPU (%s)", (start) => {
  const { status, said, stderr } = run("terminate", start);
  expect([stderr, said, status]).toEqual(["", ["terminated", "terminated"], 0]);
});

test.each(starts)("a process that exits meanwhile has its own exit code (%s)", (start) => {
  const { status, stderr } = run("exit", start);
  expect([stderr, status]).toEqual(["", 7]);
});

test.runIf(isFull).each(starts)("a process that throws meanwhile says what (%s)", (start) => {
  const { status, stderr } = run("throw", start);
  expect(stderr).toContain("RangeError: thrown by the main program");
  expect(status).toBe(1);
});

test("the error that ends a thread reaches its listener", () => {
  const { status, said, stderr } = run("fail");
  const line = "a thread ended: thrown by a thread";
  expect([stderr, said, status]).toEqual(["", [line, line], 0]);
});
