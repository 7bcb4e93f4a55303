import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** How a vocabulary is made of tokens. */
export interface VocabularyOptions {
  /** Leaves out what occurs less often (default 1). */
  readonly minCount?: number;
  /** At most so many tokens, the special ones counted (default: no limit). */
  readonly maxSize?: number;
  /**
   * Tokens that come first, whether they occur or not (default "<pad>" and "<unk>", numbers 0 and
   * 1).
   */
  readonly specials?: readonly string[];
  /**
   * What stands for tokens that are not in it; null: they are refused (default "<unk>" if among the
   * specials).
   */
  readonly unknown?: string | null;
}

/** A vocabulary written down, ready for JSON. */
export interface VocabularyJSON {
  /** The tokens in the order of their numbers. */
  readonly tokens: readonly string[];
  readonly unknown: string | null;
}

/**
 * Tokens and their numbers: the specials first, then by how often they occur, equals in the order
 * of their characters.
 */
export class Vocabulary {
  readonly tokens: readonly string[];
  /** What stands for tokens that are not in it, or null. */
  readonly unknown: string | null;
  readonly #numbers: ReadonlyMap<string, number>;

  private constructor(tokens: readonly string[], unknown: string | null) {
    checkCall("new Vocabulary(tokens, unknown: string | null)", arguments);
    this.tokens = tokens;
    this.unknown = unknown;
    this.#numbers = new Map(tokens.map((token, i) => [token, i]));
    if (this.#numbers.size < tokens.length) {
      const twice = tokens.find((token, i) => this.#numbers.get(token) !== i);
      throw new ArgumentError(`Vocabulary: ${JSON.stringify(twice)} is in it twice`);
    }
    if (unknown !== null && !this.#numbers.has(unknown)) {
      throw new ArgumentError(
        `Vocabulary: ${JSON.stringify(unknown)} is to stand for unknown tokens, but is not in it` +
          "\n  hint: name it among the specials, or unknown: null",
      );
    }
  }

  /**
   * Counts the tokens of all texts: `Vocabulary.from(texts.map((text) =>
   * tokenizer.tokenize(text)))`.
   */
  static from(texts: Iterable<readonly string[]>, options: VocabularyOptions = {}): Vocabulary {
    checkCall(
      "Vocabulary.from(texts, { minCount: number, maxSize: number, specials, unknown: string | null })",
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

  /** What `toJSON()` gave. Throws ArgumentError if it is not such a thing. */
  static fromJSON(json: VocabularyJSON): Vocabulary {
    checkCall("Vocabulary.fromJSON(json)", arguments);
    const { tokens, unknown } = json;
    const isText = (token: unknown): boolean => typeof token === "string";
    if (Array.isArray(tokens) && tokens.every(isText) && (unknown === null || isText(unknown))) {
      return new Vocabulary([...tokens], unknown);
    }
    throw new ArgumentError(
      "Vocabulary.fromJSON: not a vocabulary\n  hint: pass what toJSON() gave",
    );
  }

  /** How many tokens there are. */
  get size(): number {
    return this.tokens.length;
  }

  has(token: string): boolean {
    if (arguments.length > 1) checkCall("vocabulary.has(token: string)", arguments);
    return this.#numbers.has(token);
  }

  /**
   * The number of a token. Throws ArgumentError for one that is not in it, if nothing stands for
   * unknown ones.
   */
  indexOf(token: string): number {
    if (arguments.length > 1) checkCall("vocabulary.indexOf(token: string)", arguments);
    const number = this.#numbers.get(token);
    if (number !== undefined) return number;
    if (this.unknown !== null) return this.#numbers.get(this.unknown) as number;
    throw new ArgumentError(
      `Vocabulary: ${JSON.stringify(token)} is not among the ${this.size} tokens` +
        '\n  hint: a special "<unk>" would stand for it',
    );
  }

  /** The numbers of tokens. */
  encode(tokens: readonly string[]): number[] {
    if (arguments.length > 1) checkCall("vocabulary.encode(tokens)", arguments);
    return tokens.map((token) => this.indexOf(token));
  }

  /** The tokens of numbers. Throws ArgumentError for a number that is none of its. */
  decode(numbers: Iterable<number>): string[] {
    if (arguments.length > 1) checkCall("vocabulary.decode(numbers)", arguments);
    return Array.from(numbers, (number) => {
      const token = this.tokens[number];
      if (token !== undefined) return token;
      throw new ArgumentError(
        `Vocabulary.decode: no token ${number}\n  hint: numbers from 0 to ${this.size - 1}`,
      );
    });
  }

  toJSON(): VocabularyJSON {
    return { tokens: this.tokens, unknown: this.unknown };
  }
}

const defaultUnknown = (specials: readonly string[]): string | null =>
  specials.includes("<unk>") ? "<unk>" : null;
