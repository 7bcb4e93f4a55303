import { init, logSoftmax, randn, type Tensor, tensor } from "@wgrad/autograd";
import {
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  CTCLoss,
  functional as F,
  GaussianNLLLoss,
  MultiLabelMarginLoss,
  PoissonNLLLoss,
  parameter,
  TripletMarginWithDistanceLoss,
} from "@wgrad/nn";
import { beforeAll, describe, expect, test } from "vitest";

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("MultiLabelMarginLoss uses target classes up to the first −1, as in PyTorch's example", async () => {
    const loss = new MultiLabelMarginLoss();
    const x = tensor([[0.1, 0.2, 0.4, 0.8]]);
    const y = tensor([[3, 0, -1, 1]], { dtype: "i32" });
    expect(await loss(x, y).item()).toBeCloseTo(0.85, 5);
  });

  test("CTCLoss equals the sum over all alignments", async () => {
    const logs = logSoftmax(randn([3, 1, 3]), -1);
    const p = await values(logs.exp());
    const at = (t: number, c: number): number => p[t * 3 + c] as number;
    // all paths of "1" over three steps, with · for blank: 1··, ·1·, ··1, 11·, ·11, 111
    const paths = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 1, 0],
      [0, 1, 1],
      [1, 1, 1],
    ];
    const total = paths.reduce((sum, path) => sum + path.reduce((q, c, t) => q * at(t, c), 1), 0);
    const target = tensor([[1]], { dtype: "i32" });
    const loss = new CTCLoss({ reduction: "sum" });
    expect(await loss(logs, target, [3], [1]).item()).toBeCloseTo(-Math.log(total), 4);
  });

  test("CTCLoss is ∞ if no path gives the target, or 0 with zeroInfinity; targets may be one row or a table", async () => {
    const logs = logSoftmax(randn([2, 1, 3]), -1);
    const target = tensor([[1, 1]], { dtype: "i32" });
    expect(await new CTCLoss()(logs, target, [2], [2]).item()).toBe(Number.POSITIVE_INFINITY);
    const x = parameter(logs.detach().clone());
    const loss = new CTCLoss({ zeroInfinity: true })(x, target, [2], [2]);
    loss.backward();
    expect(await loss.item()).toBe(0);
    expect(await values(x.grad as Tensor)).toEqual(Array(6).fill(0));
    const two = logSoftmax(randn([5, 2, 3]), -1);
    const table = F.ctcLoss(
      two,
      tensor(
        [
          [1, 2],
          [2, 0],
        ],
        { dtype: "i32" },
      ),
      [5, 4],
      [2, 1],
    );
    const row = F.ctcLoss(two, tensor([1, 2, 2], { dtype: "i32" }), [5, 4], [2, 1]);
    expect(await row.item()).toBeCloseTo(await table.item(), 5);
  });

  test("weights are part of the state", () => {
    const weight = tensor([1, 2]);
    expect(Object.keys(new CrossEntropyLoss({ weight }).stateDict())).toEqual(["weight"]);
    const logits = new BCEWithLogitsLoss({ posWeight: weight });
    expect(Object.keys(logits.stateDict())).toEqual(["pos_weight"]);
  });

  test("`full: true` adds the constants of the likelihoods", async () => {
    const [x, t] = [tensor([0, 0]), tensor([0, 3])];
    const bare = await new PoissonNLLLoss({ reduction: "sum" })(x, t).item();
    const whole = await new PoissonNLLLoss({ reduction: "sum", full: true })(x, t).item();
    expect(whole - bare).toBeCloseTo(3 * Math.log(3) - 3 + 0.5 * Math.log(6 * Math.PI), 4);
    const gaussian = new GaussianNLLLoss({ full: true });
    expect(await gaussian(x, x, tensor([1, 1])).item()).toBeCloseTo(0.5 * Math.log(2 * Math.PI), 5);
    expect(() => gaussian(x, x, tensor([1, 1, 1]))).toThrow("the variance does not fit the input");
  });

  test("accepts a custom distance", async () => {
    const distanceFunction = (a: Tensor, b: Tensor): Tensor => a.sub(b).abs().sum(-1);
    const loss = new TripletMarginWithDistanceLoss({ distanceFunction, margin: 1 });
    const [a, p, n] = [tensor([[0, 0]]), tensor([[1, 1]]), tensor([[0, 1]])];
    expect(await loss(a, p, n).item()).toBe(2);
  });

  test("shapes and reductions are checked", () => {
    expect(() => F.softMarginLoss(tensor([1]), tensor([1, 1]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: softMarginLoss: input and target have different shapes
        input: [1]
        target: [2]
        hint: reshape one to the other's shape; losses do not broadcast]
    `);
    expect(() => F.softMarginLoss(tensor([1]), tensor([1]), { reduction: "avg" as "sum" })).toThrow(
      'softMarginLoss: reduction is "avg", not "none" or "mean" or "sum"',
    );
    expect(() => F.multiMarginLoss(tensor([1]), tensor(0, { dtype: "i32" }), { p: 3 })).toThrow(
      "multiMarginLoss: p is 3",
    );
  });
});
