import { afterAll, beforeEach, expect, test } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { Device, Submission } from "../../src/devices/device.ts";
import { passes } from "../../src/devices/passes.ts";
import { context } from "../../src/graph/context.ts";
import { init, randn, type Tensor, tensor, VerifyError } from "../../src/index.ts";
import { DeviceStream } from "../../src/runtime/stream.ts";
import { Verifier } from "../../src/runtime/verify.ts";

/**
 * The reference with merged kernels, and a kernel of several steps whose third element is wrong.
 */
class Wrong extends CpuDevice {
  override readonly passes: Device["passes"] = passes;
  error = 0;

  override submit(submission: Submission) {
    const values = super.submit(submission);
    if (submission.program === null) return values;
    return values.map(async (value) => {
      const array = await value;
      if (array.length > 2) array[2] = (array[2] as number) + this.error;
      return array;
    });
  }
}

const device = new Wrong();

beforeEach(() => {
  context.stream = new DeviceStream(device, {
    passes: new Set(passes),
    budget: Number.POSITIVE_INFINITY,
    verifier: new Verifier(new CpuDevice()),
  });
});
afterAll(() => init({ device: "cpu" }));

const program = (): Tensor => tensor([0.1, 0.2, 0.3, 0.4]).mul(2).sin();

test("a kernel with a wrong value is named, with its first wrong element", async () => {
  device.error = 1e-3;
  const error = await program()
    .data()
    .catch((thrown) => thrown);
  expect(error).toBeInstanceOf(VerifyError);
  expect(error.message).toMatch(
    /^verify: the kernel fill · mul · sin differs from its operations run one by one\n {2}'sin': \[4\] f32\n {2}first difference: element 2 is 0\.56564/,
  );
});

test("rounding differences are accepted", async () => {
  device.error = 1e-6;
  expect([...(await program().data())][1]).toBeCloseTo(Math.sin(0.4));
});

test.each(["webgpu", "cpu"] as const)(
  "what is right passes on %s, in training too",
  async (kind) => {
    await init({ device: kind, fusion: "verify" });
    const x = randn([4, 8]);
    const weight = randn([8, 8], { requiresGrad: true });
    for (let step = 0; step < 2; step++) {
      const loss = x.matmul(weight).softmax(1).square().mean();
      loss.backward();
      expect(await loss.item()).toBeGreaterThan(0);
      weight.grad = null;
    }
  },
);
