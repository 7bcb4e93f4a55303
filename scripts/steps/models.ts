/** The workloads, trained by this library. Counts and benchmarks both use them. */
import { softplus, type Tensor, tensor } from "@wgrad/autograd";
import {
  type AnyModule,
  BCELoss,
  Conv2d,
  CrossEntropyLoss,
  Embedding,
  Linear,
  LSTM,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
  Sigmoid,
} from "@wgrad/nn";
import { Adam, type Optimizer, SGD } from "@wgrad/optim";
import type { Values } from "./draw.ts";
import { GPT } from "./gpt.ts";
import { LEARNING_RATE, LSTM as lstmSize, signsOf, WORD2VEC, type Workload } from "./workloads.ts";

/** A training step. */
export interface Step {
  /** Runs one training step: forward, backward, update; the loss is not read. */
  readonly run: () => Tensor;
  /** The value to read if the result of a step is not a single number. */
  readonly value?: () => Tensor;
  /** A number that depends on all gradients, for steps whose loss does not. */
  readonly check?: () => Tensor;
}

class Logistic extends Module<[Tensor], Tensor> {
  linear = new Linear(30, 1);
  sigmoid = new Sigmoid();
  override forward(x: Tensor): Tensor {
    return this.sigmoid(this.linear(x));
  }
}

class Perceptron extends Module<[Tensor], Tensor> {
  hidden = new Linear(784, 128);
  output = new Linear(128, 10);
  override forward(x: Tensor): Tensor {
    return this.output(this.hidden(x).relu());
  }
}

class ConvNet extends Module<[Tensor], Tensor> {
  conv1 = new Conv2d(1, 16, 3, { padding: 1 });
  conv2 = new Conv2d(16, 32, 3, { padding: 1 });
  pool = new Sequential(new ReLU(), new MaxPool2d(2));
  output = new Linear(32 * 7 * 7, 10);
  override forward(images: Tensor): Tensor {
    const features = this.pool(this.conv2(this.pool(this.conv1(images))));
    return this.output((features as Tensor).flatten(1));
  }
}

/** Scores of words as neighbours of centers. centers: [B]; others: [B, N] → [B, N]. */
class SkipGram extends Module<[Tensor, Tensor], Tensor> {
  vectors = new Embedding(WORD2VEC.words, WORD2VEC.width);
  contexts = new Embedding(WORD2VEC.words, WORD2VEC.width);
  override forward(centers: Tensor, others: Tensor): Tensor {
    return this.contexts(others).mul(this.vectors(centers).unsqueeze(1)).sum(-1);
  }
}

class Classifier extends Module<[Tensor], Tensor> {
  embedding = new Embedding(lstmSize.vocabulary, lstmSize.embed);
  lstm = new LSTM(lstmSize.embed, lstmSize.hidden, { batchFirst: true });
  output = new Linear(lstmSize.hidden, lstmSize.classes);
  override forward(tokens: Tensor): Tensor {
    const [, [hidden]] = this.lstm(this.embedding(tokens));
    return this.output(hidden.squeeze(0));
  }
}

const toTensor = ({ shape, data }: Values): Tensor => tensor(data).reshape(shape);

function load<M extends AnyModule>(model: M, { weights }: Workload): M {
  const entries = Object.entries(weights).map(([name, values]) => [name, toTensor(values)]);
  model.loadStateDict(Object.fromEntries(entries));
  return model;
}

function step(optimizer: Optimizer, loss: () => Tensor): Step {
  return {
    run() {
      const value = loss();
      optimizer.zeroGrad();
      value.backward();
      optimizer.step();
      return value;
    },
  };
}

const adam = (model: AnyModule): Optimizer =>
  new Adam(model.parameters(), { lr: LEARNING_RATE.adam });

/** A model and its loss on the batch of the workload, which is uploaded at every step. */
export interface Trained {
  readonly model: AnyModule & ((x: Tensor) => Tensor);
  /** The loss of the model or of a wrapper of it. */
  readonly loss: (net: (x: Tensor) => Tensor) => Tensor;
}

/** The cross-entropy of a classifier. */
function trained(
  model: Trained["model"],
  workload: Workload,
  input: string,
  target: string,
): Trained {
  load(model, workload);
  const criterion = new CrossEntropyLoss();
  const fresh = (name: string): Tensor => toTensor(workload.batch[name] as Values);
  const loss: Trained["loss"] = (net) => {
    const logits = net(fresh(input));
    return criterion(logits.flatten(0, -2), fresh(target).flatten());
  };
  return { model, loss };
}

function classifier(
  model: Trained["model"],
  workload: Workload,
  input: string,
  target: string,
): Step {
  const { loss } = trained(model, workload, input, target);
  return step(adam(model), () => loss(model));
}

/** Models that are also trained on several ranks. */
export const onRanks: Readonly<Record<string, (workload: Workload) => Trained>> = {
  mlp: (workload) => trained(new Perceptron(), workload, "images", "labels"),
  gpt: (workload) => trained(new GPT(), workload, "tokens", "targets"),
};

function product({ weights }: Workload): Step {
  const [a, b] = [toTensor(weights.a as Values), toTensor(weights.b as Values)];
  let last = a;
  return {
    run() {
      last = a.matmul(b).realize();
      return last;
    },
    value: () => last.abs().mean(),
  };
}

/** The training step of each workload. */
export const models: Readonly<Record<string, (workload: Workload) => Step>> = {
  matmul256: product,
  matmul512: product,
  matmul1024: product,
  mlp: (workload) => classifier(new Perceptron(), workload, "images", "labels"),
  chain({ weights }) {
    const x = toTensor(weights.x as Values).requiresGrad_();
    return {
      run() {
        x.grad = null;
        const loss = x.mul(1.5).add(0.5).tanh().square().mul(x).sub(0.25).sigmoid().mean();
        loss.backward();
        return loss.realize();
      },
      check: () => (x.grad as Tensor).abs().sum(),
    };
  },
  mean({ weights }) {
    const x = toTensor(weights.x as Values);
    let last = x;
    return {
      run() {
        last = x.mul(2).add(1).tanh().mul(x.sigmoid()).sub(x.div(3)).mean().realize();
        return last;
      },
      value: () => last,
    };
  },
  logistic(workload) {
    const model = load(new Logistic(), workload);
    const criterion = new BCELoss();
    const { x, y } = workload.batch as { x: Values; y: Values };
    return step(new SGD(model.parameters(), { lr: LEARNING_RATE.sgd }), () =>
      criterion(model(toTensor(x)), toTensor(y)),
    );
  },
  word2vec(workload) {
    const model = load(new SkipGram(), workload);
    const { centers, others } = workload.batch as { centers: Values; others: Values };
    const signs = toTensor(signsOf(workload));
    return step(new SGD(model.parameters(), { lr: LEARNING_RATE.sgd }), () => {
      const scores = model(toTensor(centers), toTensor(others));
      return softplus(scores.mul(signs).neg()).sum(1).mean();
    });
  },
  convnet: (workload) => classifier(new ConvNet(), workload, "images", "labels"),
  lstm: (workload) => classifier(new Classifier(), workload, "tokens", "labels"),
  gpt: (workload) => classifier(new GPT(), workload, "tokens", "targets"),
};
