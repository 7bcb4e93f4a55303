import {
  grad,
  init,
  linalg,
  noGrad,
  ones,
  ravel,
  type Tensor,
  tensor,
  zeros,
} from "@wgrad/autograd";
import { persist, retype } from "@wgrad/autograd/plugin";
import { beforeAll, describe, expect, test } from "vitest";

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });
const listed = (x: Tensor | null): Promise<unknown> =>
  x === null ? Promise.resolve(null) : x.tolist();

describe.each(["cpu", "wasm", "webgpu"] as const)("what belongs to a tensor, on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("its gradient, hooks and recorded graphs stay when it is frozen and thawed", async () => {
    const x = leaf([1, 2]);
    x.registerHook((gradient) => gradient.mul(2));
    const loss = x.mul(3).sum();
    x.mul(5).sum().backward();
    x.requiresGrad = false;
    expect(await listed(x.grad)).toEqual([10, 10]);
    expect(x.mul(2).requiresGrad).toBe(false);
    x.requiresGrad = true;
    loss.backward();
    expect(await listed(x.grad)).toEqual([16, 16]);
  });

  test("a gradient that arrives while it is frozen is not kept, though hooks see it", async () => {
    const x = leaf([1, 2]);
    let calls = 0;
    x.registerHook(() => void calls++);
    const loss = x.square().sum();
    x.requiresGrad = false;
    loss.backward();
    expect([x.grad, calls]).toEqual([null, 1]);
  });

  test("its hooks and gradient stay when its dtype changes in place", async () => {
    const x = persist(leaf([1, 2]));
    x.registerHook((gradient) => gradient.mul(10));
    x.sum().backward();
    if (device !== "cpu") return; // f64 lives on the cpu device
    retype(x, "f64");
    expect([x.requiresGrad, x.grad?.dtype]).toEqual([true, "f64"]);
    x.sum().backward();
    expect(await listed(x.grad)).toEqual([20, 20]);
  });

  test("any tensor may be given a gradient of its shape", async () => {
    const x = ones([2]);
    x.grad = tensor([3, 4]);
    expect(await listed(x.grad)).toEqual([3, 4]);
    const y = leaf([1]).mul(2);
    y.grad = ones([1]);
    expect(await listed(y.grad)).toEqual([1]);
  });

  test("backward adds in place to a gradient that was given, a view too", async () => {
    const x = leaf([1, 2]);
    const all = zeros([4]);
    x.grad = all.narrow(0, 1, 2);
    x.mul(3).sum().backward();
    expect(await listed(all)).toEqual([0, 3, 3, 0]);
  });

  test("a leaf that is a view stays one when it or its base is written in noGrad", async () => {
    const base = zeros([4]);
    const x = base.reshape(2, 2).requiresGrad_();
    x.sum().backward();
    noGrad(() => x.sub_((x.grad as Tensor).mul(0.5)));
    noGrad(() => base.add_(1));
    expect([x.requiresGrad, x.isLeaf, base.requiresGrad]).toEqual([true, true, false]);
    expect(await listed(base)).toEqual([0.5, 0.5, 0.5, 0.5]);
    x.square().sum().backward();
    expect(await listed(x.grad)).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  test("a view of a leaf leads to it, after writes in noGrad too", async () => {
    const x = zeros([2, 2]).view(4).requiresGrad_();
    const tail = x.narrow(0, 2, 2);
    noGrad(() => x.add_(1));
    tail.square().sum().backward();
    expect(await listed(x.grad)).toEqual([0, 0, 2, 2]);
  });

  test("a view that changes nothing is a tensor of its own", async () => {
    const x = leaf([1, 2]);
    const y = x.reshape(2);
    y.registerHook((gradient) => gradient.mul(10));
    y.sum().add(x.sum()).backward();
    expect(await listed(x.grad)).toEqual([11, 11]);
    expect([y.isLeaf, y === x]).toEqual([false, false]);
    const same = [
      (a: Tensor) => a.view(2),
      (a: Tensor) => a.reshape(2),
      (a: Tensor) => a.expand(2),
      (a: Tensor) => a.squeeze(),
      (a: Tensor) => a.t(),
      (a: Tensor) => a.permute(0),
      (a: Tensor) => a.narrow(0, 0, 2),
      (a: Tensor) => a.at(),
      (a: Tensor) => a.detach(),
      ravel,
    ];
    for (const call of same) {
      const a = ones([2]);
      call(a).requiresGrad_();
      expect(a.requiresGrad, String(call)).toBe(false);
    }
    const kept = ones([2]);
    expect([kept.contiguous(), kept.to("f32"), kept.flatten()].every((b) => b === kept)).toBe(true);
  });

  test("set_ gives it another's storage, and leaves what belongs to it", async () => {
    const [x, y] = [leaf([1, 2]), tensor([3, 4])];
    x.sum().backward();
    noGrad(() => x.set_(y));
    y.add_(1);
    x.square().sum().backward();
    expect([await listed(x), await listed(x.grad)]).toEqual([
      [4, 5],
      [9, 11],
    ]);
    expect(() => x.set_(y)).toThrow("a leaf tensor that requires grad");
  });

  test("retainGrad belongs to the tensor, hooks to its value of then", async () => {
    const y = leaf([1, 2]).mul(2);
    const seen: Tensor[] = [];
    y.registerHook((gradient) => void seen.push(gradient));
    y.retainGrad();
    y.retainGrad();
    y.mul_(3);
    expect(y.retainsGrad).toBe(true);
    y.sum().backward();
    expect(await listed(y.grad)).toEqual([1, 1]);
    expect(await listed(seen[0] as Tensor)).toEqual([3, 3]);
  });

  test("retainGrad of a base and of a view follow writes as far as PyTorch's do", async () => {
    const y = leaf([1, 2]).mul(2);
    const first = y.narrow(0, 0, 1);
    y.retainGrad();
    first.retainGrad();
    first.mul_(3);
    first.sum().backward();
    expect([await listed(y.grad), await listed(first.grad)]).toEqual([[1, 0], [1]]);
  });

  test("a hook that gives something else than a gradient of the shape is refused", () => {
    const x = leaf([1, 2]);
    x.registerHook((gradient) => gradient.sum());
    expect(() => x.sum().backward()).toThrow("changed the gradient's shape");
    const y = leaf([1, 2]);
    y.registerHook(() => 3 as never);
    expect(() => y.sum().backward()).toThrow("takes a tensor");
  });

  test("a hook after accumulation sees the leaf, where leaves may be written", async () => {
    const x = leaf([1, 2]);
    const handle = x.registerPostAccumulateGradHook((p) => {
      p.sub_((p.grad as Tensor).mul(0.5));
      p.grad = null;
    });
    x.mul(2).sum().backward();
    expect([await listed(x), x.grad]).toEqual([[0, 1], null]);
    handle.remove();
    x.mul(2).sum().backward();
    expect(await listed(x.grad)).toEqual([2, 2]);
    expect(() => x.mul(2).registerPostAccumulateGradHook(() => {})).toThrow("only leaves");
  });

  test("detach_ makes a leaf of a result, and refuses a view", async () => {
    const x = leaf([1, 2]);
    const y = x.mul(2).detach_();
    expect([y.requiresGrad, y.isLeaf]).toEqual([false, true]);
    y.mul(x).sum().backward();
    expect(await listed(x.grad)).toEqual([2, 4]);
    expect(() => x.mul(2).narrow(0, 0, 1).detach_()).toThrow("a view cannot be detached");
  });

  test("a tensor does not keep the caller's array of sizes", async () => {
    const size = [3, 2];
    const made = [
      tensor([1, 2, 3, 4, 5, 6], { shape: size }),
      zeros(size),
      ones([6]).reshape(size),
      ones([2]).expand(size),
      ones([6]).unflatten(0, size),
    ];
    size[0] = 1;
    for (const x of made) expect(x.shape).toEqual([3, 2]);
    expect(made[0]?.numel()).toBe(6);
  });
});

describe("where a backward may start, and how often it may pass", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test("of one element it may, whatever it is a view of; of several it may not", async () => {
    const x = leaf([1, 2]);
    x.square().narrow(0, 0, 1).backward();
    expect(await listed(x.grad)).toEqual([2, 0]);
    expect(() => x.sum().expand(3).backward()).toThrow(
      "without a gradient the tensor must have one element",
    );
  });

  test("a gradient of another dtype is converted", async () => {
    const x = leaf([1, 2]);
    x.mul(2).backward(tensor([1, 3], { dtype: "i32" }));
    expect(await listed(x.grad)).toEqual([2, 6]);
  });

  const again: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    "x + 1": (x) => x.add(1),
    "x - y": (x) => x.sub(tensor([1, 2])),
    "a mean": (x) => x.mean(),
    "a view": (x) => x.reshape(1, 2).narrow(1, 0, 1),
    "a copy": (x) => x.clone(),
  };
  test.each(Object.entries(again))("a second backward through %s adds again", async (_, fn) => {
    const x = leaf([1, 2]);
    const loss = fn(x).sum();
    loss.backward();
    const once = (await listed(x.grad)) as number[];
    loss.backward();
    expect(await listed(x.grad)).toEqual(once.map((value) => 2 * value));
  });

  const freed: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    "3 x": (x) => x.mul(3),
    "x / 3": (x) => x.div(3),
    "x²": (x) => x.square(),
    "exp x": (x) => x.exp(),
    "a sum after a product": (x) => x.mul(x).add(1),
  };
  test.each(Object.entries(freed))("a second backward through %s is refused", (_, fn) => {
    const loss = fn(leaf([1, 2])).sum();
    loss.backward();
    expect(() => loss.backward()).toThrow("already consumed by an earlier backward");
  });

  test("what was not consumed may be used again", async () => {
    const x = leaf([1, 2]);
    const y = x.add(1);
    y.square().sum().backward();
    y.mul(3).sum().backward();
    expect(await listed(x.grad)).toEqual([7, 9]);
  });

  test("a consumed part that leads elsewhere is not in the way of grad", async () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const h = x.square();
    h.sum().backward();
    const y = h.mul(w).sum();
    expect(await listed(grad(y, w, { retainGraph: true })[0] as Tensor)).toEqual([1, 4]);
    expect(() => grad(y, x)).toThrow("already consumed by an earlier backward");
    const z = h.mul(w).add(x).sum(); // x by a consumed way and by a live one
    expect(() => grad(z, x)).toThrow("already consumed by an earlier backward");
  });

  test("with inputs only theirs are computed, of results too", async () => {
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    const h = x.mul(y);
    h.square()
      .sum()
      .backward(null, { inputs: [x, h] });
    expect([await listed(x.grad), y.grad, await listed(h.grad)]).toEqual([[18, 64], null, [6, 16]]);
    expect(() => y.sum().backward(null, { inputs: [] })).toThrow("inputs is empty");
    expect(() => y.sum().backward(null, { inputs: ones([1]) })).toThrow("does not require grad");
  });

  test("materializeGrads gives zeros for what was not used", async () => {
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    const [, dy] = grad(x.sum(), [x, y], { materializeGrads: true });
    expect(await listed(dy as Tensor)).toEqual([0, 0]);
    expect(() => grad(x.sum(), y, { materializeGrads: true, allowUnused: false })).toThrow(
      "allowUnused cannot be false",
    );
  });

  test("a determinant's rule reads what was given, not what stands there later", async () => {
    const x = tensor([
      [1, 2],
      [3, 5],
    ]).requiresGrad_();
    const a = x.mul(1);
    const y = linalg.det(a);
    a.zero_();
    expect(() => y.backward()).toThrow("overwritten by zero_");
  });
});
