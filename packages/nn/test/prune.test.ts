import { init, manualSeed, randn, type Tensor, tensor } from "@wgrad/autograd";
import { Linear, Sequential, utils } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import { beforeEach, expect, test } from "vitest";

const { prune } = utils;

beforeEach(async () => {
  await init({ device: "wasm" });
  manualSeed(0);
});

/** The values, with −0 replaced by 0. */
const values = async (x: Tensor): Promise<number[]> =>
  Array.from(await x.data(), (value) => value + 0);
const zeros = async (x: Tensor): Promise<number> =>
  (await values(x)).filter((value) => value === 0).length;

test("the smallest elements are pruned and stay 0 during training", async () => {
  const layer = new Linear(4, 5);
  const before = await values(layer.weight);
  prune.l1Unstructured(layer as never, "weight", 0.3);
  expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight_orig", "weight_mask"]);
  const after = await values(layer.weight);
  const sorted = [...before].sort((a, b) => Math.abs(a) - Math.abs(b));
  const gone = new Set(sorted.slice(0, 6));
  expect(after).toEqual(before.map((value) => (gone.has(value) ? 0 : value)));
  const optimizer = new SGD(layer.parameters(), { lr: 0.1, weightDecay: 0.1 });
  layer(randn([3, 4]))
    .square()
    .sum()
    .backward();
  optimizer.step();
  expect(await zeros(layer.weight)).toBe(6);
  const original = (layer as unknown as { weightOrig: Tensor }).weightOrig;
  const slope = await values(original.grad as Tensor);
  expect(slope.filter((value) => value === 0).length).toBeGreaterThanOrEqual(6);
  expect(prune.isPruned(layer as never)).toBe(true);
});

test("pruning again takes from the remaining elements; remove makes an ordinary parameter", async () => {
  const layer = new Linear(4, 5);
  const { weight } = layer;
  prune.l1Unstructured(layer as never, "weight", 4);
  prune.l1Unstructured(layer as never, "weight", 0.5); // half of the other 16
  expect(await zeros(layer.weight)).toBe(12);
  prune.randomUnstructured(layer as never, "weight", 3);
  expect(await zeros(layer.weight)).toBe(15);
  const now = await values(layer.weight);
  prune.remove(layer as never, "weight");
  expect(layer.weight).toBe(weight);
  expect(await values(layer.weight)).toEqual(now);
  expect(Object.keys(layer.stateDict()).sort()).toEqual(["bias", "weight"]);
  expect(prune.isPruned(layer as never)).toBe(false);
  expect(() => prune.remove(layer as never, "weight")).toThrow("weight of Linear is not pruned");
});

test("channels are pruned by their norm, along either dimension", async () => {
  const layer = new Linear(3, 4, { bias: false });
  layer.loadStateDict({
    weight: tensor([
      [1, 5, 1],
      [2, 2, 2],
      [0.1, 0.2, 0.1],
      [3, 0, 1],
    ]),
  });
  prune.lnStructured(layer as never, "weight", 1, 2, 0);
  expect(await layer.weight.tolist()).toEqual([
    [1, 5, 1],
    [2, 2, 2],
    [0, 0, 0],
    [3, 0, 1],
  ]);
  prune.lnStructured(layer as never, "weight", 1, 1, 1);
  expect(((await layer.weight.tolist()) as number[][]).map((row) => row[2])).toEqual([0, 0, 0, 0]);
  prune.randomStructured(layer as never, "weight", 1, 0);
  expect(prune.isPruned(layer as never)).toBe(true);
});

test("several parameters are pruned as one vector; custom masks are applied", async () => {
  const model = new Sequential(new Linear(3, 4), new Linear(4, 2));
  const [a, b] = [model.at(0), model.at(1)] as [Linear, Linear];
  const all = [...(await values(a.weight)), ...(await values(b.weight))].map(Math.abs);
  const limit = all.sort((x, y) => x - y)[9] as number;
  prune.globalUnstructured(
    [
      [a as never, "weight"],
      [b as never, "weight"],
    ],
    prune.l1Unstructured,
    { amount: 10 },
  );
  const left = [...(await values(a.weight)), ...(await values(b.weight))].filter((x) => x !== 0);
  expect(left.length).toBe(10);
  expect(Math.min(...left.map(Math.abs))).toBeGreaterThanOrEqual(limit);
  const bias = new Linear(2, 3);
  prune.customFromMask(bias as never, "bias", tensor([1, 0, 1]));
  expect(await zeros(bias.bias as Tensor)).toBe(1);
  prune.l1Unstructured(bias as never, "bias", 1);
  expect(await zeros(bias.bias as Tensor)).toBe(2);
});

test("invalid arguments are refused and change nothing", () => {
  const layer = new Linear(3, 2);
  const refuse = (call: () => unknown, words: string): void => expect(call).toThrow(words);
  refuse(() => prune.l1Unstructured(layer as never, "weight", 7), "amount is 7, but 6 are left");
  refuse(() => prune.l1Unstructured(layer as never, "wieght", 1), "has no parameter in wieght");
  refuse(() => prune.lnStructured(layer as never, "bias", 1, 2, 0), "at least two dimensions");
  refuse(() => prune.customFromMask(layer as never, "bias", tensor([1])), "the mask has shape [1]");
  expect(prune.isPruned(layer as never)).toBe(false);
});
