/** What a page must show in the tests; every page of the gallery has a line. */
export interface Expected {
  /** A number of the page (`loss`, or a measure) when it has trained as it opens. */
  readonly reaches: { readonly measure: string; readonly least?: number; readonly most?: number };
  /** Steps that show that it learns (default 20). */
  readonly steps?: number;
  /** What its chart shows is to rise. */
  readonly rises?: boolean;
  /** Trained to its end in the quick tier too. */
  readonly quick?: boolean;
}

export const expected: Readonly<Record<string, Expected>> = {
  housing: { reaches: { measure: "r2", least: 0.366 }, quick: true },
  exam: { reaches: { measure: "at25", least: 0.495, most: 0.505 }, quick: true },
  boundary: { reaches: { measure: "accuracy", least: 99 } },
  optimizers: { reaches: { measure: "best", most: 0.01 } },
  digits: { reaches: { measure: "accuracy", least: 96.5 } },
  autoencoder: { reaches: { measure: "ofPca", most: 0.9 } },
  word2vec: { reaches: { measure: "related", least: 75 }, steps: 40 },
  cartpole: { reaches: { measure: "pushes", least: 195 }, steps: 5, rises: true },
  sentiment: { reaches: { measure: "accuracy", least: 79 }, steps: 50 },
  gpt: { reaches: { measure: "perplexity", most: 11 } },
  clusters: { reaches: { measure: "rand", least: 0.85 } },
};
