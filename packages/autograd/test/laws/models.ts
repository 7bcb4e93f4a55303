import {
  checkpoint,
  dropout,
  // biome-ignore lint/suspicious/noShadowRestrictedNames: PyTorch's name
  Function,
  type FunctionContext,
  grad,
  noGrad,
  rand,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { moduleCall } from "@wgrad/autograd/plugin";
import {
  buffer,
  N,
  Net,
  nextBatch,
  type Program,
  parameter,
  repeat,
  squaredError,
  step,
} from "./world.ts";

const STEPS = 20;

/**
 * Kinds of models and ways to train them: recurrent, adversarial, tied, frozen, normalised,
 * penalised.
 */
export const models: readonly Program[] = [
  {
    name: "tbptt",
    submits: 8,
    promise: "truncated backpropagation carries a detached state from step to step",
    async run({ net, noise, log, tick }) {
      const model = net();
      let state = tensor(new Float32Array(N));
      await repeat(70, async (i) => {
        await nextBatch();
        let loss = tensor(0);
        for (let t = 0; t < 3; t++) {
          state = model.call(noise().add(state));
          loss = loss.add(squaredError(state, noise()));
        }
        model.learn(loss, 0.01);
        state = state.detach();
        if (i % 7 === 0) log(await loss.item());
        if (i % 7 === 6) tick();
      });
      log((await state.data())[0] as number);
    },
  },
  {
    name: "rnnNoDetach",
    promise: "a state carried without detach leads into a consumed graph, and says so",
    async run({ net, noise }) {
      const model = net();
      let state = tensor(new Float32Array(N));
      await repeat(3, async () => {
        state = model.call(noise().add(state));
        model.learn(squaredError(state, noise()), 0.01);
      });
    },
    throws: /already consumed by an earlier backward/,
  },
  {
    name: "gan",
    submits: 2,
    promise: "two nets that train on each other's results",
    async run({ net, noise, log, tick }) {
      const [generator, critic] = [net(), net()];
      await repeat(STEPS, async () => {
        await nextBatch();
        const fake = generator.call(noise());
        const criticLoss = squaredError(critic.call(fake.detach()), noise()).add(
          squaredError(critic.call(noise()), noise()),
        );
        critic.learn(criticLoss, 0.05);
        const generatorLoss = squaredError(critic.call(fake), noise());
        critic.zeroGrad();
        generator.learn(generatorLoss, 0.05);
        log(await generatorLoss.item());
        log(await criticLoss.item());
        tick();
      });
    },
  },
  {
    name: "siameseReads",
    submits: 2,
    promise: "three live tapes of one plan, all read before any backward",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(STEPS, async () => {
        await nextBatch();
        const losses = [1, 2, 3].map(() => squaredError(model.call(noise()), noise()));
        for (const loss of losses) log(await loss.item());
        model.zeroGrad();
        for (const loss of losses) loss.backward();
        model.step(0.05);
        tick();
      });
    },
  },
  {
    name: "threeLiveTapes",
    submits: 5,
    promise: "three live tapes of one plan, each read as it is made",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(STEPS, async () => {
        const losses: Tensor[] = [];
        for (let i = 0; i < 3; i++) {
          const loss = squaredError(model.call(noise()), noise());
          log(await loss.item());
          losses.push(loss);
        }
        model.zeroGrad();
        for (const loss of losses) loss.backward();
        model.step(0.05);
        log((await model.parameters[0]?.data())?.[0] as number);
        tick();
      });
    },
  },
  {
    name: "straightThrough",
    submits: 1,
    promise: "a straight-through estimator: a value on the tape only in part",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(STEPS, async () => {
        await nextBatch();
        const x = model.call(noise());
        const quantised = x.add(x.tanh().sub(x).detach());
        model.learn(squaredError(quantised, noise()), 0.05);
        tick();
      });
      log((await model.parameters[0]?.data())?.[0] as number);
    },
  },
  {
    name: "gradientPenalty",
    submits: 1,
    promise: "a gradient that is differentiated again is part of the same step",
    async run({ net, noise, log, tick }) {
      const critic = net();
      await repeat(STEPS, async () => {
        await nextBatch();
        const x = noise(4, N);
        x.requiresGrad = true;
        const score = critic.call(x);
        const [slope] = grad(score.sum(), [x], { createGraph: true }) as [Tensor];
        const penalty = slope.norm(2, 1).sub(1).square().mean();
        critic.learn(squaredError(score, noise(4, N)).add(penalty.mul(10)), 0.01);
        log(await penalty.item());
        tick();
      });
    },
  },
  {
    name: "weightTying",
    submits: 1,
    promise: "one parameter used twice is one cell, and its gradient the sum of both uses",
    async run({ noise, log, tick }) {
      const weight = parameter(noise(4, N));
      const autoencoder = (x: Tensor) =>
        moduleCall(() => x.matmul(weight.t()).tanh().matmul(weight));
      await repeat(STEPS, async () => {
        await nextBatch();
        const x = noise(2, N);
        const loss = squaredError(autoencoder(x), x);
        weight.grad = null;
        loss.backward();
        step([weight], 0.05);
        log(await loss.item());
        tick();
      });
    },
  },
  {
    name: "freezeHalfway",
    submits: 1,
    promise: "a frozen parameter has no gradient, is left out of the step, and costs one new plan",
    async run({ net, noise, log, tick }) {
      const model = net();
      const [backbone] = model.parameters as [Tensor, Tensor];
      await repeat(STEPS, async (i) => {
        await nextBatch();
        if (i === 4) backbone.requiresGrad = false;
        const loss = squaredError(model.call(noise()), noise());
        model.learn(loss);
        log(await loss.item());
        if (i >= 4) log(backbone.grad === null ? 1 : 0);
        tick();
      });
      for (const value of await backbone.data()) log(value);
    },
  },
  {
    name: "batchNorm",
    submits: 3,
    promise: "running statistics are written once per forward, and never again by a recomputation",
    async run({ noise, log, tick }) {
      const [scale, shift] = [parameter(noise()), parameter(noise())];
      const running = buffer(tensor(new Float32Array(N)));
      const normalise = (x: Tensor) =>
        moduleCall(() => {
          const mean = x.mean(0);
          noGrad(() => running.copy_(running.mul(0.9).add(mean.mul(0.1))));
          const centred = x.sub(mean);
          return centred.div(centred.square().mean(0).add(1e-3).sqrt()).mul(scale).add(shift);
        });
      await repeat(STEPS, async () => {
        const loss = squaredError(normalise(noise(4, N)), noise(4, N));
        log(await loss.item());
        scale.grad = shift.grad = null;
        loss.backward();
        step([scale, shift], 0.01);
        log((await running.data())[0] as number);
        tick();
      });
    },
  },
  {
    name: "dropout",
    submits: 3,
    promise:
      "a mask belongs to the op that drew it: a recomputation draws the same, the next step afresh",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(STEPS, async () => {
        await nextBatch();
        const mask = rand([N], { generator: "device" }).lt(0.5).to("f32");
        const y = model.call(noise()).mul(mask);
        const loss = squaredError(y, noise());
        log(await loss.item());
        log(await y.mul(mask).sum().item());
        model.learn(loss);
        tick();
      });
    },
  },
  {
    name: "checkpoint",
    submits: 2,
    promise: "a checkpoint's second run, of its dropout too, is part of the step it belongs to",
    async run({ net, noise, log, tick }) {
      const [first, second] = [net(), net()];
      const all = new Net();
      all.parameters.push(...first.parameters, ...second.parameters);
      const block = (x: Tensor) => second.call(dropout(first.call(x), { p: 0.5, training: true }));
      await repeat(STEPS, async () => {
        await nextBatch();
        const loss = squaredError(checkpoint(block, noise()), noise());
        all.learn(loss);
        log(await loss.item());
        tick();
      });
      for (const value of await (all.parameters[0] as Tensor).detach().data()) log(value);
    },
  },
  {
    name: "customFunction",
    submits: 2,
    promise: "what a custom Function saves is released when backward consumes it",
    async run({ net, noise, log, tick }) {
      class Clamp extends Function {
        static override forward(ctx: FunctionContext, x: Tensor) {
          ctx.saveForBackward(x);
          return x.clamp(-0.05, 0.05);
        }
        static override backward(ctx: FunctionContext, dy: Tensor) {
          const [x] = ctx.savedTensors as [Tensor];
          return dy.mul(x.abs().le(0.05));
        }
      }
      const model = net();
      await repeat(STEPS, async () => {
        await nextBatch();
        const loss = squaredError(Clamp.apply(model.call(noise())), noise());
        model.learn(loss);
        log(await loss.item());
        tick();
      });
    },
  },
  {
    name: "hooks",
    submits: 1,
    promise: "a hook runs while recording, once, and what it returns is the gradient",
    async run({ net, noise, log, tick }) {
      const model = net();
      let calls = 0;
      await repeat(STEPS, async () => {
        await nextBatch();
        const y = model.call(noise());
        y.registerHook((gradient) => {
          calls++;
          return gradient.mul(0.5);
        });
        const loss = squaredError(y, noise());
        model.learn(loss);
        log(await loss.item());
        tick();
      });
      log(calls);
    },
  },
  {
    name: "asyncForward",
    submits: 2,
    promise: "a forward may read values to decide how to go on",
    async run({ net, noise, log, tick }) {
      const [shared, left, right] = [net(), net(), net()];
      const all = new Net();
      all.parameters.push(...shared.parameters, ...left.parameters, ...right.parameters);
      const forward = (x: Tensor) =>
        moduleCall(async () => {
          const hidden = shared.call(x);
          return (await hidden.mean().item()) > 1 ? left.call(hidden) : right.call(hidden);
        });
      await repeat(STEPS, async () => {
        const loss = squaredError(await forward(noise()), noise());
        all.learn(loss, 0.05);
        log(await loss.item());
        tick();
      });
    },
  },
];
