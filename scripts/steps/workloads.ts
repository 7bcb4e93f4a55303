import { below, filled, sizeOf, uniforms, type Values, within } from "./draw.ts";

/** A workload of the benchmark: initial weights and a batch, the same for all libraries. */
export interface Workload {
  readonly title: string;
  /** Initial weights under PyTorch's names, in PyTorch's layouts. */
  readonly weights: Readonly<Record<string, Values>>;
  /** One batch, which is uploaded at every step, as from a loader. */
  readonly batch: Readonly<Record<string, Values>>;
}

/** Learning rates of the optimizers. */
export const LEARNING_RATE = { sgd: 0.1, adam: 1e-3 } as const;
/** Sizes of the LSTM classifier. */
export const LSTM = { vocabulary: 5000, embed: 64, hidden: 128, length: 50, batch: 32, classes: 2 };
/** Sizes of the GPT. */
export const GPT = { layers: 2, width: 128, heads: 4, length: 64, batch: 4, vocabulary: 96 };
/** Sizes of word2vec. */
export const WORD2VEC = { words: 10_000, width: 100, batch: 512, negatives: 5 };
const CHAIN_SIZE = 1_000_000;

type Weights = Record<string, Values>;

/** A dense layer [outputs, inputs], initialised like PyTorch's: uniform within ±1/√inputs. */
function dense(
  name: string,
  outputs: number,
  inputs: readonly number[],
  next: () => number,
  bias = true,
): Weights {
  const bound = 1 / Math.sqrt(inputs.reduce((a, b) => a * b, 1));
  const weight = within([outputs, ...inputs], bound, next);
  return bias
    ? { [`${name}.weight`]: weight, [`${name}.bias`]: within([outputs], bound, next) }
    : { [`${name}.weight`]: weight };
}

const norm = (name: string, width: number): Weights => ({
  [`${name}.weight`]: filled([width], 1),
  [`${name}.bias`]: filled([width], 0),
});

function product(size: number): Workload {
  const next = uniforms(size);
  return {
    title: `matmul ${size}³`,
    weights: { a: within([size, size], 1, next), b: within([size, size], 1, next) },
    batch: {},
  };
}

function chain(): Workload {
  return {
    title: "elementwise chain with gradient, 1 M",
    weights: { x: within([CHAIN_SIZE], 2, uniforms(1)) },
    batch: {},
  };
}

function mean(): Workload {
  return {
    title: "mean(tanh(2x + 1) σ(x) − x/3) without gradient, 1 M",
    weights: { x: within([CHAIN_SIZE], 2, uniforms(7)) },
    batch: {},
  };
}

/**
 * Skip-gram with negative sampling: each center has a neighbour and random other words (Mikolov et
 * al. 2013).
 */
function word2vec(batch = WORD2VEC.batch): Workload {
  const next = uniforms(8);
  const { words, width, negatives } = WORD2VEC;
  const table = (): Values => within([words, width], 0.5, next);
  return {
    title: `word2vec, 10,000 words × 100, batch ${batch}, 5 negatives, SGD`,
    weights: { "vectors.weight": table(), "contexts.weight": table() },
    batch: {
      centers: below([batch], words, next),
      others: below([batch, 1 + negatives], words, next),
    },
  };
}

/** 1 for the neighbour of each center, −1 for the other words. */
export const signsOf = ({ batch }: Workload): Values => {
  const { shape } = batch.others as Values;
  const columns = shape[1] as number;
  const signOf = (_: unknown, i: number): number => (i % columns === 0 ? 1 : -1);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, signOf) };
};

function logistic(): Workload {
  const next = uniforms(2);
  return {
    title: "logistic regression, 30 features, batch 32, SGD",
    weights: dense("linear", 1, [30], next),
    batch: {
      x: within([32, 30], 1, next),
      y: { shape: [32, 1], data: Float32Array.from({ length: 32 }, () => Number(next() < 0.5)) },
    },
  };
}

function mlp(batch = 64): Workload {
  const next = uniforms(3);
  return {
    title: `MLP 784-128-10, batch ${batch}, Adam`,
    weights: { ...dense("hidden", 128, [784], next), ...dense("output", 10, [128], next) },
    batch: { images: within([batch, 784], 1, next), labels: below([batch], 10, next) },
  };
}

function convnet(batch = 32): Workload {
  const next = uniforms(4);
  return {
    title: `conv net 28×28, 3×3×16, pool, 3×3×32, pool, dense 10, batch ${batch}, Adam`,
    weights: {
      ...dense("conv1", 16, [1, 3, 3], next),
      ...dense("conv2", 32, [16, 3, 3], next),
      ...dense("output", 10, [32 * 7 * 7], next),
    },
    batch: { images: within([batch, 1, 28, 28], 1, next), labels: below([batch], 10, next) },
  };
}

function lstm(batch = LSTM.batch): Workload {
  const next = uniforms(5);
  const { vocabulary, embed, hidden, length, classes } = LSTM;
  const bound = 1 / Math.sqrt(hidden);
  return {
    title: `LSTM classifier, vocabulary 5,000, embed 64, hidden 128, T 50, batch ${batch}, Adam`,
    weights: {
      "embedding.weight": within([vocabulary, embed], 1, next),
      "lstm.weight_ih_l0": within([4 * hidden, embed], bound, next),
      "lstm.weight_hh_l0": within([4 * hidden, hidden], bound, next),
      "lstm.bias_ih_l0": within([4 * hidden], bound, next),
      "lstm.bias_hh_l0": within([4 * hidden], bound, next),
      ...dense("output", classes, [hidden], next),
    },
    batch: {
      tokens: below([batch, length], vocabulary, next),
      labels: below([batch], classes, next),
    },
  };
}

function gpt(batch = GPT.batch): Workload {
  const next = uniforms(6);
  const { layers, width, length, vocabulary } = GPT;
  const blocks = Array.from({ length: layers }, (_, i): Weights => {
    const name = `blocks.${i}`;
    return {
      ...norm(`${name}.norm1`, width),
      ...dense(`${name}.qkv`, 3 * width, [width], next),
      ...dense(`${name}.projection`, width, [width], next),
      ...norm(`${name}.norm2`, width),
      ...dense(`${name}.up`, 4 * width, [width], next),
      ...dense(`${name}.down`, width, [4 * width], next),
    };
  });
  return {
    title: `GPT, 2 layers, d 128, 4 heads, T 64, batch ${batch}, vocabulary 96, Adam`,
    weights: {
      "tokens.weight": within([vocabulary, width], 0.1, next),
      "positions.weight": within([length, width], 0.1, next),
      ...Object.assign({}, ...blocks),
      ...norm("norm", width),
      ...dense("head", vocabulary, [width], next, false),
    },
    batch: {
      tokens: below([batch, length], vocabulary, next),
      targets: below([batch, length], vocabulary, next),
    },
  };
}

/** The workloads, in the order of the report; those with a batch accept another batch size. */
export const workloads: Readonly<Record<string, (batch?: number) => Workload>> = {
  matmul256: () => product(256),
  matmul512: () => product(512),
  matmul1024: () => product(1024),
  mlp,
  chain,
  mean,
  logistic,
  word2vec,
  convnet,
  lstm,
  gpt,
};
