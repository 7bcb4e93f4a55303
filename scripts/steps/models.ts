/** The training steps that counts and benchmarks measure: one place, so that both measure the same. */
import { type Tensor, tensor } from "@wgrad/autograd";
import { BCELoss, Linear, Module, MSELoss, Sigmoid } from "@wgrad/nn";
import { Adam, type Optimizer, SGD } from "@wgrad/optim";

export interface Step {
  /** One training step: forward, backward, update; the loss is not read. */
  readonly run: () => Tensor;
}

class Logistic extends Module<[Tensor], Tensor> {
  linear: Linear;
  sigmoid = new Sigmoid();
  constructor(features: number) {
    super();
    this.linear = new Linear(features, 1);
  }
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

/** A batch drawn once; each step gets it as a fresh host tensor, as from a loader. */
function batch(shape: readonly number[], draw: () => number): () => Tensor {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw);
  return () => tensor(values).reshape(shape);
}

/** One-hot rows of ten classes. */
const oneHot = (rows: number): (() => Tensor) => {
  let i = 0;
  return batch([rows, 10], () => Number(i++ % 11 === 0));
};

export const models: Record<string, () => Step> = {
  /** Logistic regression, 30 features, batch 32, SGD. */
  logistic() {
    const model = new Logistic(30);
    const criterion = new BCELoss();
    const [x, y] = [
      batch([32, 30], Math.random),
      batch([32, 1], () => Number(Math.random() < 0.5)),
    ];
    return step(new SGD(model.parameters(), { lr: 0.1 }), () => criterion(model(x()), y()));
  },
  /** 784-128-10, batch 64, Adam, mean squared error against one-hot classes. */
  mlp() {
    const model = new Perceptron();
    const criterion = new MSELoss();
    const [x, y] = [batch([64, 784], Math.random), oneHot(64)];
    return step(new Adam(model.parameters(), { lr: 1e-3 }), () => criterion(model(x()), y()));
  },
};
