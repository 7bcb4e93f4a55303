/** Characters that take two columns of a terminal: Chinese, Japanese and Korean, and their punctuation. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** What must not begin a line, and what must not end one. */
const CLOSES = /[，。、：；！？）》”’…]/;
const OPENS = /[（《“‘]/;

/** Columns of a terminal that a text takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}

/** A text with spaces behind it, up to so many columns. */
export const padRight = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - columnsOf(text)));

/** A text with spaces before it, up to so many columns. */
export const padLeft = (text: string, columns: number): string =>
  " ".repeat(Math.max(0, columns - columnsOf(text))) + text;

/** A part of a line that is not cut, and whether a space stood before it. */
export interface Piece {
  readonly text: string;
  readonly spaced: boolean;
}

/** The parts of a paragraph between which lines may be cut: words, and single wide characters. */
export function piecesOf(paragraph: string): Piece[] {
  return paragraph.split(" ").flatMap((word) => {
    const parts: string[] = [];
    for (const character of word) {
      const last = parts.at(-1);
      const joins =
        last !== undefined &&
        (CLOSES.test(character) ||
          OPENS.test(last.at(-1) as string) ||
          !(WIDE.test(character) || WIDE.test(last.at(-1) as string)));
      if (joins) parts[parts.length - 1] = last + character;
      else parts.push(character);
    }
    if (parts.length === 0) parts.push("");
    return parts.map((text, i) => ({ text, spaced: i === 0 }));
  });
}
