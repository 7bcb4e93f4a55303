import { type Tensor, tensor } from "@wgrad/autograd";
import {
  type Fold,
  padSequences,
  type SparseRows,
  TfidfVectorizer,
  Vocabulary,
  WordTokenizer,
} from "@wgrad/datasets";
import { bagTokenizer } from "./bag-of-words.ts";

/** Words, and the two marks that say something about feelings. */
const tokenizer = new WordTokenizer({ pattern: /[a-z']+|[!?]/g });

/** Numbers of words: 0 stands behind the end of a sentence, 1 for a word seen once or never. */
export const PADDING = 0;
export const UNKNOWN = 1;

/** The words of a sentence as the LSTM reads them. */
export const wordsOf = (sentence: string): string[] => tokenizer.tokenize(sentence);

/** The words of sentences that occur twice or more. */
const vocabularyOf = (sentences: readonly string[]): Vocabulary =>
  Vocabulary.from(sentences.map(wordsOf), { minCount: 2 });

/** The first `length` words of each sentence as numbers: [sentences, length]. */
export function encode(
  vocabulary: Vocabulary,
  sentences: readonly string[],
  length: number,
): Tensor {
  const numbers = sentences.map((sentence) => vocabulary.encode(wordsOf(sentence)));
  return padSequences(numbers, { length, paddingValue: PADDING }).values;
}

/** Sentences in the forms that the two models read. */
export interface Part {
  readonly sentences: readonly string[];
  readonly tokens: Tensor;
  readonly bags: SparseRows;
  readonly labels: Tensor;
}

/**
 * Sentences to learn from and sentences to look at; words and their weights are those of the
 * former.
 */
export interface FoldData {
  readonly vocabulary: Vocabulary;
  readonly train: Part;
  readonly test: Part;
}

export function foldData(
  sentences: readonly string[],
  labels: ArrayLike<number>,
  fold: Fold,
  length: number,
): FoldData {
  const pick = (rows: readonly number[]): string[] => rows.map((row) => sentences[row] as string);
  const bagged = (rows: readonly number[]): string[][] =>
    pick(rows).map((sentence) => bagTokenizer.tokenize(sentence));
  const vocabulary = vocabularyOf(pick(fold.train));
  const weights = new TfidfVectorizer().fit(bagged(fold.train));
  const part = (rows: readonly number[]): Part => ({
    sentences: pick(rows),
    tokens: encode(vocabulary, pick(rows), length),
    bags: weights.transform(bagged(rows)),
    labels: tensor(Int32Array.from(rows, (row) => labels[row] as number)),
  });
  return { vocabulary, train: part(fold.train), test: part(fold.test) };
}
