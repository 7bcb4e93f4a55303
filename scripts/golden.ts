import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type DeviceClass, init } from "@wgrad/autograd";
import { type Files, loadClassic } from "./golden/classic/load.ts";
import { type Group, loadGroup, sampleOf } from "./golden/load.ts";
import { loadOnnxGroup } from "./golden/onnx/load.ts";
import { loadPretrained } from "./golden/pretrained/load.ts";
import { isFault, printTable, report } from "./golden/report.ts";
import { type DeviceKind, type Outcome, runCase } from "./golden/run.ts";

const USAGE = `pnpm golden [--dir DIR] [--device cpu|wasm|webgpu] [--class CLASS] [--group G] [--category C] [--every N] [--json FILE]
Runs the reference cases of a folder (default: golden) on all devices or on one, and compares the results. --every runs one case in N, always the same ones. CLASS selects the kernels of WebGPU: software, integrated or discrete.`;

const DEVICES: readonly DeviceKind[] = ["cpu", "wasm", "webgpu"];

class UsageError extends Error {}

function readOptions() {
  const { values } = parseArgs({
    options: {
      dir: { type: "string", default: "golden" },
      device: { type: "string" },
      class: { type: "string" },
      group: { type: "string" },
      category: { type: "string" },
      every: { type: "string", default: "1" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.device !== undefined && !DEVICES.includes(values.device as DeviceKind)) {
    throw new UsageError(`--device must be cpu, wasm or webgpu, got ${values.device}`);
  }
  if (values.class !== undefined && values.device !== "webgpu")
    throw new UsageError("--class needs --device webgpu");
  if (!(Number(values.every) >= 1)) {
    throw new UsageError(`--every must be a whole number of 1 or more, got ${values.every}`);
  }
  return values;
}

/** The pairs of a `.json` and a `.safetensors` file in a folder, by name. */
function readFiles(dir: string): Map<string, Files> {
  const names = readdirSync(dir)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .filter((name) => existsSync(join(dir, `${name}.safetensors`)));
  return new Map(
    names.map((name) => [
      name,
      {
        json: readFileSync(join(dir, `${name}.json`), "utf8"),
        bytes: readFileSync(join(dir, `${name}.safetensors`)),
      },
    ]),
  );
}

/** The group whose tensors are inside its rows. */
const TABLE = "bydtype";

/**
 * The groups of a folder and of its subfolders `classic`, `models` and `onnx`. `only` selects one
 * group or subfolder.
 */
function readGroups(dir: string, only: string | undefined): Group[] {
  if (!existsSync(dir)) throw new UsageError(`there is no folder ${dir}`);
  const wanted = (name: string): boolean =>
    only === undefined || name === only || name === `${only}-added` || name.startsWith(`${only}/`);
  const classic = join(dir, "classic");
  const models = join(dir, "models");
  const table = join(dir, `${TABLE}.json`);
  const groups = [
    ...[...readFiles(dir)]
      .filter(([name]) => wanted(name))
      .map(([name, { json, bytes }]) => loadGroup(name, json, bytes)),
    ...(existsSync(table) && wanted(TABLE)
      ? [loadGroup(TABLE, readFileSync(table, "utf8"), null)]
      : []),
    ...(existsSync(classic) ? loadClassic(readFiles(classic)) : []).filter(({ name }) =>
      wanted(name),
    ),
    ...loadOnnxGroup(join(dir, "onnx")).filter(({ name }) => wanted(name)),
    ...(existsSync(models) ? loadPretrained(models) : []).filter(({ name }) => wanted(name)),
  ];
  if (groups.length === 0) throw new UsageError(`no group ${only ?? ""} in ${dir}`);
  return groups;
}

async function runAll(
  groups: readonly Group[],
  devices: readonly DeviceKind[],
  category: string | undefined,
  every: number,
  kind: DeviceClass | undefined,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const device of devices) {
    await init({ device, ...(kind === undefined ? {} : { class: kind }) });
    for (const group of groups) {
      const inCategory = group.cases.filter(
        (item) => category === undefined || item.category === category,
      );
      const cases = every === 1 ? inCategory : sampleOf(inCategory, every);
      for (const [i, item] of cases.entries()) {
        progress(`${device} ${group.name} ${i + 1}/${cases.length} ${item.id}`);
        outcomes.push(await runCase(group, item, device));
      }
    }
  }
  progress("");
  return outcomes;
}

function progress(line: string): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\r\x1b[K${line.slice(0, process.stderr.columns - 1)}`);
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const devices = options.device === undefined ? DEVICES : [options.device as DeviceKind];
  const groups = readGroups(options.dir, options.group);
  const outcomes = await runAll(
    groups,
    devices,
    options.category,
    Number(options.every),
    options.class as DeviceClass | undefined,
  );
  const { categories, ...summary } = report(outcomes);
  console.log(printTable({ categories, ...summary }));
  for (const { group, device, id, reason } of outcomes.filter(isFault)) {
    console.log(`${group}/${id} on ${device}: ${reason}`);
  }
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify({ ...summary, categories }, null, 2)}\n`);
  }
  process.exitCode = summary.ok ? 0 : 1;
}

main().catch((error: unknown) => {
  const expected =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  console.error(expected ? `${(error as Error).message}\n${USAGE}` : error);
  process.exitCode = 1;
});
