import type { RunResult } from "./command.ts";
import { duration } from "./shared/duration.ts";
import { bounds, digits } from "./shared/verdict.ts";

/** A line of the results: what a lesson reached, when and where. */
export interface Line extends Omit<RunResult, "files"> {
  /** The options it ran with. */
  readonly config: string;
  /** The commit it ran on; with a + where files were changed. */
  readonly commit: string;
  readonly machine: string;
  readonly date: string;
}

/** The results as a page; `lessons` are all that there should be lines of. */
export function resultsPage(lines: readonly Line[], lessons: readonly string[]): string {
  const missed = lines.filter(({ checks }) => checks.some(({ passed }) => !passed));
  const verdict =
    missed.length === 0
      ? "Every threshold below is met."
      : `Missed: ${missed.map(({ demo, budget }) => `${demo} (${budget})`).join(", ")}.`;
  const absent = lessons.filter((name) => lines.every(({ demo }) => demo !== name));
  const rest = absent.length === 0 ? [] : ["", `Not measured yet: ${absent.join(", ")}.`];
  return [
    "# What the lessons reach",
    "",
    "Measured by `pnpm demo:all`, which writes this page: each line is one run from scratch, with its seed, on the commit",
    `named. ${verdict}`,
    ...rest,
    "",
    "| lesson | reached (must be) | seed, budget | time | commit, day | device |",
    "|---|---|---|--:|---|---|",
    ...lines.map((line) => `| ${cells(line).join(" | ")} |`),
    "",
  ].join("\n");
}

function cells(line: Line): string[] {
  const { demo, checks, measures, note, seed, budget, seconds, commit, date, machine } = line;
  const checked = new Set(checks.map(({ measure }) => measure));
  const reached = [
    ...checks.map((check) => {
      const mark = check.passed ? "" : " **missed**";
      return `${check.measure} ${digits(check.value)} (${bounds(check)})${mark}`;
    }),
    ...Object.entries(measures)
      .filter(([measure]) => !checked.has(measure))
      .map(([measure, value]) => `${measure} ${digits(value)}`),
    ...(note === undefined ? [] : [note]),
  ];
  return [
    demo,
    reached.join("<br>"),
    `${seed}, ${budget}`,
    duration(seconds),
    `${commit}, ${date}`,
    `${line.device}; ${machine}`,
  ].map((cell) => cell.replaceAll("|", "\\|"));
}

/** How long a lesson's full budget took where it was measured; null where it was not. */
export function fullTime(lines: readonly Line[], demo: string): string | null {
  const line = lines.find((each) => each.demo === demo && each.budget === "full");
  if (line === undefined) return null;
  return `${duration(line.seconds)} on ${line.machine.trim()}`;
}
