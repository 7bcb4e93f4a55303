import { Tokenizer } from "@huggingface/tokenizers";
import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { PairCounts, type Word } from "./pair-counts.ts";
import { byteCharacters, byteLevelBpe, type TokenizerJSON } from "./tokenizer-json.ts";

/** Settings of `trainBpe`. */
export interface TrainBpeOptions {
  /**
   * Maximum number of tokens: special tokens, 256 bytes, and merges of pairs that are frequent
   * enough.
   */
  readonly vocabSize: number;
  /** Pairs that occur less often are not merged (default 2). */
  readonly minFrequency?: number;
  /** Tokens that are never split and have the first ids: "<pad>", "<|endoftext|>", …. */
  readonly specialTokens?: readonly string[];
}

/**
 * Trains a byte-level BPE (Sennrich et al. 2016): starts from bytes and repeatedly merges the most
 * frequent pair of neighbours within words; ties go to the pair with the smallest token ids. Every
 * text can be encoded and decoded without loss. Returns Hugging Face's tokenizer JSON, for
 * `SubwordTokenizer` or other libraries.
 *
 * Throws ArgumentError for a size that is too small for the bytes, and for repeated special tokens.
 */
export function trainBpe(texts: Iterable<string>, options: TrainBpeOptions): TokenizerJSON {
  checkCall(
    "trainBpe(texts: iterable, { vocabSize!: number, minFrequency: number, specialTokens })",
    arguments,
  );
  const { vocabSize, minFrequency = 2, specialTokens = [] } = options;
  const tokens = [...specialTokens, ...byteCharacters()];
  const least = tokens.length;
  if (new Set(tokens).size !== least) {
    throw new ArgumentError("trainBpe: a special token is repeated, or is a single byte");
  }
  if (!Number.isInteger(vocabSize) || vocabSize < least) {
    throw new ArgumentError(
      `trainBpe: vocabSize is ${vocabSize}, but at least ${least} tokens are needed` +
        `\n  hint: there are 256 bytes and ${specialTokens.length} special tokens`,
    );
  }
  const pairs = new PairCounts(wordsOf(texts, byteLevelBpe([], specialTokens)));
  const merges: [string, string][] = [];
  const known = new Map(tokens.map((token, id) => [token, id]));
  while (tokens.length < vocabSize) {
    const best = pairs.mostFrequent();
    if (best === null || best.count < minFrequency) break;
    const [a, b] = [tokens[best.left] as string, tokens[best.right] as string];
    // different merges to the same piece ("a" + "bc", "ab" + "c") share its id
    const id = known.get(a + b) ?? tokens.push(a + b) - 1;
    known.set(a + b, id);
    merges.push([a, b]);
    pairs.merge(best, id);
  }
  return byteLevelBpe(merges, specialTokens);
}

/**
 * The distinct words as ids of their bytes, with their counts, split as the tokenizer will split.
 */
function wordsOf(texts: Iterable<string>, json: TokenizerJSON): Word[] {
  const cut = new Tokenizer(json, {}).pre_tokenizer;
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of cut?.pre_tokenize(text) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => ({
    tokens: Array.from(word, (character) => json.model.vocab[character] as number),
    count,
  }));
}
