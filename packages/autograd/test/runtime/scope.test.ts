import { init, memory, noGrad, ones, scope } from "@wgrad/autograd";
import { expect, test } from "vitest";

test.each(["cpu", "wasm", "webgpu"] as const)(
  "a scope gives back what was made in it, and nothing that it only looked at (%s)",
  async (device) => {
    await init({ device });
    const x = ones([64]);
    const kept = noGrad(() => x.mul(2).keep());
    await kept.data();
    const before = memory().totalBytes;
    const made = scope(() => {
      x.reshape(8, 8);
      kept.reshape(8, 8).T.detach();
      return [noGrad(() => kept.add(1).keep()).data()];
    });
    expect((await made[0])?.[0]).toBe(3);
    expect(await kept.sum().item()).toBe(128);
    expect(await x.sum().item()).toBe(64);
    const again = noGrad(() => scope(() => kept.mul(3)));
    expect(await again.sum().item()).toBe(384);
    expect(memory().totalBytes).toBeLessThan(before + 64 * 4 * 16);
    await init();
  },
);
