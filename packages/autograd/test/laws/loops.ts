import { cat, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { N, nextBatch, type Program, repeat, squaredError } from "./world.ts";

const STEPS = 20;

/**
 * Training and evaluation loops as people write them: reads in odd places, totals, lists, no
 * loader.
 */
export const loops: readonly Program[] = [
  {
    name: "plain",
    submits: 6,
    promise: "a loop that reads every fifth loss is one submit a step, and one more for the read",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(50, async (i) => {
        await nextBatch();
        const loss = squaredError(model.call(noise()), noise());
        model.learn(loss);
        if (i % 5 === 0) log(await loss.item());
        if (i % 5 === 4) tick();
      });
    },
  },
  {
    name: "readBeforeBackward",
    submits: 2,
    promise: "a loss read before backward keeps what the tape saved",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(STEPS, async () => {
        await nextBatch();
        const loss = squaredError(model.call(noise()), noise());
        log(await loss.item());
        model.learn(loss);
        tick();
      });
    },
  },
  {
    name: "pushLosses",
    submits: 1,
    promise: "unread losses in a list stay readable",
    async run({ net, noise, log, tick }) {
      const model = net();
      const losses: Tensor[] = [];
      await repeat(STEPS, async () => {
        await nextBatch();
        const loss = squaredError(model.call(noise()), noise());
        model.learn(loss);
        losses.push(loss);
        tick();
      });
      for (const loss of losses) log(await loss.item());
    },
  },
  {
    name: "totalWithGraph",
    submits: 1,
    promise: "adding losses to a total chains no tape over consumed graphs",
    async run({ net, noise, log, tick }) {
      const model = net();
      let total = tensor(0);
      await repeat(STEPS, async () => {
        await nextBatch();
        const loss = squaredError(model.call(noise()), noise());
        total = total.add(loss);
        model.learn(loss);
        tick();
      });
      log(await total.item());
    },
  },
  {
    name: "total10k",
    promise: "a total over thousands of steps costs the same at every step",
    async run({ many, net, noise, log, tick }) {
      const model = net();
      let total = tensor(0);
      await repeat(many, async (i) => {
        const loss = squaredError(model.call(noise()), noise());
        model.learn(loss, 0.01);
        total = total.add(loss);
        if (i % (many / 10) !== many / 10 - 1) return;
        log(await total.item());
        tick();
      });
    },
  },
  {
    name: "partsAfterStep",
    submits: 2,
    promise: "parts of a loss, and the module's result, are readable after the step",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(STEPS, async () => {
        await nextBatch();
        const y = model.call(noise());
        const error = squaredError(y, noise());
        const penalty = y.square().sum();
        model.learn(error.add(penalty.mul(0.1)));
        log(await error.item());
        log(await penalty.item());
        log((await y.data())[3] as number);
        tick();
      });
    },
  },
  {
    name: "accumulate",
    submits: 2,
    promise: "gradients of four batches add up, with a read in between",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(STEPS, async () => {
        model.zeroGrad();
        for (let batch = 0; batch < 4; batch++) {
          const loss = squaredError(model.call(noise()), noise()).mul(0.25);
          loss.backward();
          if (batch === 1) log(await loss.item());
        }
        model.step(0.1);
        tick();
      });
    },
  },
  {
    name: "evalNoGradRead",
    submits: 1,
    promise: "evaluation with a read per batch holds on to nothing",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(STEPS, async () => {
        await nextBatch();
        const [x, target] = [noise(), noise()];
        const loss = noGrad(() => squaredError(model.call(x), target));
        log(await loss.item());
        tick();
      });
    },
  },
  {
    name: "forgotNoGrad",
    submits: 1,
    promise: "evaluation without noGrad recycles what its tapes saved",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(STEPS, async () => {
        await nextBatch();
        log(await squaredError(model.call(noise()), noise()).item());
        tick();
      });
    },
  },
  {
    name: "predsNoGrad",
    promise: "predictions of many batches are collected and joined",
    async run({ net, noise, log, tick }) {
      const model = net();
      const predictions: Tensor[] = [];
      await repeat(10, async () => {
        await nextBatch();
        predictions.push(noGrad(() => model.call(noise())));
      });
      const joined = await noGrad(() => cat(predictions)).data();
      log(joined.length / N);
      log(Array.from(joined).reduce((a, b) => a + b, 0));
      tick();
    },
  },
  {
    name: "evalAcc10kNoLoader",
    promise:
      "an accumulator over thousands of batches, with no loader and hardly a read, runs as it goes",
    async run({ many, net, noise, log, tick }) {
      const model = net();
      let total = tensor(0);
      await repeat(many, async (i) => {
        total = noGrad(() => total.add(model.call(noise()).sum()));
        if (i % (many / 10) !== many / 10 - 1) return;
        log(await total.item());
        tick();
      });
    },
  },
  {
    name: "midException",
    submits: 5,
    promise: "an exception between forward and step leaves no trace",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(40, async (i) => {
        await nextBatch();
        try {
          const loss = squaredError(model.call(noise()), noise());
          model.zeroGrad();
          if (i % 4 === 1) throw new RangeError("the user's own");
          loss.backward();
          model.step(0.1);
          if (i % 4 === 0) log(await loss.item());
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
        }
        if (i % 4 === 3) tick();
      });
    },
  },
  {
    name: "interleaved",
    submits: 4,
    promise: "two training loops that take turns do not disturb each other",
    async run({ net, random, log, tick }) {
      const train = async (steps: number, lr: number, turn: () => void): Promise<number[]> => {
        const model = net();
        const batches = Array.from({ length: steps }, () => [random(), random()] as const);
        const losses: number[] = [];
        for (const [i, [x, target]] of batches.entries()) {
          const loss = squaredError(model.call(tensor(x)), tensor(target));
          await null;
          model.zeroGrad();
          loss.backward();
          await null;
          model.step(lr);
          losses.push(await loss.item());
          if (i % 2 === 1) turn();
        }
        return losses;
      };
      const losses = await Promise.all([train(20, 0.1, tick), train(24, 0.2, () => {})]);
      for (const loss of losses.flat()) log(loss);
    },
  },
  {
    name: "promiseAll",
    submits: 1,
    promise: "two reads at once are one submit",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(STEPS, async () => {
        await nextBatch();
        const first = squaredError(model.call(noise()), noise());
        const second = squaredError(model.call(noise()), noise());
        for (const value of await Promise.all([first.item(), second.item()])) log(value);
        tick();
      });
    },
  },
];
