import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { bundle } from "./bundled.ts";

const program = (await bundle())("leaving");
/** What a process says that leaves a training worker in this way, and its exit code. */
const leave = (how: string, device: string) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, how, device], {
    encoding: "utf8",
  });
  return { status, said: stdout.trim(), stderr };
};
const isFull = inject("tier") === "full";

test("terminate() in the middle of training on WebGPU: the process lives on, its exit code is 0", () => {
  const { status, said, stderr } = leave("terminate", "webgpu");
  expect(stderr).toBe("");
  expect(said).toContain("ended, and the process lives");
  expect(status).toBe(0);
});

test("an exit in the middle of training on WebGPU has its own code", () => {
  expect(leave("exit", "webgpu").status).toBe(7);
});

test.runIf(isFull)("a program that throws meanwhile says what, and ends with 1", () => {
  const { status, stderr } = leave("throw", "webgpu");
  expect(stderr).toContain("RangeError: thrown by the main program");
  expect(status).toBe(1);
});

test.runIf(isFull).each([
  ["hung", "webgpu"],
  ["opening", "webgpu"],
  ["terminate", "wasm"],
  ["exit", "wasm"],
])("%s on %s", (how, device) => {
  const { status, stderr } = leave(how, device);
  expect(stderr).toBe("");
  expect(status).toBe(how === "exit" ? 7 : 0);
});

test.runIf(isFull)("the README's program trains, as it is", { timeout: 120_000 }, () => {
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  const folder = mkdtempSync(join(import.meta.dirname, "../.reports/readme-"));
  for (const [, name = "", code = ""] of readme.matchAll(/```ts title="([^"]*)"\n(.*?)```/gs)) {
    writeFileSync(join(folder, name), code);
  }
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@wgrad/source", "--import", "tsx", join(folder, "main.ts")],
    { encoding: "utf8" },
  );
  expect([stderr, status]).toEqual(["", 0]);
  expect(Number(stdout.trim().split("\n").at(-1))).toBeCloseTo(6, 1);
});
