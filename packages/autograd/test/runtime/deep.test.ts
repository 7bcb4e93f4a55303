import { describe, expect, test } from "vitest";
import {
  cat,
  explain,
  init,
  noGrad,
  pad,
  type Tensor,
  tensor,
  where,
  zerosLike,
} from "../../src/index.ts";

/** Loops over a value that is read at several places, or several times at one. */
const loops: Readonly<Record<string, (rounds: number) => Tensor>> = {
  "the heat equation": (rounds) => {
    let u: Tensor = wave(64);
    for (let i = 0; i < rounds; i++) {
      const both = u.roll(1, 0).add(u.roll(-1, 0));
      u = u.add(both.sub(u.mul(2)).mul(0.1));
    }
    return u;
  },
  "the game of life": (rounds) => {
    let g: Tensor = wave(64).gt(0.2).to("f32").reshape(8, 8);
    for (let i = 0; i < rounds; i++) {
      let count: Tensor = zerosLike(g);
      for (const a of [-1, 0, 1]) {
        for (const b of [-1, 0, 1]) {
          if (a !== 0 || b !== 0) count = count.add(g.roll([a, b], [0, 1]));
        }
      }
      g = where(count.eq(3), 1, where(count.eq(2), g, 0));
    }
    return g;
  },
  "a piecewise map": (rounds) => {
    let y: Tensor = wave(64);
    for (let i = 0; i < rounds; i++) y = where(y.gt(0), y.mul(0.9), y.add(0.3));
    return y;
  },
  "neurons that leak and fire": (rounds) => {
    let v: Tensor = wave(64);
    let spikes: Tensor = zerosLike(v);
    for (let i = 0; i < rounds; i++) {
      v = v.mul(0.9).add(0.37);
      const fired = v.gt(1).to("f32");
      v = v.sub(fired);
      spikes = spikes.add(fired);
    }
    return spikes.add(v);
  },
  "descent by hand": (rounds) => {
    let y: Tensor = wave(64);
    for (let i = 0; i < rounds; i++) y = y.sub(y.sub(0.7).mul(0.1));
    return y;
  },
  "prefix sums": (rounds) => {
    let y: Tensor = wave(64);
    for (let i = 0; i < rounds; i++) {
      const step = 2 ** (i % 6);
      y = y.add(pad(y.narrow(0, 0, 64 - step), [step, 0]).mul(0.5));
    }
    return y;
  },
  "a list that grows": (rounds) => {
    let y: Tensor = wave(4).reshape(1, 4);
    for (let i = 0; i < rounds; i++) y = cat([y, y.narrow(0, i, 1).mul(0.9).add(0.1)]);
    return y;
  },
  "a decay": (rounds) => {
    let y: Tensor = wave(64);
    for (let i = 0; i < rounds; i++) y = y.mul(0.99).add(0.01);
    return y;
  },
};

const wave = (n: number): Tensor =>
  tensor(Float32Array.from({ length: n }, (_, i) => Math.sin(2.3 * i)));

describe.each(Object.entries(loops))("%s", (_, loop) => {
  test.each(["webgpu", "wasm"] as const)(
    "is planned in text that grows with its rounds, on %s",
    async (device) => {
      await init({ device });
      const length = (rounds: number): number => noGrad(() => explain(loop(rounds))).length;
      const [few, many] = [length(12), length(48)];
      expect(many).toBeLessThan(5 * few);
    },
  );

  test("is right on each device", { timeout: 60_000 }, async () => {
    const values: number[][] = [];
    for (const device of ["cpu", "wasm", "webgpu"] as const) {
      await init({ device });
      values.push([...(await noGrad(() => loop(10)).data())]);
    }
    const [want, ...others] = values as [number[], ...number[][]];
    for (const got of others) {
      for (const [i, y] of want.entries()) expect(got[i]).toBeCloseTo(y, 4);
    }
  });
});

test.each(["cpu", "wasm", "webgpu"] as const)(
  "ten thousand operations one after another run on %s",
  { timeout: 60_000 },
  async (device) => {
    await init({ device });
    let y: Tensor = tensor([0.3, 0.6]);
    let right = [0.3, 0.6];
    for (let i = 0; i < 5000; i++) {
      y = y.mul(0.999).add(0.001);
      right = right.map((value) => Math.fround(Math.fround(value * 0.999) + 0.001));
    }
    for (const [i, value] of [...(await y.data())].entries())
      expect(value).toBeCloseTo(right[i] as number, 3);
  },
);
