import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { unreviewed } from "./reviewed.ts";

const run = promisify(execFile);
const full = inject("tier") === "full";

/** Runs a sweep as a process of its own, and reads what it found. */
async function sweep<Found>(script: string, every: number, only = ""): Promise<Found> {
  const { stdout } = await run(
    process.execPath,
    [
      "--conditions=@wgrad/source",
      "--import",
      "tsx",
      `scripts/wrong-calls/${script}.ts`,
      ...["--every", String(every), "--only", only],
    ],
    { cwd: new URL("../..", import.meta.url), maxBuffer: 2 ** 26 },
  );
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n") + 1));
}

test("too few arguments, and ones of wrong kinds, are refused by name", {
  timeout: 600_000,
}, async () => {
  // the quick tier tries a sample
  const { all, found, unused } = await sweep<{ all: number; found: string[]; unused: string[] }>(
    "wrong-kinds",
    full ? 1 : 10,
  );
  expect(found).toEqual([]);
  expect(unused).toEqual([]);
  expect(all).toBeGreaterThan(1500);
});

interface Nonsense {
  readonly tried: number;
  readonly accepted: readonly {
    readonly place: string;
    readonly kinds: string;
    readonly values: readonly string[];
  }[];
  readonly raw: readonly string[];
  readonly unknown: readonly string[];
}

/** Packages whose accepted values were looked through. */
const spaces = ["linalg", "special", "fft", "func", "optim"];

describe("no call takes nonsense", () => {
  test.each(spaces)("%s", { timeout: 600_000 }, async (space) => {
    const found = await sweep<Nonsense>("nonsense", full ? 1 : 10, `^${space}\\.`);
    const left = found.accepted.flatMap(({ place, kinds, values }) => {
      const nonsense = unreviewed(place, kinds, values);
      return nonsense.length === 0 ? [] : [`${place} takes ${nonsense.join(", ")}`];
    });
    expect(left).toEqual([]);
    expect(found.raw).toEqual([]);
    expect(found.unknown).toEqual([]);
    expect(found.tried).toBeGreaterThan(0);
  });
});
