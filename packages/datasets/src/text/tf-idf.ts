import { ArgumentError, ShapeError, Tensor, tensor, zeros } from "@wgrad/autograd";
import { checkCall, defineKind } from "@wgrad/autograd/plugin";
import { Vocabulary } from "./vocabulary.ts";

/** Sparse rows: row i has `values[i, :]` in the columns `indices[i, :]`. */
export interface SparseRows {
  /** [rows, longest row], i32; shorter rows are padded with column 0. */
  readonly indices: Tensor;
  /** [rows, longest row]; padding is 0. */
  readonly values: Tensor;
  /** Number of columns. */
  readonly columns: number;
}

defineKind("sparseRows", "rows of TfidfVectorizer", (value) => {
  const { indices, values } = (value ?? {}) as Partial<SparseRows>;
  return indices instanceof Tensor && values instanceof Tensor;
});

/**
 * Weights texts by their words, like scikit-learn's TfidfVectorizer: count(t in d) · (log((1 + n) /
 * (1 + df(t))) + 1), where df(t) of n texts contain the word t; then divides each row by its norm.
 * Words that `fit` did not see are ignored.
 */
export class TfidfVectorizer {
  #vocabulary: Vocabulary | null = null;
  #rarity: Float64Array = new Float64Array();

  constructor() {
    if (arguments.length > 0) checkCall("new TfidfVectorizer()", arguments);
  }

  /** The words and their columns, after `fit`. */
  get vocabulary(): Vocabulary {
    if (this.#vocabulary !== null) return this.#vocabulary;
    throw new ArgumentError(
      "TfidfVectorizer: not fitted yet\n  hint: call fit(trainingTexts) first",
    );
  }

  /** Counts the texts (lists of words) that contain each word. */
  fit(texts: readonly (readonly string[])[]): this {
    checkCall("vectorizer.fit(texts: array)", arguments);
    if (texts.length === 0) throw new ShapeError("TfidfVectorizer.fit: there are no texts");
    const vocabulary = Vocabulary.from(texts, { specials: [] });
    const seen = new Float64Array(vocabulary.size);
    for (const words of texts) {
      for (const column of new Set(vocabulary.encode(words)))
        seen[column] = (seen[column] as number) + 1;
    }
    this.#vocabulary = vocabulary;
    this.#rarity = seen.map((count) => Math.log((1 + texts.length) / (1 + count)) + 1);
    return this;
  }

  /** Returns one row per text. */
  transform(texts: readonly (readonly string[])[]): SparseRows {
    checkCall("vectorizer.transform(texts: array)", arguments);
    const { vocabulary } = this;
    const rows = texts.map((words) => this.#weights(vocabulary, words));
    const width = Math.max(1, ...rows.map((row) => row.size));
    const indices = new Int32Array(rows.length * width);
    const values = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      indices.set([...row.keys()], i * width);
      values.set([...row.values()], i * width);
    });
    const shape = [rows.length, width];
    return {
      indices: tensor(indices, { shape }),
      values: tensor(values, { shape }),
      columns: vocabulary.size,
    };
  }

  /** `fit(texts)`, then `transform(texts)`. */
  fitTransform(texts: readonly (readonly string[])[]): SparseRows {
    checkCall("vectorizer.fitTransform(texts: array)", arguments);
    return this.fit(texts).transform(texts);
  }

  #weights(vocabulary: Vocabulary, words: readonly string[]): Map<number, number> {
    const row = new Map<number, number>();
    for (const word of words) {
      if (!vocabulary.has(word)) continue;
      const column = vocabulary.indexOf(word);
      row.set(column, (row.get(column) ?? 0) + (this.#rarity[column] as number));
    }
    const length = Math.hypot(...row.values());
    for (const [column, weight] of row) row.set(column, weight / length);
    return row;
  }
}

/** Converts sparse rows to a dense tensor [rows, columns]. */
export function denseRows(sparse: SparseRows): Tensor {
  checkCall("denseRows(sparse: sparseRows)", arguments);
  const { indices, values, columns } = sparse;
  const [rows = 0] = indices.shape;
  return zeros([rows, columns]).scatterAdd(1, indices, values);
}
