import { init, ones } from "@wgrad/autograd";
import { expect, inject, test } from "vitest";
import { FunctionCache } from "../../src/devices/wasm/functions.ts";
import { Memory } from "../../src/devices/wasm/memory.ts";
import { type RenderedFunction, renderFunction } from "../../src/devices/wasm/render/function.ts";
import { e } from "../../src/kernel/expression.ts";
import { Builder } from "../../src/kernel/loops.ts";

/** out[i] = value for `length` threads: a function of its own for each length. */
function filling(length: number, value = length): RenderedFunction {
  const b = new Builder();
  b.for(e.u32(0), e.size(length), 1, (i) => b.store({ output: 0 }, "u32", i, e.u32(value)));
  return renderFunction({ grid: { kind: "threads", threads: 1 }, body: b.statements }, false);
}

const lengths = Array.from({ length: 500 }, (_, i) => i + 1);

test("unused functions are kept up to a number of bytes", () => {
  const memory = new Memory();
  const cache = new FunctionCache(memory, 2 ** 14);
  const [output, block] = [memory.take(2000), memory.take(64)];
  memory.words[block.address / 4] = output.address;
  const epoch = (): void => {
    for (const length of lengths) {
      const lease = cache.take([filling(length), filling(length, 0)]);
      lease.functions[0]?.compute(0, 1, block.address, 0);
      const at = output.address / 4;
      expect(memory.words[at + length - 1]).toBe(length);
      lease.end();
      expect(cache.bytes).toBeLessThanOrEqual(2 ** 14);
    }
  };
  epoch();
  expect(cache.compiled).toBe(1000);
  epoch();
  expect(cache.compiled).toBe(2000);
  // what was used last is still there
  cache.take([filling(500), filling(499, 0)]).end();
  expect(cache.compiled).toBe(2000);
});

test("functions stay while a program uses them, and equal code is one function", () => {
  const cache = new FunctionCache(new Memory(), 0);
  const [one, other] = [cache.take([filling(1), filling(2), filling(1)]), cache.take([filling(2)])];
  expect(cache.compiled).toBe(2);
  expect(one.functions[0]).toBe(one.functions[2]);
  expect(other.functions[0]).toBe(one.functions[1]);
  one.end();
  one.end();
  expect(cache.bytes).toBeGreaterThan(0);
  cache.take([filling(1)]).end();
  expect(cache.compiled).toBe(2);
  other.end();
  expect(cache.bytes).toBe(0);
  cache.take([filling(2)]).end();
  expect(cache.compiled).toBe(3);
});

test("a program compiles nothing for lengths that it has seen before", async () => {
  const device = await init({ device: "wasm", budget: 2 ** 50 + 0.25 });
  expect(device.device).toBe("wasm");
  const { Instance } = WebAssembly;
  let compiled = 0;
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      compiled++;
    }
  };
  const some = lengths.filter((n) => n % (inject("tier") === "full" ? 1 : 10) === 0);
  const epoch = async (): Promise<void> => {
    for (const n of some) expect(await ones([n]).mul(2).sum().item()).toBe(2 * n);
  };
  await epoch();
  expect(compiled).toBeGreaterThanOrEqual(some.length);
  await epoch(); // what ran first of all is merged in another way when it comes back
  const first = compiled;
  expect(first).toBeLessThanOrEqual(some.length + 1);
  await epoch();
  expect(compiled).toBe(first);
  WebAssembly.Instance = Instance;
  await init();
});
