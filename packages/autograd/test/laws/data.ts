import { memory, noGrad, slice, type Tensor, tensor } from "@wgrad/autograd";
import { N, nextBatch, type Program, repeat, squaredError } from "./world.ts";

const STEPS = 20;

/**
 * Data on its way to the device: batches of two sizes, reused arrays, prefetching, slices of one
 * big tensor.
 */
export const data: readonly Program[] = [
  {
    name: "batchSizes",
    submits: 2,
    promise: "a second batch size is a second plan in the same arena",
    async run({ net, noise, log, tick }) {
      const model = net();
      await repeat(2 * STEPS, async (i) => {
        await nextBatch();
        const rows = i % 2 === 0 ? 8 : 3;
        const loss = squaredError(model.call(noise(rows, N)), noise(rows, N));
        model.learn(loss, 0.01);
        if (i % 2 === 0) return;
        log(await loss.item());
        tick();
      });
    },
  },
  {
    name: "prefetch",
    submits: 1,
    promise: "batches that wait are host arrays: no device memory before they are used",
    async run({ net, noise, log, tick }) {
      const model = net();
      const waiting: Tensor[] = [];
      await repeat(STEPS, async () => {
        const before = memory().totalBytes;
        while (waiting.length < 4) waiting.push(noise());
        log(memory().totalBytes - before);
        await nextBatch();
        const loss = squaredError(model.call(waiting.shift() as Tensor), noise());
        model.learn(loss);
        log(await loss.item());
        tick();
      });
    },
  },
  {
    name: "reusedArray",
    submits: 4,
    promise: "tensor() copies at the call, so the caller's array may be used again at once",
    async run({ net, random, noise, log, tick }) {
      const model = net();
      const array = new Float32Array(N);
      await repeat(STEPS, async () => {
        const losses: Tensor[] = [];
        for (let i = 0; i < 3; i++) {
          array.set(random());
          losses.push(noGrad(() => squaredError(model.call(tensor(array)), noise())));
        }
        for (const loss of losses) log(await loss.item());
        tick();
      });
    },
  },
  {
    name: "slicesOfOneTensor",
    submits: 5,
    promise: "the start of a slice is a number like any other: no new plan for a new batch",
    async run({ net, noise, log, tick }) {
      const model = net();
      const all = noise(64, N);
      const targets = noise(64, N);
      await repeat(STEPS, async (epoch) => {
        for (let start = 0; start < 64; start += 16) {
          await nextBatch();
          const rows = slice(start, start + 16);
          const loss = squaredError(model.call(all.at(rows)), targets.at(rows));
          model.learn(loss, 0.001 * (epoch + 1));
          if (start === 48) log(await loss.item());
        }
        tick();
      });
    },
  },
  {
    name: "asyncNoGrad",
    promise: "noGrad around a promise is refused: it would switch gradients off elsewhere",
    async run({ net, noise, log }) {
      const model = net();
      await noGrad(() => squaredError(model.call(noise()), noise()).item().then(log));
    },
    throws: /noGrad: the function returned a promise/,
  },
];
