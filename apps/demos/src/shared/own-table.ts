import { DataError, readCsv, type Source, type Table } from "@wgrad/datasets";
import { t } from "./language.ts";

/** A user's table, read and checked: every cell is a number and the target varies. */
export interface OwnTable {
  readonly table: Table;
  /** What predicts. */
  readonly features: readonly string[];
  /** What is predicted. */
  readonly target: string;
}

/**
 * Reads a user's CSV, which messages call `name`, and takes the column `target`, or the last one,
 * as what is to be predicted.
 */
export async function readOwnTable(
  csv: Source,
  {
    name = String(csv),
    target: wanted,
  }: { readonly name?: string; readonly target?: string | undefined },
): Promise<OwnTable> {
  const table = await readCsv(csv, { name });
  const target = wanted ?? (table.names.at(-1) as string);
  if (!table.names.includes(target)) {
    throw new DataError(
      t('{name}: no column "{target}" to predict; there are {names}', {
        name,
        target,
        names: table.names.join(", "),
      }),
    );
  }
  const features = table.names.filter((column) => column !== target);
  if (features.length === 0) {
    throw new DataError(
      t('{name}: only one column, "{target}", and nothing to predict it from', { name, target }),
    );
  }
  if (table.length < 2)
    throw new DataError(t("{name}: only one row: nothing to learn from", { name }));
  for (const column of table.names) table.numbers(column);
  const values = table.numbers(target);
  if (values.every((value) => value === values[0])) {
    throw new DataError(
      t('{name}: column "{target}" is {value} in every row: nothing to learn', {
        name,
        target,
        value: values[0],
      }),
    );
  }
  return { table, features, target };
}
