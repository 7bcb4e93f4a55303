import { noGrad, scope, type Tensor, tensor } from "@wgrad/autograd";
import { denseRows, StratifiedKFold, TfidfVectorizer, WordTokenizer } from "@wgrad/datasets";
import type { LabelledTable } from "@wgrad/datasets/data";
import type { SentenceEncoder, UniversalSentenceEncoder } from "@wgrad/models";

export type Encoder = SentenceEncoder<UniversalSentenceEncoder>;

/** Sentences that teach or that are asked about. */
export interface Part {
  readonly texts: readonly string[];
  /** Which site each is from: amazon (products), imdb (films) or yelp (restaurants). */
  readonly sites: readonly string[];
  /** 1 praises, 0 complains. */
  readonly labels: Int32Array;
}

/** Two thirds of the sentences, and the last third, as many of each class in both. */
export function partsOf(reviews: LabelledTable, count: number): { train: Part; test: Part } {
  const step = Math.floor(reviews.length / count);
  const { table } = reviews.take(Array.from({ length: count }, (_, i) => i * step));
  const [texts, sites] = [table.strings("text"), table.strings("site")];
  const labels = Int32Array.from(table.integers("label"));
  const folds = new StratifiedKFold({ nSplits: 3, shuffle: true, randomState: 42 });
  const [fold] = folds.split(labels);
  const part = (rows: readonly number[]): Part => ({
    texts: rows.map((row) => texts[row] as string),
    sites: rows.map((row) => sites[row] as string),
    labels: Int32Array.from(rows, (row) => labels[row] as number),
  });
  return { train: part(fold?.train ?? []), test: part(fold?.test ?? []) };
}

/** Features of a vector. */
const WIDTH = 512;

/** The vectors of sentences, each of length 1; sentences of like lengths go together: [sentences, 512]. */
export async function vectorsOf(
  encoder: Encoder,
  texts: readonly string[],
  batch = 50,
): Promise<Tensor> {
  const order = texts
    .map((text, i) => ({ i, length: text.length }))
    .sort((a, b) => a.length - b.length);
  const values = new Float32Array(texts.length * WIDTH);
  for (let start = 0; start < order.length; start += batch) {
    const some = order.slice(start, start + batch);
    const [reading] = scope(() => [
      noGrad(() => encoder.encode(some.map(({ i }) => texts[i] as string))).data(),
    ]);
    const found = await reading;
    some.forEach(({ i }, row) => {
      values.set(found.subarray(row * WIDTH, (row + 1) * WIDTH) as Float32Array, i * WIDTH);
    });
  }
  return tensor(values, { shape: [texts.length, WIDTH] });
}

/** Words of two letters or more, as scikit-learn counts them. */
const tokenizer = new WordTokenizer({ pattern: /\b\w\w+\b/g });

/** Weights of words by tf-idf, each row of length 1; the words are those of the sentences that teach. */
export function wordWeights(train: Part, ...others: readonly Part[]): Tensor[] {
  const words = ({ texts }: Part): string[][] => texts.map((text) => tokenizer.tokenize(text));
  const vectorizer = new TfidfVectorizer().fit(words(train));
  return [train, ...others].map((part) => denseRows(vectorizer.transform(words(part))).keep());
}
