import { ArgumentError, explain, type InitOptions, init, tensor } from "@wgrad/autograd";
import { afterAll, expect, test } from "vitest";

afterAll(() => init({ device: "wasm" }));

const refused: [InitOptions, string][] = [
  [
    { device: "cpu", relaxed: false },
    'init: only the wasm device has the option relaxed; the device is "cpu"\n  hint: init({ device: "wasm", relaxed: false })',
  ],
  [
    { threads: 2 },
    'init: only the wasm device has the option threads; the device is not given\n  hint: init({ device: "wasm", threads: 2 })',
  ],
  [
    { device: "webgpu", threads: 2 },
    'init: only the wasm device has the option threads; the device is "webgpu"\n  hint: init({ device: "wasm", threads: 2 })',
  ],
  [{ device: "wasm", threads: 0 }, "init: threads must be a whole number of at least 1; got 0"],
  [{ device: "wasm", threads: 1.5 }, "init: threads must be a whole number of at least 1; got 1.5"],
];

test.each(refused)("%o is refused", async (options, message) => {
  const opening = init(options);
  await expect(opening).rejects.toThrow(ArgumentError);
  await expect(opening).rejects.toThrow(new ArgumentError(message));
});

test("the description says the number of threads, and whether multiply-add is fused", async () => {
  const { description } = await init({ device: "wasm", relaxed: false, threads: 1 });
  expect(description).toBe("WebAssembly, vectors of 128 bits, 1 thread");
  const again = await init({ device: "wasm" });
  expect(again.description).toMatch(/^WebAssembly, vectors of 128 bits(, fused multiply-add)?, \d/);
});

test("explain shows kernels by their loops", async () => {
  await init({ device: "wasm" });
  const text = explain(
    tensor([[1, 2, 3]])
      .mul(2)
      .sum(1),
  );
  expect(text).toMatch(/^sum f32\[1\] on wasm: /);
  expect(text).toMatch(
    /\nkernel 0: mul · sum → %2; reads 12 B, writes 4 B, [\s\S]*\nfor each of 1 threads\n/,
  );
});
