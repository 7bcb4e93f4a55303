import { init, manualSeed, OutOfMemoryError, randn, type Tensor, tensor } from "@wgrad/autograd";
import { registerDevice } from "@wgrad/autograd/plugin";
import { afterAll, describe, expect, inject, test } from "vitest";
import { openWasm, type WasmDevice } from "../../src/devices/wasm/device.ts";
import type { WasmBuffer } from "../../src/devices/wasm/memory.ts";

const GIB = 2 ** 30;
let opened: WasmDevice;
for (const threads of [1, 2]) {
  const kind = `large${threads}`;
  registerDevice(kind, async () => {
    opened = Object.assign(openWasm({ threads, chunk: 1 }) as WasmDevice, { kind });
    return opened;
  });
}
afterAll(() => init({ device: "wasm" }));

/** Every way to read and write memory. */
const programs: Readonly<Record<string, () => Tensor>> = {
  "an upload": () => tensor([1, 2, 3, 4, 5]).mul(2),
  "four lanes and a rest": () =>
    randn([3, 37])
      .add(randn([37]))
      .exp(),
  transposed: () => randn([19, 23]).T.contiguous().add(1),
  rows: () => randn([31, 29]).softmax(1),
  product: () => randn([33, 40]).matmul(randn([40, 17])),
  windows: () => randn([2, 3, 9, 9]).unfold(2, 3, 2).sum([1, 4]),
  "looked up": () => randn([50, 7]).indexSelect(0, tensor([3, 49, 0, 3], { dtype: "i32" })),
  added: () => {
    const table = randn([50, 7], { requiresGrad: true });
    table
      .indexSelect(0, tensor([3, 49, 0, 3], { dtype: "i32" }))
      .square()
      .sum()
      .backward();
    return table.grad as Tensor;
  },
  order: () => randn([501]).argsort(),
  scan: () => randn([5, 301]).cumsum(1),
  masks: () => randn([77]).gt(0),
  sums: () => randn([2, 5000]).sum(1),
};

const bitsOf = async (device: string): Promise<unknown> => {
  await init({ device: device as "wasm" });
  manualSeed(3);
  const found: Record<string, readonly number[]> = {};
  for (const [name, run] of Object.entries(programs)) found[name] = [...(await run().data())];
  return found;
};

// what was not touched takes no memory of the machine, but for its addresses
describe.runIf(inject("tier") === "full")("a memory of more than 2 GiB", () => {
  test.each([1, 2])("gives the same values, on %i threads", async (threads) => {
    const want = await bitsOf("wasm");
    const kind = `large${threads}`;
    await init({ device: kind as "wasm" });
    const held = [opened.createBuffer(GIB), opened.createBuffer(GIB + 4096)];
    const { address } = opened.createBuffer(4) as WasmBuffer;
    expect(address).toBeGreaterThan(2 ** 31);
    expect(await bitsOf(kind)).toStrictEqual(want);
    expect(() => opened.createBuffer(2 * GIB)).toThrow(OutOfMemoryError);
    expect(await bitsOf(kind)).toStrictEqual(want);
    for (const buffer of held) opened.destroyBuffer(buffer);
    expect((opened.createBuffer(2 * GIB) as WasmBuffer).address).toBeLessThan(GIB);
    expect(await bitsOf(kind)).toStrictEqual(want);
  });
});
