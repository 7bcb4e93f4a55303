import * as w from "@wgrad/autograd";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => w.init({ device: "cpu" }));

/** What a wrong call says. */
const mistakes: Readonly<Record<string, () => unknown>> = {
  "inner sizes differ": () => w.zeros([32, 784]).matmul(w.zeros([512, 784])),
  "shapes do not broadcast": () => w.zeros([2, 3]).add(w.zeros([4])),
  "an array is no operand": () => w.add(w.zeros([2]), [1, 2] as unknown as number),
  "an array is no tensor": () => w.exp([1, 2] as unknown as w.Tensor),
  "sizes do not fit": () => w.zeros([2, 3]).reshape(4, -1),
  "strides do not allow a view": () => w.zeros([2, 3]).T.view(6),
  "a dimension is out of range": () => w.zeros([2, 3]).sum(2),
  "a dimension appears twice": () => w.zeros([2, 3]).sum([0, -2]),
  "expected at least one element": () => w.zeros([2, 0]).amax(1),
  "the mean of integers": () => w.arange(4).mean(),
  "bools do not subtract": () => w.ones([2], { dtype: "bool" }).sub(true),
  "bits of fractions": () => w.bitwiseAnd(w.zeros([2]), 1),
  "a condition that is none": () => w.where(w.zeros([2]), 1, 0),
  "an index out of range": () => w.zeros([2, 3]).at(0, 3),
  "too many indices": () => w.zeros([2]).at(0, 0),
  "a backward slice": () => w.zeros([4]).at(w.slice(null, null, -1)),
  "no index": () => w.zeros([4]).at("0" as unknown as number),
  "sizes only grow from 1": () => w.zeros([2, 3]).expand(4, 3),
  "cat of different sizes": () => w.cat([w.zeros([2, 3]), w.zeros([2, 4])]),
  "stack of different shapes": () => w.stack([w.zeros([2]), w.zeros([3])]),
  "pieces that do not add up": () => w.split(w.zeros([5]), [2, 2]),
  "a number for item": () => w.zeros([2]).item(),
  "JavaScript's comparison": () => (w.tensor(4) as unknown as number) > 3,
  "JavaScript's arithmetic": () => (w.tensor(4) as unknown as number) + 1,
};

for (const [name, mistake] of Object.entries(mistakes)) {
  test(name, async () => {
    const error = await Promise.resolve()
      .then(mistake)
      .then(
        () => "nothing was wrong",
        (thrown: Error) => `${thrown.name}: ${thrown.message}`,
      );
    expect(error).toMatchSnapshot();
  });
}

test("in place, what PyTorch refuses is refused, and nothing has changed", async () => {
  const leaf = w.tensor([1, 2], { requiresGrad: true });
  expect(() => leaf.add_(1)).toThrow(w.GradError);
  expect(() => leaf.at(0).fill_(1)).toThrow(w.GradError);
  expect(() => w.zeros([1]).expand(3).add_(1)).toThrow(
    "several elements of this view share memory",
  );
  expect(() => w.arange(3).mul_(0.5)).toThrow("a f32 result cannot be written to i32");
  expect(() => w.zeros([2]).add_(w.zeros([3, 2]))).toThrow("does not have the shape");
  expect(await leaf.tolist()).toEqual([1, 2]);
  w.noGrad(() => leaf.mul_(3));
  expect(await leaf.tolist()).toEqual([3, 6]);
  expect(leaf.isLeaf && leaf.requiresGrad).toBe(true);
});
