import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-webgpu";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plain from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url";
import threaded from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm?url";
import type { Values } from "../../steps/draw.ts";
import { LEARNING_RATE, type Workload } from "../../steps/workloads.ts";
import { type Contender, type Start, Unsupported } from "../contender.ts";
import { losses, toTensor } from "./losses.ts";

const first = async (x: tf.Tensor): Promise<number> => (await x.data())[0] as number;

function training(line: string, workload: Workload): Contender {
  const loss = (losses[line] as (typeof losses)[string])(workload);
  const optimizer =
    line === "logistic" || line === "word2vec"
      ? tf.train.sgd(LEARNING_RATE.sgd)
      : tf.train.adam(LEARNING_RATE.adam, 0.9, 0.999, 1e-8);
  let last = tf.scalar(0);
  return {
    step() {
      last.dispose();
      last = tf.tidy(() => optimizer.minimize(loss, true) as tf.Scalar);
    },
    loss: () => first(last),
  };
}

function product({ weights }: Workload): Contender {
  const [a, b] = [toTensor(weights.a as Values), toTensor(weights.b as Values)];
  let last: tf.Tensor = tf.scalar(0);
  return {
    step() {
      last.dispose();
      last = tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);
    },
    loss: () => first(tf.tidy(() => tf.mean(tf.abs(last)))),
  };
}

function chain({ weights }: Workload): Contender {
  const x = toTensor(weights.x as Values);
  const run = tf.valueAndGrad((input: tf.Tensor) =>
    tf.mean(
      tf.sigmoid(tf.sub(tf.mul(tf.square(tf.tanh(tf.add(tf.mul(input, 1.5), 0.5))), input), 0.25)),
    ),
  );
  let last: { value: tf.Tensor; grad: tf.Tensor } = { value: tf.scalar(0), grad: tf.scalar(0) };
  return {
    step() {
      tf.dispose(last);
      last = tf.tidy(() => run(x));
    },
    loss: () => first(last.value),
    check: () => first(tf.tidy(() => tf.sum(tf.abs(last.grad)))),
  };
}

function mean({ weights }: Workload): Contender {
  const x = toTensor(weights.x as Values);
  let last: tf.Tensor = tf.scalar(0);
  return {
    step() {
      last.dispose();
      last = tf.tidy(() =>
        tf.mean(tf.sub(tf.mul(tf.tanh(tf.add(tf.mul(x, 2), 1)), tf.sigmoid(x)), tf.div(x, 3))),
      );
    },
    loss: () => first(last),
  };
}

const LACKS: Record<string, string> = {
  convnet: "no gradient for the filter of a convolution",
  lstm: "no gradient for a gather",
  gpt: "no gradient for a gather",
  word2vec: "no gradient for a gather",
};

/** Starts TensorFlow.js with a workload. */
export const start: Start = async (line, backend, workload) => {
  if (backend === "wasm") {
    if (LACKS[line] !== undefined) throw new Unsupported(LACKS[line]);
    setWasmPaths({
      "tfjs-backend-wasm.wasm": plain,
      "tfjs-backend-wasm-simd.wasm": simd,
      "tfjs-backend-wasm-threaded-simd.wasm": threaded,
    });
    setThreadsCount(navigator.hardwareConcurrency);
  }
  tf.enableProdMode();
  if (!(await tf.setBackend(backend)))
    throw new Unsupported(`the backend ${backend} is not available`);
  await tf.ready();
  if (line.startsWith("matmul")) return product(workload);
  const own = { chain, mean }[line];
  return own?.(workload) ?? training(line, workload);
};
