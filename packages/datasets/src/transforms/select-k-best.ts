import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type Labels, rowsByClass } from "../splits/stratify.ts";
import { each, readFeatures, readLabels } from "./features.ts";
import { Selection } from "./selection.ts";
import { meanOf } from "./statistics.ts";

/** Settings of SelectKBest. */
export interface SelectKBestOptions {
  /** Number of features to keep (default 10). */
  readonly k?: number;
}

/**
 * Keeps the k features with the largest F value of an analysis of variance between the classes: F =
 * (Σₖ nₖ (x̄ₖ − x̄)² / (K − 1)) / (Σₖ Σᵢ (xᵢ − x̄ₖ)² / (n − K)). [rows, features] → [rows, k].
 *
 * `fit` throws ArgumentError for a single class, for more features than there are, and for missing
 * values (NaN).
 */
export class SelectKBest extends Selection<Required<SelectKBestOptions>> {
  readonly type = "SelectKBest";

  constructor(options: SelectKBestOptions = {}) {
    checkCall("new SelectKBest({ k: number })", arguments);
    const { k = 10 } = options;
    if (!Number.isInteger(k) || k < 1) {
      throw new ArgumentError(`SelectKBest: k is ${k}\n  hint: a whole number ≥ 1`);
    }
    super({ k });
  }

  /** F value of each feature; null for constant features. */
  get scores(): readonly (number | null)[] {
    return this.learned("scores").scores;
  }

  async fit(x: Tensor, y?: Labels | Tensor): Promise<this> {
    checkCall("best.fit(x: tensor, y?)", arguments);
    const { k } = this.options;
    const features = await readFeatures("SelectKBest.fit", x);
    const classes = rowsByClass(await readLabels("SelectKBest.fit", y, features.rows));
    if (classes.length < 2) {
      throw new ArgumentError("SelectKBest.fit: all labels have the same class");
    }
    if (k > features.width) {
      throw new ArgumentError(
        `SelectKBest.fit: k is ${k}, but there are ${features.width} features\n  hint: use a smaller k`,
      );
    }
    const scores = each(features, (column, j) => {
      const missing = features.rows - column.length;
      if (missing === 0) return fValue(column, classes);
      throw new ArgumentError(
        `SelectKBest.fit: feature ${j} lacks ${missing} of ${features.rows} values\n  hint: apply SimpleImputer first`,
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
