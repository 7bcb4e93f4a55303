import { execFile, execFileSync, spawn as start } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { bundle } from "./bundled.ts";
import { type AllReports, checkReports, checks, collect, keyOf, type Report } from "./reports.ts";

const full = inject("tier") === "full";
const run = promisify(execFile);
const root = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), "wgrad-mpi-"));
let at: (name: string) => string;
beforeAll(async () => {
  at = await bundle();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Launcher of each MPI implementation; null if not installed. */
const launchers = { "Open MPI": launcher("openmpi"), MPICH: launcher("mpich") };

function launcher(name: "openmpi" | "mpich"): readonly string[] | null {
  for (const command of [`mpirun.${name}`, "mpirun"]) {
    try {
      const text = String(execFileSync(command, ["--version"], { stdio: "pipe" }));
      const isOpen = text.includes("Open MPI");
      if (isOpen !== (name === "openmpi")) continue;
      if (!isOpen) return [command];
      // a single host needs no ssh, which may not be installed
      const alone = ["--oversubscribe", "--mca", "plm", "isolated"];
      return [command, ...alone, ...(root ? ["--allow-run-as-root"] : [])];
    } catch {
      // not installed
    }
  }
  return null;
}

/** Results of the ranks of a run. */
function reportsIn(place: string): AllReports {
  const files = readdirSync(place).filter((name) => name.endsWith(".json"));
  return collect(
    files.flatMap((name) => JSON.parse(readFileSync(join(place, name), "utf8")) as Report[]),
  );
}

const names = full
  ? Object.keys(checks)
  : ["adam alone", "adam", "split over ranks", "collectives"];
const sizes = full ? [1, 2, 3] : [1, 3];
const devices = full ? ["cpu", "wasm"] : ["wasm"];

describe.each(Object.entries(launchers))("ranks as processes of %s", (mpi, command) => {
  const [program, ...options] = command ?? [""];
  if (command === null || (mpi === "MPICH" && !full)) {
    const why = command === null ? "is not installed" : "is for the full tier";
    test.skip(`skipped: ${mpi} ${why} (apt-get install ${mpi === "MPICH" ? "mpich" : "openmpi-bin"})`, () => {});
    return;
  }

  test("give the results of one process on the joined batch", { timeout: 120_000 }, async () => {
    const place = mkdtempSync(join(folder, "reports-"));
    const args = [at("ranks"), devices.join(), sizes.join(), names.join(";"), place];
    await run(program as string, [...options, "-n", "3", process.execPath, ...args]);
    const all = reportsIn(place);
    for (const device of devices)
      for (const size of sizes) for (const name of names) checkReports(all, name, device, size);
  });

  const faults: readonly { fault: string; reported: RegExp; quick?: boolean }[] = [
    {
      fault: "throws",
      reported: /^rank 1: RangeError: no more examples on this disk/m,
      quick: true,
    },
    {
      fault: "exits with a code",
      reported: /^rank 1: ended with exit code 3 before destroyProcessGroup\(\)/m,
    },
    { fault: "exits silently", reported: /^rank \d: ended with exit code 0 before/m },
    { fault: "is killed", reported: /signal 9|KILLED|exit code: 9/i },
    {
      fault: "hangs",
      reported:
        /CollectiveTimeoutError: DistributedDataParallel.synchronize #\d of f32 \[8\] at step 3, bucket 0: rank 1 did not arrive within 3 s/,
    },
    {
      fault: "another model",
      reported:
        /MismatchError: .*\n {2}rank 0: weight, f32 \[2, 3\]\n {2}rank 1: weight, f32 \[2, 4\]/,
    },
    {
      fault: "finishes early",
      reported:
        /MismatchError: .*\n {2}rank 0: .* at step 3, bucket 0\n {2}rank 1: destroyProcessGroup/,
    },
  ];
  test.each(faults.filter(({ quick = false }) => full || quick))(
    "a rank that $fault: all ranks end with its error, within ten seconds",
    { timeout: 60_000 },
    async ({ fault, reported }) => {
      const child = start(
        program as string,
        [...options, "-n", "2", process.execPath, at("fault"), fault],
        {
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      let said = "";
      let errors = "";
      child.stderr.on("data", (text) => (errors += text));
      child.stdout.on("data", (text) => (said += text));
      const code = await new Promise((done) => child.on("close", done));
      expect(code).not.toBe(0);
      expect(said).not.toContain("trained");
      expect(reported.source.startsWith("^") ? errors : `${errors}${said}`).toMatch(reported);
      const [, begun] = /@fault (\d+)/.exec(said) ?? [];
      if (fault !== "exits silently") expect(Date.now() - Number(begun)).toBeLessThan(10_000);
      expect(await orphans()).toEqual([]);
    },
  );
});

/** Processes of the program that still run after a moment. */
async function orphans(): Promise<string[]> {
  let left: string[] = [];
  for (let tries = 0; tries < 20; tries++) {
    left = readdirSync("/proc").filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(at("fault"));
      } catch {
        return false;
      }
    });
    if (left.length === 0) return left;
    await new Promise((done) => setTimeout(done, 100));
  }
  return left;
}

describe("two hosts of a hostfile", () => {
  const why = !full
    ? "is for the full tier"
    : !root || process.platform !== "linux"
      ? "needs root for network namespaces"
      : launchers["Open MPI"] === null
        ? "Open MPI is not installed"
        : canUnshare();
  if (why !== null) {
    test.skip(`skipped: ${why}`, () => {});
    return;
  }
  test("give the same results", { timeout: 120_000 }, async () => {
    const place = mkdtempSync(join(folder, "hosts-"));
    const script = join(import.meta.dirname, "programs/two-hosts.sh");
    const args = ["wasm", "1,2", "adam alone;adam;fit;collectives", place];
    await run(script, [place, process.execPath, at("ranks"), ...args]);
    const all = reportsIn(place);
    for (const name of ["adam", "fit", "collectives"]) checkReports(all, name, "wasm", 2);
    expect(all.get(keyOf("adam", "wasm", 2))?.length).toBe(2);
  });
});

function canUnshare(): string | null {
  try {
    execFileSync("ip", ["netns", "add", "wgtry"], { stdio: "pipe" });
    execFileSync("ip", ["netns", "del", "wgtry"], { stdio: "pipe" });
    return null;
  } catch {
    return "needs iproute2 and network namespaces";
  }
}
