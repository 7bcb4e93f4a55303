import type { Tensor } from "@wgrad/autograd";
import {
  BucketBatchSampler,
  DataLoader,
  padSequences,
  Vocabulary,
  WordTokenizer,
} from "@wgrad/datasets";

/** English as words, marks and the places {0}, {1} … that the compiler fills in. */
const english = new WordTokenizer({ pattern: /\{\d+\}|[A-Za-z]+|[^\sA-Za-z]/g });
export const words = (sentence: string): string[] => english.tokenize(sentence);
export const characters = (sentence: string): string[] => [...sentence.replaceAll(/\s/g, "")];

export interface Pair {
  readonly en: string;
  readonly zh: string;
}

/** 0 fills up, 1 stands for what was never seen; a Chinese sentence lies between 2 and 3. */
export const PADDING = 0;
export const START = 2;
export const END = 3;

export interface Vocabularies {
  readonly source: Vocabulary;
  readonly target: Vocabulary;
}

export const vocabulariesOf = (pairs: readonly Pair[]): Vocabularies => ({
  source: Vocabulary.from(pairs.map(({ en }) => words(en))),
  target: Vocabulary.from(
    pairs.map(({ zh }) => characters(zh)),
    { specials: ["<pad>", "<unk>", "<start>", "<end>"] },
  ),
});
