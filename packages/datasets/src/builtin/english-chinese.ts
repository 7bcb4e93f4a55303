import { checkCall } from "@wgrad/autograd/plugin";
import { readCsv } from "../sources/csv/read.ts";
import { textOf } from "../sources/open.ts";
import { DataError } from "../table/error.ts";
import { Table } from "../table/table.ts";
import type { About, DescribedTable } from "./about.ts";
import { type Files, filesOf } from "./files.ts";
import { parseJson } from "./json.ts";

/**
 * 2,070 sentences in English and Chinese: the messages of the TypeScript compiler, from the npm
 * package `typescript` 5.9 installed as `typescript-zh`. Its domain is narrow. `from.pairs` is a
 * CSV file with the columns en and zh.
 *
 * Throws DataError if the files are missing or invalid.
 */
export async function loadEnglishChinese(
  options: { readonly from?: Files<"pairs"> } = {},
): Promise<DescribedTable> {
  checkCall("loadEnglishChinese({ from })", arguments);
  if (options.from !== undefined) {
    const table = await readCsv(options.from.pairs, { types: { en: "string", zh: "string" } });
    return { about, table: table.select(["en", "zh"]) };
  }
  const { pairs: folder } = await filesOf({
    loader: "loadEnglishChinese",
    package: "typescript-zh",
    install: "typescript-zh@npm:typescript@5.9",
    files: { pairs: "lib" },
  });
  const program = `${folder}/typescript.js`;
  const messages = `${folder}/zh-cn/diagnosticMessages.generated.json`;
  const chinese = parseJson(await textOf(messages, messages), messages) as Record<string, string>;
  const pairs = englishIn(await textOf(program, program)).filter(({ key }) => key in chinese);
  if (pairs.length === 0)
    throw new DataError(`${program}: the file has no messages; is it typescript 5.9?`);
  const columns = {
    en: pairs.map(({ text }) => text),
    zh: pairs.map(({ key }) => chinese[key] as string),
  };
  const types = { en: "string", zh: "string" } as const;
  return { about, table: new Table(columns, { name: "English–Chinese", types }) };
}

/**
 * The compiler's source defines each message as diag(code, category, key, text, …), where strings
 * are in JSON notation.
 */
function englishIn(program: string): { key: string; text: string }[] {
  const string = String.raw`("(?:[^"\\]|\\.)*")`;
  const call = new RegExp(String.raw`\bdiag\(\d+, \d+ /\* \w+ \*/, ${string}, ${string}`, "g");
  return [...program.matchAll(call)].map(([, key, text]) => ({
    key: JSON.parse(key as string) as string,
    text: JSON.parse(text as string) as string,
  }));
}

const about: About = {
  title: "English–Chinese messages",
  description: "Messages of the TypeScript compiler; {0}, {1}, … are placeholders for names.",
  columns: { en: "English", zh: "Chinese, simplified" },
  source: "npm package typescript 5.9",
  licence: "Apache-2.0",
};
