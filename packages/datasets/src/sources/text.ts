import { checkCall } from "@wgrad/autograd/plugin";
import { LimitError } from "../table/error.ts";
import { checkLimit, type PackedOptions } from "./limits.ts";
import { nameOf, type Source, textChunksOf, textOf } from "./open.ts";

/** A longer line is none. */
const LONGEST_LINE = 2 ** 28;

/**
 * All text of a file or an address, packed by gzip or not. Throws DataError if there is none, or it
 * is not UTF-8; LimitError if it unpacks to too much.
 */
export async function readText(source: Source, options: PackedOptions = {}): Promise<string> {
  checkCall("readText(source, { maxBytes: number })", arguments);
  checkLimit("readText", "maxBytes", options.maxBytes);
  const text = await textOf(source, nameOf(source, "text"), options.maxBytes);
  return text.replace(/^\uFEFF/, "");
}

/**
 * The lines of a text one after the other, from the first every time; a file may be larger than
 * memory. Throws as `readText`.
 */
export function streamLines(source: Source): AsyncIterable<string> {
  checkCall("streamLines(source)", arguments);
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
  let isFirst = true;
  /** A line that goes on in the next piece, in pieces. */
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
          `${name}: line ${line + 1} has more than ${LONGEST_LINE} characters\n  hint: is it text in lines?`,
        );
      }
    }
  }
  if (length > 0) yield { text: parts.join(""), line: ++line };
}
