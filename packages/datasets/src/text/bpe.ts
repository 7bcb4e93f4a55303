import { Tokenizer } from "@huggingface/tokenizers";
import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { PairCounts, type Word } from "./pair-counts.ts";
import { byteCharacters, byteLevelBpe, type TokenizerJSON } from "./tokenizer-json.ts";

/** Settings of `trainBpe`. */
export interface TrainBpeOptions {
  /**
   * Tokens in all: special ones, 256 bytes, and merges until it is full or nothing is frequent
   * enough.
   */
  readonly vocabSize: number;
  /** Pairs that occur less often are not merged (default 2). */
  readonly minFrequency?: number;
  /** Tokens that are never cut, with the first numbers: "<pad>", "<|endoftext|>", … */
  readonly specialTokens?: readonly string[];
}

/**
 * Learns a byte-level BPE (Sennrich et al. 2016): the bytes of words, of which the most frequent
 * neighbours are merged, again and again; among equals the pair that comes first by the numbers of
 * its tokens. Every text can be encoded and comes back as it was. Gives Hugging Face's tokenizer
 * JSON, for `SubwordTokenizer` or any library that reads it.
 *
 * Throws ArgumentError for a size that does not hold the bytes, and for special tokens that occur
 * twice.
 */
export function trainBpe(texts: Iterable<string>, options: TrainBpeOptions): TokenizerJSON {
  checkCall(
    "trainBpe(texts, { vocabSize: number, minFrequency: number, specialTokens })",
    arguments,
  );
  const { vocabSize, minFrequency = 2, specialTokens = [] } = options;
  const tokens = [...specialTokens, ...byteCharacters()];
  const least = tokens.length;
  if (new Set(tokens).size !== least) {
    throw new ArgumentError("trainBpe: a special token is named twice, or is a single byte");
  }
  if (!Number.isInteger(vocabSize) || vocabSize < least) {
    throw new ArgumentError(
      `trainBpe: a vocabSize of ${vocabSize} does not hold ${least} tokens` +
        `\n  hint: 256 bytes and ${specialTokens.length} special tokens come first`,
    );
  }
  const pairs = new PairCounts(wordsOf(texts, byteLevelBpe([], specialTokens)));
  const merges: [string, string][] = [];
  const known = new Map(tokens.map((token, id) => [token, id]));
  while (tokens.length < vocabSize) {
    const best = pairs.mostFrequent();
    if (best === null || best.count < minFrequency) break;
    const [a, b] = [tokens[best.left] as string, tokens[best.right] as string];
    // Two ways to the same piece ("a" + "bc", "ab" + "c") share its number.
    const id = known.get(a + b) ?? tokens.push(a + b) - 1;
    known.set(a + b, id);
    merges.push([a, b]);
    pairs.merge(best, id);
  }
  return byteLevelBpe(merges, specialTokens);
}

/**
 * Each distinct word as numbers of its bytes, with how often it occurs; cut as the tokenizer will
 * cut.
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
