import { checkCall } from "@wgrad/autograd/plugin";
import { LimitError } from "../table/error.ts";
import { checkLimit, type PackedOptions } from "./limits.ts";
import { nameOf, type Source, textChunksOf, textOf } from "./open.ts";

/** Maximum length of a line. */
const LONGEST_LINE = 2 ** 28;

/**
 * Reads the text of a file or address, gzipped or not. Throws DataError if there is none or it is
 * not UTF-8, and LimitError if it unpacks to too much.
 */
export async function readText(source: Source, options: PackedOptions = {}): Promise<string> {
  checkCall("readText(source: any, { maxBytes: number })", arguments);
  checkLimit("readText", "maxBytes", options.maxBytes);
  const text = await textOf(source, nameOf(source, "text"), options.maxBytes);
  return text.replace(/^\uFEFF/, "");
}

/**
 * The lines of a text, from the first each time; the file may exceed memory. Throws the errors of
 * `readText`.
 */
export function streamLines(source: Source): AsyncIterable<string> {
  checkCall("streamLines(source: any)", arguments);
  const name = nameOf(source, "text");
  return { [Symbol.asyncIterator]: () => textsOf(numberedLines(source, name)) };
}

async function* textsOf(
  lines: AsyncIterable<{ readonly text: string }>,
): AsyncGenerator<string, void, undefined> {
  for await (const { text } of lines) yield text;
}

/** Lines with their numbers, from 1. The last line may lack its ending. */
export async function* numberedLines(
  source: Source,
  name: string,
): AsyncGenerator<{ text: string; line: number }, void, undefined> {
  let line = 0;
  let isFirst = true;
  /** Pieces of a line that continues in the next chunk. */
  let parts: string[] = [];
  let length = 0;
  for await (const piece of textChunksOf(source, name)) {
    const lines = (isFirst ? piece.replace(/^\uFEFF/, "") : piece).split("\n");
    isFirst &&= piece === "";
    for (const [i, text] of lines.entries()) {
      if (i > 0) {
        yield { text: parts.join("").replace(/\r$/, ""), line: ++line };
        parts = [];
        length = 0;
      }
      parts.push(text);
      length += text.length;
      if (length > LONGEST_LINE) {
        throw new LimitError(
          `${name}: line ${line + 1} has more than ${LONGEST_LINE} characters\n  hint: is it a text file?`,
        );
      }
    }
  }
  if (length > 0) yield { text: parts.join(""), line: ++line };
}
