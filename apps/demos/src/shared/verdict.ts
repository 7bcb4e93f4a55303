import type { Check, Outcome } from "./demo.ts";
import { known, t } from "./language.ts";
import { say, table } from "./terminal.ts";

/** A check with the value that was measured. */
export interface Verdict extends Check {
  readonly value: number;
  readonly passed: boolean;
}

/** Holds what was measured against what must be reached. Throws where a measure has no value. */
export function judge(checks: readonly Check[], { measures }: Outcome): Verdict[] {
  return checks.map((check) => {
    const { measure, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = check;
    const value = measures[measure];
    if (value === undefined) throw new Error(`no measure "${measure}" was taken`);
    return { ...check, value, passed: value >= least && value <= most };
  });
}

/** "≥ 0.94", "≤ 5.6", "0.495 … 0.505". */
export function bounds({ least, most }: Check): string {
  if (least !== undefined && most !== undefined) return `${least} … ${most}`;
  return least === undefined ? `≤ ${most}` : `≥ ${least}`;
}

/** A number as people write it: five digits, all of a whole number. */
export const digits = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));

export function sayVerdicts(verdicts: readonly Verdict[]): void {
  say("");
  table(
    [t("measured"), t("value"), t("must be"), ""],
    verdicts.map((verdict) => [
      known(verdict.measure),
      digits(verdict.value),
      bounds(verdict),
      verdict.passed ? "✓" : t("✗ missed"),
    ]),
  );
}
