import { DataError, readCsv, type Table } from "@wgrad/datasets";
import type { Options } from "./options.ts";
import { UsageError } from "./options.ts";

/** A user's table, read and checked: every cell is a number and the target varies. */
export interface OwnTable {
  readonly table: Table;
  /** What predicts. */
  readonly features: readonly string[];
  /** What is predicted. */
  readonly target: string;
}

/** Reads `--csv FILE` and takes `--target NAME`, or the last column, as what is to be predicted. */
export async function readOwnTable(csv: string, { target: wanted }: Options): Promise<OwnTable> {
  const table = await readCsv(csv);
  const target = wanted ?? (table.names.at(-1) as string);
  if (!table.names.includes(target)) {
    throw new UsageError(
      `${csv}: no column "${target}" to predict; there are ${table.names.join(", ")}`,
    );
  }
  const features = table.names.filter((name) => name !== target);
  if (features.length === 0) {
    throw new DataError(`${csv}: only one column, "${target}", and nothing to predict it from`);
  }
  if (table.length < 2) throw new DataError(`${csv}: only one row: nothing to learn from`);
  for (const name of table.names) table.numbers(name);
  const values = table.numbers(target);
  if (values.every((value) => value === values[0])) {
    throw new DataError(
      `${csv}: column "${target}" is ${values[0]} in every row: nothing to learn`,
    );
  }
  return { table, features, target };
}
