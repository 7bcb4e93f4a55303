import type { DeviceKind, Outcome, Status } from "./run.ts";

/** The number of cases with each status. */
export type Counts = Record<Status, number>;

/** The results of a run. */
export interface Report {
  readonly groups: Readonly<Record<string, Partial<Record<DeviceKind, Counts>>>>;
  /** Number of cases with each status for each category, in order of execution. */
  readonly categories: Readonly<Record<string, Partial<Record<DeviceKind, Counts>>>>;
  /** All cases that did not pass. */
  readonly failures: readonly Omit<Outcome, "category">[];
  /** Whether no case failed or is unmapped. */
  readonly ok: boolean;
}

/** The report of outcomes. */
export function report(outcomes: readonly Outcome[]): Report {
  return {
    groups: tally(outcomes, ({ group }) => group),
    categories: tally(outcomes, ({ group, category }) => `${group}/${category}`),
    failures: outcomes
      .filter(({ status }) => status !== "passed")
      .map(({ group, device, id, status, reason }) => ({ group, device, id, status, reason })),
    ok: !outcomes.some(isFault),
  };
}

/** Whether a case failed or has no counterpart. */
export function isFault({ status }: Pick<Outcome, "status">): boolean {
  return status === "failed" || status === "unmapped";
}

function tally(
  outcomes: readonly Outcome[],
  keyOf: (outcome: Outcome) => string,
): Record<string, Partial<Record<DeviceKind, Counts>>> {
  const table: Record<string, Partial<Record<DeviceKind, Counts>>> = {};
  for (const outcome of outcomes) {
    const { [keyOf(outcome)]: row = {} } = table;
    const counts = row[outcome.device] ?? { passed: 0, failed: 0, skipped: 0, unmapped: 0 };
    counts[outcome.status]++;
    row[outcome.device] = counts;
    table[keyOf(outcome)] = row;
  }
  return table;
}

/** The categories as a text table, one column for each device. */
export function printTable({ categories }: Report): string {
  const rows = Object.entries(categories).flatMap(([category, devices]) =>
    Object.entries(devices).map(([device, counts], i) => [
      i === 0 ? category : "",
      device,
      ...[counts.passed, counts.failed, counts.skipped, counts.unmapped].map(String),
    ]),
  );
  const header = ["category", "device", "passed", "failed", "skipped", "unmapped"];
  const widths = header.map((title, i) =>
    Math.max(...[header, ...rows].map((r) => r[i]?.length ?? 0), title.length),
  );
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, i) =>
          i < 2 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number),
        )
        .join("  "),
    )
    .join("\n");
}
