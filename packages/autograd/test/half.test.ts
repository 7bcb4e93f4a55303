import {
  cat,
  explain,
  init,
  manualSeed,
  ones,
  randn,
  type Tensor,
  tensor,
  where,
  zeros,
} from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";
import { renderKernel } from "../src/devices/webgpu/render/kernel.ts";
import { floatBits, halfBits, roundToHalf } from "../src/half.ts";
import { type Expr, e } from "../src/kernel/expression.ts";
import { openGPUDevice } from "../src/testing/gpu.ts";
import { elementwiseOp, KernelBuilder } from "./devices/kernels.ts";
import { written } from "./devices/written.ts";

const gpu = await openGPUDevice();
const lacking = !gpu.features.has("shader-f16");

beforeAll(async () => {
  await init({ device: "webgpu" });
  await init({ device: "cpu" });
});

const numberOf = (half: number): number =>
  new Float32Array(Uint32Array.of(floatBits(half)).buffer)[0] as number;

describe("rounding on the host", () => {
  test("every half is itself", () => {
    const changed = Array.from({ length: 0x10000 }, (_, half) => half).filter((half) => {
      const isNan = (half & 0x7fff) > 0x7c00;
      return halfBits(numberOf(half)) !== (isNan ? (half & 0x8000) | 0x7e00 : half);
    });
    expect(changed).toEqual([]);
  });

  test("between two halves the nearer is taken, of equally near ones the even", () => {
    const astray: number[] = [];
    for (let half = 0; half < 0x7bff; half++) {
      const [low, high] = [numberOf(half), numberOf(half + 1)];
      const middle = (low + high) / 2; // exact as f32
      const step = (high - low) / 64;
      const even = half + (half % 2);
      const rounds =
        halfBits(middle - step) === half &&
        halfBits(middle) === even &&
        halfBits(middle + step) === half + 1 &&
        halfBits(-middle) === (0x8000 | even);
      if (!rounds) astray.push(half);
    }
    expect(astray).toEqual([]);
  });

  test("past the largest comes infinity", () => {
    const largest = numberOf(0x7bff);
    const next = 2 * largest - numberOf(0x7bfe);
    expect(roundToHalf((largest + next) / 2 - 1)).toBe(largest);
    expect(roundToHalf((largest + next) / 2)).toBe(Number.POSITIVE_INFINITY);
    expect(roundToHalf(-1e30)).toBe(Number.NEGATIVE_INFINITY);
  });
});

/** Halves of every kind, what lies between them, and what is none. */
const singles = Float32Array.from(
  [0, 1, 0x3ff, 0x400, 0x401, 0x3c00, 0x3c01, 0x7bfe, 0x7bff]
    .flatMap((half) => {
      const [low, high] = [numberOf(half), half === 0x7bff ? 65536 : numberOf(half + 1)];
      return [1 / 4, 1 / 2, 3 / 4, 0].flatMap((part) => {
        const x = low + part * (high - low);
        return [x, -x];
      });
    })
    .concat([1e-30, 3.4e38, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]),
);

/** y = the function of every single, by a shader of f32 alone, which every adapter runs. */
async function onDevice(fn: (x: Expr) => Expr): Promise<Float32Array> {
  const { functions, lines, result } = written(fn, ["f32"]);
  const code = `@group(0) @binding(0) var<storage, read_write> values: array<f32>;
${functions.join("\n")}
@compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let v0 = values[id.x];
${lines.join("\n")}
  values[id.x] = ${result};
}`;
  const size = singles.byteLength;
  const values = gpu.createBuffer({ size, usage: 128 | 4 | 8 });
  const readable = gpu.createBuffer({ size, usage: 1 | 8 });
  gpu.queue.writeBuffer(values, 0, singles);
  const module = gpu.createShaderModule({ code });
  const pipeline = gpu.createComputePipeline({ layout: "auto", compute: { module } });
  const layout = pipeline.getBindGroupLayout(0);
  const entries = [{ binding: 0, resource: { buffer: values } }];
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, gpu.createBindGroup({ layout, entries }));
  pass.dispatchWorkgroups(singles.length);
  pass.end();
  encoder.copyBufferToBuffer(values, 0, readable, 0, size);
  gpu.queue.submit([encoder.finish()]);
  await readable.mapAsync(1);
  return new Float32Array(readable.getMappedRange().slice(0));
}

test("a shader rounds as the host does", async () => {
  expect([...(await onDevice(e.half))]).toEqual(Array.from(singles, roundToHalf));
});

test("a kernel of halves computes in f32 and rounds each operation; no other kernel asks for them", () => {
  const limits = { maxBindings: 8, maxWorkgroups: 65535, class: "software" } as const;
  const add = elementwiseOp("add", e.add, (a, b) => a + b);
  const shader = (dtype: "f16" | "f32"): string => {
    const build = new KernelBuilder();
    const [a, b] = [build.input([8], dtype, []), build.input([8], dtype, [])];
    build.step(add, [a, b], [8], { dtype });
    return renderKernel(build.kernel, limits).sources.join();
  };
  expect(shader("f32")).not.toContain("f16");
  const [head, rest] = shader("f16").split("fn half_f32x4") as [string, string];
  expect(`${head}…\n${rest.slice(rest.indexOf("@compute"))}`).toMatchInlineSnapshot(`
    "enable f16;
    @group(0) @binding(0) var<uniform> u: array<vec4<u32>, 1>;
    @group(0) @binding(1) var<storage, read> in0: array<vec4<f16>>;
    @group(0) @binding(2) var<storage, read> in1: array<vec4<f16>>;
    @group(0) @binding(3) var<storage, read_write> out0: array<vec4<f16>>;
    …
    @compute @workgroup_size(64) fn main(
      @builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
      let turn = id.y * u[0].x + id.x;
      for (var thread = turn * 64u + local; thread < u[0].z; thread += u[0].y) {
        let v0 = vec4<f32>(in0[thread]);
        let v1 = vec4<f32>(in1[thread]);
        let v2 = half_f32x4((v0 + v1));
        out0[thread] = vec4<f16>(v2);
      }
    }
    "
  `);
});

describe.each(["cpu", "webgpu"] as const)(
  "f16 on %s (where its adapter has shader-f16)",
  (device) => {
    const skip = device === "webgpu" && lacking;
    const of = (values: number | readonly number[], requiresGrad = false): Tensor =>
      tensor(values, { dtype: "f16", device, requiresGrad });
    const filled = (count: number, value: number): Tensor =>
      ones([count], { dtype: "f16", device }).mul(value);
    const halves = (values: readonly number[]): number[] => values.map(roundToHalf);
    const noise = Array.from({ length: 13 }, (_, i) => 3 * Math.sin(1.7 * i + 0.3));

    test.skipIf(skip)("values come back rounded, of any number", async () => {
      for (let n = 0; n <= 9; n++) {
        const values = noise.slice(0, n);
        const x = of(values);
        expect([...(await x.data())]).toEqual(halves(values));
        expect([...(await x.neg().data())]).toEqual(halves(values).map((v) => -v));
      }
      expect(await of(0.1).item()).toBe(roundToHalf(0.1));
      expect([...(await tensor(singles, { device }).to("f16").data())]).toEqual(
        Array.from(singles, roundToHalf),
      );
    });

    test.skipIf(skip)(
      "every operation rounds once, a number beside it has the digits of an f32",
      async () => {
        const x = halves(noise);
        const single = Math.fround(0.1);
        expect([...(await of(noise).mul(0.1).add(0.1).data())]).toEqual(
          x.map((v) => roundToHalf(Math.fround(roundToHalf(Math.fround(v * single)) + single))),
        );
        expect([...(await of(noise).mul(of(0.1)).data())]).toEqual(
          x.map((v) => roundToHalf(Math.fround(v * roundToHalf(0.1)))),
        );
        const full = zeros([13], { dtype: "f16", device }).add(0.1);
        expect([...(await full.data())]).toEqual(Array(13).fill(roundToHalf(0.1)));
      },
    );

    test.skipIf(skip)("sums and products of matrices are carried along in f32", async () => {
      // in halves a sum of ones ends at 2048, and one of 60000s at infinity
      expect(await filled(5000, 1).sum().item()).toBe(5000);
      expect(await filled(5000, 1).cumsum(0).at(-1).item()).toBe(5000);
      expect(await filled(100, 60000).mean().item()).toBe(roundToHalf(60000));
      expect(await filled(100, 300).norm().item()).toBe(3000);
      expect(
        await filled(5000, 1).reshape(1, -1).matmul(filled(5000, 1).reshape(-1, 1)).item(),
      ).toBe(5000);
      expect(await filled(100, 300).square().mean().item()).toBe(Number.POSITIVE_INFINITY);
      const logits = filled(30000, 11).reshape(1, -1);
      expect(await logits.softmax(1).at(0, 0).item()).toBe(roundToHalf(1 / 30000));
    });

    test.skipIf(skip)("regions of odd sizes at odd places stay apart", async () => {
      const x = of(noise);
      const x0 = halves(noise);
      const parts = [x.narrow(0, 1, 3), x.narrow(0, 3, 7), x.narrow(0, 12, 1)];
      expect([...(await cat(parts).data())]).toEqual([
        ...x0.slice(1, 4),
        ...x0.slice(3, 10),
        ...x0.slice(12),
      ]);
      const kept = x.mul(1).keep();
      expect([...(await kept.narrow(0, 1, 3).add(0).data())]).toEqual(x0.slice(1, 4));
      const written = x.clone();
      written.narrow(0, 3, 3).fill_(7);
      expect([...(await written.data())]).toEqual([...x0.slice(0, 3), 7, 7, 7, ...x0.slice(6)]);
      const losses = [1, 2, 3].map((k) => x.mul(k).sum());
      for (const [k, loss] of losses.entries()) {
        expect(await loss.item()).toBe(
          await x
            .mul(k + 1)
            .sum()
            .item(),
        );
      }
    });

    test.skipIf(skip)("promotes, selects and compares as PyTorch does", async () => {
      const x = of([1, 2, 3]);
      expect(x.add(0.5).dtype).toBe("f16");
      expect(x.add(tensor([1, 2, 3], { device })).dtype).toBe("f32");
      expect(x.add(tensor(2, { device })).dtype).toBe("f16");
      expect(x.add(tensor(new Int32Array(3), { device })).dtype).toBe("f16");
      expect(x.gt(1.5).dtype).toBe("bool");
      expect([...(await where(x.gt(1.5), x, 0.1).data())]).toEqual([roundToHalf(0.1), 2, 3]);
      expect([...(await x.to("i32").data())]).toEqual([1, 2, 3]);
      expect([...(await of([0, Number.NaN, 2]).to("bool").data())]).toEqual([0, 1, 1]);
    });

    test.skipIf(skip)("gradients are halves, through other dtypes too", async () => {
      const x = of(noise, true);
      x.to("f32").square().sum().backward();
      const gradient = x.grad as Tensor;
      expect(gradient.dtype).toBe("f16");
      expect([...(await gradient.data())]).toEqual(halves(noise).map((v) => roundToHalf(2 * v)));
      const w = tensor(noise, { device, requiresGrad: true });
      w.to("f16").mul(2).sum().backward();
      expect(w.grad?.dtype).toBe("f32");
      expect([...((await w.grad?.data()) ?? [])]).toEqual(Array(13).fill(2));
    });

    test.skipIf(skip)("prints as many digits as a half has", async () => {
      const x = of([0.1, 65504, -1 / 3]);
      await x.data();
      expect(String(x)).toBe(`tensor([3], f16, ${device}) [0.099976, 65504, -0.33325]`);
    });

    test.skipIf(skip)("draws are those of f32, rounded", async () => {
      manualSeed(3);
      const single = await randn([20], { device }).data();
      manualSeed(3);
      expect([...(await randn([20], { dtype: "f16", device }).data())]).toEqual(
        Array.from(single, roundToHalf),
      );
    });

    test.runIf(device === "webgpu" && !lacking)("takes two bytes an element", () => {
      expect(explain(of(noise).mul(2))).toContain("reads 28 B, writes 28 B");
    });
  },
);
