import type { Table } from "../../table/table.ts";
import { nameOf, type Source, textOf } from "../open.ts";
import { type CsvOptions, parseCsv } from "./parse.ts";

/**
 * Reads a table from a file or an address, packed by gzip or not.
 *
 * Throws DataError if there is nothing to read there, and as `parseCsv`.
 */
export async function readCsv(source: Source, options: CsvOptions = {}): Promise<Table> {
  const name = options.name ?? nameOf(source, "CSV");
  return parseCsv(await textOf(source, name), { ...options, name });
}
