import * as w from "@wgrad/autograd";
import { type InitOptions, init, manualSeed, randn, type Tensor } from "@wgrad/autograd";
import { expect, inject, test } from "vitest";

const inBrowser = typeof window !== "undefined";
const full = inject("tier") === "full";

/** What is computed before it is shifted: arithmetic, functions, a learned number. */
const before: Record<string, (x: Tensor, k: Tensor) => Tensor> = {
  half: (x) => x.mul(0.5),
  sin: (x) => x.sin(),
  relu: (x) => x.relu(),
  scaled: (x, k) => x.mul(k),
};

/** Ways to look at it elsewhere than element for element; the last dimension is `n` long. */
const shifts: Record<string, (h: Tensor, n: number) => Tensor> = {
  roll: (h) => h.roll(1, -1),
  rows: (h) => h.roll(1, 0),
  flip: (h) => h.flip(-1),
  delayed: (h, n) => w.pad(h.narrow(-1, 0, n - 1), [1, 0]),
  turned: (h, n) => {
    const middle = Math.floor(n / 2);
    return w.cat([h.narrow(-1, middle, n - middle).neg(), h.narrow(-1, 0, middle)], -1);
  },
  selected: (h, n) => {
    const places = Array.from({ length: n }, (_, i) => (i * 3) % n);
    return h.indexSelect(-1, w.tensor(places, { dtype: "i32" }));
  },
};

const combinations: Record<string, (h: Tensor, s: Tensor, k: Tensor) => Tensor> = {
  sub: (h, s) => h.sub(s),
  mixed: (h, s, k) => h.mul(0.7).add(s.mul(k)),
  larger: (h, s) => h.maximum(s),
  product: (h, s) => h.mul(s),
};

const ends: Record<string, (u: Tensor, n: number) => Tensor> = {
  softmax: (u) => u.softmax(-1),
  layerNorm: (u, n) => w.layerNorm(u, [n]),
  std: (u) => u.std(-1),
  mean: (u) => u.abs().mean().add(u.mean()),
  logsumexp: (u) => u.logsumexp(-1),
  centred: (u) => u.sub(u.mean(-1, { keepdim: true })),
};

/** Rows whose length divides by four and those whose does not, short ones and long ones. */
const shapes = [[4, 16], [64], [3, 10], [8, 8], [2, 3, 12]] as const;

const cells = shapes.flatMap((shape) =>
  Object.keys(before).flatMap((b) =>
    Object.keys(shifts).flatMap((s) =>
      Object.keys(combinations).flatMap((c) =>
        Object.keys(ends).map((e) => ({ shape, b, s, c, e })),
      ),
    ),
  ),
);
const chosen = cells.filter((_, i) =>
  full ? i % 3 === 1 : inBrowser ? i % 577 === 0 : i % 233 === 5,
);

/** Gradients too: of the input and of the number that is learned. */
async function outcome(options: InitOptions, cell: (typeof cells)[number], rounds: number) {
  await init(options);
  manualSeed(1);
  const { shape, b, s, c, e } = cell;
  const n = shape.at(-1) as number;
  const x = randn([...shape], { requiresGrad: true });
  const k = w.tensor(0.7, { requiresGrad: true });
  let u: Tensor = x;
  for (let i = 0; i < rounds; i++) {
    const h = (before[b] as (typeof before)[string])(u, k);
    const shifted = (shifts[s] as (typeof shifts)[string])(h, n);
    u = (combinations[c] as (typeof combinations)[string])(h, shifted, k);
  }
  const out = (ends[e] as (typeof ends)[string])(u, n);
  out.sin().sum().backward();
  const grads = [x.grad, k.grad].filter((g) => g !== null);
  return Promise.all([out, ...grads].map(async (t) => [...(await t.data())]));
}

function difference(
  got: readonly number[][],
  want: readonly number[][],
  tolerance = 3e-4,
): string | null {
  for (const [t, values] of want.entries()) {
    const largest = values.reduce((a, v) => Math.max(a, Math.abs(v)), 0.01);
    for (const [i, y] of values.entries()) {
      const x = (got[t] as number[])[i] as number;
      if (x !== y && !(Math.abs(x - y) <= tolerance * largest))
        return `element ${i} of result ${t} is ${x}, not ${y}`;
    }
  }
  return null;
}

/** Rounding of f32 in terms that cancel, at most. */
const ROUNDING = 1e-2;

/**
 * The fused program against f64. A gradient may be what is left of terms that cancel, such as that of
 * a factor before a norm: where fusion off is as far from f64, only it is to be equalled.
 */
async function check(cell: (typeof cells)[number], rounds: number): Promise<void> {
  const want = await outcome({ device: "cpu" }, cell, rounds);
  for (const device of ["wasm", "webgpu"] as const) {
    const got = await outcome({ device }, cell, rounds);
    const found = difference(got, want);
    if (found === null) continue;
    const unfused = await outcome({ device, fusion: "off" }, cell, rounds);
    if (difference(unfused, want) === null) expect.fail(`${device}: ${found}`);
    expect(difference(got, unfused)).toBeNull();
    expect(difference(unfused, want, ROUNDING)).toBeNull();
  }
}

const timeout = full ? 240_000 : 60_000;

test.each(chosen)(
  "$b, $s, $c, $e of $shape: what is shifted and combined is reduced right",
  { timeout },
  (cell) => check(cell, 1),
);

/** Bodies that are repeated: a kernel sees the same steps again, at other places. */
const repeated = cells.filter((_, i) => (full ? i % 9 === 4 : inBrowser ? false : i % 1447 === 7));

test.each(repeated)("$b, $s, $c, $e of $shape, two and three times", { timeout }, async (cell) => {
  for (const rounds of [2, 3]) await check(cell, rounds);
});
