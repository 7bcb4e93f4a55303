import { init, type Tensor, tensor } from "@wgrad/autograd";
import { persist } from "@wgrad/autograd/plugin";
import { initFresh, settled } from "@wgrad/autograd/testing";
import { afterAll, describe, expect, inject, test } from "vitest";

afterAll(() => init());

describe.each(["cpu", "wasm", "webgpu"] as const)(
  "numbers that are kept unread on %s",
  (device) => {
    test.each([1, 2, 3, 5])(
      "come back right when %i of them are made at a time",
      async (together) => {
        await initFresh({ device });
        const kept: Tensor[] = [];
        for (let i = 0; kept.length < 700; i++) {
          const x = tensor([i, 1]);
          const made = Array.from({ length: together }, (_, k) => x.mul(k + 1).sum());
          kept.push(...made);
          made[0]?.realize();
        }
        await settled(); // full pages have been read back: what comes now is what that brought
        const values = await Promise.all(kept.map((loss) => loss.item()));
        expect(values).toEqual(
          kept.map((_, n) => (Math.floor(n / together) + 1) * ((n % together) + 1)),
        );
      },
    );
  },
);

test("a value that moves from its page to its own storage is not read back with the page", async () => {
  // each is a submit of its own: half a minute on WebGPU in software
  const devices =
    inject("tier") === "full" ? (["cpu", "wasm", "webgpu"] as const) : (["cpu", "wasm"] as const);
  for (const device of devices) {
    await initFresh({ device });
    const kept: Tensor[] = [];
    for (let i = 0; i < 700; i++) {
      const number = tensor([i, 1]).sum();
      number.realize();
      persist(number);
      number.add_(1);
      number.realize();
      kept.push(number, tensor([i, 2]).sum().realize());
    }
    await settled();
    const values = await Promise.all(kept.map((number) => number.item()));
    expect(values).toEqual(kept.map((_, n) => Math.floor(n / 2) + 2));
  }
}, 60_000);
