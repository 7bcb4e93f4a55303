import type { Tensor } from "@wgrad/autograd";
import {
  BucketBatchSampler,
  DataLoader,
  padSequences,
  Vocabulary,
  WordTokenizer,
} from "@wgrad/datasets";
import { extent } from "../shared/many.ts";

export interface Pair {
  readonly en: string;
  readonly zh: string;
}

/** Words, single marks, and the places {0}, {1} … that are filled in later. */
const wordTokenizer = new WordTokenizer({ pattern: /\{\d+\}|[A-Za-z]+|[^\sA-Za-z]/g });
/** The same for Chinese, where a character is what a word is. */
const characterTokenizer = new WordTokenizer({
  pattern: /\{\d+\}|[A-Za-z]+|[^\sA-Za-z]/gu,
  lowercase: false,
});

export const wordsOf = (sentence: string): string[] => wordTokenizer.tokenize(sentence);
export const charactersOf = (sentence: string): string[] => characterTokenizer.tokenize(sentence);

/** 0 fills up, 1 stands for what was never seen; a Chinese sentence lies between 2 and 3. */
export const PADDING = 0;
export const START = 2;
export const END = 3;

/** The tokens of both languages. */
export interface Languages {
  readonly source: Vocabulary;
  readonly target: Vocabulary;
}

export const languagesOf = (pairs: readonly Pair[]): Languages => ({
  source: Vocabulary.from(pairs.map(({ en }) => wordsOf(en))),
  target: Vocabulary.from(
    pairs.map(({ zh }) => charactersOf(zh)),
    { specials: ["<pad>", "<unk>", "<start>", "<end>"] },
  ),
});

export const encodeSource = ({ source }: Languages, { en }: Pair): number[] =>
  source.encode(wordsOf(en));
export const encodeTarget = ({ target }: Languages, { zh }: Pair): number[] => [
  START,
  ...target.encode(charactersOf(zh)),
  END,
];

/**
 * Sentences side by side: source [B, S]; target [B, L], and the same one token further on, which is
 * to be said.
 */
export interface PairBatch {
  readonly source: Tensor;
  readonly target: Tensor;
  readonly next: Tensor;
}

/** A pair as numbers. */
interface Encoded {
  readonly source: number[];
  readonly target: number[];
}

/**
 * Room for targets grows by so many tokens: a shape of its own for each length would need a plan of
 * its own.
 */
const STRIDE = 8;

/** Room for the longest of these sentences, without its end, which nothing follows. */
export function roomFor(targets: readonly { readonly length: number }[]): number {
  const longest = extent(targets.map(({ length }) => length - 1))[1];
  return STRIDE * Math.ceil(longest / STRIDE);
}

/** Batches of pairs whose Chinese is about equally long, so that little is filled up. */
export function pairLoader(
  pairs: readonly Pair[],
  languages: Languages,
  { batchSize, sourceLength }: { readonly batchSize: number; readonly sourceLength: number },
): DataLoader<Encoded[], PairBatch> {
  const encoded = pairs.map(
    (pair): Encoded => ({
      source: encodeSource(languages, pair),
      target: encodeTarget(languages, pair),
    }),
  );
  const lengths = encoded.map(({ target }) => target.length);
  return new DataLoader(encoded, {
    batchSampler: new BucketBatchSampler(lengths, batchSize),
    collate(sentences) {
      const length = roomFor(sentences.map(({ target }) => target));
      const rows = (row: (sentence: Encoded) => number[]): Tensor =>
        padSequences(sentences.map(row), { length }).values;
      return {
        source: padSequences(
          sentences.map(({ source }) => source),
          { length: sourceLength },
        ).values,
        target: rows(({ target }) => target.slice(0, -1)),
        next: rows(({ target }) => target.slice(1)),
      };
    },
  });
}
