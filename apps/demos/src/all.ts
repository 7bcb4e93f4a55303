/** `pnpm demo:all [options]`: every lesson in a process of its own, and what each reached in `docs/results.md`. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { catalog } from "./catalog.ts";
import type { RunResult } from "./command.ts";
import { type Line, resultsPage } from "./results.ts";
import { byDefault, devices } from "./shared/options.ts";
import { writeWhole } from "./shared/write.ts";

const usage = `pnpm demo:all [options]

Runs every lesson with its full budget and writes docs/results.md (from docs/results.json). A lesson that has a line of
this commit is not run again: stop it when you like, and go on later.

  --only NAME,NAME     these lessons
  --missing            only lessons with no line at all, of whatever commit
  --budget quick|full  (default full)
  --device NAME        ${devices.join(", ")} (default: ${byDefault()})
  --seed N             (default 0)
  --page               runs nothing, writes the page from the lines there are`;

const root = fileURLToPath(new URL("../../..", import.meta.url));
const linesPath = join(root, "docs/results.json");
const pagePath = join(root, "docs/results.md");

const options = {
  only: { type: "string" },
  missing: { type: "boolean", default: false },
  budget: { type: "string", default: "full" },
  device: { type: "string" },
  seed: { type: "string", default: "0" },
  page: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

try {
  const { values } = parseArgs({ options });
  if (values.help) console.log(usage);
  else process.exitCode = await runAll(values);
} catch (error) {
  if (!String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS")) throw error;
  console.error(`error: ${(error as Error).message.split(/\. |\n/)[0]}; --help lists the options`);
  process.exitCode = 1;
}

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

async function runAll(values: Values): Promise<number> {
  const names = values.only?.split(",") ?? Object.keys(catalog);
  const unknown = names.filter((name) => !(name in catalog));
  if (unknown.length > 0) {
    console.error(
      `error: there is no demo ${unknown.join(", ")}; there are ${Object.keys(catalog).join(", ")}`,
    );
    return 1;
  }
  const commit = currentCommit();
  const args = [
    ["--budget", values.budget],
    ["--seed", values.seed],
    values.device === undefined ? [] : ["--device", values.device],
  ].flat();
  const config = args.join(" ");
  const failed: string[] = [];
  for (const name of values.page ? [] : names) {
    const known = readLines().find((line) => line.demo === name && line.config === config);
    if (known !== undefined && (values.missing || known.commit === commit)) {
      console.log(`${name}: has its line of ${known.commit}`);
      continue;
    }
    console.log(`${name} …`);
    const { code, result } = await runOne(name, args);
    if (result === null) {
      failed.push(name);
      continue;
    }
    if (code !== 0) failed.push(name);
    const { files, ...rest } = result;
    const line: Line = {
      ...rest,
      config,
      commit,
      machine: machine(),
      date: new Date().toISOString().slice(0, 10),
    };
    save([...readLines().filter((other) => other.demo !== name || other.config !== config), line]);
    console.log(`${name}: ${code === 0 ? "passed" : "missed"} in ${result.seconds} s`);
  }
  save(readLines());
  console.log(
    failed.length === 0 ? `written: ${pagePath}` : `missed or broken: ${failed.join(", ")}`,
  );
  return failed.length === 0 ? 0 : 1;
}

/** The lesson speaks to this terminal; its result comes back on its stdout. */
function runOne(
  name: string,
  args: readonly string[],
): Promise<{ code: number | null; result: RunResult | null }> {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, main, name, "--json", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const ran = code === 0 || code === 2;
      resolve({ code, result: ran ? (JSON.parse(stdout) as RunResult) : null });
    });
  });
}

/** Read anew each time: another run may be writing lines of its own. */
function readLines(): Line[] {
  return existsSync(linesPath) ? JSON.parse(readFileSync(linesPath, "utf8")) : [];
}

function save(lines: readonly Line[]): void {
  const order = Object.keys(catalog);
  const sorted = lines.toSorted((a, b) => order.indexOf(a.demo) - order.indexOf(b.demo));
  writeWhole(linesPath, `${JSON.stringify(sorted, null, 2)}\n`);
  writeWhole(pagePath, resultsPage(sorted, order));
}

/** HEAD; with a + where files beside the results are changed. */
function currentCommit(): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--", ".", ":!docs/results.*") !== "";
  return `${git("rev-parse", "--short=10", "HEAD")}${changed ? "+" : ""}`;
}

function machine(): string {
  const [{ model = "unknown" } = {}, ...others] = cpus();
  return `${others.length + 1} × ${model}`;
}
