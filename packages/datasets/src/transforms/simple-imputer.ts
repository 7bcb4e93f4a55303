import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { DataError } from "../table/error.ts";
import type { Column } from "../table/table.ts";
import { checkColumns, isMissing, type Value } from "./columns.ts";
import { meanOf, quantileOf } from "./statistics.ts";
import { Fitted, type NamedColumn, type Transform } from "./transform.ts";

/** Settings of SimpleImputer, with scikit-learn's names and defaults. */
export interface SimpleImputerOptions {
  /** Replacement of missing values (default "mean"); text columns have no mean or median. */
  readonly strategy?: "mean" | "median" | "mostFrequent" | "constant";
  /** The constant (default 0). */
  readonly fillValue?: Value;
}

interface State {
  readonly names: readonly string[];
  readonly fill: readonly Value[];
}

/**
 * Replaces missing values (NaN in numeric columns, empty text) by a value learned from the training
 * rows. Of equally frequent values it takes the smallest.
 *
 * Throws DataError for a column without any value, and for text with a mean or median.
 */
export class SimpleImputer
  extends Fitted<Required<SimpleImputerOptions>, State>
  implements Transform<"columns", "columns">
{
  readonly type = "SimpleImputer";
  readonly takes = "columns";
  readonly gives = "columns";

  constructor(options: SimpleImputerOptions = {}) {
    checkCall(
      'new SimpleImputer({ strategy: "mean" | "median" | "mostFrequent" | "constant", fillValue: string | number })',
      arguments,
    );
    const { strategy = "mean", fillValue = 0 } = options;
    if (!["mean", "median", "mostFrequent", "constant"].includes(strategy)) {
      throw new ArgumentError(
        `SimpleImputer: strategy is ${JSON.stringify(strategy)}\n  hint: use "mean", "median", "mostFrequent" or "constant"`,
      );
    }
    super({ strategy, fillValue });
  }

  /** The replacement of each column. */
  get fill(): readonly Value[] {
    return this.learned("fill").fill;
  }

  fit(columns: readonly NamedColumn[]): this {
    checkCall("imputer.fit(columns: array, y?)", arguments);
    return this.learn({
      names: columns.map(({ name }) => name),
      fill: columns.map((column) => this.#fillOf(column)),
    });
  }

  transform(columns: readonly NamedColumn[]): NamedColumn[] {
    checkCall("imputer.transform(columns: array)", arguments);
    const { names, fill } = this.learned("transform");
    checkColumns("SimpleImputer.transform", columns, names);
    return columns.map(({ name, values }, j) => ({
      name,
      values: filled(values, fill[j] as Value),
    }));
  }

  #fillOf({ name, values }: NamedColumn): Value {
    const { strategy, fillValue } = this.options;
    const isText = Array.isArray(values);
    const refuse = (what: string, hint: string): DataError =>
      new DataError(`SimpleImputer.fit: column ${JSON.stringify(name)} ${what}\n  hint: ${hint}`);
    if (strategy === "constant") {
      if (isText === (typeof fillValue === "string")) return fillValue;
      throw refuse(
        `is ${isText ? "text" : "numbers"}`,
        `pass a fillValue of that type instead of ${fillValue}`,
      );
    }
    const there = Array.from<Value>(values).filter((value) => !isMissing(value));
    if (there.length === 0) throw refuse("has no values", "leave it out");
    if (strategy === "mostFrequent") return mostFrequent(there);
    if (isText) throw refuse(`is text, which has no ${strategy}`, 'use strategy: "mostFrequent"');
    const numbers = Float64Array.from(there as number[]);
    return strategy === "mean" ? meanOf(numbers) : quantileOf(numbers.sort(), 0.5);
  }
}

function mostFrequent(values: readonly Value[]): Value {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return ranked[0]?.[0] as Value;
}

function filled(values: Column, fill: Value): Column {
  if (Array.isArray(values))
    return values.map((value) => (isMissing(value) ? String(fill) : value));
  if (values instanceof Int32Array) return values;
  return values.map((value) => (isMissing(value) ? Number(fill) : value));
}
