import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";

const MEGABYTE = 1e6;
const isLinux = existsSync("/proc/self/clear_refs");

/**
 * Memory of the process (RSS) when loading starts, and its peak while a model is loaded into the
 * wasm device.
 */
interface Measured {
  readonly bytes: number;
  readonly before: number;
  readonly peak: number;
  readonly held: number;
  readonly wrong: readonly string[];
}

test.runIf(inject("tier") === "full" && isLinux)(
  "a sharded model of 500 MB needs its own size plus at most 64 MB while it is loaded",
  { timeout: 300_000 },
  async () => {
    const script = fileURLToPath(new URL("loading/child.ts", import.meta.url));
    const options = ["--expose-gc", "--conditions=@wgrad/source", "--import", "tsx", script];
    const { stdout } = await promisify(execFile)(process.execPath, options);
    const found = JSON.parse(stdout.trim().split("\n").at(-1) as string) as Measured;
    expect(found.wrong).toEqual([]);
    expect(found.bytes).toBeGreaterThan(490 * MEGABYTE);
    expect(found.held).toBeGreaterThanOrEqual(found.bytes);
    expect((found.peak - found.before - found.bytes) / MEGABYTE).toBeLessThanOrEqual(64);
  },
);
