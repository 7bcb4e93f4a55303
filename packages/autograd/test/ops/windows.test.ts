import * as w from "@wgrad/autograd";
import { beforeAll, expect, test } from "vitest";
import { type OpCase, testOps } from "./harness.ts";
import { distinct, type Input, normal } from "./inputs.ts";

type OfOne = (x: w.Tensor) => w.Tensor | readonly w.Tensor[];

const line = normal([2, 3, 7]);
const image = normal([2, 2, 5, 6]);
const volume = normal([1, 2, 4, 5, 3]);
const both = ({ values, indices }: w.ValuesAndIndices) => [values, indices];

const rows: Readonly<Record<string, readonly [op: OfOne, x: Input]>> = {
  "pad with zeros": [(x) => w.pad(x, [1, 2]), line],
  "pad with a number": [(x) => w.pad(x, [1, 0, 2, 1], { value: 1.5 }), image],
  "pad by less than nothing": [(x) => w.pad(x, [-1, 2, 1, -2]), image],
  "pad by reflection": [(x) => w.pad(x, [2, 1, 1, 4], "reflect"), image],
  "pad by replication": [(x) => w.pad(x, [3, 1, 0, 7], { mode: "replicate" }), image],
  "pad in a circle": [(x) => w.pad(x, [2, 6, 5, 1], "circular"), image],
  "pad in a circle and cut": [(x) => w.pad(x, [-2, 3], "circular"), line],
  maxPool1d: [(x) => w.maxPool1d(x, 2), distinct([2, 3, 7])],
  "maxPool1d of one example": [(x) => w.maxPool1d(x, 3, { stride: 1 }), distinct([3, 7])],
  maxPool2d: [(x) => w.maxPool2d(x, 2), distinct([2, 2, 5, 6])],
  "maxPool2d with overlap": [
    (x) => w.maxPool2d(x, 3, { stride: 2, padding: 1 }),
    distinct([2, 2, 5, 6]),
  ],
  "maxPool2d with gaps": [
    (x) => w.maxPool2d(x, [3, 2], { stride: [2, 1], dilation: [1, 2] }),
    distinct([2, 2, 7, 6]),
  ],
  "maxPool2d with its places": [
    (x) => both(w.maxPool2d(x, 3, { stride: 2, padding: 1, returnIndices: true })),
    distinct([2, 2, 5, 6]),
  ],
  "maxPool2d, rounding up": [
    (x) => w.maxPool2d(x, 3, { stride: 2, ceilMode: true }),
    distinct([1, 2, 6, 6]),
  ],
  maxPool3d: [(x) => w.maxPool3d(x, 2, { stride: 1 }), distinct([1, 2, 3, 4, 3])],
  avgPool1d: [(x) => w.avgPool1d(x, 2), line],
  avgPool2d: [(x) => w.avgPool2d(x, [2, 3]), image],
  "avgPool2d with overlap": [(x) => w.avgPool2d(x, 3, { stride: 2, padding: 1 }), image],
  "avgPool2d without its padding": [
    (x) => w.avgPool2d(x, 3, { stride: 2, padding: 1, countIncludePad: false }),
    image,
  ],
  "avgPool2d, rounding up": [(x) => w.avgPool2d(x, 3, { stride: 2, ceilMode: true }), image],
  "avgPool2d by a divisor": [(x) => w.avgPool2d(x, 2, { divisorOverride: 3 }), image],
  avgPool3d: [(x) => w.avgPool3d(x, 2, { stride: 1 }), volume],
  "adaptiveAvgPool1d to even parts": [(x) => w.adaptiveAvgPool1d(x, 2), normal([2, 3, 8])],
  adaptiveAvgPool1d: [(x) => w.adaptiveAvgPool1d(x, 3), line],
  adaptiveAvgPool2d: [(x) => w.adaptiveAvgPool2d(x, [3, null]), image],
  adaptiveAvgPool3d: [(x) => w.adaptiveAvgPool3d(x, [3, 2, 2]), volume],
  adaptiveMaxPool1d: [(x) => w.adaptiveMaxPool1d(x, 3), distinct([2, 3, 7])],
  "adaptiveMaxPool2d with its places": [
    (x) => both(w.adaptiveMaxPool2d(x, [3, 4], { returnIndices: true })),
    distinct([2, 2, 5, 6]),
  ],
  adaptiveMaxPool3d: [(x) => w.adaptiveMaxPool3d(x, 2), distinct([1, 2, 3, 4, 3])],
  "interpolate to the nearest": [(x) => w.interpolate(x, { size: [8, 4] }), image],
  "interpolate to the exactly nearest": [
    (x) => w.interpolate(x, { size: [3, 9], mode: "nearest-exact" }),
    image,
  ],
  "interpolate by a factor": [(x) => w.interpolate(x, { scaleFactor: 2 }), line],
  "interpolate by a broken factor": [
    (x) => w.interpolate(x, { scaleFactor: [1.5, 0.7], mode: "bilinear" }),
    image,
  ],
  "interpolate along lines": [(x) => w.interpolate(x, { size: 10, mode: "linear" }), line],
  "interpolate from corner to corner": [
    (x) => w.interpolate(x, { size: [7, 3], mode: "bilinear", alignCorners: true }),
    image,
  ],
  "interpolate a volume": [
    (x) => w.interpolate(x, { scaleFactor: 2, mode: "trilinear", alignCorners: false }),
    volume,
  ],
  "interpolate by cubics": [(x) => w.interpolate(x, { size: [7, 9], mode: "bicubic" }), image],
  "interpolate to areas": [(x) => w.interpolate(x, { size: [2, 4], mode: "area" }), image],
  pixelShuffle: [(x) => w.pixelShuffle(x, 2), normal([2, 8, 2, 3])],
  pixelUnshuffle: [(x) => w.pixelUnshuffle(x, 2), normal([2, 2, 4, 6])],
};

testOps(
  Object.entries(rows).map(
    ([name, [op, input]]): OpCase => ({ name, op: (x) => op(x as w.Tensor), inputs: [input] }),
  ),
);

beforeAll(async () => {
  await w.init({ device: "cpu" });
});

test("the first of equal maxima takes the gradient", async () => {
  const x = w.ones([1, 1, 3, 3]).requiresGrad_();
  w.maxPool2d(x, 2, { stride: 1 }).sum().backward();
  expect(await x.grad?.tolist()).toEqual([
    [
      [
        [1, 1, 0],
        [1, 1, 0],
        [0, 0, 0],
      ],
    ],
  ]);
});

test("a NaN spoils its own windows and no others", async () => {
  const x = w.tensor([NaN, 1, 2, 3, 4, 5]).reshape(1, 1, 6);
  expect(await w.maxPool1d(x, 2).tolist()).toEqual([[[NaN, 3, 5]]]);
  expect(await w.avgPool1d(x, 2).tolist()).toEqual([[[NaN, 2.5, 4.5]]]);
  expect(await w.interpolate(x, { size: 3 }).tolist()).toEqual([[[NaN, 2, 4]]]);
  expect(await w.adaptiveAvgPool1d(x, 4).tolist()).toEqual([[[NaN, 1.5, 3.5, 4.5]]]);
});

test("pooling over no examples gives none", () => {
  const x = w.zeros([0, 2, 4, 4]);
  expect(w.maxPool2d(x, 2).shape).toEqual([0, 2, 2, 2]);
  expect(w.avgPool2d(x, 2).shape).toEqual([0, 2, 2, 2]);
});

test("windows say what does not fit", () => {
  const x = w.zeros([1, 2, 4, 4]);
  expect(() => w.pad(x, [1, 2, 3])).toThrowErrorMatchingInlineSnapshot(`
    [ArgumentError: pad: [1, 2, 3] does not pad a tensor of 4 dimensions
      x: [1, 2, 4, 4]
      hint: give two whole numbers per dimension, the last dimension first]
  `);
  expect(() => w.pad(x, [4, 4], "reflect")).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: pad: padding 4 before and 4 after dimension 3 of size 4 is too much for mode "reflect"
      x: [1, 2, 4, 4]]
  `);
  expect(() => w.pad(x, [1, 1], "mirror" as "reflect")).toThrowErrorMatchingInlineSnapshot(`
    [ArgumentError: pad: mode is "mirror", not "constant" or "reflect" or "replicate" or "circular"
      hint: pad(x, pad, mode, value)]
  `);
  expect(() => w.maxPool2d(x, 5)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: maxPool2d: a window of 5 does not fit the padded input of 4
      x: [1, 2, 4, 4]]
  `);
  expect(() => w.maxPool2d(x, 2, { padding: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [ArgumentError: maxPool2d: padding 2 is more than half of the kernel size 2
      hint: pad() adds any number of elements]
  `);
  expect(() => w.avgPool2d(w.zeros([4, 4]), 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: avgPool2d: takes 3 or 4 dimensions
      x: [4, 4]
      hint: [batch, channels, size, size], or one example without its batch]
  `);
  expect(() => w.adaptiveAvgPool2d(x, [1, 2, 3])).toThrowErrorMatchingInlineSnapshot(`
    [ArgumentError: adaptiveAvgPool2d: outputSize is [1,2,3]
      hint: give a positive number, or 2 of them; null keeps the size]
  `);
  expect(() => w.interpolate(x, { mode: "linear", size: 3 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: interpolate: mode "linear" takes 3 dimensions
      x: [1, 2, 4, 4]
      hint: [batch, channels, sizes…]]
  `);
  expect(() => w.interpolate(x, {})).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: interpolate: needs either size or scaleFactor]`,
  );
  expect(() => w.pixelShuffle(x, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: pixelShuffle: 2 channels are not divisible by 4
      x: [1, 2, 4, 4]]
  `);
});
