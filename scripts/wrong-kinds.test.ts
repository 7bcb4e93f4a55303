import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";

const run = promisify(execFile);

test("too few arguments, and ones of wrong kinds, are refused by name", {
  timeout: 240_000,
}, async () => {
  // the quick tier tries every fifth of all
  const every = inject("tier") === "full" ? "1" : "5";
  const { stdout } = await run(
    process.execPath,
    ["--conditions=@wgrad/source", "--import", "tsx", "scripts/wrong-kinds.ts", "--every", every],
    { cwd: new URL("..", import.meta.url), maxBuffer: 2 ** 24 },
  );
  const { all, found, unused } = JSON.parse(stdout.slice(stdout.lastIndexOf('{"all"')));
  expect(found).toEqual([]);
  expect(unused).toEqual([]);
  expect(all).toBeGreaterThan(1500);
});
