import { nameOf, type Source, textChunksOf, textOf } from "./open.ts";

/** All text of a file or an address, packed by gzip or not. Throws DataError if there is none, or it is not UTF-8. */
export async function readText(source: Source): Promise<string> {
  const text = await textOf(source, nameOf(source, "text"));
  return text.replace(/^\uFEFF/, "");
}

/** The lines of a text one after the other, from the first every time; a file may be larger than memory. Throws as `readText`. */
export function streamLines(source: Source): AsyncIterable<string> {
  const name = nameOf(source, "text");
  return { [Symbol.asyncIterator]: () => textsOf(numberedLines(source, name)) };
}

async function* textsOf(
  lines: AsyncIterable<{ readonly text: string }>,
): AsyncGenerator<string, void, undefined> {
  for await (const { text } of lines) yield text;
}

/** Lines with their numbers, from 1; the end of the last one may be missing. */
export async function* numberedLines(
  source: Source,
  name: string,
): AsyncGenerator<{ text: string; line: number }, void, undefined> {
  let line = 0;
  let rest = "";
  for await (const piece of textChunksOf(source, name)) {
    const lines = (rest + (line === 0 && rest === "" ? piece.replace(/^\uFEFF/, "") : piece)).split(
      "\n",
    );
    rest = lines.pop() as string;
    for (const text of lines) yield { text: text.replace(/\r$/, ""), line: ++line };
  }
  if (rest !== "") yield { text: rest, line: ++line };
}
