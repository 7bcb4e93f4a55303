import type { Table } from "@wgrad/datasets";
import { kolmogorovSmirnov, populationStabilityIndex } from "@wgrad/metrics";
import { columns, kinds } from "./houses.ts";

/** How far a column of new rows has moved from the rows that were learned. */
export interface Drift {
  readonly column: string;
  readonly stability: number;
  readonly statistic: number;
  readonly pvalue: number;
  readonly verdict: "stable" | "watch" | "drifted";
}

/**
 * Compares columns with what was learned: the population stability index, by which below 0.1 is
 * stable and above 0.25 has drifted, and the Kolmogorov–Smirnov test, whose small p says that
 * chance alone does not explain the difference.
 */
export async function driftReport(reference: Table, current: Table): Promise<Drift[]> {
  const report: Drift[] = [];
  for (const column of columns) {
    const [before, now] = [valuesOf(reference, column), valuesOf(current, column)];
    const stability = await populationStabilityIndex(before, now);
    const { statistic, pvalue } = await kolmogorovSmirnov(before, now);
    const verdict =
      stability > 0.25 && pvalue < 0.01
        ? "drifted"
        : stability > 0.1 || pvalue < 0.01
          ? "watch"
          : "stable";
    report.push({ column, stability, statistic, pvalue, verdict });
  }
  return report;
}

const valuesOf = (table: Table, column: string): number[] =>
  column === "type"
    ? table.strings(column).map((kind) => kinds.indexOf(kind as (typeof kinds)[number]))
    : [...table.numbers(column)];
