import * as w from "@wgrad/autograd";
import { GradError, init, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => init({ device: "cpu" }));

const matrix = (): Tensor =>
  tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

describe("methods that write in place are made of those that do not", () => {
  test("and are the same under PyTorch's other names", async () => {
    const x = tensor([0.5, -1.5]);
    expect(x.absolute_()).toBe(x);
    expect(await x.multiply_(2).subtract_(1).tolist()).toEqual([0, 2]);
    expect(await w.exp_(tensor([0])).tolist()).toEqual([1]);
  });

  test("name themselves where they refuse", () => {
    const x = tensor([1, 2]);
    expect(() => (x.abs_ as (y: number) => Tensor)(1)).toThrow("abs_: takes no arguments, got 1");
    expect(() => (x.abs_ as (y: number) => Tensor)(1)).toThrow("hint: x.abs_()");
    expect(() => x.mul_("2" as never)).toThrow('mul_: takes tensors and numbers, got "2"');
    expect(() => tensor([1], { dtype: "i32" }).exp_()).toThrow(
      "exp_: a f32 result cannot be written to i32",
    );
  });

  test("send gradients through the writing", async () => {
    const x = tensor([1, 4], { requiresGrad: true });
    x.mul(3).sin_().addcmul_(x, x, { value: 0.5 }).sum().backward();
    const y = tensor([1, 4], { requiresGrad: true });
    y.mul(3).sin().add(y.mul(y), { alpha: 0.5 }).sum().backward();
    expect(await x.grad?.tolist()).toEqual(await y.grad?.tolist());
  });
});

describe("dimensions moved in place", () => {
  test("move in the tensor alone: its other views see what is written", async () => {
    const x = matrix();
    const row = x.at(0);
    expect(x.t_()).toBe(x);
    expect(x.shape).toEqual([3, 2]);
    row.zero_();
    expect(await x.tolist()).toEqual([
      [0, 4],
      [0, 5],
      [0, 6],
    ]);
    expect(x.unsqueeze_(0).shape).toEqual([1, 3, 2]);
    expect(x.transpose_(1, 2).squeeze_().shape).toEqual([2, 3]);
  });

  test("have the gradient of the view", async () => {
    const x = matrix().requiresGrad_();
    const y = x.mul(2);
    y.t_();
    y.at(0).mul_(10);
    y.mul(tensor([1, 2]))
      .sum()
      .backward();
    expect(await x.grad?.tolist()).toEqual([
      [20, 2, 2],
      [40, 4, 4],
    ]);
  });

  test("are refused of a leaf, and of what cannot lead back to one", () => {
    const leaf = matrix().requiresGrad_();
    expect(() => leaf.t_()).toThrow(GradError);
    expect(() => noGrad(() => leaf.t_())).toThrow("a leaf cannot change its shape");
    const y = leaf.mul(1);
    const row = y.at(0);
    y.t_();
    expect(() => row.mul_(2)).toThrow("moved its dimensions in place");
  });
});

test("heaviside has no derivative", () => {
  const x = tensor([1, -1], { requiresGrad: true });
  const y = w.heaviside(x, tensor([0.5]));
  expect(() => y.sum().backward()).toThrow("heaviside: has no derivative, as in PyTorch");
});

describe("a state of the generator", () => {
  test("is what the next draws come from", async () => {
    w.manualSeed(3);
    const state = w.getRngState();
    const first = await w.rand([4]).tolist();
    w.setRngState(state);
    expect(await w.rand([4]).tolist()).toEqual(first);
    expect(w.initialSeed()).toBe(3);
  });

  test("is drawn anew without a seed", () => {
    const seeds = new Set([w.seed(), w.seed(), w.seed()]);
    expect(seeds.size).toBe(3);
    expect(seeds).toContain(w.initialSeed());
  });
});

describe("properties under PyTorch's names", () => {
  test("are those of the tensor", async () => {
    const x = matrix();
    expect([x.size(), x.size(-1), x.dim(), x.nelement(), x.stride(), x.stride(0)]).toEqual([
      [2, 3],
      3,
      2,
      6,
      [3, 1],
      3,
    ]);
    expect([x.elementSize(), x.double().elementSize(), x.bool().elementSize()]).toEqual([4, 8, 1]);
    expect([x.type(), x.long().type(), w.isFloatingPoint(x), w.isTensor(3)]).toEqual([
      "f32",
      "i32",
      true,
      false,
    ]);
    expect([...(await x.numpy())]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(() => x.size(2)).toThrow("size: dimension 2 is out of range");
  });

  test("make tensors like it", () => {
    const x = matrix().long();
    expect([x.newZeros(2, 3).shape, x.newOnes([4], { dtype: "f32" }).dtype]).toEqual([
      [2, 3],
      "f32",
    ]);
    expect([x.newFull([2], 7).dtype, x.newTensor([1.5]).dtype]).toEqual(["i32", "i32"]);
    expect(() => x.newZeros(2, { dtyp: "f32" } as never)).toThrow('no option "dtyp"');
  });
});

/** Calls that PyTorch refuses too. */
const refused: Readonly<Record<string, readonly [call: () => unknown, text: string]>> = {
  "a quantile beyond 1": [
    () => w.quantile(matrix(), 1.5),
    "quantile: q must be from 0 to 1, got 1.5",
  ],
  "a q of another dtype": [
    () => w.quantile(matrix(), tensor([0.5], { dtype: "f64" })),
    "q must have x's dtype, f32; got f64",
  ],
  "unequal parts": [() => w.hsplit(matrix(), 2), "3 elements cannot be split into 2 equal parts"],
  "a vector split by rows": [() => w.vsplit(tensor([1]), 1), "expected at least 2 dimensions"],
  "two dtypes that are to be close": [() => w.isclose(matrix(), matrix().long()), "of one dtype"],
  "a quotient of integers": [
    () => w.addcdiv(matrix(), matrix().long(), matrix().long()),
    "addcdiv: divides fractions",
  ],
  "divisors of fractions": [() => w.gcd(matrix(), matrix()), "gcd: takes integers"],
  "more than there are": [() => w.multinomial(tensor([1, 1]), 3), "without replacement"],
  "negative weights": [() => w.multinomial(tensor([1, -1]), 1), "0 or more"],
  "vectors of two": [
    () => w.cross(tensor([1, 2]), tensor([3, 4])),
    "expected a dimension of size 3",
  ],
  "a source of another shape": [
    () => w.selectScatter(matrix(), tensor([1]), 0, 0),
    "the shape of the part that it replaces",
  ],
  "a negative order": [() => w.polygamma(-1, matrix()), "0 or more, got -1"],
  "edges out of place": [() => w.histogram(matrix(), tensor([1])), "edges are a vector of 2"],
  "a slope between one": [() => w.gradient(tensor([1])), "needs more than 1 elements"],
};

test.each(Object.entries(refused))("refuses %s", (_, [call, text]) => {
  expect(call).toThrow(text);
});

test("refuses a source that is too small for a mask, when the values are read", async () => {
  const filled = w.maskedScatter(matrix(), matrix().gt(0), tensor([1, 2]));
  await expect(filled.data()).rejects.toThrow("maskedScatter: the mask chooses");
  await expect(w.multinomial(tensor([0, 0]).mul(1), 1).data()).rejects.toThrow("not all 0, got 0");
});
