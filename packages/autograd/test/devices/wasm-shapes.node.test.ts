import {
  avgPool2d,
  cat,
  conv2d,
  enableGrad,
  init,
  manualSeed,
  maxPool2d,
  noGrad,
  pad,
  randn,
  stack,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { expect, test } from "vitest";

/** What is computed of these, on the cpu device and on wasm, from the same numbers. */
async function both(
  shapes: readonly (readonly number[])[],
  compute: (...x: Tensor[]) => Tensor,
): Promise<readonly [cpu: Float32Array, wasm: Float32Array]> {
  const results: Float32Array[] = [];
  let data: ArrayLike<number>[] | null = null;
  for (const device of ["cpu", "wasm"] as const) {
    await init({ device });
    manualSeed(7);
    data ??= await Promise.all(shapes.map((shape) => randn(shape).data()));
    const own = shapes.map((shape, i) => tensor(Float32Array.from(data?.[i] ?? []), { shape }));
    results.push(Float32Array.from(await noGrad(() => compute(...own)).data()));
  }
  return results as [Float32Array, Float32Array];
}

/** The largest difference, in parts of 1 + |value|; of what is no number, ∞. */
function furthest([cpu, wasm]: readonly [Float32Array, Float32Array]): number {
  if (cpu.length !== wasm.length) return Number.POSITIVE_INFINITY;
  return cpu.reduce((most, value, i) => {
    const off = Math.abs(value - (wasm[i] as number)) / (1 + Math.abs(value));
    return Math.max(most, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
  }, 0);
}

const rows = [1, 2, 3, 4, 5, 7];
const columns = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 17];
const depths = [1, 3, 4, 7, 8, 9];

// tiles at the edge are moved back, and vectors at the edge are stored in part
test.each(rows)("products of %i rows, of every width and depth", async (m) => {
  const wrong: string[] = [];
  for (const n of columns) {
    for (const k of depths) {
      const off = furthest(
        await both([[m, k], [k, n], [n, k], [k, m], [n]], (a, b, bT, aT, c) =>
          (a as Tensor)
            .matmul(b as Tensor)
            .add(c as Tensor)
            .add((a as Tensor).matmul((bT as Tensor).t()).tanh())
            .add((aT as Tensor).t().matmul(b as Tensor)),
        ),
      );
      if (!(off < 1e-5)) wrong.push(`${n} columns, ${k} deep: ${off}`);
    }
  }
  expect(wrong).toEqual([]);
});

// columns are copied into panels: of all k's, of parts of them, and of as many as cannot be cut
test.each([
  [128, 5, 128],
  [388, 7, 131],
  [17, 36, 19],
  [129, 1500, 6],
  [50, 1021, 9],
  [1000, 4, 5],
])("products of %i rows, %i deep, of %i columns", async (m, k, n) => {
  const off = furthest(
    await both(
      [
        [m, k],
        [k, n],
        [n, k],
        [k, m],
        [2, k, n],
        [2, m, k],
      ],
      (...x) => {
        const [a, b, bT, aT, planes, rows] = x as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
        return a
          .matmul(b)
          .add(aT.t().matmul(b.abs()))
          .add(aT.t().matmul(bT.t()))
          .add(rows.matmul(b))
          .add(rows.matmul(planes).relu())
          .add(a.matmul(planes))
          .div(k);
      },
    ),
  );
  expect(off).toBeLessThan(1e-5);
});

test.each([
  [3, 1, 1],
  [3, 1, 2],
  [5, 2, 1],
  [1, 0, 1],
])(
  "convolutions of many filters: %i wide, padding %i, stride %i",
  async (kernel, padding, stride) => {
    const shapes = [
      [2, 18, 13, 11],
      [20, 18, kernel, kernel],
    ];
    const options = { padding, stride };
    const off = furthest(
      await both(shapes, (x, w) => {
        const leaf = (one: Tensor | undefined) => (one as Tensor).detach().requiresGrad_();
        const [input, weight] = [leaf(x), leaf(w)];
        return enableGrad(() => {
          const y = conv2d(input, weight.mul(0.1), options);
          y.div(10).sin().sum().backward();
          return cat([
            y.flatten(),
            (input.grad as Tensor).flatten(),
            (weight.grad as Tensor).flatten(),
          ]);
        });
      }),
    );
    expect(off).toBeLessThan(1e-5);
  },
);

// columns and k's lie side by side along a line of the picture alone
test.each([4, 5, 7, 8, 9, 11, 14, 17])("convolutions over lines of %i", async (width) => {
  const wrong: string[] = [];
  for (const [kernel, padding, stride] of [
    [3, 1, 1],
    [1, 0, 1],
    [4, 2, 1],
    [3, 0, 2],
  ] as const) {
    const shapes = [
      [2, 3, 5, width],
      [5, 3, kernel, kernel],
    ];
    const forward = await both(shapes, (x, w) =>
      conv2d(x as Tensor, w as Tensor, { padding, stride }),
    );
    if (!(furthest(forward) < 1e-5)) wrong.push(`forward, kernel ${kernel}`);
  }
  expect(wrong).toEqual([]);
});

test.each([4, 5, 6, 7, 10, 13])("gradients of convolutions over lines of %i", async (width) => {
  const gradients: number[][] = [];
  for (const device of ["cpu", "wasm"] as const) {
    await init({ device });
    const numbers = (count: number): Float32Array =>
      Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + 0.3));
    const x = tensor(numbers(2 * 3 * 6 * width), { shape: [2, 3, 6, width], requiresGrad: true });
    const w = tensor(numbers(4 * 3 * 3 * 3), { shape: [4, 3, 3, 3], requiresGrad: true });
    const y = conv2d(x, w, { padding: 1 });
    y.mul(y).sum().backward();
    gradients.push([...(await (x.grad as Tensor).data()), ...(await (w.grad as Tensor).data())]);
  }
  const [cpu = [], wasm = []] = gradients.map((list) => Float32Array.from(list));
  expect(furthest([cpu as Float32Array, wasm as Float32Array])).toBeLessThan(1e-5);
});

// a thread takes a line, whose last vector may be stored in part
test.each([3, 4, 5, 6, 7, 9, 14, 15])("views, padding and pools of lines of %i", async (width) => {
  const reads: [shape: number[], compute: (x: Tensor) => Tensor][] = [
    [[3, 4, width], (x) => pad(x, [1, 2, 1, 0])],
    [[3, 4, width], (x) => x.permute(1, 0, 2).mul(2).add(1)],
    [[3, 4, width], (x) => x.permute(2, 0, 1).contiguous()],
    [[2, 4, 6, width + 1], (x) => maxPool2d(x, 2)],
    [[2, 4, 6, width + 1], (x) => avgPool2d(x, 3, { stride: 1 })],
    [[width, 5], (x) => x.sum(1)],
    [[width, 7], (x) => x.argmax(1).to("f32")],
  ];
  const off: number[] = [];
  for (const [shape, compute] of reads)
    off.push(furthest(await both([shape], (x) => compute(x as Tensor))));
  expect(Math.max(...off)).toBeLessThan(1e-5);
});

test.each([1, 2, 3])("a filter for each channel, stride %i", async (stride) => {
  const wrong: string[] = [];
  for (const width of [5, 8, 11, 16]) {
    const shapes = [
      [2, 6, 9, width],
      [6, 1, 3, 3],
    ];
    const off = furthest(
      await both(shapes, (x, w) =>
        conv2d(x as Tensor, w as Tensor, { padding: 1, stride, groups: 6 }),
      ),
    );
    if (!(off < 1e-5)) wrong.push(`${width} wide: ${off}`);
  }
  expect(wrong).toEqual([]);
});

// four that follow one another are two pairs
test.each([4, 6, 10, 14])("pairs along lines of %i", async (width) => {
  const off = furthest(
    await both([[2, 3, 6, width]], (input) =>
      enableGrad(() => {
        const x = (input as Tensor).detach().requiresGrad_();
        const twice = x.repeatInterleave(2, -1).repeatInterleave(2, -2).mul(x.sum());
        const apart = x.unflatten(-1, [width / 2, 2]);
        const turned = apart.transpose(-1, -2).tanh().mul(apart.exp().transpose(-1, -2));
        const pooled = maxPool2d(x, 2).mul(avgPool2d(x.exp(), 2));
        const crossed = stack([x, x.flip(-1)], { dim: -1 }).mul(3);
        twice.sin().sum().add(turned.sum()).add(pooled.sum()).add(crossed.sin().sum()).backward();
        const all = [x.grad as Tensor, twice, turned, pooled, crossed];
        return cat(all.map((one) => one.flatten()));
      }),
    ),
  );
  expect(off).toBeLessThan(1e-5);
});
