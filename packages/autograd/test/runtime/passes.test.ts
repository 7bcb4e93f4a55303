import { beforeAll, describe, expect, test } from "vitest";
import {
  cat,
  conv2d,
  embedding,
  init,
  manualSeed,
  maxPool2d,
  pad,
  randn,
  type Tensor,
  tensor,
} from "../../src/index.ts";
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

/** Value and gradients of a small net of one's own parts. */
function dense(): Tensor[] {
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
  const loss = ownLoss(ownNorm(ownActivation(x.matmul(w).add(b)), gamma), t);
  loss.backward();
  return [loss, ...[w, b, gamma].map((p) => p.grad as Tensor)];
}

/** Convolutions over padding, one of every other element, and what their gradients crop. */
function convolutions(): Tensor[] {
  const x = randn([3, 2, 9, 8]).requiresGrad_();
  const v = randn([4, 2, 3, 3]).requiresGrad_();
  const w = randn([6, 2, 3, 2]).requiresGrad_();
  const h = ownActivation(conv2d(x, v, { padding: 1 }));
  const y = conv2d(maxPool2d(h, 2), w, {
    padding: [2, 1],
    stride: 2,
    dilation: [1, 2],
    groups: 2,
  });
  const loss = y.mul(y).mean();
  loss.backward();
  return [loss, ...[x, v, w].map((p) => p.grad as Tensor)];
}

/**
 * Rows of a table and of one that is repeated, and an update of one's own that reads the table's
 * gradient.
 */
function lookups(): Tensor[] {
  const table = randn([7, 6]).requiresGrad_();
  const places = randn([5, 6]).requiresGrad_();
  const rows = embedding(
    tensor(
      [
        [1, 0, 6, 1, 3],
        [2, 2, 2, 5, 0],
      ],
      { dtype: "i32" },
    ),
    table,
  );
  const x = rows.add(embedding(tensor([4, 3, 2, 1, 0], { dtype: "i32" }), places));
  const loss = ownActivation(x).sum(-1).square().mean();
  loss.backward();
  const grad = table.grad as Tensor;
  const updated = table.detach().sub(grad.mul(0.1)).sub(grad.square().sqrt().add(1).mul(0.01));
  return [loss, updated, grad, places.grad as Tensor];
}

/** Positions and values of extremes of the same rows, and of columns what stands where they are. */
function extremes(): Tensor[] {
  const x = randn([40, 8]);
  const distance = x.sub(x.mean(-1, { keepdim: true }));
  const places = distance.argmax(-1).mul(10).add(distance.argmin(-1));
  const least = x.takeAlongDim(x.argmin(0, { keepdim: true }), 0);
  const one = randn([1, 1, 6, 1]);
  return [
    places.mul(1.5),
    distance.amax(-1).sub(distance.amin(-1)),
    x.square().argmin(1).mul(0.5),
    least,
    one.logsumexp(1).minimum(one.mul(0.9)),
  ];
}

/** Values of as many elements by several shapes, some of which repeat what rows have. */
function renamed(): Tensor[] {
  const x = randn([1, 6, 16, 1]).requiresGrad_();
  const y = x.matmul(x.mT);
  const z = y.rsub(1);
  const rows = z.prod(0, { keepdim: true }).maximum(z).mean(-1, { keepdim: true });
  const ends = [y.add(0.7).square().add(0.5).rsqrt(), cat([rows, rows.sin()], 1)];
  ends
    .map((end) => end.sin().sum())
    .reduce((a, b) => a.add(b))
    .backward();
  return [x.grad as Tensor];
}

const programs = { dense, convolutions, lookups, extremes, renamed } as const;
type Program = keyof typeof programs;

async function run(name: Program): Promise<Run> {
  manualSeed(3);
  const before = counters().dispatches;
  const results = programs[name]();
  const values = await Promise.all(results.map((v) => v.data() as Promise<Float32Array>));
  return { values, dispatches: counters().dispatches - before };
}

const runs = async (): Promise<Record<Program, Run>> => ({
  dense: await run("dense"),
  convolutions: await run("convolutions"),
  lookups: await run("lookups"),
  extremes: await run("extremes"),
  renamed: await run("renamed"),
});

describe("passes of the scheduler", () => {
  let whole: Record<Program, Run>;
  let bare: Record<Program, Run>;
  beforeAll(async () => {
    await initFresh({ device: "webgpu", fusion: "off" });
    bare = await runs();
    await initFresh({ device: "webgpu" });
    whole = await runs();
  }, 60_000);

  test.each(Object.keys(programs) as Program[])(
    "together they leave a third of the dispatches at most, and the values as they are: %s",
    (name) => {
      close(whole[name].values, bare[name].values);
      expect(whole[name].dispatches).toBeLessThanOrEqual(Math.floor(bare[name].dispatches / 3));
    },
  );

  test.each(passes)(
    "without %s the values are the same, and dispatches no fewer",
    async (pass: Pass) => {
      await initFresh({ device: "webgpu", fusion: { without: [pass] } });
      const without = await runs();
      for (const name of Object.keys(programs) as Program[]) {
        close(without[name].values, bare[name].values);
        expect(without[name].dispatches).toBeGreaterThanOrEqual(whole[name].dispatches);
      }
    },
  );

  test("readers evaluate padding at any offset, if their view follows its axes", async () => {
    await initFresh({ device: "webgpu" });
    const x = randn([4, 4]);
    const rows = await pad(x, [1, 1, 1, 1]).reshape([36]).tolist();
    for (const { start, dispatches } of [
      { start: 7, dispatches: 1 },
      { start: 8, dispatches: 1 },
      { start: 4, dispatches: 2 }, // runs on into the next row
      { start: 6, dispatches: 1 },
    ]) {
      const before = counters();
      const seen = pad(x, [1, 1, 1, 1]).reshape([36]).narrow(0, start, 4).unsqueeze(0);
      const sum = await seen
        .expand([3, 4])
        .matmul(tensor([[1], [10], [100], [1000]]))
        .data();
      const [a, b, c, d] = (rows as number[]).slice(start) as [number, number, number, number];
      close([sum as Float32Array], [new Float32Array(3).fill(a + 10 * b + 100 * c + 1000 * d)]);
      expect(counters().dispatches - before.dispatches, `from ${start}`).toBe(dispatches);
      if (start === 8) expect(counters().planMisses).toBe(before.planMisses);
    }
  });

  test("an unknown pass is refused", async () => {
    const without = ["loops"] as unknown as Pass[];
    await expect(init({ device: "webgpu", fusion: { without } })).rejects.toThrow(
      'init: fusion must be "on", "off", "verify" or { without: [passes] }; got {"without":["loops"]}',
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
