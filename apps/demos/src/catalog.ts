import type { Demo } from "./shared/demo.ts";

/** A line of `pnpm demo list`. */
export interface Entry {
  readonly summary: string;
  readonly teaches: string;
  /** Each is loaded only when it runs. */
  readonly load: () => Promise<Demo>;
}

/** The lessons, in the order to take them. */
export const catalog: Readonly<Record<string, Entry>> = {
  housing: {
    summary: "what is a house worth?",
    teaches: "linear regression by gradient descent, beside the exact solution",
    load: async () => (await import("./housing/demo.ts")).housing,
  },
  exam: {
    summary: "how many hours make a pass?",
    teaches: "logistic regression, and why a penalty makes it have an answer",
    load: async () => (await import("./exam/demo.ts")).exam,
  },
  trees: {
    summary: "what is a house worth, by questions?",
    teaches: "a decision tree, a random forest and boosting, and what each feature is worth",
    load: async () => (await import("./trees/demo.ts")).trees,
  },
  cancer: {
    summary: "malignant or benign?",
    teaches: "classification, its two kinds of error, and the curve that trades them",
    load: async () => (await import("./cancer/demo.ts")).cancer,
  },
  digits: {
    summary: "which digit is it, in 8×8 dots?",
    teaches: "a perceptron and a convolutional network side by side",
    load: async () => (await import("./digits/demo.ts")).digits,
  },
  ddp: {
    summary: "do two learn what one learns?",
    teaches: "data-parallel training: each rank half of every batch, one model for all",
    load: async () => (await import("./ddp/demo.ts")).ddp,
  },
  mnist: {
    summary: "which digit is it, of 70,000?",
    teaches: "a convolutional network at the size of real data",
    load: async () => (await import("./mnist/demo.ts")).mnist,
  },
  transfer: {
    summary: "which of five things is drawn, from twenty drawings each?",
    teaches: "transfer: a pretrained network's layers, and a few new weights on top",
    load: async () => (await import("./transfer/demo.ts")).transfer,
  },
  overfit: {
    summary: "learned, or learned by heart?",
    teaches: "the gap between known and fresh data, and what dropout and weight decay do to it",
    load: async () => (await import("./overfit/demo.ts")).overfit,
  },
  autoencoder: {
    summary: "how few numbers make a picture?",
    teaches: "learning a code without labels, beside principal components",
    load: async () => (await import("./autoencoder/demo.ts")).autoencoder,
  },
  clusters: {
    summary: "what belongs together?",
    teaches: "k-means, principal components, nearest neighbours and a linear SVM",
    load: async () => (await import("./clusters/demo.ts")).clusters,
  },
  hierarchy: {
    summary: "what is a kind, and what a kind of it?",
    teaches: "hierarchical clustering: four linkages, the dendrogram, and where to cut it",
    load: async () => (await import("./hierarchy/demo.ts")).hierarchy,
  },
  gridworld: {
    summary: "which way to the goal?",
    teaches: "Q-learning: values of moves, learned from rewards alone",
    load: async () => (await import("./gridworld/demo.ts")).gridworld,
  },
  sentiment: {
    summary: "does a sentence praise or complain?",
    teaches: "an LSTM with a maximum over time, beside a bag of words",
    load: async () => (await import("./sentiment/demo.ts")).sentiment,
  },
  sentences: {
    summary: "which sentences mean the same?",
    teaches: "a pretrained sentence encoder: search, similarity, and a classifier from few labels",
    load: async () => (await import("./sentences/demo.ts")).sentences,
  },
  word2vec: {
    summary: "which words belong together?",
    teaches: "word vectors by two losses: cosine embedding, and skip-gram with negative samples",
    load: async () => (await import("./word2vec/demo.ts")).word2vec,
  },
  gpt: {
    summary: "what comes next?",
    teaches: "a GPT on characters: pre-training, fine-tuning, sampling, beside Kneser-Ney",
    load: async () => (await import("./gpt/demo.ts")).gpt,
  },
  finetune: {
    summary: "what does it cost to teach it one more thing?",
    teaches:
      "fine-tuning: all weights, or LoRA's few beside them; writing with keys and values kept",
    load: async () => (await import("./finetune/demo.ts")).finetune,
  },
  translate: {
    summary: "how is that said in Chinese?",
    teaches: "a Transformer with encoder and decoder, beside copying and looking up",
    load: async () => (await import("./translate/demo.ts")).translation,
  },
  cartpole: {
    summary: "can it balance a pole?",
    teaches: "policy gradient with a baseline, and double deep Q-learning from memory",
    load: async () => (await import("./cartpole/demo.ts")).cartpole,
  },
  pipeline: {
    summary: "from a question to a model at work",
    teaches: "the ten steps: choose, tune, deploy behind a server, monitor drift",
    load: async () => (await import("./pipeline/demo.ts")).pipeline,
  },
};
