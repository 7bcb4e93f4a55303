import { Generator, init, manualSeed, type Tensor, tensor } from "@wgrad/autograd";
import {
  CenterCrop,
  Compose,
  imageTensor,
  Normalize,
  RandomCrop,
  RandomHorizontalFlip,
  Resize,
} from "@wgrad/datasets";
import { beforeAll, describe, expect, test } from "vitest";

/** Images [count, channels, height, width] in which every pixel has its own value. */
const images = (count: number, channels: number, height: number, width: number): Tensor =>
  tensor(
    Float32Array.from({ length: count * channels * height * width }, (_, i) => i),
    { shape: [count, channels, height, width] },
  );
const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test.each([
    [4, 6, 2, [2, 3]],
    [6, 4, 2, [3, 2]],
    [4, 4, [2, 8] as const, [2, 8]],
  ])("Resize of %d × %d to %j", (height, width, size, expected) => {
    for (const mode of ["bilinear", "nearest", "area"] as const) {
      const resized = new Resize(size, { mode }).transform(images(2, 3, height, width));
      expect(resized.shape).toEqual([2, 3, ...expected]);
    }
  });

  test("Resize takes neighbours, means, or interpolates", async () => {
    const one = tensor([
      [
        [0, 1],
        [2, 3],
      ],
    ]);
    expect(await values(new Resize(1, { mode: "area" }).transform(one))).toEqual([1.5]);
    expect(await values(new Resize(1, { mode: "nearest" }).transform(one))).toEqual([0]);
    expect(await values(new Resize([2, 4]).transform(one))).toEqual([
      0, 0.25, 0.75, 1, 2, 2.25, 2.75, 3,
    ]);
  });

  test.each([
    [4, 2, [1, 1]],
    [5, 2, [2, 2]],
    [5, 4, [0, 0]],
    [4, [2, 4] as const, [1, 0]],
  ])("CenterCrop of %d to %j starts at %j", async (side, size, [top, left]) => {
    const cropped = new CenterCrop(size).transform(images(1, 1, side, side));
    expect((await values(cropped))[0]).toBe((top as number) * side + (left as number));
    const [height, width] = typeof size === "number" ? [size, size] : size;
    expect(cropped.shape).toEqual([1, 1, height, width]);
  });

  test("RandomCrop draws row and column for each image", async () => {
    const batch = images(3, 2, 6, 5);
    const cropped = new RandomCrop([3, 2], { generator: new Generator(4) }).transform(batch);
    const draws = new Generator(4);
    const expected: number[] = [];
    for (let i = 0; i < 3; i++) {
      const [top, left] = [draws.u32() % 4, draws.u32() % 4];
      for (let c = 0; c < 2; c++)
        for (let y = 0; y < 3; y++)
          for (let x = 0; x < 2; x++) expected.push(((i * 2 + c) * 6 + top + y) * 5 + left + x);
    }
    expect(await values(cropped)).toEqual(expected);
  });

  test("RandomCrop pads, and draws nothing if there is no choice", async () => {
    const generator = new Generator(0);
    const same = new RandomCrop(2, { generator }).transform(images(1, 1, 2, 2));
    expect(await values(same)).toEqual([0, 1, 2, 3]);
    expect(generator.getState()).toEqual(new Generator(0).getState());
    const whole = new RandomCrop(4, { padding: 1 }).transform(images(1, 1, 2, 2).add(1));
    expect(await values(whole)).toEqual([0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0]);
  });

  test("RandomHorizontalFlip flips some images", async () => {
    const batch = images(8, 1, 1, 3);
    const flipped = new RandomHorizontalFlip({ generator: new Generator(1) }).transform(batch);
    const drawn = new Generator(1).uniform(new Float32Array(8));
    const expected = [...drawn].flatMap((u, i) =>
      u < 0.5 ? [3 * i + 2, 3 * i + 1, 3 * i] : [3 * i, 3 * i + 1, 3 * i + 2],
    );
    expect(await values(flipped)).toEqual(expected);
    const always = new RandomHorizontalFlip({ p: 1 }).transform(batch);
    expect((await values(always)).slice(0, 3)).toEqual([2, 1, 0]);
    expect(await values(new RandomHorizontalFlip({ p: 0 }).transform(batch))).toEqual(
      await values(batch),
    );
  });

  test("Normalize works per channel, and can be inverted", async () => {
    const normalize = new Normalize([1, 10], [2, 5]);
    const batch = images(1, 2, 1, 2);
    const z = normalize.transform(batch);
    expect((await values(z)).map((v) => Math.round(v * 1000))).toEqual([-500, 0, -1600, -1400]);
    expect((await values(normalize.inverseTransform(z))).map(Math.round)).toEqual([0, 1, 2, 3]);
    expect(normalize.transform(batch.squeeze(0)).shape).toEqual([2, 1, 2]);
  });

  test("Compose follows the library's seed", async () => {
    const augment = new Compose([
      new Resize(6),
      new RandomCrop(4, { padding: 1 }),
      new RandomHorizontalFlip(),
      new Normalize([0.5], [0.25]),
    ]);
    const run = async (seed: number): Promise<number[]> => {
      manualSeed(seed);
      return values(augment.transform(images(4, 1, 3, 3)));
    };
    const first = await run(1);
    expect(first).toHaveLength(4 * 16);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
  });
});

describe("imageTensor", () => {
  const rgba = {
    width: 2,
    height: 1,
    data: new Uint8ClampedArray([255, 0, 51, 255, 0, 102, 0, 0]),
  };
  const colours = [1, 0, 0, 0.4, 0.2, 0];
  test.each([
    [rgba, 3, colours],
    [rgba, 4, [...colours, 1, 0]],
    [rgba, 1, [0.3218, 0.2348]],
    [{ ...rgba, data: new Uint8Array([255, 0, 51, 0, 102, 0]) }, 3, colours],
    [{ ...rgba, data: new Uint8Array([255, 0, 51, 0, 102, 0]) }, 4, [...colours, 1, 1]],
    [{ ...rgba, data: new Uint8Array([255, 51]) }, 3, [1, 0.2, 1, 0.2, 1, 0.2]],
    [{ ...rgba, data: new Uint8Array([255, 51]) }, 1, [1, 0.2]],
    [{ ...rgba, data: new Uint8Array([255, 255, 51, 0]) }, 1, [1, 0.2]],
  ] as const)("%# channels %d", async (pixels, channels, expected) => {
    const image = imageTensor(pixels, { channels });
    expect(image.shape).toEqual([channels, 1, 2]);
    for (const [i, value] of (await values(image)).entries()) {
      expect(value).toBeCloseTo(expected[i] as number, 6);
    }
  });

  test("refuses a wrong number of bytes", () => {
    expect(() => imageTensor({ ...rgba, data: new Uint8Array(5) })).toThrow(
      "imageTensor: 5 bytes are not 2 × 1 pixels of 1 to 4 channels",
    );
  });
});

describe("refuses", () => {
  const batch = (): Tensor => images(1, 1, 2, 2);
  test.each([
    [() => new Resize(0), "Resize: size is 0"],
    [() => new Resize(2, { mode: "cubic" as "area" }), 'Resize: mode is "cubic"'],
    [() => new CenterCrop([2, 1.5]), "CenterCrop: size is [2,1.5]"],
    [
      () => new CenterCrop(3).transform(batch()),
      "CenterCrop: the crop of 3 × 3 is larger than images [1, 1, 2, 2]",
    ],
    [() => new RandomCrop(3).transform(batch()), "hint: Resize first, or use padding"],
    [() => new RandomHorizontalFlip({ p: 2 }), "RandomHorizontalFlip: p is 2"],
    [() => new Normalize([1], [0]), "Normalize: mean [1] and std [0]"],
    [
      () => new Normalize([1, 2], [1, 2]).transform(batch()),
      "images have shape [1, 1, 2, 2], but there are means for 2 channels",
    ],
    [() => new Resize(2).transform(tensor([1])), "Resize: images have shape [1]"],
  ])("%#", (make, message) => {
    expect(make).toThrow(message);
  });
});
