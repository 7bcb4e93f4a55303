import { Tokenizer } from "@huggingface/tokenizers";
import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";

/** Settings of SubwordTokenizer. */
export interface SubwordTokenizerOptions {
  /** The token that stands for what is not in the vocabulary (default: what the JSON names). */
  readonly unknown?: string;
}

/**
 * Cuts text into pieces of words by Hugging Face's tokenizer JSON: one that `trainBpe` made, or a
 * model's `tokenizer.json`.
 *
 * Throws ArgumentError for an object that is no such JSON.
 */
export class SubwordTokenizer {
  readonly #json: object;
  readonly #tokenizer: Tokenizer;
  readonly #vocabulary: ReadonlyMap<string, number>;

  constructor(json: object, options: SubwordTokenizerOptions = {}) {
    checkCall("new SubwordTokenizer(json, { unknown: string })", arguments);
    const { unknown } = options;
    this.#json = json;
    const { model } = json as { model?: { vocab?: unknown; unk_token?: string | null } };
    if (typeof model?.vocab !== "object" || model.vocab === null) {
      throw new ArgumentError(
        "SubwordTokenizer: not a tokenizer's JSON, it has no model with a vocab" +
          "\n  hint: what trainBpe gave, or JSON.parse of a tokenizer.json",
      );
    }
    checkIds(json);
    const unk_token = unknown ?? model.unk_token ?? undefined;
    try {
      this.#tokenizer = new Tokenizer(json, unk_token === undefined ? {} : { unk_token });
    } catch (error) {
      throw new ArgumentError(
        `SubwordTokenizer: the JSON does not make a tokenizer (${(error as Error).message})`,
      );
    }
    this.#vocabulary = this.#tokenizer.get_vocab(true);
  }

  /** How many tokens there are, special ones counted. */
  get size(): number {
    return this.#vocabulary.size;
  }

  /** The pieces of a text, as they are in the vocabulary. */
  tokenize(text: string): string[] {
    if (arguments.length > 1) checkCall("tokenizer.tokenize(text: string)", arguments);
    return this.#tokenizer.tokenize(text);
  }

  /**
   * The numbers of a text's pieces; those that a model's tokenizer puts around every text can be
   * left out.
   */
  encode(text: string, options: { addSpecialTokens?: boolean } = {}): number[] {
    if (arguments.length > 1)
      checkCall("tokenizer.encode(text: string, { addSpecialTokens: boolean })", arguments);
    const { addSpecialTokens = true } = options;
    return this.#tokenizer.encode(text, { add_special_tokens: addSpecialTokens }).ids;
  }

  /**
   * The text of numbers; special tokens are left out unless asked for.
   *
   * Throws ArgumentError for a number that is none of its.
   */
  decode(numbers: Iterable<number>, options: { special?: boolean } = {}): string {
    checkCall("tokenizer.decode(numbers, { special: boolean })", arguments);
    const { special = false } = options;
    const ids = [...numbers];
    if (ids.length === 0) return "";
    const wrong = ids.find((id) => this.#tokenizer.id_to_token(id) === undefined);
    if (wrong !== undefined) {
      throw new ArgumentError(
        `SubwordTokenizer.decode: no token ${wrong}\n  hint: numbers from 0 to ${this.size - 1}`,
      );
    }
    return this.#tokenizer.decode(ids, {
      skip_special_tokens: !special,
      clean_up_tokenization_spaces: false,
    });
  }

  /** The number of a token. Throws ArgumentError for one that is not in it. */
  indexOf(token: string): number {
    if (arguments.length > 1) checkCall("tokenizer.indexOf(token: string)", arguments);
    const number = this.#vocabulary.get(token);
    if (number !== undefined) return number;
    throw new ArgumentError(
      `SubwordTokenizer: ${JSON.stringify(token)} is not among the ${this.size} tokens`,
    );
  }

  /** The JSON it was made from. */
  toJSON(): object {
    return this.#json;
  }
}

/**
 * Numbers beyond this many times the tokens are no vocabulary's: a table of all numbers up to them
 * is made.
 */
const SPARSEST = 16;

/**
 * Throws ArgumentError unless every token has a whole number of its own, none far beyond their
 * count.
 */
function checkIds(json: object): void {
  const { model, added_tokens = [] } = json as {
    model: { vocab: unknown };
    added_tokens?: unknown;
  };
  const { vocab } = model;
  const added = Array.isArray(added_tokens) ? added_tokens : [];
  // a Unigram model lists [token, score], numbered by place
  const ids: [string, unknown][] = [
    ...(Array.isArray(vocab) ? [] : Object.entries(vocab as object)),
    ...added.map((one): [string, unknown] => [String(one?.content), one?.id]),
  ];
  const count = ids.length + (Array.isArray(vocab) ? vocab.length : 0);
  const most = SPARSEST * count + 1000;
  const wrong = ids.find(
    ([, id]) => !(Number.isInteger(id) && (id as number) >= 0 && (id as number) < most),
  );
  if (wrong === undefined) return;
  const [token, id] = wrong;
  throw new ArgumentError(
    `SubwordTokenizer: the number of ${JSON.stringify(token)} is ${describe(id)}, of ${count} tokens` +
      "\n  hint: each has a whole number, from 0 to about their count",
  );
}
