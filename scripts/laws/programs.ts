import { grad, noGrad, type Tensor, tensor, zeros } from "@wgrad/autograd";
import {
  type AnyModule,
  BatchNorm1d,
  Dropout,
  Embedding,
  functional as F,
  Linear,
  LSTM,
  Module,
  Sequential,
  Tanh,
} from "@wgrad/nn";
import {
  Adam,
  AdamW,
  CosineAnnealingLR,
  clipGradNorm_,
  ExponentialMovingAverage,
  LBFGS,
  RMSprop,
  SGD,
} from "@wgrad/optim";
import { nextBatch, type Program, repeat } from "../../packages/autograd/test/laws/world.ts";

const STEPS = 16;

const mlp = (): Sequential => new Sequential(new Linear(4, 6), new Tanh(), new Linear(6, 4));

async function logWeights(model: AnyModule, log: (value: number) => void): Promise<void> {
  for (const value of Object.values(model.stateDict())) log((await value.data())[0] as number);
}

/** An embedding whose table is also the weight of the output layer. */
class Tied extends Module<[Tensor], Tensor> {
  embed = new Embedding(5, 4);
  head = new Linear(4, 5, { bias: false });
  constructor() {
    super();
    this.head.weight = this.embed.weight;
  }
  override forward(x: Tensor): Tensor {
    return this.head(this.embed(x).tanh());
  }
}

/** Programs that need modules and optimizers. */
export const realPrograms: readonly Program[] = [
  {
    name: "batchNorm",
    submits: 3,
    promise: "running statistics are updated once per forward, in training only",
    async run({ noise, log, tick }) {
      const model = new Sequential(new Linear(4, 3), new BatchNorm1d(3), new Linear(3, 2));
      const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
      await repeat(STEPS, async (i) => {
        await nextBatch();
        const loss = F.mseLoss(model.train()(noise(6, 4)), noise(6, 2));
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        log(await loss.item());
        if (i % 2 === 1) {
          log(await noGrad(() => model.eval()(noise(6, 4)).sum()).item());
          tick();
        }
      });
      await logWeights(model, log);
    },
  },
  {
    name: "dropout",
    submits: 1,
    promise: "new masks are drawn in every training step, and none in evaluation",
    async run({ noise, log, tick }) {
      const model = new Sequential(new Linear(4, 8), new Dropout(0.5), new Linear(8, 2));
      const optimizer = new Adam(model.parameters(), { lr: 0.01 });
      await repeat(STEPS, async () => {
        await nextBatch();
        const loss = F.mseLoss(model(noise(6, 4)), noise(6, 2));
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        log(await loss.item());
        tick();
      });
      await logWeights(model, log);
    },
  },
  {
    name: "weightTying",
    submits: 1,
    promise: "a tied weight is one parameter, and its gradient the sum of both uses",
    async run({ log, tick }) {
      const model = new Tied();
      const optimizer = new AdamW(model.parameters(), { lr: 0.05 });
      log(model.parameters().length);
      await repeat(STEPS, async (i) => {
        await nextBatch();
        const x = tensor([i % 5, (i + 1) % 5, (i + 2) % 5], { dtype: "i32" });
        const loss = F.crossEntropy(model(x), x);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        log(await loss.item());
        tick();
      });
      await logWeights(model, log);
    },
  },
  {
    name: "freezeHalfway",
    submits: 1,
    promise: "a frozen layer has no gradient, is skipped by the step, and needs one new plan",
    async run({ noise, log, tick }) {
      const model = mlp();
      const optimizer = new Adam(model.parameters(), { lr: 0.05 });
      const backbone = model.at(0) as unknown as Linear;
      await repeat(STEPS, async (i) => {
        await nextBatch();
        if (i === 4) backbone.requiresGrad_(false);
        const loss = F.mseLoss(model(noise(3, 4)), noise(3, 4));
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        log(await loss.item());
        if (i >= 4) log(backbone.weight.grad === null ? 1 : 0);
        tick();
      });
      await logWeights(model, log);
    },
  },
  {
    name: "lstm",
    submits: 1,
    promise: "truncated backpropagation carries an LSTM's detached state from step to step",
    async run({ noise, log, tick }) {
      const [lstm, head] = [new LSTM(3, 4), new Linear(4, 2)];
      const parameters = [...lstm.parameters(), ...head.parameters()];
      const optimizer = new RMSprop(parameters, { lr: 0.01 });
      let state: readonly [Tensor, Tensor] = [zeros([1, 2, 4]), zeros([1, 2, 4])];
      await repeat(STEPS, async () => {
        await nextBatch();
        const [out, [h, c]] = lstm(noise(3, 2, 3), state);
        const loss = F.mseLoss(head(out), noise(3, 2, 2));
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        state = [h.detach(), c.detach()];
        log(await loss.item());
        tick();
      });
      await logWeights(lstm, log);
    },
  },
  {
    name: "clippedAndAveraged",
    submits: 2,
    promise: "clipping, a schedule and an average of the weights surround the step",
    async run({ noise, log, tick }) {
      const model = mlp();
      const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true });
      const schedule = new CosineAnnealingLR(optimizer, STEPS);
      const average = new ExponentialMovingAverage(model.parameters(), { decay: 0.9 });
      await repeat(STEPS, async () => {
        await nextBatch();
        const loss = F.mseLoss(model(noise(3, 4)), noise(3, 4));
        optimizer.zeroGrad();
        loss.backward();
        clipGradNorm_(model.parameters(), 0.5);
        optimizer.step();
        schedule.step();
        average.update();
        log(await loss.item());
        tick();
      });
      average.swap();
      await logWeights(model, log);
    },
  },
  {
    name: "gan",
    submits: 2,
    promise: "two modules train on each other's results, each with its own optimizer",
    async run({ noise, log, tick }) {
      const [generator, critic] = [mlp(), mlp()];
      const forth = new Adam(generator.parameters(), { lr: 0.01 });
      const back = new Adam(critic.parameters(), { lr: 0.01 });
      await repeat(STEPS, async () => {
        await nextBatch();
        const made = generator(noise(3, 4));
        const apart = critic(made.detach())
          .mean()
          .sub(critic(noise(3, 4)).mean());
        back.zeroGrad();
        apart.backward();
        back.step();
        const fooled = critic(made).mean().neg();
        forth.zeroGrad();
        fooled.backward();
        forth.step();
        log(await fooled.item());
        tick();
      });
      await logWeights(generator, log);
    },
  },
  {
    name: "gradientPenalty",
    submits: 1,
    promise: "a penalty on a module's gradient is differentiated again",
    async run({ noise, log, tick }) {
      const critic = mlp();
      const optimizer = new Adam(critic.parameters(), { lr: 0.01 });
      await repeat(STEPS, async () => {
        await nextBatch();
        const x = noise(3, 4).requiresGrad_();
        const scores = critic(x).sum();
        const [slope] = grad(scores, [x], { createGraph: true }) as [Tensor];
        const penalty = slope.square().sum(1).add(1e-6).sqrt().sub(1).square().mean();
        optimizer.zeroGrad();
        scores.add(penalty.mul(10)).backward();
        optimizer.step();
        log(await penalty.item());
        tick();
      });
      await logWeights(critic, log);
    },
  },
  {
    name: "lbfgs",
    promise: "LBFGS evaluates its closure many times in constant memory",
    async run({ noise, log }) {
      const model = mlp();
      const optimizer = new LBFGS(model.parameters(), { maxIter: 4, lineSearchFn: "strong_wolfe" });
      const [x, y] = [noise(6, 4), noise(6, 4)];
      await repeat(4, async () => {
        const loss = await optimizer.step(async () => {
          optimizer.zeroGrad();
          const value = F.mseLoss(model(x), y);
          value.backward();
          return value;
        });
        log(await loss.item());
      });
    },
  },
];
