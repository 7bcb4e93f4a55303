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
  /** The slider of the learning rate, and a place on it that is not the one it opens with; null where there is none. */
  readonly rate: {
    readonly label: string;
    readonly other: number;
    /** The rate after the first step, of what the slider says; null where each of several learns at its own. */
    readonly first: number | null;
  } | null;
  /** Addresses at which it is looked at too: what is longest, or drawn otherwise. */
  readonly also?: readonly string[];
}

const rate = (other: number, first = 1) => ({ label: "Learning rate", other, first });

export const expected: Readonly<Record<string, Expected>> = {
  flats: {
    // scikit-learn's line through the five: 47.195
    reaches: { measure: "at50", least: 47.15, most: 47.25 },
    quick: true,
    rate: rate(0.3),
    also: ["flats?data=four"],
  },
  housing: {
    reaches: { measure: "r2", least: 0.366 },
    quick: true,
    rate: rate(0.3),
    also: ["housing?data=sacramento", "housing?data=all"],
  },
  trees: {
    // scikit-learn's tree of 12 leaves: 0.57396
    reaches: { measure: "r2", least: 0.5735, most: 0.5745 },
    steps: 5,
    quick: true,
    rate: null,
    also: ["trees?model=forest", "trees?model=boosting", "trees?leaves=60"],
  },
  pipeline: {
    reaches: { measure: "r2", least: 0.55 },
    rate: rate(0.003),
    also: ["pipeline?shift=1"],
  },
  exam: {
    reaches: { measure: "at25", least: 0.495, most: 0.505 },
    quick: true,
    rate: rate(3),
  },
  cancer: { reaches: { measure: "area", least: 0.985 }, quick: true, rate: rate(0.01) },
  overfit: { reaches: { measure: "trainAccuracy", least: 99.9 }, rate: rate(0.01) },
  boundary: { reaches: { measure: "accuracy", least: 99 }, rate: rate(0.3) },
  optimizers: {
    reaches: { measure: "best", most: 0.01 },
    rate: { label: "Learning-rate multiplier", other: 3, first: null },
    also: ["optimizers?surface=hollows"],
  },
  digits: { reaches: { measure: "accuracy", least: 96.5 }, rate: rate(0.03) },
  transfer: { reaches: { measure: "accuracy", least: 85 }, rate: rate(0.1) },
  autoencoder: { reaches: { measure: "ofPca", most: 0.9 }, rate: rate(0.03) },
  word2vec: { reaches: { measure: "related", least: 75 }, steps: 40, rate: rate(0.05) },
  gridworld: {
    reaches: { measure: "right", least: 99.9 },
    steps: 200,
    rate: rate(0.1),
  },
  cartpole: {
    reaches: { measure: "pushes", least: 195 },
    steps: 5,
    rises: true,
    rate: rate(0.1),
    also: ["cartpole?way=deep-q"],
  },
  sentiment: { reaches: { measure: "accuracy", least: 79 }, steps: 50, rate: rate(0.05) },
  sentences: { reaches: { measure: "accuracy", least: 78 }, rate: rate(0.03) },
  gpt: { reaches: { measure: "perplexity", most: 11 }, rate: rate(0.001, 0.04) },
  translate: { reaches: { measure: "perplexity", most: 60 }, rate: rate(0.003, 0.04) },
  finetune: { reaches: { measure: "lora", most: 11.9 }, rate: null },
  hierarchy: {
    reaches: { measure: "rand", least: 0.75 },
    rises: true,
    quick: true,
    rate: null,
    also: ["hierarchy?data=digits&linkage=ward"],
  },
  clusters: { reaches: { measure: "rand", least: 0.85 }, quick: true, rate: null },
};
