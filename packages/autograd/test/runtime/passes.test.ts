import { beforeAll, describe, expect, test } from "vitest";
import { init, manualSeed, randn, type Tensor, tensor } from "../../src/index.ts";
import { counters, initFresh, type Pass, passes } from "../../src/testing/index.ts";

/** A norm of one's own: (x − x̄) / √(mean (x − x̄)² + ε) · γ, from primitives alone. */
function ownNorm(x: Tensor, gamma: Tensor): Tensor {
  const distance = x.sub(x.mean(-1, { keepdim: true }));
  return distance.div(distance.square().mean(-1, { keepdim: true }).add(1e-5).sqrt()).mul(gamma);
}

/** An activation of one's own: x · σ(1.7 x). */
const ownActivation = (x: Tensor): Tensor => x.mul(x.mul(1.7).sigmoid());

/** A loss of one's own: the mean of log Σ eᶻ − Σ t z. */
function ownLoss(z: Tensor, t: Tensor): Tensor {
  const peak = z.amax(-1, { keepdim: true }).detach();
  const scale = z.sub(peak).exp().sum(-1, { keepdim: true }).log().add(peak);
  return scale.sub(z.mul(t).sum(-1, { keepdim: true })).mean();
}

interface Run {
  readonly values: Float32Array[];
  readonly dispatches: number;
}

/** Value, gradients and dispatches of a small net of one's own parts. */
async function run(): Promise<Run> {
  manualSeed(3);
  const x = randn([24, 16]);
  const w = randn([16, 12]).requiresGrad_();
  const b = randn([12]).requiresGrad_();
  const gamma = randn([12]).requiresGrad_();
  const t = tensor(
    Float32Array.from({ length: 24 * 12 }, (_, i) => Number(i % 13 === 0)),
    {
      shape: [24, 12],
    },
  );
  const before = counters().dispatches;
  const loss = ownLoss(ownNorm(ownActivation(x.matmul(w).add(b)), gamma), t);
  loss.backward();
  const grads = [w, b, gamma].map((p) => p.grad as Tensor);
  const values = await Promise.all([loss, ...grads].map((v) => v.data() as Promise<Float32Array>));
  return { values, dispatches: counters().dispatches - before };
}

describe("passes of the scheduler", () => {
  let whole: Run;
  let bare: Run;
  beforeAll(async () => {
    await initFresh({ device: "webgpu", fusion: "off" });
    bare = await run();
    await initFresh({ device: "webgpu" });
    whole = await run();
  });

  test("together they leave a third of the dispatches at most, and the values as they are", () => {
    close(whole.values, bare.values);
    expect(whole.dispatches).toBeLessThanOrEqual(Math.floor(bare.dispatches / 3));
  });

  test.each(passes)(
    "without %s the values are the same, and dispatches no fewer",
    async (pass: Pass) => {
      await initFresh({ device: "webgpu", fusion: { without: [pass] } });
      const without = await run();
      close(without.values, bare.values);
      expect(without.dispatches).toBeGreaterThanOrEqual(whole.dispatches);
    },
  );

  test("an unknown pass is refused", async () => {
    const without = ["loops"] as unknown as Pass[];
    await expect(init({ device: "webgpu", fusion: { without } })).rejects.toThrow(
      'init: fusion is "on", "off" or { without: [passes] }; got {"without":["loops"]}',
    );
  });
});

function close(a: readonly Float32Array[], b: readonly Float32Array[]): void {
  a.forEach((values, k) => {
    values.forEach((value, i) => {
      const other = b[k]?.[i] as number;
      expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(other)));
    });
  });
}
