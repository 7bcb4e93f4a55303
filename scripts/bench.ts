/**
 * `pnpm bench [--only NAME,…] [--against LIBRARY-BACKEND,…] [--json FILE] [--write]`: compares
 * training steps of wgrad and other libraries. NAME is a workload, or `record` or `host` (host time
 * of recording), `ablation` (benefit of each scheduler pass), `profile` (kernels of a step),
 * `compile` (its pipelines), `classic` (trees, forests and boosting) or `distributed` (bandwidth
 * between ranks and speed-up by a second rank). Times never fail a check.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { init } from "@wgrad/autograd";
import { ablation } from "./bench/ablation.ts";
import { classic } from "./bench/classic/run.ts";
import { distributed } from "./bench/distributed/run.ts";
import { kernelsOf, pipelinesOf } from "./bench/profile.ts";
import { type HostCosts, host, record } from "./bench/record.ts";
import {
  disagreements,
  load,
  machine,
  type Report,
  revision,
  tables,
  writeAblation,
  writeHost,
  writePage,
} from "./bench/report.ts";
import { CONTENDERS, run } from "./bench/run.ts";
import { workloads } from "./steps/workloads.ts";

const root = join(import.meta.dirname, "..");
const page = join(root, "docs", "benchmarks.md");
const { values } = parseArgs({
  options: {
    only: { type: "string" },
    against: { type: "string" },
    json: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

const KEYS = ["chain", "logistic", "mlp", "convnet", "gpt", "lstm"];
const ofModels = { ablation, profile: kernelsOf, compile: pipelinesOf };
const suites: Record<string, () => unknown> = { record, host, classic, distributed };
for (const [suite, rowsOf] of Object.entries(ofModels)) {
  suites[suite] = async () => {
    const report: Record<string, unknown> = {};
    for (const name of KEYS) {
      console.log(`${suite}: ${name}`);
      report[name] = await rowsOf(name);
    }
    return report;
  };
}
const chosen = values.only?.split(",") ?? Object.keys(workloads);
const known = [...Object.keys(workloads), ...Object.keys(suites)];
const names = CONTENDERS.map(({ library, backend }) => `${library}-${backend}`);
const against = values.against?.split(",") ?? names;
refuse("workload or suite", chosen, known);
refuse("contender", against, names);

function refuse(what: string, given: readonly string[], all: readonly string[]): void {
  const unknown = given.find((name) => !all.includes(name));
  if (unknown === undefined) return;
  console.error(`bench: unknown ${what} "${unknown}"; known are ${all.join(", ")}`);
  process.exit(1);
}

function save(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

const measured: Record<string, unknown> = {};
for (const name of chosen.filter((one) => one in suites)) {
  const result = await (suites[name] as () => unknown)();
  measured[name] = result;
  if (values.write) {
    const on = { revision: revision(), date: new Date().toISOString(), machine: machine() };
    if (name === "host") writeHost(page, result as HostCosts, on);
    if (name === "ablation") {
      const { description: adapter } = await init({ device: "webgpu" });
      writeAblation(page, result as Parameters<typeof writeAblation>[1], { ...on, adapter });
    }
  }
  for (const [part, rows] of name in ofModels
    ? Object.entries(result as object)
    : [[name, result]]) {
    console.log(part);
    console.table(rows);
  }
}

const lines = Object.keys(workloads).filter((name) => chosen.includes(name));
if (lines.length > 0) {
  const began = performance.now();
  const before = load();
  const seconds = (): number => (performance.now() - began) / 1000;
  const contenders = CONTENDERS.filter((_, i) => against.includes(names[i] as string));
  const results = await run(lines, contenders, (text) =>
    console.log(`${seconds().toFixed(0).padStart(4)} s  ${text}`),
  );
  const adapters = results.flatMap((line) => line.results.map(({ opened }) => opened?.adapter));
  const report: Report = {
    revision: revision(),
    date: new Date().toISOString(),
    machine: machine(),
    adapter: adapters.find((adapter) => adapter !== undefined) ?? "no adapter",
    load: [before, load()],
    seconds: seconds(),
    lines: results,
  };
  console.log(`\n${tables(results)}\n`);
  const file = values.json ?? join(root, "bench", "results", `${report.revision}.json`);
  save(file, { ...report, ...measured });
  console.log(`${file}; load average ${report.load.join(" before, ")} after the run`);
  if (values.write) writePage(page, report);
  const apart = disagreements(results);
  for (const text of apart) console.error(text);
  process.exit(apart.length === 0 ? 0 : 1);
}
if (values.json !== undefined) save(values.json, measured);
process.exit(0);
