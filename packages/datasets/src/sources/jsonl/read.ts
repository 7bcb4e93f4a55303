import type { Table } from "../../table/table.ts";
import { nameOf, type Source, textOf } from "../open.ts";
import { type JsonlOptions, parseJsonl } from "./parse.ts";

/**
 * Reads a table from a file or an address of JSON Lines, packed by gzip or not.
 *
 * Throws DataError if there is nothing to read there, and as `parseJsonl`.
 */
export async function readJsonl(source: Source, options: JsonlOptions = {}): Promise<Table> {
  const name = options.name ?? nameOf(source, "JSON Lines");
  return parseJsonl(await textOf(source, name), { ...options, name });
}
