import { init, noGrad, slice, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });
/** A result, of its own values, on the tape. */
const result = (): { x: Tensor; y: Tensor } => {
  const x = leaf([1, 2, 3, 4]);
  return { x, y: x.mul(1).reshape(2, 2).mul(1) };
};
const gradient = async (x: Tensor): Promise<unknown> => x.grad?.tolist() ?? null;

describe.each(["cpu", "wasm", "webgpu"] as const)("writes and gradients on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("a write to a view is a part of its base's history", async () => {
    const { x, y } = result();
    const w = leaf([10, 100]);
    y.at(0).mul_(w);
    y.square().sum().backward();
    expect(await gradient(x)).toEqual([200, 40_000, 6, 8]);
    expect(await gradient(w)).toEqual([20, 800]);
  });

  test("through a transposed view, a view of a view, and a reshaped one", async () => {
    const { x, y } = result();
    y.T.at(slice(0, 1)).reshape(2).mul_(10);
    y.view(4).narrow(0, 3, 1).mul_(5);
    y.sum().backward();
    expect(await gradient(x)).toEqual([10, 1, 10, 5]);
  });

  test("what a view was detached from is written too, and keeps its history", async () => {
    const { x, y } = result();
    y.at(0).detach().at(slice(1)).zero_();
    expect(await y.tolist()).toEqual([
      [0, 2],
      [3, 4],
    ]);
    y.sum().backward();
    expect(await gradient(x)).toEqual([1, 1, 1, 1]);
  });

  test("a view of a detached view takes part in what it is a view of", async () => {
    const { y } = result();
    const [row, w] = [y.at(1).detach(), leaf([7])];
    row.narrow(0, 1, 1).mul_(w);
    expect([row.requiresGrad, await row.tolist()]).toEqual([true, [3, 28]]);
    row.sum().backward();
    expect(await gradient(w)).toEqual([4]);
  });

  test("a base off the tape is on it once a view was written with what requires grad", async () => {
    const [base, w] = [zeros([3]), leaf([2])];
    base.narrow(0, 1, 1).add_(w);
    expect([base.requiresGrad, base.isLeaf]).toEqual([true, false]);
    base.sum().backward();
    expect(await gradient(w)).toEqual([1]);
  });

  test("a value that replaces another leaves zeros for what that was made of", async () => {
    for (const write of [
      (y: Tensor) => y.zero_(),
      (y: Tensor) => y.fill_(3),
      (y: Tensor) => y.copy_(tensor([5, 6])),
      (y: Tensor) => y.normal_(),
    ]) {
      const { x, y } = result();
      write(y);
      expect(y.requiresGrad).toBe(true);
      y.sum().backward();
      expect(await gradient(x), String(write)).toEqual([0, 0, 0, 0]);
    }
    const { x, y } = result();
    const source = leaf([5, 6]);
    y.copy_(source);
    y.sum().backward();
    expect([await gradient(x), await gradient(source)]).toEqual([
      [0, 0, 0, 0],
      [2, 2],
    ]);
  });

  test("an operation in place keeps what its own gradient reads", async () => {
    const { x, y } = result();
    y.sin_().mul_(2).exp_().add_(0.5);
    const z = y.mul(1);
    expect(() => z.sum().backward()).toThrow("overwritten by add_"); // exp_ reads its result
    const { x: a, y: b } = result();
    b.sin_().mul_(2).add_(1).pow_(2);
    b.sum().backward();
    const values = [1, 2, 3, 4];
    const want = values.map((v) => 4 * (2 * Math.sin(v) + 1) * Math.cos(v));
    for (const [i, got] of ((await gradient(a)) as number[]).entries())
      expect(got).toBeCloseTo(want[i] as number, 4);
    expect(x.grad).toBeNull();
  });

  test("several views of one call, and views made in noGrad, cannot be written with gradients", async () => {
    const { y } = result();
    const [first] = y.chunk(2) as [Tensor];
    expect(() => first.mul_(2)).toThrow("one of several");
    expect(() => (y.unbind(0)[1] as Tensor).zero_()).toThrow("one of several");
    expect(() => noGrad(() => y.at(0)).mul_(2)).toThrow("made in noGrad");
    y.mul_(2);
    expect(() => first.sum()).toThrow("is used after it, its base or another view was written");
    expect(await noGrad(() => first.sum()).item()).toBe(6);
    const plain = tensor([1, 2, 3]);
    (plain.split(1)[0] as Tensor).add_(1);
    expect(await plain.tolist()).toEqual([2, 2, 3]);
  });

  test("a leaf that requires grad, and its views, are not written with gradients", async () => {
    const x = leaf([1, 2]);
    for (const write of [
      () => x.add_(1),
      () => x.narrow(0, 0, 1).add_(1),
      () => x.put_([0], 5),
      () => x.view(2).zero_(),
    ]) {
      expect(write).toThrow("leaf tensor that requires grad is written in place");
    }
    expect(await x.tolist()).toEqual([1, 2]);
  });

  test("an operand that overlaps what is written is refused, the same elements are not", async () => {
    const x = tensor([1, 2, 3, 4]);
    const square = x.view(2, 2);
    expect(() => x.narrow(0, 1, 3).copy_(x.narrow(0, 0, 3))).toThrow(
      "some of the written elements",
    );
    expect(() => square.add_(square.T)).toThrow("some of the written elements");
    expect(await x.tolist()).toEqual([1, 2, 3, 4]);
    x.narrow(0, 0, 2).copy_(x.narrow(0, 2, 2));
    x.mul_(x);
    expect(await x.tolist()).toEqual([9, 16, 9, 16]);
  });
});

/**
 * Whether PyTorch 2.13 refuses the backward after this write (`golden`'s group versions has many
 * more).
 */
describe("a write to what a backward will read", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  type Case = readonly [refused: boolean, forward: (a: Tensor, b: Tensor) => Tensor];
  const cases: Readonly<Record<string, Case>> = {
    "a + b": [false, (a, b) => a.add(b)],
    "a · b, both on the tape": [true, (a, b) => a.mul(b)],
    "a · 2": [false, (a) => a.mul(2)],
    "a · c for a constant c": [false, (a) => a.mul(tensor([1, 2]))],
    "b / a": [true, (a, b) => b.div(a)],
    "a / 2": [false, (a) => a.div(2)],
    "sin a": [true, (a) => a.sin()],
    "exp a": [false, (a) => a.exp()],
    "relu a": [false, (a) => a.relu()],
    "a.sum()": [false, (a) => a.sum()],
    "a.mean()": [false, (a) => a.mean()],
    "a @ a": [true, (a) => a.dot(a)],
    fmod: [false, (a) => a.fmod(2)],
  };
  test.each(Object.entries(cases))("%s: a is written after it", (_, [refused, forward]) => {
    const x = leaf([1, 2]);
    const [a, b] = [x.mul(1), x.mul(3)];
    const y = forward(a, b).sum();
    a.add_(1);
    if (refused) expect(() => y.backward()).toThrow("overwritten by add_");
    else y.backward();
  });

  test("by an alias, a view, a detached tensor, in noGrad, or by an optimizer's write", () => {
    const writes: Readonly<Record<string, (a: Tensor) => unknown>> = {
      alias: (a) => a.view(2).add_(1),
      view: (a) => a.narrow(0, 0, 1).add_(1),
      detached: (a) => a.detach().add_(1),
      noGrad: (a) => noGrad(() => a.add_(1)),
      put: (a) => a.put_([0], 1),
    };
    for (const [name, write] of Object.entries(writes)) {
      const a = leaf([1, 2]).mul(1);
      const y = a.sin().sum();
      write(a);
      expect(() => y.backward(), name).toThrow("overwritten by");
    }
  });

  test("the result of one that reads its result", () => {
    const y = leaf([1, 2]).exp();
    const z = y.sum();
    y.mul_(2);
    expect(() => z.backward()).toThrow("overwritten by mul_");
  });
});
