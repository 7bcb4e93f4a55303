import { Tokenizer } from "@huggingface/tokenizers";
import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";

/** Settings of SubwordTokenizer. */
export interface SubwordTokenizerOptions {
  /** Token for unknown input (default: the one in the JSON). */
  readonly unknown?: string;
}

/**
 * Splits text into subwords as defined by Hugging Face's tokenizer JSON, from `trainBpe` or a
 * model's `tokenizer.json`.
 *
 * Throws ArgumentError for an invalid object.
 */
export class SubwordTokenizer {
  readonly #json: object;
  readonly #tokenizer: Tokenizer;
  readonly #vocabulary: ReadonlyMap<string, number>;

  constructor(json: object, options: SubwordTokenizerOptions = {}) {
    checkCall("new SubwordTokenizer(json: object, { unknown: string })", arguments);
    const { unknown } = options;
    this.#json = json;
    const { model } = json as { model?: { vocab?: unknown; unk_token?: string | null } };
    if (typeof model?.vocab !== "object" || model.vocab === null) {
      throw new ArgumentError(
        "SubwordTokenizer: not a tokenizer JSON: it has no model with a vocab" +
          "\n  hint: pass the result of trainBpe, or a parsed tokenizer.json",
      );
    }
    checkIds(json);
    const unk_token = unknown ?? model.unk_token ?? undefined;
    try {
      this.#tokenizer = new Tokenizer(json, unk_token === undefined ? {} : { unk_token });
    } catch (error) {
      throw new ArgumentError(
        `SubwordTokenizer: cannot make a tokenizer from the JSON (${(error as Error).message})`,
      );
    }
    this.#vocabulary = this.#tokenizer.get_vocab(true);
  }

  /** Number of tokens, including special ones. */
  get size(): number {
    return this.#vocabulary.size;
  }

  /** The subwords of a text, as in the vocabulary. */
  tokenize(text: string): string[] {
    checkCall("tokenizer.tokenize(text: string)", arguments);
    return this.#tokenizer.tokenize(text);
  }

  /**
   * Token ids of a text. With `addSpecialTokens: false`, leaves out the special tokens that the
   * model's tokenizer adds to every text.
   */
  encode(text: string, options: { addSpecialTokens?: boolean } = {}): number[] {
    checkCall("tokenizer.encode(text: string, { addSpecialTokens: boolean })", arguments);
    const { addSpecialTokens = true } = options;
    return this.#tokenizer.encode(text, { add_special_tokens: addSpecialTokens }).ids;
  }

  /**
   * Text of token ids, without special tokens unless `special` is true.
   *
   * Throws ArgumentError for an unknown id.
   */
  decode(numbers: Iterable<number>, options: { special?: boolean } = {}): string {
    checkCall("tokenizer.decode(numbers: any, { special: boolean })", arguments);
    const { special = false } = options;
    const ids = [...numbers];
    if (ids.length === 0) return "";
    const wrong = ids.find((id) => this.#tokenizer.id_to_token(id) === undefined);
    if (wrong !== undefined) {
      throw new ArgumentError(
        `SubwordTokenizer.decode: there is no token ${wrong}\n  hint: ids are from 0 to ${this.size - 1}`,
      );
    }
    return this.#tokenizer.decode(ids, {
      skip_special_tokens: !special,
      clean_up_tokenization_spaces: false,
    });
  }

  /** Id of a token. Throws ArgumentError for an unknown token. */
  indexOf(token: string): number {
    checkCall("tokenizer.indexOf(token: string)", arguments);
    const number = this.#vocabulary.get(token);
    if (number !== undefined) return number;
    throw new ArgumentError(
      `SubwordTokenizer: ${JSON.stringify(token)} is not one of the ${this.size} tokens`,
    );
  }

  /** The JSON that the tokenizer was made from. */
  toJSON(): object {
    return this.#json;
  }
}

/**
 * Maximum ratio of the largest id to the number of tokens, because the library allocates a table of
 * all ids.
 */
const SPARSEST = 16;

/**
 * Throws ArgumentError unless every token has its own whole number, not far beyond the number of
 * tokens.
 */
function checkIds(json: object): void {
  const { model, added_tokens = [] } = json as {
    model: { vocab: unknown };
    added_tokens?: unknown;
  };
  const { vocab } = model;
  const added = Array.isArray(added_tokens) ? added_tokens : [];
  // a Unigram model lists [token, score]; the index is the id
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
    `SubwordTokenizer: the id of ${JSON.stringify(token)} is ${describe(id)}, but there are ${count} tokens` +
      "\n  hint: each token needs its own whole number, from 0 to about the number of tokens",
  );
}
