/** The training steps that counts and benchmarks measure: one place, so that both measure the same. */
import { randint, randn, rand, type Tensor } from "@wgrad/autograd";
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

/** Host data of one step, drawn anew each time as a loader would give it. */
const classes = (n: number): Tensor => randint(0, 10, [n]);

export const models: Record<string, () => Step> = {
  /** Logistic regression, 30 features, batch 32, SGD. */
  logistic() {
    const model = new Logistic(30);
    const criterion = new BCELoss();
    return step(new SGD(model.parameters(), { lr: 0.1 }), () =>
      criterion(model(randn([32, 30])), rand([32, 1])),
    );
  },
  /** 784-128-10, batch 64, Adam, mean squared error against one-hot classes. */
  mlp() {
    const model = new Perceptron();
    const criterion = new MSELoss();
    return step(new Adam(model.parameters(), { lr: 1e-3 }), () => {
      const labels = classes(64).unsqueeze(1).eq(randn([10]).mul(0)).to("f32");
      return criterion(model(randn([64, 784])), labels);
    });
  },
};
