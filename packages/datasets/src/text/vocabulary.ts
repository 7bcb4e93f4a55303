import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** Settings of a vocabulary. */
export interface VocabularyOptions {
  /** Minimum number of occurrences of a token (default 1). */
  readonly minCount?: number;
  /** Maximum number of tokens, including special ones (default: no limit). */
  readonly maxSize?: number;
  /** Special tokens, which come first (default "<pad>" and "<unk>", ids 0 and 1). */
  readonly specials?: readonly string[];
  /**
   * Token for unknown tokens; null refuses them (default "<unk>", if it is one of the specials).
   */
  readonly unknown?: string | null;
}

/** A vocabulary as plain data for JSON. */
export interface VocabularyJSON {
  /** The tokens in order of their ids. */
  readonly tokens: readonly string[];
  readonly unknown: string | null;
}

/**
 * Tokens and their ids: special tokens first, then by falling frequency; ties in order of code
 * units.
 */
export class Vocabulary {
  readonly tokens: readonly string[];
  /** Token for unknown tokens, or null. */
  readonly unknown: string | null;
  readonly #numbers: ReadonlyMap<string, number>;

  private constructor(tokens: readonly string[], unknown: string | null) {
    checkCall("new Vocabulary(tokens: string[], unknown: string | null)", arguments);
    this.tokens = tokens;
    this.unknown = unknown;
    this.#numbers = new Map(tokens.map((token, i) => [token, i]));
    if (this.#numbers.size < tokens.length) {
      const twice = tokens.find((token, i) => this.#numbers.get(token) !== i);
      throw new ArgumentError(`Vocabulary: the token ${JSON.stringify(twice)} is repeated`);
    }
    if (unknown !== null && !this.#numbers.has(unknown)) {
      throw new ArgumentError(
        `Vocabulary: the token for unknown tokens, ${JSON.stringify(unknown)}, is not in the vocabulary` +
          "\n  hint: add it to specials, or pass unknown: null",
      );
    }
  }

  /**
   * Makes a vocabulary from the tokens of texts: `Vocabulary.from(texts.map((text) =>
   * tokenizer.tokenize(text)))`.
   */
  static from(texts: Iterable<readonly string[]>, options: VocabularyOptions = {}): Vocabulary {
    checkCall(
      "Vocabulary.from(texts: any, { minCount: number, maxSize: number, specials, unknown: string | null })",
      arguments,
    );
    const { minCount = 1, maxSize = Infinity, specials = ["<pad>", "<unk>"], unknown } = options;
    const counts = new Map<string, number>();
    for (const tokens of texts) {
      for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    }
    for (const special of specials) counts.delete(special);
    const known = [...counts].filter(([, count]) => count >= minCount);
    known.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const tokens = [...specials, ...known.map(([token]) => token)].slice(0, maxSize);
    return new Vocabulary(tokens, unknown === undefined ? defaultUnknown(specials) : unknown);
  }

  /** Restores what `toJSON()` returned. Throws ArgumentError for invalid data. */
  static fromJSON(json: VocabularyJSON): Vocabulary {
    checkCall("Vocabulary.fromJSON(json: any)", arguments);
    const { tokens, unknown } = json;
    const isText = (token: unknown): boolean => typeof token === "string";
    if (Array.isArray(tokens) && tokens.every(isText) && (unknown === null || isText(unknown))) {
      return new Vocabulary([...tokens], unknown);
    }
    throw new ArgumentError(
      "Vocabulary.fromJSON: not a vocabulary\n  hint: pass what toJSON() returned",
    );
  }

  /** Number of tokens. */
  get size(): number {
    return this.tokens.length;
  }

  /** Whether a token is in the vocabulary. */
  has(token: string): boolean {
    checkCall("vocabulary.has(token: string)", arguments);
    return this.#numbers.has(token);
  }

  /**
   * Id of a token. Throws ArgumentError for an unknown token, unless there is a token for these.
   */
  indexOf(token: string): number {
    checkCall("vocabulary.indexOf(token: string)", arguments);
    const number = this.#numbers.get(token);
    if (number !== undefined) return number;
    if (this.unknown !== null) return this.#numbers.get(this.unknown) as number;
    throw new ArgumentError(
      `Vocabulary: ${JSON.stringify(token)} is not one of the ${this.size} tokens` +
        '\n  hint: add the special token "<unk>"',
    );
  }

  /** Ids of tokens. */
  encode(tokens: readonly string[]): number[] {
    checkCall("vocabulary.encode(tokens: string[])", arguments);
    return tokens.map((token) => this.indexOf(token));
  }

  /** Tokens of ids. Throws ArgumentError for an unknown id. */
  decode(numbers: Iterable<number>): string[] {
    checkCall("vocabulary.decode(numbers: any)", arguments);
    return Array.from(numbers, (number) => {
      const token = this.tokens[number];
      if (token !== undefined) return token;
      throw new ArgumentError(
        `Vocabulary.decode: there is no token ${number}\n  hint: ids are from 0 to ${this.size - 1}`,
      );
    });
  }

  /** The vocabulary as plain data for JSON. */
  toJSON(): VocabularyJSON {
    return { tokens: this.tokens, unknown: this.unknown };
  }
}

const defaultUnknown = (specials: readonly string[]): string | null =>
  specials.includes("<unk>") ? "<unk>" : null;
