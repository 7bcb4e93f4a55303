import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";

const MEGABYTE = 1 << 20;
const full = inject("tier") === "full";
const [first, steps] = full ? [2000, 10_000] : [2000, 5000];

test.each(full ? ["cpu", "wasm", "webgpu"] : ["wasm"])(
  `the process on %s is at most 16 MB larger after ${steps} steps than after ${first}`,
  { timeout: 300_000 },
  async (device) => {
    const script = fileURLToPath(new URL("./long-run.ts", import.meta.url));
    // a small young generation, so that what is measured is what is held
    const options = [
      "--max-semi-space-size=8",
      "--expose-gc",
      "--conditions=@wgrad/source",
      "--import",
      "tsx",
      script,
      device,
      String(first),
      String(steps),
    ];
    const { stdout } = await promisify(execFile)(process.execPath, options);
    const rss = JSON.parse(stdout.trim().split("\n").at(-1) as string) as [number, number];
    expect((rss[1] - rss[0]) / MEGABYTE).toBeLessThanOrEqual(16);
  },
);
