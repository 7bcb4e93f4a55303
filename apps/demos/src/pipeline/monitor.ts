import type { Table } from "@wgrad/datasets";
import { known, t } from "../shared/language.ts";
import { driftReport } from "./drift.ts";
import { type Story, three } from "./story.ts";

/**
 * Compares new houses with those that were learned: some that are like them, and some of another
 * part of the county.
 */
export async function monitor(story: Story, train: Table, test: Table): Promise<void> {
  const north = test.take(indicesWhere(test.numbers("latitude"), (latitude) => latitude > 38.66));
  for (const [what, current] of [
    [t("the houses held out"), test],
    [t("those of them north of 38.66°"), north],
  ] as const) {
    const drifts = await driftReport(train, current);
    story.say("", `${what} (${current.length}):`, "");
    story.table(
      [t("column"), "PSI", "KS", "p", t("verdict")],
      drifts.map((drift) => [
        known(drift.column),
        three(drift.stability),
        three(drift.statistic),
        drift.pvalue.toFixed(4),
        drift.verdict,
      ]),
    );
  }
}

const indicesWhere = (values: Float64Array, test: (value: number) => boolean): number[] =>
  Array.from(values.keys()).filter((i) => test(values[i] as number));
