import { checkCall } from "@wgrad/autograd/plugin";
import type { Table } from "../../table/table.ts";
import { checkLimit, type PackedOptions } from "../limits.ts";
import { nameOf, type Source, textOf } from "../open.ts";
import { type JsonlOptions, jsonlSettings, parseJsonl } from "./parse.ts";

/** Settings of the reader of files of JSON Lines. */
export interface JsonlFileOptions extends JsonlOptions, PackedOptions {}

/**
 * Reads a table from a JSON Lines file or address, gzipped or not.
 *
 * Throws DataError if there is nothing to read, LimitError if it unpacks to too much, and the
 * errors of `parseJsonl`.
 */
export async function readJsonl(source: Source, options: JsonlFileOptions = {}): Promise<Table> {
  checkCall(
    `readJsonl(source: any, ${jsonlSettings.replace(" }", ", maxBytes: number }")})`,
    arguments,
  );
  checkLimit("readJsonl", "maxBytes", options.maxBytes);
  const { maxBytes, ...settings } = options;
  const name = options.name ?? nameOf(source, "JSON Lines");
  return parseJsonl(await textOf(source, name, maxBytes), { ...settings, name });
}
