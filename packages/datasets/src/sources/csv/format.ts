export type Newline = "\n" | "\r" | "\r\n";

/** Line ending and delimiter of a CSV file. */
export interface CsvFormat {
  readonly newline: Newline;
  readonly delimiter: string;
}

const delimiters = [",", "\t", ";", "|"];

/**
 * Detects the format from the first line with text, ignoring quoted cells. Reads each character
 * once.
 */
export class FormatFinder {
  /** Number of characters read so far. */
  #at = 0;
  #inQuotes = false;
  /** Whether the line has text, and how often it has each delimiter. */
  #hasText = false;
  #counts = delimiters.map(() => 0);
  /** Ending of an earlier blank line. */
  #blank: Newline | null = null;

  /** `text` is all the text so far. Returns null if its first line with text may continue. */
  find(text: string, isAll: boolean): CsvFormat | null {
    for (; this.#at < text.length; this.#at++) {
      const letter = text[this.#at] as string;
      if (letter === '"') {
        this.#inQuotes = !this.#inQuotes;
        this.#hasText = true;
      } else if (this.#inQuotes) continue;
      else if (letter === "\n" || letter === "\r") {
        const next = text[this.#at + 1];
        if (letter === "\r" && next === undefined && !isAll) return null;
        const newline = letter === "\r" && next === "\n" ? "\r\n" : letter;
        if (this.#hasText) return this.#found(newline);
        this.#blank ??= newline;
        this.#counts = delimiters.map(() => 0);
        this.#at += newline.length - 1;
      } else {
        const place = delimiters.indexOf(letter);
        if (place >= 0) this.#counts[place] = (this.#counts[place] as number) + 1;
        this.#hasText ||= letter.trim() !== "";
      }
    }
    return isAll ? this.#found(this.#blank ?? "\n") : null;
  }

  #found(newline: Newline): CsvFormat {
    const most = Math.max(...this.#counts);
    return { newline, delimiter: delimiters[this.#counts.indexOf(most)] as string };
  }
}
