import { init, tensor } from "@wgrad/autograd";
import { functional as F } from "@wgrad/nn";
import { beforeAll, describe, expect, test } from "vitest";
import fixture from "./fixtures/lp-pool.json" with { type: "json" };

describe.each(["cpu", "wasm", "webgpu"] as const)("lpPool1d on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test.each(fixture.cases)("p $p of $row", async ({ p, row, values, gradient }) => {
    const x = tensor([[row]], { requiresGrad: true });
    const y = F.lpPool1d(x, Number(p), 2);
    y.sum().backward();
    const close = (got: ArrayLike<number | bigint>, wanted: (number | string)[]) => {
      expect(Array.from(got, (v) => (Number.isNaN(v) ? "NaN" : Number(v)))).toEqual(
        wanted.map((v) => (typeof v === "number" ? expect.closeTo(v, 4) : v)),
      );
    };
    close(await y.data(), values);
    close((await x.grad?.data()) ?? [], gradient);
  });
});
