import type { Demo } from "./shared/demo.ts";
import { t } from "./shared/language.ts";

/** A line of `pnpm demo list`. */
export interface Entry {
  readonly summary: () => string;
  readonly teaches: () => string;
  /** Each is loaded only when it runs. */
  readonly load: () => Promise<Demo>;
}

/** The lessons, in the order to take them. */
export const catalog: Readonly<Record<string, Entry>> = {
  housing: {
    summary: () => t("what is a house worth?"),
    teaches: () => t("linear regression by gradient descent, beside the exact solution"),
    load: async () => (await import("./housing/demo.ts")).housing,
  },
  exam: {
    summary: () => t("how many hours make a pass?"),
    teaches: () => t("logistic regression, and why a penalty makes it have an answer"),
    load: async () => (await import("./exam/demo.ts")).exam,
  },
  trees: {
    summary: () => t("what is a house worth, by questions?"),
    teaches: () =>
      t("a decision tree, a random forest and boosting, and what each feature is worth"),
    load: async () => (await import("./trees/demo.ts")).trees,
  },
  cancer: {
    summary: () => t("malignant or benign?"),
    teaches: () => t("classification, its two kinds of error, and the curve that trades them"),
    load: async () => (await import("./cancer/demo.ts")).cancer,
  },
  digits: {
    summary: () => t("which digit is it, in 8×8 dots?"),
    teaches: () => t("a perceptron and a convolutional network side by side"),
    load: async () => (await import("./digits/demo.ts")).digits,
  },
  ddp: {
    summary: () => t("do two learn what one learns?"),
    teaches: () => t("data-parallel training: each rank half of every batch, one model for all"),
    load: async () => (await import("./ddp/demo.ts")).ddp,
  },
  mnist: {
    summary: () => t("which digit is it, of 70,000?"),
    teaches: () => t("a convolutional network at the size of real data"),
    load: async () => (await import("./mnist/demo.ts")).mnist,
  },
  transfer: {
    summary: () => t("which of five things is drawn, from twenty drawings each?"),
    teaches: () => t("transfer: a pretrained network's layers, and a few new weights on top"),
    load: async () => (await import("./transfer/demo.ts")).transfer,
  },
  overfit: {
    summary: () => t("learned, or learned by heart?"),
    teaches: () =>
      t("the gap between known and fresh data, and what dropout and weight decay do to it"),
    load: async () => (await import("./overfit/demo.ts")).overfit,
  },
  autoencoder: {
    summary: () => t("how few numbers make a picture?"),
    teaches: () => t("learning a code without labels, beside principal components"),
    load: async () => (await import("./autoencoder/demo.ts")).autoencoder,
  },
  clusters: {
    summary: () => t("what belongs together?"),
    teaches: () => t("k-means, principal components, nearest neighbours and a linear SVM"),
    load: async () => (await import("./clusters/demo.ts")).clusters,
  },
  hierarchy: {
    summary: () => t("what is a kind, and what a kind of it?"),
    teaches: () => t("hierarchical clustering: four linkages, the dendrogram, and where to cut it"),
    load: async () => (await import("./hierarchy/demo.ts")).hierarchy,
  },
  gridworld: {
    summary: () => t("which way to the goal?"),
    teaches: () => t("Q-learning: values of moves, learned from rewards alone"),
    load: async () => (await import("./gridworld/demo.ts")).gridworld,
  },
  sentiment: {
    summary: () => t("does a sentence praise or complain?"),
    teaches: () => t("an LSTM with a maximum over time, beside a bag of words"),
    load: async () => (await import("./sentiment/demo.ts")).sentiment,
  },
  sentences: {
    summary: () => t("which sentences mean the same?"),
    teaches: () =>
      t("a pretrained sentence encoder: search, similarity, and a classifier from few labels"),
    load: async () => (await import("./sentences/demo.ts")).sentences,
  },
  word2vec: {
    summary: () => t("which words belong together?"),
    teaches: () =>
      t("word vectors by two losses: cosine embedding, and skip-gram with negative samples"),
    load: async () => (await import("./word2vec/demo.ts")).word2vec,
  },
  gpt: {
    summary: () => t("what comes next?"),
    teaches: () => t("a GPT on characters: pre-training, fine-tuning, sampling, beside Kneser-Ney"),
    load: async () => (await import("./gpt/demo.ts")).gpt,
  },
  finetune: {
    summary: () => t("what does it cost to teach it one more thing?"),
    teaches: () =>
      t("fine-tuning: all weights, or LoRA's few beside them; writing with keys and values kept"),
    load: async () => (await import("./finetune/demo.ts")).finetune,
  },
  translate: {
    summary: () => t("how is that said in Chinese?"),
    teaches: () => t("a Transformer with encoder and decoder, beside copying and looking up"),
    load: async () => (await import("./translate/demo.ts")).translation,
  },
  cartpole: {
    summary: () => t("can it balance a pole?"),
    teaches: () => t("policy gradient with a baseline, and double deep Q-learning from memory"),
    load: async () => (await import("./cartpole/demo.ts")).cartpole,
  },
  pipeline: {
    summary: () => t("from a question to a model at work"),
    teaches: () => t("the ten steps: choose, tune, deploy behind a server, monitor drift"),
    load: async () => (await import("./pipeline/demo.ts")).pipeline,
  },
};
