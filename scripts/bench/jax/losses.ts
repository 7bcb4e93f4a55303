import { lax, nn, numpy as np } from "@jax-js/jax";
import type { Values } from "../../steps/draw.ts";
import { GPT, LSTM, WORD2VEC } from "../../steps/workloads.ts";

/** An array of jax-js. */
export type A = np.Array;
/** Arrays by name. */
export type Tree = Record<string, A>;

/** Values as an array. */
export const toArray = ({ shape, data }: Values): A =>
  np.array(data as Float32Array<ArrayBuffer>, {
    shape: [...shape],
    dtype: data instanceof Int32Array ? np.int32 : np.float32,
  });

/** Named values as arrays. */
export const toArrays = (values: Readonly<Record<string, Values>>): Tree =>
  Object.fromEntries(Object.entries(values).map(([name, one]) => [name, toArray(one)]));

/** A further reference to an array of a tree. */
export const get = (tree: Tree, name: string): A => (tree[name] as A).ref;

/** x Wᵀ + b */
const dense = (x: A, weights: Tree, name: string): A =>
  np.matmul(x, np.transpose(get(weights, `${name}.weight`))).add(get(weights, `${name}.bias`));

const crossEntropy = (logits: A, labels: A, classes: number): A =>
  np.mean(np.sum(nn.logSoftmax(logits, -1).mul(nn.oneHot(labels, classes)), -1)).mul(-1);

/**
 * Looks up rows of a table by a product with one-hot rows, because the gradient of a gather cannot
 * be compiled.
 */
const lookUp = (table: A, tokens: A, rows: number): A => np.matmul(nn.oneHot(tokens, rows), table);

function norm(x: A, weights: Tree, name: string): A {
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(1e-5)))
    .mul(get(weights, `${name}.weight`))
    .add(get(weights, `${name}.bias`));
}

/** A loss of weights and a batch. */
export type Loss = (weights: Tree, batch: Tree) => A;

/** The loss of each workload. */
export const losses: Record<string, Loss> = {
  logistic(w, { x, y }) {
    const logits = dense(x as A, w, "linear");
    // log(1 + exp(z)) − y z, without overflow
    return np.mean(nn.softplus(logits.ref).sub(logits.mul(y as A)));
  },
  word2vec(w, { centers, others }) {
    const { width } = WORD2VEC;
    const [batch, columns] = (others as A).shape as [number, number];
    const of = np.take(get(w, "vectors.weight"), centers as A, 0);
    const met = np.take(get(w, "contexts.weight"), (others as A).reshape([-1]), 0);
    const rows = met.reshape([batch, columns, width]);
    const scores = np.sum(rows.mul(of.reshape([batch, 1, width])), -1);
    const [near, far] = np.split(scores, [1], 1) as [A, A];
    return np
      .sum(nn.softplus(near.mul(-1)))
      .add(np.sum(nn.softplus(far)))
      .div(batch);
  },
  mlp(w, { images, labels }) {
    const features = nn.relu(dense(images as A, w, "hidden"));
    return crossEntropy(dense(features, w, "output"), labels as A, 10);
  },
  convnet(w, { images, labels }) {
    const block = (x: A, name: string): A => {
      const padding: [number, number][] = [
        [1, 1],
        [1, 1],
      ];
      const y = lax.conv(x, get(w, `${name}.weight`), [1, 1], padding);
      const biased = y.add(get(w, `${name}.bias`).reshape([-1, 1, 1]));
      return lax.reduceWindow(nn.relu(biased), np.max, [2, 2], [2, 2]);
    };
    const features = block(block(images as A, "conv1"), "conv2").reshape([-1, 32 * 49]);
    return crossEntropy(dense(features, w, "output"), labels as A, 10);
  },
  lstm(w, { tokens, labels }) {
    const { hidden, length, batch, classes, vocabulary } = LSTM;
    const embedded = lookUp(get(w, "embedding.weight"), tokens as A, vocabulary);
    const gates = np
      .matmul(embedded, np.transpose(get(w, "lstm.weight_ih_l0")))
      .add(get(w, "lstm.bias_ih_l0"));
    let h = np.zeros([batch, hidden]);
    let c = np.zeros([batch, hidden]);
    const steps = np.split(gates, length, 0);
    const recurrent = np.transpose(get(w, "lstm.weight_hh_l0"));
    for (const x of steps) {
      const sum = np
        .matmul(h, recurrent.ref)
        .add(get(w, "lstm.bias_hh_l0"))
        .add(x.reshape([batch, 4 * hidden]));
      const [i, f, g, o] = np.split(sum, 4, 1) as [A, A, A, A];
      c = nn
        .sigmoid(f)
        .mul(c)
        .add(nn.sigmoid(i).mul(np.tanh(g)));
      h = nn.sigmoid(o).mul(np.tanh(c.ref));
    }
    return crossEntropy(dense(h, w, "output"), labels as A, classes);
  },
  gpt(w, { tokens, targets }) {
    const { layers, width, heads, length, vocabulary } = GPT;
    const attend = (x: A): A => {
      const [q, k, v] = np
        .split(x.reshape([-1, length, 3, heads, width / heads]), 3, 2)
        .map((part) => part.reshape([-1, length, heads, width / heads])) as [A, A, A];
      return nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([-1, width]);
    };
    const embedded = lookUp(get(w, "tokens.weight"), (tokens as A).reshape([-1]), vocabulary);
    let x = embedded
      .reshape([-1, length, width])
      .add(get(w, "positions.weight"))
      .reshape([-1, width]);
    for (let i = 0; i < layers; i++) {
      const name = `blocks.${i}`;
      const mixed = attend(dense(norm(x.ref, w, `${name}.norm1`), w, `${name}.qkv`));
      x = x.add(dense(mixed, w, `${name}.projection`));
      const up = dense(norm(x.ref, w, `${name}.norm2`), w, `${name}.up`);
      x = x.add(dense(nn.gelu(up, { approximate: false }), w, `${name}.down`));
    }
    const logits = np.matmul(norm(x, w, "norm"), np.transpose(get(w, "head.weight")));
    return crossEntropy(logits, (targets as A).reshape([-1]), vocabulary);
  },
};
