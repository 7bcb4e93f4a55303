import { init, type Tensor, tensor } from "@wgrad/autograd";
import { initFresh, settled } from "@wgrad/autograd/testing";
import { afterAll, describe, expect, test } from "vitest";

afterAll(() => init());

describe.each(["cpu", "webgpu"] as const)("numbers that are kept unread on %s", (device) => {
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
});
