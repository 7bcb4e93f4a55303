import {
  init,
  manualSeed,
  memory,
  OutOfMemoryError,
  randn,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { afterAll, describe, expect, test } from "vitest";

const MEGABYTE = 1 << 20;
/** Each 256 KB. */
const kept = (i: number): Tensor =>
  tensor(Float32Array.from({ length: 65536 }, (_, k) => i + k / 65536))
    .mul(2)
    .keep();

afterAll(() => init());

describe.each(["cpu", "wasm", "webgpu"] as const)("a byte budget on %s", (device) => {
  test("moves kept tensors to the host at an await, and every value stays equal", async () => {
    const run = async (budget: number): Promise<number[]> => {
      await init({ device, budget });
      const held: Tensor[] = [];
      const values: number[] = [];
      for (let i = 0; i < 12; i++) {
        held.push(kept(i));
        values.push(Number(await (held[i] as Tensor).sum().item()));
      }
      for (const x of held) values.push(Number(await x.mul(3).sum().item()));
      if (budget < 2 * MEGABYTE) expect(memory().totalBytes).toBeLessThanOrEqual(2 * MEGABYTE);
      return values;
    };
    expect(await run(MEGABYTE)).toEqual(await run(64 * MEGABYTE));
  });

  test("trains beyond it with the same results as without a budget", async () => {
    const run = async (budget: number): Promise<number[]> => {
      await init({ device, budget });
      manualSeed(3);
      const weights = Array.from({ length: 6 }, () => randn([256, 256], { requiresGrad: true }));
      const losses: number[] = [];
      for (let i = 0; i < 3; i++) {
        for (const weight of weights) {
          const loss = randn([4, 256]).matmul(weight).square().mean();
          weight.grad = null;
          loss.backward();
          losses.push(Number(await loss.item()));
          losses.push(Number(await (weight.grad as unknown as Tensor).sum().item()));
        }
      }
      return losses;
    };
    expect(await run(MEGABYTE)).toEqual(await run(256 * MEGABYTE));
  });

  test("stops code without an await that allocates beyond it, and names the owners", async () => {
    await init({ device, budget: MEGABYTE + 1 });
    const held: Tensor[] = [];
    const fill = (): void => {
      for (let i = 0; i < 20; i++) {
        const x = kept(i);
        x.realize();
        held.push(x);
      }
    };
    expect(fill).toThrow(OutOfMemoryError);
    expect(fill).toThrow(/budget of 1048577 is spent[\s\S]*owned: \d+ bytes[\s\S]*hint: await/);
  });

  test("counts temporaries, and frees them", async () => {
    const budget = 100_000;
    await init({ device, budget });
    const held: Tensor[] = [];
    for (let i = 0; i < 10; i++) held.push(randn([5000]).add(i).keep());
    await (held[9] as Tensor).sum().item();
    await held[0]?.sum().item();
    expect(memory().totalBytes).toBeLessThanOrEqual(budget);
  });

  test("lets small work run after it was exceeded, and large work when there is room again", async () => {
    await init({ device, budget: 100_000 });
    const held: Tensor[] = [];
    const fill = (): void => {
      for (let i = 0; i < 20; i++) held.push(randn([5000]).add(i).keep().realize());
    };
    expect(fill).toThrow(OutOfMemoryError);
    const last = randn([5000]).add(1);
    expect(() => last.realize()).toThrow(OutOfMemoryError);
    for (const x of held) x.dispose();
    expect(await tensor(1).add(1).item()).toBe(2);
    expect(Number.isFinite(await last.sum().item())).toBe(true);
    expect(memory().pendingNodes).toBe(0);
  });
});
