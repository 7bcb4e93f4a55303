import * as tf from "@tensorflow/tfjs-core";
import type { Values } from "../../steps/draw.ts";
import { GPT, LSTM, signsOf, type Workload } from "../../steps/workloads.ts";
import { permuted } from "../layouts.ts";

/** Values as a tensor. */
export const toTensor = ({ shape, data }: Values): tf.Tensor =>
  tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32");

/** The weight of a dense layer is [inputs, outputs] in TensorFlow.js. */
function denseOf(weights: Workload["weights"], name: string): { w: tf.Tensor2D; b: tf.Tensor1D } {
  return {
    w: variable(permuted(weights[`${name}.weight`] as Values, [1, 0])) as tf.Tensor2D,
    b: variable(weights[`${name}.bias`] as Values) as tf.Tensor1D,
  };
}

const variable = (values: Values): tf.Tensor => tf.tidy(() => tf.variable(toTensor(values)));

const dense = (x: tf.Tensor, { w, b }: { w: tf.Tensor2D; b: tf.Tensor1D }): tf.Tensor2D =>
  tf.add(tf.matMul(x as tf.Tensor2D, w), b);

const crossEntropy = (logits: tf.Tensor, labels: Values, classes: number): tf.Scalar =>
  tf.losses.softmaxCrossEntropy(
    tf.oneHot(toTensor({ ...labels, shape: [labels.data.length] }) as tf.Tensor1D, classes),
    logits,
  ) as tf.Scalar;

/** The loss of each workload. */
export const losses: Record<string, (workload: Workload) => () => tf.Scalar> = {
  logistic({ weights, batch }) {
    const linear = denseOf(weights, "linear");
    return () =>
      tf.losses.sigmoidCrossEntropy(
        toTensor(batch.y as Values),
        dense(toTensor(batch.x as Values), linear),
      );
  },
  word2vec(workload) {
    const { weights, batch } = workload;
    const [vectors, contexts] = ["vectors", "contexts"].map((name) =>
      variable(weights[`${name}.weight`] as Values),
    ) as [tf.Tensor2D, tf.Tensor2D];
    const signs = toTensor(signsOf(workload));
    return () => {
      const centers = tf.gather(vectors, toTensor(batch.centers as Values) as tf.Tensor1D);
      const others = tf.gather(contexts, toTensor(batch.others as Values) as tf.Tensor2D);
      const scores = tf.sum(tf.mul(others, tf.expandDims(centers, 1)), -1);
      return tf.mean(tf.sum(tf.softplus(tf.neg(tf.mul(scores, signs))), 1));
    };
  },
  mlp({ weights, batch }) {
    const [hidden, output] = [denseOf(weights, "hidden"), denseOf(weights, "output")];
    return () => {
      const features = tf.relu(dense(toTensor(batch.images as Values), hidden));
      return crossEntropy(dense(features, output), batch.labels as Values, 10);
    };
  },
  convnet({ weights, batch }) {
    // Images are [B, H, W, C] and filters [H, W, in, out], so the rows of the last layer are [H, W,
    // C].
    const conv = (name: string) => ({
      w: variable(permuted(weights[`${name}.weight`] as Values, [2, 3, 1, 0])) as tf.Tensor4D,
      b: variable(weights[`${name}.bias`] as Values),
    });
    const [conv1, conv2] = [conv("conv1"), conv("conv2")];
    const rows = { data: (weights["output.weight"] as Values).data, shape: [10, 32, 7, 7] };
    const output = {
      w: tf.variable(toTensor({ ...permuted(rows, [2, 3, 1, 0]), shape: [32 * 49, 10] })),
      b: variable(weights["output.bias"] as Values) as tf.Tensor1D,
    } as { w: tf.Tensor2D; b: tf.Tensor1D };
    const images = permuted(batch.images as Values, [0, 2, 3, 1]);
    const block = (x: tf.Tensor4D, { w, b }: typeof conv1): tf.Tensor4D =>
      tf.maxPool(tf.relu(tf.add(tf.conv2d(x, w, 1, "same"), b)), 2, 2, "valid");
    return () => {
      const features = block(block(toTensor(images) as tf.Tensor4D, conv1), conv2);
      return crossEntropy(
        dense(tf.reshape(features, [-1, 32 * 49]), output),
        batch.labels as Values,
        10,
      );
    };
  },
  lstm({ weights, batch }) {
    const { hidden, embed, length, classes } = LSTM;
    const table = variable(weights["embedding.weight"] as Values) as tf.Tensor2D;
    const input = {
      w: variable(permuted(weights["lstm.weight_ih_l0"] as Values, [1, 0])) as tf.Tensor2D,
      b: variable(weights["lstm.bias_ih_l0"] as Values) as tf.Tensor1D,
    };
    const recurrent = {
      w: variable(permuted(weights["lstm.weight_hh_l0"] as Values, [1, 0])) as tf.Tensor2D,
      b: variable(weights["lstm.bias_hh_l0"] as Values) as tf.Tensor1D,
    };
    const output = denseOf(weights, "output");
    const tokens = permuted(batch.tokens as Values, [1, 0]); // time first
    return () => {
      const embedded = tf.gather(table, toTensor(tokens) as tf.Tensor2D);
      const gates = tf.reshape(dense(tf.reshape(embedded, [-1, embed]), input), [
        length,
        LSTM.batch,
        4 * hidden,
      ]);
      let h: tf.Tensor = tf.zeros([LSTM.batch, hidden]);
      let c: tf.Tensor = tf.zeros([LSTM.batch, hidden]);
      for (const x of tf.unstack(gates)) {
        const [i, f, g, o] = tf.split(tf.add(x, dense(h, recurrent)), 4, 1) as [
          tf.Tensor,
          tf.Tensor,
          tf.Tensor,
          tf.Tensor,
        ];
        c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
        h = tf.mul(tf.sigmoid(o), tf.tanh(c));
      }
      return crossEntropy(dense(h, output), batch.labels as Values, classes);
    };
  },
  gpt({ weights, batch }) {
    const { layers, width, heads, length, vocabulary } = GPT;
    const table = variable(weights["tokens.weight"] as Values) as tf.Tensor2D;
    const positions = variable(weights["positions.weight"] as Values);
    const normOf = (name: string) => ({
      scale: variable(weights[`${name}.weight`] as Values),
      shift: variable(weights[`${name}.bias`] as Values),
    });
    const blocks = Array.from({ length: layers }, (_, i) => ({
      norm1: normOf(`blocks.${i}.norm1`),
      qkv: denseOf(weights, `blocks.${i}.qkv`),
      projection: denseOf(weights, `blocks.${i}.projection`),
      norm2: normOf(`blocks.${i}.norm2`),
      up: denseOf(weights, `blocks.${i}.up`),
      down: denseOf(weights, `blocks.${i}.down`),
    }));
    const last = normOf("norm");
    const head = variable(permuted(weights["head.weight"] as Values, [1, 0])) as tf.Tensor2D;
    const norm = (x: tf.Tensor, { scale, shift }: typeof last): tf.Tensor => {
      const { mean, variance } = tf.moments(x, -1, true);
      const centred = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
      return tf.add(tf.mul(centred, scale), shift);
    };
    const hidden = tf.tensor2d(
      Float32Array.from({ length: length * length }, (_, i) =>
        i % length > Math.floor(i / length) ? -1e9 : 0,
      ),
      [length, length],
    );
    const attend = (x: tf.Tensor): tf.Tensor => {
      const split = tf.reshape(x, [-1, length, 3, heads, width / heads]);
      const [q, k, v] = tf.unstack(tf.transpose(split, [2, 0, 3, 1, 4])) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const scores = tf.mul(tf.matMul(q, k, false, true), Math.sqrt(heads / width));
      const mixed = tf.matMul(tf.softmax(tf.add(scores, hidden)), v);
      return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, width]);
    };
    const gelu = (x: tf.Tensor): tf.Tensor =>
      tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
    return () => {
      const embedded = tf.gather(table, toTensor(batch.tokens as Values) as tf.Tensor2D);
      let x: tf.Tensor = tf.reshape(tf.add(embedded, positions), [-1, width]);
      for (const block of blocks) {
        x = tf.add(x, dense(attend(dense(norm(x, block.norm1), block.qkv)), block.projection));
        x = tf.add(x, dense(gelu(dense(norm(x, block.norm2), block.up)), block.down));
      }
      const logits = tf.matMul(norm(x, last) as tf.Tensor2D, head);
      return crossEntropy(logits, batch.targets as Values, vocabulary);
    };
  },
};
