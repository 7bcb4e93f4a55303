import { checkCall } from "@wgrad/autograd/plugin";
import type { Table } from "../../table/table.ts";
import { checkLimit, type PackedOptions } from "../limits.ts";
import { nameOf, type Source, textOf } from "../open.ts";
import { type CsvOptions, csvSettings, parseCsv } from "./parse.ts";

/** Settings of the reader of CSV files. */
export interface CsvFileOptions extends CsvOptions, PackedOptions {}

/**
 * Reads a table from a CSV file or address, gzipped or not.
 *
 * Throws DataError if there is nothing to read, LimitError if it unpacks to too much, and the
 * errors of `parseCsv`.
 */
export async function readCsv(source: Source, options: CsvFileOptions = {}): Promise<Table> {
  checkCall(
    `readCsv(source: any, ${csvSettings.replace(" }", ", maxBytes: number }")})`,
    arguments,
  );
  checkLimit("readCsv", "maxBytes", options.maxBytes);
  const { maxBytes, ...settings } = options;
  const name = options.name ?? nameOf(source, "CSV");
  return parseCsv(await textOf(source, name, maxBytes), { ...settings, name });
}
