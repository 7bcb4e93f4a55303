import { DataError } from "../table/error.ts";
import type { Column } from "../table/table.ts";
import { isMissing, type Value } from "./columns.ts";

/** The distinct values of a column, sorted: numbers by value, text by code units. */
export function categoriesOf(values: Column | readonly Value[]): Value[] {
  return [...new Set(Array.from<Value>(values))].sort((a, b) => (a < b ? -1 : 1));
}

/** Error for a value that is not one of the categories that `fit` saw. */
export function unknownCategory(
  call: string,
  place: string,
  value: Value,
  categories: readonly Value[],
  hint: string,
): DataError {
  const some = categories.slice(0, 8).map((category) => JSON.stringify(category));
  const seen = `${some.join(", ")}${categories.length > 8 ? `, … (${categories.length})` : ""}`;
  const what = isMissing(value) ? "a missing value" : JSON.stringify(value);
  return new DataError(`${call}: ${place}: ${what} is not one of ${seen}\n  hint: ${hint}`);
}

/** Index of each category. */
export const numbersOf = (categories: readonly Value[]): Map<Value, number> =>
  new Map(categories.map((category, number) => [category, number]));
