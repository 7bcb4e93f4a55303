/**
 * `pnpm compat`: runs the reference cases of functions and the check of the registry, and writes
 * the results to docs/compatibility.md.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type DType, grad, init, Tensor, WgradError } from "@wgrad/autograd";
import { entriesBelow } from "../packages/autograd/test/ops/trace.ts";
import { fromPyTorch } from "./compatibility/page.ts";
import { decode, decodeAll, flatten, fromRecord, invoke } from "./golden/call.ts";
import { readInputs } from "./golden/groups/forward.ts";
import { type Case, type Group, loadGroup } from "./golden/load.ts";
import { camel } from "./golden/names.ts";
import type { Report } from "./golden/report.ts";
import type { Run } from "./golden/run.ts";

const NAMES = "docs/from-pytorch.md";
const GOLDEN = ".reports/golden-ops.json";
const COVERAGE = ".reports/op-coverage.json";
const PAGE = "docs/compatibility.md";

/** An op of the registry, from the check of the op tables. */
interface OpCoverage {
  readonly key: string;
  readonly cpu: readonly DType[];
  readonly webgpu: readonly DType[];
  /** How many times it can be differentiated; null if it has no gradient. */
  readonly order: 0 | 1 | 2 | null;
}

function run(command: string): void {
  const [program = "", ...args] = command.split(" ");
  const { status } = spawnSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0)
    console.error(`${command}: exit status ${status}; the table shows the failures`);
}

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;
const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** The usual order of dtypes. */
const ORDER: readonly DType[] = ["f32", "f64", "f16", "i32", "u32", "u8", "bool"];
const list = (dtypes: readonly DType[]): string =>
  ORDER.filter((dtype) => dtypes.includes(dtype)).join(" ") || "–";

interface Coverage {
  readonly ops: readonly OpCoverage[];
  /** Names of tape entries that some row checks to second order. */
  readonly second: readonly string[];
}

type Order = 0 | 1 | 2;

/**
 * How many times a case can be differentiated with respect to all its floating inputs, or to those
 * whose gradients it compares.
 */
async function orderOf(group: Group, item: Case, checked: ReadonlySet<string>): Promise<Order> {
  const fractions = item.inputs.filter((name) => group.tensor(item.id, name).dtype === "f32");
  try {
    const grads = Object.fromEntries(fractions.map((name) => [name, name]));
    return await tapeOrder(group, { ...item, grads }, checked);
  } catch (error) {
    if (!(error instanceof WgradError)) throw error; // such as a write into a leaf
    return tapeOrder(group, item, checked);
  }
}

/** 1 if only the gradient is compared; 2 if every rule on its tape is checked to second order. */
async function tapeOrder(group: Group, item: Case, checked: ReadonlySet<string>): Promise<Order> {
  const { given, leaves } = readInputs({ item, group, device: "cpu" } as Run);
  const wanted = [...leaves.values()];
  if (wanted.length === 0) return 0;
  const result = await invoke(item.op as string, {
    args: (item.call ?? []).map((value) => decode(value, given)),
    kwargs: decodeAll(item.kwargs, given),
  });
  const outputs = flatten(result).filter((output) => output instanceof Tensor);
  const ends = outputs.filter((output) => output.requiresGrad);
  if (ends.length === 0) return 0;
  const total = ends.map((end) => end.sum()).reduce((a, b) => a.add(b));
  const slopes = grad(total, wanted, { createGraph: true, allowUnused: true });
  const tape = entriesBelow([...ends, ...slopes.filter((slope: Tensor | null) => slope !== null)]);
  return [...tape].every((name) => checked.has(name)) ? 2 : 1;
}

/**
 * The line of a function: how many of its cases agree with PyTorch on each device, its dtypes and
 * its gradient.
 */
async function functionRow(
  name: string,
  cases: readonly Case[],
  group: Group,
  { failures }: Report,
  checked: ReadonlySet<string>,
): Promise<string[]> {
  const agreed = (device: "cpu" | "webgpu"): Case[] =>
    cases.filter(({ id }) => !failures.some((one) => one.id === id && one.device === device));
  const share = (device: "cpu" | "webgpu"): string => `${agreed(device).length} of ${cases.length}`;
  let order = 0;
  for (const item of agreed("cpu")) order = Math.max(order, await orderOf(group, item, checked));
  const dtypes = new Set(
    agreed("cpu").flatMap(({ id, inputs }) =>
      inputs.length === 0
        ? []
        : inputs.map((input) => fromRecord(group.tensor(id, input), false).dtype),
    ),
  );
  const ours = name.split(".").at(-1) as string;
  return [
    `\`${camel(ours)}\``,
    `\`${name}\``,
    share("cpu"),
    share("webgpu"),
    list([...dtypes]),
    order === 0 ? "–" : `${order}`,
  ];
}

function opRow({ key, cpu, webgpu, order }: OpCoverage): string[] {
  const at = key.lastIndexOf(" (");
  const [family] = key.slice(at + 2, -1).split(", ");
  return [
    `\`${key.slice(0, at)}\``,
    family as string,
    list(cpu),
    list(webgpu),
    order === null ? "–" : `${order}`,
  ];
}

function grouped<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

const FUNCTIONS = ["function", "PyTorch", "cpu", "webgpu", "dtypes", "gradient"];
const OPS = ["op", "family", "cpu", "webgpu", "gradient"];

async function page(group: Group, report: Report, { ops, second }: Coverage): Promise<string> {
  const checked = new Set(second);
  const byName = grouped(group.cases, ({ op }) => op as string);
  const byCategory = grouped(byName, ([, cases]) => (cases[0] as Case).category);
  const sections: string[] = [];
  for (const [category, functions] of byCategory) {
    const rows: string[][] = [];
    for (const [name, cases] of functions)
      rows.push(await functionRow(name, cases, group, report, checked));
    sections.push(`### ${category}\n\n${table(FUNCTIONS, rows)}`);
  }
  return `# Compatibility

Made by \`pnpm compat\` from test results. Do not edit it.

## Functions

Each line is a PyTorch function that the reference cases call (\`golden/ops.json\`): the number of its cases that give PyTorch's values, dtypes and
first gradients on the device, the dtypes of their inputs, and how many times it can be differentiated (2: by rules whose own gradients are compared with
differences in f64, so any number of times; –: it returns integers, bools or new tensors). \`f64\` works for all of them, on the \`cpu\` device only.

${sections.join("\n\n")}

## Operations

The functions are composed of these operations: every operation of the registry, the dtypes of its results in the rows of the op tables (\`packages/autograd/test/ops\`), which run on
both devices (\`f16\` on \`webgpu\` if the adapter has \`shader-f16\`), and how many times its gradient is checked. A test fails if an operation or the check of its gradient is missing here.

${table(OPS, ops.map(opRow))}
`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      keep: { type: "boolean", default: false },
      names: { type: "boolean", default: false },
    },
  });
  writeFileSync(NAMES, fromPyTorch());
  if (values.names) return;
  if (!values.keep) {
    run(`pnpm golden --group ops --json ${GOLDEN}`);
    run("pnpm vitest run --project node packages/autograd/test/ops/coverage.node.test.ts");
  }
  await init({ device: "cpu" });
  const group = loadGroup(
    "ops",
    readFileSync("golden/ops.json", "utf8"),
    readFileSync("golden/ops.safetensors"),
  );
  writeFileSync(PAGE, await page(group, readJson<Report>(GOLDEN), readJson<Coverage>(COVERAGE)));
}

await main();
