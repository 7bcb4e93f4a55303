import { beforeAll, describe, expect, test } from "vitest";
import { grad, init, manualSeed, randn, type Tensor } from "../../src/index.ts";
import { counters, initFresh } from "../../src/testing/index.ts";

/** Functions of slices of x: [6, 8]. */
const rows: Record<string, (x: Tensor) => Tensor> = {
  "that are all of it": (x) => {
    const [a, b] = x.chunk(2, -1) as [Tensor, Tensor];
    return a.mul(b);
  },
  "that leave something out": (x) => x.narrow(0, 1, 2).mul(x.narrow(0, 4, 2)),
  "that overlap": (x) => x.narrow(0, 0, 4).mul(x.narrow(0, 2, 4)),
  "that lie by turns": (x) => {
    const [a, b] = x.reshape([6, 4, 2]).unbind(-1) as [Tensor, Tensor];
    return a.mul(b.exp());
  },
  "of more parts than are joined": (x) => {
    const [first, ...others] = x.unbind(0) as [Tensor, ...Tensor[]];
    return others.reduce((a, b) => a.mul(b), first);
  },
  "of slices": (x) => {
    const [a, b] = x.chunk(2, 0) as [Tensor, Tensor];
    const [c, d] = a.chunk(2, 1) as [Tensor, Tensor];
    return c.mul(d).sum().mul(b.sum());
  },
  "that are the parts of one result in another order": (x) => {
    const [a, b] = x.mul(2).chunk(2, -1) as [Tensor, Tensor];
    return b.sub(a.exp());
  },
  "whose gradient goes two ways": (x) => {
    const [u, v] = [x.mul(2), x.mul(3)];
    const [a, b] = u.add(v).chunk(2, 0) as [Tensor, Tensor];
    return a
      .mul(b)
      .add(u.narrow(0, 3, 3))
      .add(v.narrow(0, 0, 3));
  },
};

describe.each(["cpu", "wasm", "webgpu"] as const)("gradients of slices on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  // with createGraph every sum is recorded as such
  test.each(Object.entries(rows))("%s", async (_, f) => {
    manualSeed(2);
    const x = randn([6, 8]).requiresGrad_();
    const loss = (): Tensor => f(x).square().sum();
    const [got] = grad(loss(), [x]) as [Tensor];
    const [want] = grad(loss(), [x], { createGraph: true }) as [Tensor];
    const [a, b] = [await got.data(), await want.data()];
    for (const [i, y] of b.entries()) expect(a[i], `[${i}]`).toBeCloseTo(y as number, 4);
  });

  test("reach hooks whole", async () => {
    const x = randn([2, 4]).requiresGrad_();
    const y = x.mul(1);
    let seen: Tensor | null = null;
    y.registerHook((gradient: Tensor) => {
      seen = gradient;
    });
    const [a, b] = y.chunk(2, -1) as [Tensor, Tensor];
    a.sum().mul(2).add(b.sum()).backward();
    expect(await (seen as unknown as Tensor).tolist()).toEqual([
      [2, 2, 1, 1],
      [2, 2, 1, 1],
    ]);
    expect(await (x.grad as Tensor).tolist()).toEqual(await (seen as unknown as Tensor).tolist());
  });
});

test("the gradient of a leaf is computed with the step, whatever slices were on the way", async () => {
  await initFresh({ device: "webgpu" });
  const x = randn([4, 6]).requiresGrad_();
  const [a, b] = x.chunk(2, -1) as [Tensor, Tensor];
  const loss = a.mul(b).sum();
  loss.backward();
  await loss.item();
  const before = counters();
  await (x.grad as Tensor).data();
  expect(counters().dispatches - before.dispatches).toBe(0);
  expect(counters().recomputed).toBe(0);
});
