import { describe, expect, test } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { openWebGPU, WebGPUDevice } from "../../src/devices/webgpu/device.ts";
import type { DType } from "../../src/dtype.ts";
import {
  assembleAttributes,
  contractAttributes,
  reduceAttributes,
} from "../../src/graph/attributes.ts";
import type { Reduce } from "../../src/graph/op.ts";
import {
  dropDim,
  expandView,
  permuteView,
  sliceView,
  type View,
  wholeView,
} from "../../src/graph/view.ts";
import { e } from "../../src/kernel/expression.ts";
import { contiguousStrides, type Shape, sizeOf } from "../../src/shape.ts";
import {
  assembleOp,
  difference,
  elementwiseOp,
  fillOp,
  KernelBuilder,
  matmulOp,
  noise,
  reduceOp,
  type Value,
  viewed,
} from "./kernels.ts";

const device = (await openWebGPU()) as WebGPUDevice;
const cpu = new CpuDevice();

const add = elementwiseOp("add", e.add, (a, b) => a + b);
const sub = elementwiseOp("sub", e.sub, (a, b) => a - b);
const mul = elementwiseOp("mul", e.mul, (a, b) => a * b);
const exp = elementwiseOp("exp", e.exp, Math.exp);
const less = elementwiseOp("lt", e.lt, (a, b) => Number(a < b));
const copy = elementwiseOp(
  "copy",
  (x) => x,
  (x) => x,
);
const toF32 = elementwiseOp(
  "toF32",
  (x) => e.cast(x, "f32"),
  (x) => x,
);
const counter = elementwiseOp(
  "counter",
  (start, i) => e.add(start, e.cast(i, "f32")),
  (start, i) => start + i,
  true,
);

async function agrees(build: KernelBuilder, rtol = 1e-5, atol = 1e-6): Promise<void> {
  const [got, want] = [await build.run(device), await build.run(cpu)];
  expect(got.constructor).toBe(want.constructor);
  expect(difference(got, want, rtol, atol)).toBeNull();
}

const floats = (build: KernelBuilder, shape: Shape, seed = 1): Value =>
  build.input(shape, "f32", noise(sizeOf(shape), -1, 1, seed));

describe("elementwise", () => {
  test.each([0, 1, 3, 4, 5, 63, 257, 1025])("%i elements", async (n) => {
    const build = new KernelBuilder();
    const x = floats(build, [n]);
    build.step(exp, [build.step(mul, [x, floats(build, [n], 2)], [n])], [n]);
    await agrees(build);
  });

  test("more elements than 65,535 workgroups of 64 hold", async () => {
    const n = 65536 * 64 * 4 + 5;
    const build = new KernelBuilder();
    build.step(counter, [], [n], { dtype: "f32", scalars: [[0.5, "f32"]] });
    const got = await build.run(device);
    expect(got.length).toBe(n);
    for (const i of [0, 1, 65535 * 256, 65535 * 256 + 1, n - 1]) {
      expect(got[i]).toBe(Math.fround(i + 0.5));
    }
  });

  const views: [string, Shape, (view: View) => View][] = [
    ["permuted", [5, 7], (v) => permuteView(v, [1, 0])],
    ["permuted in four dimensions", [3, 4, 2, 5], (v) => permuteView(v, [2, 0, 3, 1])],
    ["every second, from the third", [40], (v) => sliceView(v, 0, 3, 15, 2)],
    ["backwards", [9, 6], (v) => sliceView(sliceView(v, 0, 8, 9, -1), 1, 5, 3, -2)],
    ["broadcast along the first", [6], (v) => expandView(v, [4, 6])],
    ["broadcast along the last", [6, 1], (v) => expandView(v, [6, 5])],
    ["broadcast in the middle", [3, 1, 4], (v) => expandView(v, [3, 5, 4])],
    [
      "one element everywhere",
      [8],
      (v) => expandView(dropDim(sliceView(v, 0, 3, 1, 1), 0), [7, 3]),
    ],
    ["a stretch", [100], (v) => sliceView(v, 0, 13, 37, 1)],
    ["a sliced matrix, transposed", [8, 9], (v) => permuteView(sliceView(v, 1, 2, 5, 1), [1, 0])],
  ];
  test.each(views)("a view: %s", async (_, base, change) => {
    const view = change(wholeView(base));
    const build = new KernelBuilder();
    const x = floats(build, base);
    build.step(sub, [viewed(x, view), floats(build, view.shape, 2)], view.shape);
    await agrees(build);
  });

  test.each(views)("a view of an earlier step: %s", async (_, base, change) => {
    const view = change(wholeView(base));
    const build = new KernelBuilder();
    const bias = viewed(
      floats(build, base.slice(-1), 3),
      expandView(wholeView(base.slice(-1)), base),
    );
    const inner = build.step(add, [floats(build, base), bias], base);
    const outer = build.step(exp, [viewed(inner, view)], view.shape);
    build.step(sub, [outer, viewed(inner, view)], view.shape);
    await agrees(build);
  });

  test("constants, and what they broadcast over", async () => {
    const build = new KernelBuilder();
    const half = build.step(fillOp, [], [], { dtype: "f32", scalars: [[0.1, "f32"]] });
    const wide = viewed(half, expandView(wholeView([]), [3, 5]));
    build.step(mul, [floats(build, [3, 5]), wide], [3, 5]);
    await agrees(build);
    const alone = new KernelBuilder();
    alone.step(fillOp, [], [7], { dtype: "f32", scalars: [[-1 / 0, "f32"]] });
    await agrees(alone);
  });

  test("a value read twice is computed once", () => {
    const build = new KernelBuilder();
    const x = build.step(exp, [floats(build, [8])], [8]);
    build.step(mul, [x, build.step(add, [x, x], [8])], [8]);
    const [stage] = device.lower(build.kernel).stages;
    expect(stage?.wgsl.match(/= exp_f32x4\(/g)).toHaveLength(1);
  });

  test("dtypes mix, and each is stored its own way", async () => {
    const build = new KernelBuilder();
    const shape = [3, 5];
    const bytes = build.input(shape, "u8", noise(15, 0, 255).map(Math.floor));
    const flags = build.input([5], "bool", [1, 0, 0, 1, 1]);
    const f = build.step(toF32, [bytes], shape, { dtype: "f32" });
    const g = build.step(toF32, [viewed(flags, expandView(wholeView([5]), shape))], shape, {
      dtype: "f32",
    });
    build.step(less, [build.step(mul, [f, g], shape), floats(build, shape)], shape, {
      dtype: "bool",
    });
    await agrees(build);
  });

  test.each(["i32", "u32", "bool", "u8", "f32"] as const)(
    "copies %s, also transposed",
    async (dtype) => {
      for (const shape of [
        [2, 2],
        [5, 7],
      ]) {
        const values = noise(sizeOf(shape), 0, dtype === "bool" ? 2 : 250).map(Math.floor);
        const whole = new KernelBuilder();
        whole.step(copy, [whole.input(shape, dtype, values)], shape);
        await agrees(whole);
        const turned = new KernelBuilder();
        const view = permuteView(wholeView(shape), [1, 0]);
        turned.step(copy, [viewed(turned.input(shape, dtype, values), view)], view.shape);
        await agrees(turned);
      }
    },
  );

  test("in place", async () => {
    const build = new KernelBuilder();
    const x = build.input([11], "f32", noise(11), true);
    build.step(
      add,
      [build.step(exp, [x], [11]), build.step(mul, [x, floats(build, [11], 2)], [11])],
      [11],
    );
    await agrees(build);
    const flags = new KernelBuilder();
    const y = flags.input([6], "f32", noise(6), true);
    flags.step(less, [y, floats(flags, [6], 2)], [6], { dtype: "bool" });
    await agrees(flags);
  });
});

describe("reduce", () => {
  const combines: Reduce["combine"][] = ["sum", "prod", "max", "min", "argmax", "argmin"];
  const lengths = [1, 3, 4, 7, 8, 9, 64, 257, 1000, 5000];
  for (const combine of combines) {
    const more = (dtype?: DType) => ({
      attrs: reduceAttributes(1),
      ...(combine.startsWith("arg") ? { dtype: "i32" as const } : dtype && { dtype }),
    });
    test(`${combine} of the last dimension, lengths 1 to 5000`, async () => {
      for (const length of lengths) {
        const build = new KernelBuilder();
        const low = combine === "prod" ? 0.9 : -1;
        const high = combine === "prod" ? 1.1 : 1;
        const x = build.input([3, length], "f32", noise(3 * length, low, high));
        build.step(reduceOp(combine), [x], [3], more());
        await agrees(build, 1e-4);
      }
    });

    test(`${combine} of the first dimension, of a computed value, in several dimensions`, async () => {
      const first = new KernelBuilder();
      const x = floats(first, [9, 5]);
      first.step(
        reduceOp(combine),
        [viewed(x, permuteView(wholeView([9, 5]), [1, 0]))],
        [5],
        more(),
      );
      await agrees(first);

      const base = [4, 3, 6, 2];
      const computed = new KernelBuilder();
      const y = computed.step(exp, [floats(computed, base)], base);
      const turned = viewed(y, permuteView(wholeView(base), [1, 3, 0, 2]));
      computed.step(reduceOp(combine), [turned], [3, 2], { ...more(), attrs: reduceAttributes(2) });
      await agrees(computed, 1e-4);
    });

    test(`${combine} of integers, bytes and bools`, async () => {
      const values = noise(4100, 0, 5).map(Math.floor);
      const dtypes: DType[] = ["i32", "u32", "u8", "bool"];
      for (const dtype of dtypes) {
        if (dtype === "bool" && combine === "prod") continue;
        for (const [rows, length] of [
          [5, 9],
          [2, 2050],
        ] as const) {
          const build = new KernelBuilder();
          const column = values.slice(0, rows * length).map((v) => (dtype === "bool" ? v % 2 : v));
          const x = build.input([rows, length], dtype, column);
          const sums = combine === "sum" || combine === "prod";
          build.step(reduceOp(combine), [x], [rows], more(sums ? "i32" : dtype));
          await agrees(build);
        }
      }
    });

    test(`${combine}: NaN wins, the first of equals wins`, async () => {
      const rows = [
        [3, 1, 3, 1, 2, 3, 1, 0, 3],
        [1, Number.NaN, 5, Number.NaN, -5, 0, 1, 2, 3],
        [-1 / 0, 1 / 0, 0, 1 / 0, -1 / 0, 1, 2, 3, 4],
        [-1 / 0, -1 / 0, -1 / 0, -1 / 0, -1 / 0, -1 / 0, -1 / 0, -1 / 0, -1 / 0],
      ];
      for (const length of [9, 4500]) {
        const build = new KernelBuilder();
        const long = rows.flatMap((row) => Array.from({ length }, (_, i) => row[i % 9] as number));
        build.step(reduceOp(combine), [build.input([4, length], "f32", long)], [4], more());
        await agrees(build, 1e-4);
      }
    });
  }

  test("of nothing", async () => {
    for (const combine of ["sum", "prod"] as const) {
      const build = new KernelBuilder();
      build.step(reduceOp(combine), [floats(build, [3, 0])], [3], { attrs: reduceAttributes(1) });
      await agrees(build);
      const none = new KernelBuilder();
      none.step(reduceOp(combine), [floats(none, [0, 3])], [0], { attrs: reduceAttributes(1) });
      await agrees(none);
    }
  });

  test("a long sum keeps its digits, and its bits from run to run", async () => {
    const n = 1_000_003;
    const build = new KernelBuilder();
    build.step(reduceOp("sum"), [build.input([n], "f32", noise(n, 0, 1))], [], {
      attrs: reduceAttributes(1),
    });
    const got = await build.run(device);
    expect(difference(got, await build.run(cpu), 2e-7, 0)).toBeNull();
    expect(await build.run(device)).toEqual(got);
  });

  test("many rows", async () => {
    const build = new KernelBuilder();
    build.step(reduceOp("sum"), [floats(build, [70_000, 5])], [70_000], {
      attrs: reduceAttributes(1),
    });
    await agrees(build);
  });
});

describe("contract", () => {
  type Layout = "plain" | "transposed";
  function matmul(
    batch: Shape,
    m: number,
    k: number,
    n: number,
    a: Layout,
    b: Layout,
    dtype: DType = "f32",
  ): KernelBuilder {
    const build = new KernelBuilder();
    const operand = (rows: number, columns: number, layout: Layout, seed: number) => {
      const shape = layout === "plain" ? [rows, columns] : [columns, rows];
      const base = [...batch, ...shape];
      const values = noise(sizeOf(base), -3, 3, seed);
      const x = build.input(base, dtype, dtype === "f32" ? values : values.map(Math.floor));
      const order = base.map((_, i) => i);
      order.splice(-2, 2, base.length - 1, base.length - 2);
      return layout === "plain" ? x : viewed(x, permuteView(wholeView(base), order));
    };
    const [x, y] = [operand(m, k, a, 1), operand(k, n, b, 2)];
    build.step(matmulOp, [x, y], [...batch, m, n]);
    return build;
  }
  const layouts: Layout[] = ["plain", "transposed"];
  const sizes = [
    [1, 1, 1],
    [2, 3, 4],
    [5, 7, 3],
    [33, 17, 9],
    [40, 5, 1],
    [1, 50, 33],
    [3, 20, 40],
    [64, 64, 64],
    [65, 31, 129],
    [100, 10, 12],
    [17, 200, 16],
    [4, 0, 5],
  ];
  test.each(sizes)("%i × %i × %i, transposed and not", async (m, k, n) => {
    for (const a of layouts)
      for (const b of layouts) await agrees(matmul([], m, k, n, a, b), 1e-5, 1e-5 + k * 1e-6);
  });

  test("as it is tiled on a GPU", async () => {
    const hardware = new WebGPUDevice(device.gpu, { ...device.info, class: "discrete" }, false);
    for (const [m, k, n] of [
      [40, 20, 50],
      [40, 20, 10],
      [40, 20, 16],
      [3, 20, 50],
      [40, 5, 1],
    ] as const) {
      const build = matmul([2], m, k, n, "plain", "transposed");
      const problem = difference(await build.run(hardware), await build.run(cpu), 1e-5, 1e-4);
      expect(problem, `${m} × ${k} × ${n}`).toBeNull();
    }
  });

  test("enough blocks for the widest tiles", async () => {
    await agrees(matmul([], 130, 20, 150, "plain", "transposed"), 1e-5, 2e-5);
  });

  test("batches", async () => {
    for (const a of layouts) {
      await agrees(matmul([3], 5, 6, 7, a, "plain"), 1e-5, 2e-5);
      await agrees(matmul([2, 3], 9, 4, 33, "plain", a), 1e-5, 2e-5);
    }
    await agrees(matmul([0], 2, 3, 4, "plain", "plain"));
  });

  test("a broadcast batch, and an operand with an offset", async () => {
    const build = new KernelBuilder();
    const x = viewed(floats(build, [4, 5]), expandView(wholeView([4, 5]), [2, 3, 4, 5]));
    const whole = floats(build, [3, 7, 6], 2);
    const part = sliceView(sliceView(wholeView([3, 7, 6]), 1, 1, 5, 1), 2, 5, 6, -1);
    build.step(matmulOp, [x, viewed(whole, expandView(part, [2, 3, 5, 6]))], [2, 3, 4, 6]);
    await agrees(build, 1e-5, 1e-5);
  });

  test("computed and constant operands", async () => {
    const build = new KernelBuilder();
    const x = build.step(exp, [floats(build, [6, 5])], [6, 5]);
    const two = build.step(fillOp, [], [], { dtype: "f32", scalars: [[2, "f32"]] });
    build.step(matmulOp, [x, viewed(two, expandView(wholeView([]), [5, 3]))], [6, 3]);
    await agrees(build);
  });

  test("several dimensions of each kind: a convolution over windows", async () => {
    const [images, channels, size, filters, width] = [2, 3, 7, 4, 3] as const;
    const out = size - width + 1;
    const build = new KernelBuilder();
    const x = floats(build, [images, channels, size, size]);
    const [xi, xc, xy, xx] = contiguousStrides([images, channels, size, size]) as [
      number,
      number,
      number,
      number,
    ];
    // a[image, y, x, channel, dy, dx] and b[channel, dy, dx, filter]
    const windows = viewed(x, {
      shape: [images, out, out, channels, width, width],
      strides: [xi, xy, xx, xc, xy, xx],
      offset: 0,
    });
    const weight = floats(build, [filters, channels, width, width], 2);
    const turned = permuteView(wholeView([filters, channels, width, width]), [1, 2, 3, 0]);
    build.step(matmulOp, [windows, viewed(weight, turned)], [images, out, out, filters], {
      attrs: contractAttributes([0, 3, 1, 3]),
    });
    const got = await build.run(device);
    const flat = new KernelBuilder();
    const rows = images * out * out;
    const inner = channels * width * width;
    const [p, q] = build.data as [Float32Array, Float32Array];
    const matrix = Array.from({ length: rows * inner }, (_, i) => {
      const [row, at] = [Math.floor(i / inner), i % inner];
      const [image, y, left] = [
        Math.floor(row / out / out),
        Math.floor(row / out) % out,
        row % out,
      ];
      const [c, dy, dx] = [
        Math.floor(at / width / width),
        Math.floor(at / width) % width,
        at % width,
      ];
      return p[image * xi + c * xc + (y + dy) * xy + left + dx] as number;
    });
    const a = flat.input([rows, inner], "f32", matrix);
    const b = viewed(
      flat.input([filters, inner], "f32", q),
      permuteView(wholeView([filters, inner]), [1, 0]),
    );
    flat.step(matmulOp, [a, b], [rows, filters]);
    expect(difference(got, await flat.run(cpu), 1e-5, 1e-5)).toBeNull();
  });

  test("one text for every layout", () => {
    const text = (a: Layout, b: Layout) =>
      device.lower(matmul([], 50, 60, 70, a, b).kernel).stages.map(({ wgsl }) => wgsl);
    expect(text("plain", "transposed")).toEqual(text("transposed", "plain"));
  });

  test("few outputs and many k", async () => {
    for (const a of layouts) {
      await agrees(matmul([], 1, 50_000, 1, a, "plain"), 1e-5, 2e-3);
      await agrees(matmul([2], 3, 3001, 5, a, "transposed"), 1e-5, 1e-3);
    }
    await agrees(matmul([], 2, 4000, 3, "plain", "plain", "i32"), 0, 0);
  });

  test("i32", async () => {
    await agrees(matmul([], 9, 8, 7, "plain", "transposed", "i32"), 0, 0);
  });
});

describe("assemble", () => {
  function assembled(onto: boolean, dtype: DType = "f32", inPlace = false): KernelBuilder {
    const build = new KernelBuilder();
    const shape = [4, 6];
    const values = (count: number, seed: number) =>
      noise(count, 0, 9, seed)
        .map(dtype === "f32" ? (x) => x : Math.floor)
        .map((x) => (dtype === "bool" ? x % 2 : x));
    const base = onto ? [build.input(shape, dtype, values(24, 1), inPlace)] : [];
    const column = build.input([4, 2], dtype, values(8, 2));
    const row = build.input([3], dtype, values(3, 3));
    const strides = contiguousStrides(shape);
    const attrs = assembleAttributes(onto, [strides, [-2]]);
    build.step(
      assembleOp,
      [...base, column, viewed(row, sliceView(wholeView([3]), 0, 2, 3, -1))],
      shape,
      {
        dtype,
        attrs,
        scalars: [
          [3, "u32"],
          [23, "u32"],
        ],
      },
    );
    return build;
  }
  test.each(["f32", "i32", "bool", "u8"] as const)(
    "parts over zeros and over a base: %s",
    async (dtype) => {
      await agrees(assembled(false, dtype), 0, 0);
      await agrees(assembled(true, dtype), 0, 0);
      await agrees(assembled(true, dtype, true), 0, 0);
    },
  );

  test("concatenation needs no base, and takes computed and empty parts", async () => {
    const build = new KernelBuilder();
    const a = build.step(exp, [floats(build, [3, 2])], [3, 2]);
    const b = floats(build, [3, 4]);
    const c = floats(build, [3, 0]);
    const strides = contiguousStrides([3, 6]);
    build.step(assembleOp, [a, b, c], [3, 6], {
      attrs: assembleAttributes(false, [strides, strides, strides]),
      scalars: [
        [0, "u32"],
        [2, "u32"],
        [6, "u32"],
      ],
    });
    await agrees(build);
    expect(device.lower(build.kernel).stages).toHaveLength(2);
  });
});

describe("shaders", () => {
  test("other sizes and numbers give the same text", () => {
    const text = (m: number, n: number, alpha: number) => {
      const build = new KernelBuilder();
      const x = viewed(floats(build, [n, m]), permuteView(wholeView([n, m]), [1, 0]));
      const scale = build.step(fillOp, [], [], { dtype: "f32", scalars: [[alpha, "f32"]] });
      const scaled = build.step(mul, [x, viewed(scale, expandView(wholeView([]), [m, n]))], [m, n]);
      build.step(exp, [scaled], [m, n]);
      return device.lower(build.kernel).stages.map(({ wgsl }) => wgsl);
    };
    expect(text(3, 5, 1)).toEqual(text(60, 70, 2.5));
  });
});
