import { ArgumentError, explain, type InitOptions, init, tensor } from "@wgrad/autograd";
import { afterAll, expect, test } from "vitest";

afterAll(() => init({ device: "wasm" }));

const refused: [InitOptions, string][] = [
  [
    { device: "cpu", relaxed: false },
    'init: relaxed is an option of the wasm device alone; the device is "cpu"\n  hint: init({ device: "wasm", relaxed: false })',
  ],
  [
    { threads: 2 },
    'init: threads is an option of the wasm device alone; the device is the one that is found\n  hint: init({ device: "wasm", threads: 2 })',
  ],
  [
    { device: "webgpu", threads: 2 },
    'init: threads is an option of the wasm device alone; the device is "webgpu"\n  hint: init({ device: "wasm", threads: 2 })',
  ],
  [{ device: "wasm", threads: 0 }, "init: threads is a whole number from 1 on; got 0"],
  [{ device: "wasm", threads: 1.5 }, "init: threads is a whole number from 1 on; got 1.5"],
];

test.each(refused)("%o is refused", async (options, message) => {
  const opening = init(options);
  await expect(opening).rejects.toThrow(ArgumentError);
  await expect(opening).rejects.toThrow(new ArgumentError(message));
});

test("the description says how many threads there are, and whether roundings are joined", async () => {
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
