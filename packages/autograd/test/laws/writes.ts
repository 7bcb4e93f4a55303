import { noGrad, type Tensor, tensor } from "@wgrad/autograd";
import {
  buffer,
  N,
  nextBatch,
  type Program,
  parameter,
  repeat,
  squaredError,
  step,
} from "./world.ts";

const STEPS = 20;

/**
 * In-place writes: hand-written updates, averages, clipping, snapshots, and what a stale handle may
 * see.
 */
export const writes: readonly Program[] = [
  {
    name: "manualSgd",
    submits: 10,
    promise: "a hand-written update runs at the next read of its parameter, not in one long chain",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(100, async (i) => {
        const loss = squaredError(model.call(noise()), noise());
        model.zeroGrad();
        loss.backward();
        noGrad(() => {
          for (const p of model.parameters) p.sub_((p.grad as Tensor).mul(0.1));
        });
        if (i % 10 !== 9) return;
        log(await loss.item());
        tick();
      });
    },
  },
  {
    name: "manualLong",
    submits: 10,
    promise: "the same with assignment, over many more steps",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(120, async (i) => {
        const loss = squaredError(model.call(noise()), noise());
        model.zeroGrad();
        loss.backward();
        noGrad(() => {
          for (const p of model.parameters) p.copy_(p.sub((p.grad as Tensor).mul(0.1)));
        });
        if (i % 10 !== 9) return;
        log(await loss.item());
        tick();
      });
    },
  },
  {
    name: "ema",
    submits: 2,
    promise: "a moving average of the weights, updated after the step",
    async run({ net, noise, log, tick }) {
      const model = net();
      const averages = model.parameters.map(() => buffer(tensor(new Float32Array(N))));
      await repeat(STEPS, async () => {
        await nextBatch();
        model.learn(squaredError(model.call(noise()), noise()));
        noGrad(() => {
          averages.forEach((average, i) => {
            average.copy_(average.mul(0.9).add((model.parameters[i] as Tensor).mul(0.1)));
          });
        });
        tick();
      });
      for (const average of averages) log((await average.data())[0] as number);
    },
  },
  {
    name: "wganClip",
    submits: 2,
    promise: "weights clipped in place after every step",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(STEPS, async () => {
        await nextBatch();
        model.learn(squaredError(model.call(noise()), noise()));
        noGrad(() => {
          for (const p of model.parameters) p.copy_(p.tanh());
        });
        tick();
      });
      log((await model.values[0]?.data())?.[0] as number);
    },
  },
  {
    name: "dqnSoft",
    submits: 11,
    promise: "a target network that follows slowly",
    async run({ net, noise, log, tick }) {
      const [online, target] = [net(), net()];
      await repeat(50, async (i) => {
        const loss = squaredError(online.call(noise()), target.call(noise()).detach());
        online.learn(loss, 0.05);
        noGrad(() => {
          target.parameters.forEach((p, j) => {
            p.copy_(p.mul(0.9).add((online.parameters[j] as Tensor).mul(0.1)));
          });
        });
        if (i % 5 === 0) log(await loss.item());
        if (i % 5 === 4) tick();
      });
    },
  },
  {
    name: "snapshot",
    promise: "clones of the weights survive the steps after them, and can be put back",
    async run({ net, noise, log }) {
      const model = net();
      let best: Tensor[] = [];
      await repeat(6, async (i) => {
        await nextBatch();
        if (i === 2) best = noGrad(() => model.parameters.map((p) => p.clone()));
        model.learn(squaredError(model.call(noise()), noise()));
      });
      noGrad(() => {
        model.parameters.forEach((p, i) => {
          p.copy_(best[i] as Tensor);
        });
      });
      log((await model.values[0]?.data())?.[1] as number);
    },
  },
  {
    name: "oldViaAlias",
    promise: "a detached handle sees the later writes of what it aliases",
    async run({ net, noise, log }) {
      const model = net();
      const [W] = model.parameters as [Tensor, Tensor];
      const alias = W.detach();
      model.learn(squaredError(model.call(noise()), noise()));
      log(((await alias.data())[0] as number) - ((await W.data())[0] as number));
    },
  },
  {
    name: "readHidden",
    promise:
      "a hidden value of the user's own, read after the step that overwrote its source, is gone and says why",
    async run({ net, noise, log }) {
      const model = net();
      const [W] = model.parameters as [Tensor, Tensor];
      const y = noise().mul(W);
      model.learn(squaredError(y, noise()));
      log((await y.data())[0] as number);
    },
    throws: /overwritten by/,
  },
  {
    name: "detachedPush",
    promise: "detached results of many steps are there when they are read",
    async run({ net, noise, log }) {
      const model = net();
      const results: Tensor[] = [];
      await repeat(6, async () => {
        await nextBatch();
        const y = model.call(noise());
        model.learn(squaredError(y, noise()));
        results.push(y.detach());
      });
      for (const y of results) log((await y.data())[0] as number);
    },
  },
  {
    name: "predsKeptInLoop",
    promise: "keep() makes results stay",
    async run({ net, noise, log }) {
      const model = net();
      const results: Tensor[] = [];
      await repeat(5, async () => {
        const y = model.call(noise()).keep();
        model.learn(squaredError(y, noise()));
        results.push(y);
      });
      for (const y of results) log((await y.data())[2] as number);
    },
  },
  {
    name: "metricUnread",
    promise: "a metric computed beside the loss is there after the step",
    async run({ net, noise, log }) {
      const model = net();
      const y = model.call(noise());
      const probabilities = y.tanh();
      model.learn(squaredError(y, noise()));
      log((await probabilities.data())[0] as number);
    },
  },
  {
    name: "otherStepsMeanwhile",
    promise:
      "a backward that needs a weight another task has stepped on throws, and names who wrote",
    async run({ net, noise }) {
      const model = net();
      const other = async () => model.learn(squaredError(model.call(noise()), noise()));
      const loss = squaredError(model.call(noise()), noise());
      await other();
      loss.backward();
    },
    throws: /overwritten|modified/,
  },
  {
    name: "gradientAfterStep",
    submits: 2,
    promise: "a gradient is there after the step, until zeroGrad",
    async run({ net, noise, log, tick }) {
      const model = net();
      const [W] = model.parameters as [Tensor, Tensor];
      await repeat(STEPS, async () => {
        await nextBatch();
        model.learn(squaredError(model.call(noise()), noise()));
        log(await (W.grad as Tensor).norm().item());
        tick();
      });
      const old = (W.grad as Tensor).clone();
      model.learn(squaredError(model.call(noise()), noise()));
      log(await old.norm().item());
    },
  },
  {
    name: "staleGradient",
    promise: "a handle on a gradient does not outlive the next backward without clone()",
    async run({ net, noise, log }) {
      const model = net();
      const [W] = model.parameters as [Tensor, Tensor];
      model.learn(squaredError(model.call(noise()), noise()));
      const old = W.grad as Tensor;
      model.learn(squaredError(model.call(noise()), noise()));
      log(await old.norm().item());
    },
    throws: /overwritten by/,
  },
  {
    name: "projectedGradients",
    submits: 1,
    promise: "gradients of two losses, one kept by clone(), are combined and assigned (PCGrad)",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(STEPS, async () => {
        await nextBatch();
        const y = model.call(noise());
        const [first, second] = [squaredError(y, noise()), y.square().sum()];
        model.zeroGrad();
        first.backward(null, { retainGraph: true });
        const firstGrads = model.parameters.map((p) => (p.grad as Tensor).clone());
        model.zeroGrad();
        second.backward();
        noGrad(() => {
          model.parameters.forEach((p, i) => {
            const [g, h] = [firstGrads[i] as Tensor, p.grad as Tensor];
            p.grad = g.add(h.sub(g.mul(g.mul(h).sum().div(g.square().sum().add(1e-6)))));
          });
        });
        model.step(0.05);
        for (const g of firstGrads) g.dispose();
        log(await first.item());
        tick();
      });
    },
  },
  {
    name: "saveWhileTraining",
    promise: "reads issued in one turn are a consistent snapshot, whatever trains meanwhile",
    async run({ noise, random, log }) {
      const start = random();
      const twins = [parameter(tensor(start)), parameter(tensor(start))];
      const [W, V] = twins as [Tensor, Tensor];
      const train = repeat(STEPS, async () => {
        await nextBatch();
        const loss = squaredError(noise().mul(W.add(V)), noise());
        for (const p of twins) p.grad = null;
        loss.backward();
        step(twins, 0.05);
        await null;
      });
      const save = async () => {
        for (let i = 0; i < 7; i++) await null;
        return Promise.all(twins.map((p) => p.data()));
      };
      const [, [w, v]] = await Promise.all([train, save()]);
      log(Math.max(...(w as Float32Array).map((x, i) => Math.abs(x - (v?.[i] as number)))));
    },
  },
];
