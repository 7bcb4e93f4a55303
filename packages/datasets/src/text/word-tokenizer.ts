import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** Settings of WordTokenizer. */
export interface WordTokenizerOptions {
  /**
   * Pattern of a token; text between matches is dropped (default: words, numbers, and single
   * punctuation marks).
   */
  readonly pattern?: RegExp;
  /** Converts to lower case first (default true). */
  readonly lowercase?: boolean;
}

/** A word (with apostrophes), a number, or a single mark. */
const WORDS = /\p{L}+(?:['’]\p{L}+)*|\p{N}+(?:[.,]\p{N}+)*|[^\s\p{L}\p{N}]/gu;

/**
 * Splits text into words by a regular expression. `/\S/gu` gives characters, `/[a-z']+|[!?]/g`
 * English words and two marks.
 *
 * Throws ArgumentError for a pattern that matches empty text.
 */
export class WordTokenizer {
  readonly pattern: RegExp;
  readonly lowercase: boolean;

  constructor(options: WordTokenizerOptions = {}) {
    checkCall("new WordTokenizer({ pattern: object, lowercase: boolean })", arguments);
    const { pattern = WORDS, lowercase = true } = options;
    const { source, flags } = pattern;
    this.pattern = new RegExp(source, flags.includes("g") ? flags : `${flags}g`);
    if ("".match(new RegExp(source, flags)) !== null) {
      throw new ArgumentError(
        `WordTokenizer: the pattern ${pattern} matches empty text\n  hint: use + instead of *`,
      );
    }
    this.lowercase = lowercase;
  }

  /** The tokens of `text`, in order. */
  tokenize(text: string): string[] {
    checkCall("tokenizer.tokenize(text: string)", arguments);
    return (this.lowercase ? text.toLowerCase() : text).match(this.pattern) ?? [];
  }
}
