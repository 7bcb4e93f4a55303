import { Generator, init, type Tensor, tensor, zeros } from "@wgrad/autograd";
import {
  boxIou,
  CutMix,
  Lambda,
  MixUp,
  nms,
  RandomApply,
  RandomChoice,
  RandomErasing,
  RandomResizedCrop,
} from "@wgrad/datasets";
import { beforeAll, describe, expect, test } from "vitest";

/** Images [count, 1, 4, 5] whose pixels are the image's number, from 1. */
const numbered = (count: number): Tensor =>
  tensor(
    Float32Array.from({ length: count * 20 }, (_, i) => 1 + Math.floor(i / 20)),
    { shape: [count, 1, 4, 5] },
  );
const values = async (x: Tensor): Promise<number[]> => [...(await x.data())].map(Number);
const firsts = async (x: Tensor): Promise<number[]> =>
  (await values(x)).filter((_, i) => i % 20 === 0);

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("MixUp blends an image with the previous one, and their labels", async () => {
    const mixUp = new MixUp({ numClasses: 3, generator: new Generator(2) });
    const { images, labels } = mixUp.transform(numbered(3), tensor([0, 1, 2], { dtype: "i32" }));
    const probabilities = await values(labels);
    const share = probabilities[0] as number;
    const rest = 1 - share;
    expect(share).toBeGreaterThan(0);
    expect(rest).toBeGreaterThan(0);
    const expected = [share, 0, rest, rest, share, 0, 0, rest, share];
    for (const [i, p] of probabilities.entries()) expect(p).toBeCloseTo(expected[i] as number, 6);
    const mixed = await firsts(images);
    for (const [i, [own, other]] of [
      [1, 3],
      [2, 1],
      [3, 2],
    ].entries()) {
      expect(mixed[i]).toBeCloseTo(share * (own as number) + rest * (other as number), 5);
    }
  });

  test("CutMix pastes a part of the previous image, and mixes labels by area", async () => {
    const cutMix = new CutMix({ alpha: 2, generator: new Generator(5) });
    const classes = tensor([
      [1, 0],
      [0, 1],
    ]);
    const { images, labels } = cutMix.transform(numbered(2), classes);
    const points = (await values(images)).slice(0, 20);
    const own = points.filter((point) => point === 1).length / 20;
    expect(points.every((point) => point === 1 || point === 2)).toBe(true);
    expect(own).toBeLessThan(1);
    for (const [i, p] of [own, 1 - own, 1 - own, own].entries()) {
      expect((await values(labels))[i]).toBeCloseTo(p, 6);
    }
  });

  test("RandomApply and RandomChoice choose for each image", async () => {
    const negative = new Lambda((x) => x.neg());
    const some = new RandomApply([negative, new Lambda((x) => x.mul(2))], {
      generator: new Generator(1),
    });
    const drawn = new Generator(1).uniform(new Float32Array(6));
    expect(await firsts(some.transform(numbered(6)))).toEqual(
      [...drawn].map((u, i) => (u < 0.5 ? -2 * (i + 1) : i + 1)),
    );
    const tens = [10, 20, 30].map((n) => new Lambda((x: Tensor) => x.add(n)));
    const one = new RandomChoice(tens, { p: [1, 0, 3], generator: new Generator(1) });
    expect(await firsts(one.transform(numbered(6)))).toEqual(
      [...drawn].map((u, i) => (u < 0.25 ? 10 : 30) + i + 1),
    );
    expect(some.transform(numbered(6).select(0, 1)).shape).toEqual([1, 4, 5]);
    const sizes = new RandomChoice([new RandomResizedCrop(2), new RandomResizedCrop(3)], {
      generator: new Generator(1),
    });
    expect(() => sizes.transform(numbered(8))).toThrow("the transforms return images of");
  });

  test("boxIou and nms", async () => {
    const boxes = tensor([
      [0, 0, 2, 2],
      [1, 1, 3, 3],
      [0, 0, 2, 1],
      [5, 5, 6, 7],
    ]);
    const expected = [1, 1 / 7, 0.5, 0, 1 / 7, 1, 0, 0, 0.5, 0, 1, 0, 0, 0, 0, 1];
    const shares = await values(boxIou(boxes, boxes));
    for (const [i, share] of shares.entries()) expect(share).toBeCloseTo(expected[i] as number, 6);
    expect(boxIou(boxes.narrow(0, 0, 2), boxes).shape).toEqual([2, 4]);
    const scores = tensor([0.5, 0.9, 0.7, 0.5]);
    expect(await values(await nms(boxes, scores, 0.5))).toEqual([1, 2, 0, 3]);
    expect(await values(await nms(boxes, scores, 0.4))).toEqual([1, 2, 3]);
    expect(await values(await nms(boxes, scores, 0.1))).toEqual([1, 2, 3]);
    expect(await values(await nms(boxes, scores, 0))).toEqual([1, 2, 3]);
    expect((await nms(zeros([0, 4]), zeros([0]), 0.5)).shape).toEqual([0]);
    await expect(nms(boxes, zeros([3]), 0.5)).rejects.toThrow("one score per box");
  });
});

test("mixing ratios follow Beta(alpha, alpha)", async () => {
  await init({ device: "cpu" });
  const images = zeros([1, 1, 1, 1]);
  for (const alpha of [0.2, 1, 3]) {
    const generator = new Generator(7);
    const mixUp = new MixUp({ alpha, generator });
    // with equal images, the two labels tell the ratio
    const labels = tensor([
      [1, 0],
      [0, 1],
    ]);
    const shares: number[] = [];
    for (let i = 0; i < 600; i++) {
      const mixed = mixUp.transform(images.expand([2, 1, 1, 1]), labels);
      shares.push((await values(mixed.labels))[0] as number);
    }
    const mean = shares.reduce((sum, x) => sum + x, 0) / shares.length;
    const variance = shares.reduce((sum, x) => sum + (x - mean) ** 2, 0) / shares.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
    expect(variance).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 1.5);
  }
});

test("invalid settings of random transforms are refused", () => {
  expect(() => new MixUp({ alpha: 0 })).toThrow("above 0");
  expect(() => new MixUp().transform(numbered(2), tensor([0, 1]))).toThrow("numClasses");
  expect(() => new RandomApply([], { p: 2 })).toThrow("a number from 0 to 1");
  expect(() => new RandomChoice([], {})).toThrow("one weight per transform");
  expect(() => new RandomErasing({ value: [1, 2] }).transform(numbered(1))).toThrow("1 channels");
  expect(() => new RandomResizedCrop(2, { scale: [1, 0.5] })).toThrow("[low, high]");
});
