import { describe, expect, test } from "vitest";
import { memory, randn } from "../../src/index.ts";
import { persist } from "../../src/plugin.ts";
import { initFresh } from "../../src/testing/index.ts";

describe.each(["cpu", "wasm", "webgpu"] as const)("memory().largest on %s", (device) => {
  test("names the largest values by operation, shape and bytes", async () => {
    await initFresh({ device });
    const weight = persist(randn([64, 32])).requiresGrad_();
    weight.square().sum().backward();
    await weight.grad?.data();
    const { largest, bytes } = memory();
    const sizes = largest.map((one) => one.bytes);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(bytes.cells + bytes.owned);
    const weights = largest.find(({ shape }) => shape[0] === 64 && shape[1] === 32);
    expect(weights).toMatchObject({ holder: "cells", dtype: "f32", bytes: 64 * 32 * 4 });
  });

  test("lists at most ten values", async () => {
    await initFresh({ device });
    const kept = Array.from({ length: 14 }, (_, i) => persist(randn([16, i + 1])).requiresGrad_());
    for (const one of kept) one.square().sum().backward();
    for (const one of kept) await one.grad?.data();
    expect(memory().largest.length).toBe(10);
  });
});
