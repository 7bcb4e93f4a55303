import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type Labels, rowsByClass } from "../splits/stratify.ts";
import { each, readFeatures, readLabels } from "./features.ts";
import { Selection } from "./selection.ts";
import { meanOf } from "./statistics.ts";

/** Settings of SelectKBest. */
export interface SelectKBestOptions {
  /** How many features stay (default 10). */
  readonly k?: number;
}

/**
 * Keeps the features whose means differ most between classes, by the F value of an analysis of
 * variance: F = (Σₖ nₖ (x̄ₖ − x̄)² / (K − 1)) / (Σₖ Σᵢ (xᵢ − x̄ₖ)² / (n − K)). [rows, features] →
 * [rows, k].
 *
 * `fit` throws ArgumentError for one class only, for more features than there are, and for missing
 * numbers (NaN).
 */
export class SelectKBest extends Selection<Required<SelectKBestOptions>> {
  readonly type = "SelectKBest";

  constructor(options: SelectKBestOptions = {}) {
    checkCall("new SelectKBest({ k: number })", arguments);
    const { k = 10 } = options;
    if (!Number.isInteger(k) || k < 1) {
      throw new ArgumentError(`SelectKBest: k is ${k}\n  hint: a whole number, 1 or more`);
    }
    super({ k });
  }

  /** F of each feature; null for one that does not vary. */
  get scores(): readonly (number | null)[] {
    return this.learned("scores").scores;
  }

  async fit(x: Tensor, y?: Labels | Tensor): Promise<this> {
    if (arguments.length > 2) checkCall("best.fit(x: tensor, y?)", arguments);
    const { k } = this.options;
    const features = await readFeatures("SelectKBest.fit", x);
    const classes = rowsByClass(await readLabels("SelectKBest.fit", y, features.rows));
    if (classes.length < 2) {
      throw new ArgumentError("SelectKBest.fit: the labels are all of one class");
    }
    if (k > features.width) {
      throw new ArgumentError(
        `SelectKBest.fit: ${k} of ${features.width} features\n  hint: a smaller k`,
      );
    }
    const scores = each(features, (column, j) => {
      const missing = features.rows - column.length;
      if (missing === 0) return fValue(column, classes);
      throw new ArgumentError(
        `SelectKBest.fit: feature ${j} misses ${missing} of ${features.rows} numbers\n  hint: SimpleImputer first`,
      );
    });
    const worth = scores.map((score) => (Number.isNaN(score) ? -Infinity : score));
    const best = [...scores.keys()].sort(
      (a, b) => (worth[b] as number) - (worth[a] as number) || b - a,
    );
    const chosen = new Set(best.slice(0, k));
    return this.keep(
      scores,
      [...scores.keys()].map((j) => chosen.has(j)),
      "is left",
    );
  }
}

function fValue(column: Float64Array, classes: readonly (readonly number[])[]): number {
  const mean = meanOf(column);
  let [between, within] = [0, 0];
  for (const rows of classes) {
    const values = Float64Array.from(rows, (row) => column[row] as number);
    const own = meanOf(values);
    between += rows.length * (own - mean) ** 2;
    for (const value of values) within += (value - own) ** 2;
  }
  return between / (classes.length - 1) / (within / (column.length - classes.length));
}
