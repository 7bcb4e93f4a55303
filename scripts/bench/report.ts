import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import type { Cost } from "./ablation.ts";
import type { HostCosts } from "./record.ts";
import type { Line, Result } from "./run.ts";

/** The results of a benchmark run. */
export interface Report {
  readonly revision: string;
  readonly date: string;
  readonly machine: string;
  readonly adapter: string;
  /** Load averages over a minute, before and after. */
  readonly load: readonly [number, number];
  readonly seconds: number;
  readonly lines: readonly Line[];
}

/** Revision and machine of a measurement. */
export type Place = Pick<Report, "revision" | "date" | "machine" | "adapter">;

/** The commit, marked if the tree differs from it in more than the written figures. */
export function revision(): string {
  const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8" }).trim();
  const dirty = git("status", "--porcelain", "--untracked-files=no", ":!docs", ":!bench") !== "";
  return `${git("rev-parse", "--short=10", "HEAD")}${dirty ? "-changed" : ""}`;
}

/** The processors of this machine. */
export const machine = (): string => `${cpus().length} × ${cpus()[0]?.model.trim()}`;
/** The load average over a minute. */
export const load = (): number => Number((loadavg()[0] as number).toFixed(1));

const name = ({ library, backend }: Result): string => `${library}-${backend}`;
const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : value.toPrecision(value < 100 ? 3 : 4);

/** How many times longer the fastest other library takes than wgrad on the same backend. */
function ratio(
  { results }: Line,
  backend: Result["backend"],
  of: (result: Result) => number | null | undefined,
): number | null {
  const on = results.filter((result) => result.backend === backend);
  const mine = on.find(({ library }) => library === "wgrad");
  const peers = on
    .filter(({ library }) => library !== "wgrad")
    .map(of)
    .filter((value): value is number => typeof value === "number");
  const ours = mine === undefined ? null : of(mine);
  return peers.length === 0 || !ours ? null : Math.min(...peers) / ours;
}

/**
 * Tables of milliseconds per step and to the first step, one row a workload; the ratios compare the
 * fastest peer with wgrad, by backend.
 */
export function tables(lines: readonly Line[]): string {
  const names = [...new Set(lines.flatMap(({ results }) => results.map(name)))];
  const compared = [
    ...new Set(
      lines.flatMap(({ results }) =>
        results.flatMap(({ library, backend }) => (library === "wgrad" ? [backend] : [])),
      ),
    ),
  ];
  const table = (of: (result: Result) => number | null | undefined): string[] => {
    const rows = lines.map((line) => {
      const cells = names.map((column) => {
        const result = line.results.find((one) => name(one) === column);
        if (result === undefined) return "";
        const value = of(result);
        return value === null || value === undefined ? (result.note ?? "–") : number(value);
      });
      const ratios = compared.map((backend) => {
        const times = ratio(line, backend, of);
        return times === null ? "–" : `${times.toFixed(2)}×`;
      });
      return `| ${[line.title, ...cells, ...ratios].join(" | ")} |`;
    });
    const heads = [...names, ...compared.map((backend) => `faster peer ÷ wgrad, ${backend}`)];
    return [`| | ${heads.join(" | ")} |`, `|---|${heads.map(() => "---:|").join("")}`, ...rows];
  };
  const asked = lines.flatMap((line) =>
    line.results
      .filter(({ opened }) => opened?.counts)
      .map((result) => {
        const { counts, pipelines } = result.opened as NonNullable<Result["opened"]>;
        const c = counts as NonNullable<typeof counts>;
        const cells = [c.dispatches, c.passes, c.submits, c.bindGroupsCreated, c.buffersCreated];
        return `| ${line.line} | ${name(result)} | ${cells.join(" | ")} | ${pipelines} | ${number(result.hostMs)} | ${number(result.cpuMs)} |`;
      }),
  );
  const differences = lines.map(
    ({ line, difference }) => `${line} ${difference === null ? "–" : difference.toExponential(1)}`,
  );
  return [
    "Milliseconds per step:",
    "",
    ...table(({ ms }) => ms),
    "",
    "Milliseconds from opening the backend to the first loss:",
    "",
    ...table(({ opened }) => opened?.firstMs),
    "",
    "GPU calls of a step, pipelines in total, milliseconds for which its calls occupy the program, and processor",
    "milliseconds of the whole browser:",
    "",
    "| line | | dispatches | passes | submits | bind groups | buffers | pipelines | host | processor |",
    "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...asked,
    "",
    `Largest relative difference of a loss to wgrad's: ${differences.join(", ")}.`,
  ].join("\n");
}

/** Losses that differ by more than rounding, which means that the work is not the same. */
export function disagreements(lines: readonly Line[]): string[] {
  return lines
    .filter(({ difference }) => difference !== null && !(difference < 2e-3))
    .map(({ line, results }) => {
      const losses = results
        .filter(({ opened }) => opened !== null)
        .map((result) => `\n  ${name(result)}: ${result.opened?.losses.join(", ")}`);
      return `bench: ${line}: the losses differ${losses.join("")}`;
    });
}

const MARKS = ["<!-- figures -->", "<!-- /figures -->"] as const;
const ABLATION = ["<!-- ablation -->", "<!-- /ablation -->"] as const;
const HOST = ["<!-- host -->", "<!-- /host -->"] as const;

/** Writes the figures into the page, between its marks. */
export function writePage(file: string, report: Report): void {
  const { load, seconds, lines } = report;
  const head = `${measuredOn(report)}; load average ${load[0]} before and ${load[1]} after; ${Math.round(seconds)} s.`;
  replaceBetween(file, MARKS, `${head}\n\n${tables(lines)}`);
}

/**
 * Benefit of each pass: dispatches, megabytes and milliseconds of a step without it, for each
 * model.
 */
export function writeAblation(
  file: string,
  report: Readonly<Record<string, Readonly<Record<string, Cost>>>>,
  on: Place,
): void {
  const models = Object.keys(report);
  const variants = Object.keys(report[models[0] as string] ?? {});
  const rows = variants.map((variant) => {
    const cells = models.map((model) => {
      const { dispatches, megabytes, ms } = (report[model] as Record<string, Cost>)[
        variant
      ] as Cost;
      return `${dispatches} · ${number(megabytes)} · ${number(ms)}`;
    });
    return `| ${variant} | ${cells.join(" | ")} |`;
  });
  const table = [
    `| | ${models.join(" | ")} |`,
    `|---|${models.map(() => "---:|").join("")}`,
    ...rows,
  ];
  const load = `load average ${loadavg()[0]?.toFixed(1)} at the end.`;
  replaceBetween(file, ABLATION, `${measuredOn(on)}; ${load}\n\n${table.join("\n")}`);
}

/** Host milliseconds of steps. */
export function writeHost(file: string, costs: HostCosts, on: Omit<Place, "adapter">): void {
  const names = Object.keys(costs);
  const cells = names.map((name) =>
    number((costs[name] as HostCosts[string]).microsecondsPerStep / 1000),
  );
  const table = [
    `| ${names.join(" | ")} |`,
    `|${names.map(() => "---:|").join("")}`,
    `| ${cells.join(" | ")} |`,
  ];
  const load = `load average ${loadavg()[0]?.toFixed(1)} at the end.`;
  const place = measuredOn({ ...on, adapter: "a device that does nothing" });
  replaceBetween(file, HOST, `${place}; ${load}\n\n${table.join("\n")}`);
}

const measuredOn = ({ revision, date, machine, adapter }: Place): string =>
  `Revision ${revision}, ${date.slice(0, 10)}, ${machine}, ${adapter}`;

function replaceBetween(
  file: string,
  [begin, end]: readonly [string, string],
  content: string,
): void {
  const text = readFileSync(file, "utf8");
  const [before, rest] = text.split(begin) as [string, string];
  const after = rest.split(end)[1] as string;
  writeFileSync(file, `${before}${begin}\n${content}\n${end}${after}`);
}
