import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { DecisionTreeClassifier, DecisionTreeRegressor } from "./decision-tree.ts";
import { LEAF } from "./tree.ts";

/** Settings of `exportText`. */
export interface ExportTextOptions {
  /** Names of the features (default: the columns of the table, or feature_0, feature_1 …). */
  readonly featureNames?: readonly string[];
  /** Names of the classes, in order (default: their labels). */
  readonly classNames?: readonly string[];
  /** Depth below which branches are omitted (default 10). */
  readonly maxDepth?: number;
  /** Spaces between levels (default 3). */
  readonly spacing?: number;
  /** Number of decimals (default 2). */
  readonly decimals?: number;
  /** Whether leaves show the weight of each class (default false). */
  readonly showWeights?: boolean;
}

/** Checked names of features and classes. Throws ArgumentError for a wrong number of names. */
export function namesOf(
  call: string,
  model: DecisionTreeClassifier | DecisionTreeRegressor,
  options: Pick<ExportTextOptions, "featureNames" | "classNames">,
): { readonly features: readonly string[]; readonly classes: readonly string[] | null } {
  const { width, names } = model.seen;
  const features =
    options.featureNames ?? names ?? Array.from({ length: width }, (_, j) => `feature_${j}`);
  const labels = "classes" in model ? model.classes : null;
  const classes = labels && (options.classNames ?? Array.from(labels, String));
  for (const [what, given, wanted] of [
    ["featureNames", features, width],
    ["classNames", classes ?? [], labels?.length ?? 0],
  ] as const) {
    if (given.length === wanted) continue;
    throw new ArgumentError(`${call}: got ${given.length} ${what}\n  hint: expected ${wanted}`);
  }
  return { features, classes };
}

/** A fitted tree as lines of text, like scikit-learn's `export_text`. */
export function exportText(
  model: DecisionTreeClassifier | DecisionTreeRegressor,
  options: ExportTextOptions = {},
): string {
  checkCall(
    "exportText(model: decisionTree, { featureNames, classNames, maxDepth: number, spacing: number, decimals: number, showWeights: boolean })",
    arguments,
  );
  const { maxDepth = 10, spacing = 3, decimals = 2, showWeights = false } = options;
  const { features, classes } = namesOf("exportText", model, options);
  const { feature, threshold, left, right, value, weight, width } = model.tree;
  const lines: string[] = [];
  const list = (numbers: Float64Array): string =>
    `[${Array.from(numbers, (number) => number.toFixed(decimals)).join(", ")}]`;
  const leaf = (node: number, indent: string): void => {
    const values = value.slice(node * width, (node + 1) * width);
    if (classes === null) {
      lines.push(`${indent} value: ${list(values)}`);
      return;
    }
    const name = classes[values.indexOf(Math.max(...values))];
    const weights = list(values.map((part) => part * (weight[node] as number)));
    lines.push(`${indent}${showWeights ? ` weights: ${weights}` : ""} class: ${name}`);
  };
  const depthBelow = (node: number): number =>
    left[node] === LEAF
      ? 1
      : 1 + Math.max(depthBelow(left[node] as number), depthBelow(right[node] as number));
  const visit = (node: number, depth: number): void => {
    const indent = `${`|${" ".repeat(spacing)}`.repeat(depth).slice(0, -spacing)}${"-".repeat(spacing)}`;
    if (depth > maxDepth + 1) {
      const below = depthBelow(node);
      if (below === 1) leaf(node, indent);
      else lines.push(`${indent} truncated branch of depth ${below}`);
      return;
    }
    if (left[node] === LEAF) {
      leaf(node, indent);
      return;
    }
    const name = features[feature[node] as number];
    const limit = (threshold[node] as number).toFixed(decimals);
    lines.push(`${indent} ${name} <= ${limit}`);
    visit(left[node] as number, depth + 1);
    lines.push(`${indent} ${name} >  ${limit}`);
    visit(right[node] as number, depth + 1);
  };
  visit(0, 1);
  return `${lines.join("\n")}\n`;
}
