import { cat, noGrad, slice, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { moduleCall } from "@wgrad/autograd/plugin";
import { N, nextBatch, type Program, repeat, squaredError } from "./world.ts";

const STEPS = 20;
/** Rows of N values that are more than a page takes: they are held in other ways. */
const MANY = 5000;

const sumOf = async (x: Tensor): Promise<number> =>
  [...(await x.data())].reduce((sum, value) => sum + value, 0);

/**
 * What a user holds: data prepared before the loop, results collected over an epoch, tensors
 * written in place.
 */
export const held: readonly Program[] = [
  ...[3 * N, MANY].map(
    (rows): Program => ({
      name: `preparedData${rows}`,
      once: true,
      submits: 1,
      promise:
        "data that are prepared before the loop are prepared once, whatever reads them first",
      async run({ net, noise, log, tick }) {
        const model = net();
        const raw = noise(rows, N);
        const centred = raw.sub(raw.mean(0));
        const x = centred.div(centred.square().mean(0).add(0.1).sqrt());
        const y = raw.square().sum(1, { keepdim: true });
        await repeat(STEPS, async (i) => {
          await nextBatch();
          const batch = tensor([i % rows, (3 * i) % rows, (7 * i) % rows], { dtype: "i32" });
          const loss = squaredError(model.call(x.at(batch)), y.at(batch));
          model.learn(loss, 0.001);
          log(await loss.item());
          tick();
        });
        log(await sumOf(x));
      },
    }),
  ),
  {
    name: "preparedOnTheDevice",
    once: true,
    submits: 1,
    promise: "a mask made once is there in every step",
    async run({ net, noise, log, tick }) {
      const model = net();
      const mask = noise(4, N).gt(0).to("f32");
      await repeat(STEPS, async () => {
        await nextBatch();
        const loss = squaredError(model.call(noise(4, N)).mul(mask), noise(4, N));
        model.learn(loss, 0.01);
        log(await loss.item());
        tick();
      });
    },
  },
  ...[4, MANY].map(
    (rows): Program => ({
      name: `collected${rows}`,
      once: true,
      promise: "predictions, detached results and parts of them are there after the epoch",
      async run({ net, noise, log }) {
        const model = net();
        const detached: Tensor[] = [];
        const choices: Tensor[] = [];
        const columns: Tensor[] = [];
        const distances: Tensor[] = [];
        await repeat(12, async () => {
          await nextBatch();
          const target = noise(rows, N);
          const y = model.call(noise(rows, N));
          const distance = y.sub(target).square().sum(1);
          distances.push(distance.detach());
          detached.push(y.detach());
          columns.push(y.select(1, 0));
          model.learn(distance.sum(), 0.01 / rows);
          choices.push(y.argmax(1));
        });
        for (const list of [detached, choices, columns, distances]) {
          for (const one of list) log(await sumOf(one));
          log(await sumOf(cat(list)));
        }
      },
    }),
  ),
  {
    name: "collectedInForward",
    once: true,
    promise: "what a forward leaves aside is there after the epoch, numbers and tensors",
    async run({ net, noise, log }) {
      const model = net();
      const numbers: Tensor[] = [];
      const sums: Tensor[] = [];
      const hidden: Tensor[] = [];
      await repeat(8, async () => {
        await nextBatch();
        const y = moduleCall(() => {
          const h = model.call(noise(3, N));
          numbers.push(h.square().mean());
          sums.push(h.abs().sum(1));
          hidden.push(h.detach());
          return h.tanh();
        });
        model.learn(squaredError(y, noise(3, N)), 0.01);
      });
      for (const list of [numbers, sums, hidden]) for (const one of list) log(await sumOf(one));
    },
  },
  ...[3, MANY].map(
    (rows): Program => ({
      name: `collectedInHooks${rows}`,
      once: true,
      promise: "gradients, and numbers made of them, that hooks collect are there after the epoch",
      async run({ net, noise, log }) {
        const model = net();
        const norms: Tensor[] = [];
        const gradients: Tensor[] = [];
        await repeat(8, async () => {
          await nextBatch();
          const y = model.call(noise(rows, N));
          y.registerHook((g) => void norms.push(g.norm()));
          y.registerHook((g) => void gradients.push(g));
          model.learn(squaredError(y, noise(rows, N)), 0.01 / rows);
        });
        for (const list of [norms, gradients]) for (const one of list) log(await sumOf(one));
      },
    }),
  ),
  ...[8, MANY].flatMap((rows): Program[] =>
    [false, true].map((kept) => ({
      name: `rows${rows}${kept ? "Kept" : ""}`,
      once: true,
      submits: 1,
      promise: "a buffer that is written row by row costs a write a step, whoever reads it",
      async run({ net, noise, log, tick }) {
        const model = net();
        const memory = zeros([rows, N]);
        if (kept) memory.keep();
        await repeat(STEPS, async (i) => {
          memory.put_(i % rows, noise().mul(2));
          log(await noGrad(() => model.call(memory).amax()).item());
          tick();
        });
        log(await sumOf(memory));
      },
    })),
  ),
  {
    name: "runningMean",
    once: true,
    submits: 1,
    promise: "a kept tensor survives any number of writes to all of it, and what is made of it",
    async run({ noise, log, tick }) {
      const mean = zeros([N]).keep();
      const ages: Tensor[] = [];
      await repeat(STEPS, async (i) => {
        mean.mul_(0.9).add_(noise().mul(0.1));
        if (i < 4) ages.push(mean.mul(1));
        log(await mean.mul(2).sum().item());
        if (i >= 4) tick();
      });
      for (const age of ages) log(await sumOf(age));
    },
  },
  {
    name: "carriedState",
    submits: 1,
    promise: "a state without gradients that every step reads and replaces is computed once a step",
    async run({ noise, log, tick }) {
      let [place, speed] = [noise(3, N), noise(3, N)];
      await repeat(STEPS, async () => {
        speed = speed.add(place.mul(-0.1));
        place = place.add(speed.mul(0.1));
        log(await place.norm().item());
        tick();
      });
      log(await sumOf(speed));
    },
  },
  {
    name: "cacheByCat",
    once: true,
    promise: "keys and values that grow by a row a token are computed once, by every layer",
    async run({ net, noise, log }) {
      const layers = [net(), net(), net()];
      for (let sequence = 0; sequence < 2; sequence++) {
        const caches: Tensor[] = [];
        await repeat(8, async () => {
          const scores = noGrad(() => {
            let x = noise(1, N);
            for (const [i, layer] of layers.entries()) {
              const row = layer.call(x);
              const known = caches[i];
              const all = known === undefined ? row : cat([known, row]);
              caches[i] = all;
              x = x.add(x.matmul(all.T).softmax(1).matmul(all));
            }
            return x.sum();
          });
          log(await scores.item());
        });
      }
    },
  },
  {
    name: "windowByCat",
    submits: 1,
    promise: "a window that moves by a row a step is computed once a step",
    async run({ noise, log, tick }) {
      let window = zeros([6, N]);
      await repeat(STEPS, async () => {
        window = cat([window.at(slice(1, null)), noise(1, N).mul(2)]);
        log(await window.square().sum().item());
        tick();
      });
    },
  },
];
