import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const MEGABYTE = 1 << 20;

test.each(["cpu", "webgpu"])(
  "the process on %s is at most 16 MB larger after 10,000 steps than after 2,000",
  { timeout: 300_000 },
  async (device) => {
    const script = fileURLToPath(new URL("./long-run.ts", import.meta.url));
    // a small young generation, so that what is measured is what is held
    const options = [
      "--max-semi-space-size=8",
      "--conditions=@wgrad/source",
      "--import",
      "tsx",
      script,
      device,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, options);
    const rss = JSON.parse(stdout.trim().split("\n").at(-1) as string) as Record<string, number>;
    expect(((rss[10_000] as number) - (rss[2000] as number)) / MEGABYTE).toBeLessThanOrEqual(16);
  },
);
