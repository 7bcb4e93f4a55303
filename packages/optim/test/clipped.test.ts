import { init, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { persist } from "@wgrad/autograd/plugin";
import { counters, initFresh } from "@wgrad/autograd/testing";
import { Adam, type BaseOptions, clipGradNorm_, Optimizer } from "@wgrad/optim";
import { afterAll, describe, expect, test } from "vitest";

/** A custom optimizer with state: a decaying sum of the parameter's values. */
class Pull extends Optimizer<BaseOptions, { from: Tensor }> {
  protected override initial(p: Tensor): { from: Tensor } {
    return { from: persist(p.detach().mul(0)) };
  }
  protected update(p: Tensor, g: Tensor, state: { from: Tensor }, { lr }: BaseOptions): Tensor {
    state.from = state.from.mul(0.5).add(p);
    return p.sub(g.sign().mul(g.abs().sqrt()).add(state.from.mul(0.01)).mul(lr));
  }
}

const makers: Record<string, (params: Tensor[]) => Optimizer> = {
  Adam: (params) => new Adam(params, { lr: 0.05 }),
  custom: (params) => new Pull(params, { lr: 0.05 }),
};

/**
 * Sizes with different tilings: several threads, not divisible by four, and one that is reduced in
 * two dispatches.
 */
const sizes = [12, 64, 7, 3000, 1, 130, 2048, 5];

/**
 * Values after four steps with clipping, and the dispatches of clipping and updating in the last
 * step.
 */
async function train(
  make: (params: Tensor[]) => Optimizer,
  count: number,
): Promise<{ values: number[][]; dispatches: number }> {
  const params = Array.from({ length: count }, (_, k) => {
    const size = sizes[k % sizes.length] as number;
    const data = Float32Array.from({ length: size }, (_, i) => Math.sin(1 + i + 7 * k));
    const p = persist(tensor(data));
    p.requiresGrad = true;
    return p;
  });
  const optimizer = make(params);
  let dispatches = 0;
  for (let i = 0; i < 4; i++) {
    optimizer.zeroGrad();
    const losses = params.map((p, k) =>
      p
        .square()
        .sum()
        .mul(k + 1),
    );
    losses.reduce((a, b) => a.add(b)).backward();
    for (const { grad } of params) await grad?.data();
    const before = counters().dispatches;
    clipGradNorm_(params, 0.5);
    optimizer.step();
    dispatches = counters().dispatches - before;
  }
  const values = await Promise.all(params.map(async (p) => [...(await p.data())]));
  return { values: values as number[][], dispatches };
}

describe.each(Object.entries(makers))("clipped, %s", (_, make) => {
  afterAll(async () => {
    await initFresh({ device: "cpu" });
  });

  test("gives the values of the cpu device, also without merged dispatches", async () => {
    await initFresh({ device: "cpu" });
    const expected = await train(make, 24);
    for (const without of [[], ["merges"]] as const) {
      await initFresh({ device: "webgpu", fusion: { without } });
      const { values } = await train(make, 24);
      values.forEach((row, k) => {
        row.forEach((value, i) => {
          expect(value).toBeCloseTo(expected.values[k]?.[i] as number, 4);
        });
      });
    }
  });

  test("the number of dispatches does not grow with the number of parameters", async () => {
    const dispatches: number[] = [];
    for (const count of [8, 16, 24]) {
      await initFresh({ device: "webgpu" });
      dispatches.push((await train(make, count)).dispatches);
    }
    const [few, more, most] = dispatches as [number, number, number];
    // one dispatch collects nine norms; without merging there would be three per parameter
    expect(more - few).toBeLessThanOrEqual(1);
    expect(most - few).toBeLessThanOrEqual(2);
  });
});

test("the infinity norm ignores a parameter without elements", async () => {
  await init({ device: "cpu" });
  const p = tensor([3, -4], { requiresGrad: true });
  const empty = zeros([0], { requiresGrad: true });
  p.square().sum().add(empty.sum()).backward();
  const norm = clipGradNorm_([p, empty], 2, { normType: Number.POSITIVE_INFINITY });
  expect([await norm.item(), await p.grad?.tolist()]).toEqual([
    8,
    [expect.closeTo(1.5, 5), expect.closeTo(-2, 5)],
  ]);
});
