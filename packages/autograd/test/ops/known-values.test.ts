import { init, type Tensor, tensor } from "@wgrad/autograd";
import { knownValues } from "@wgrad/autograd/plugin";
import { beforeAll, describe, expect, test } from "vitest";

describe.each(["cpu", "wasm", "webgpu"] as const)("known values on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });
  const known = (x: Tensor): number[] | null => {
    const values = knownValues(x);
    return values === null ? null : [...values];
  };

  test("are those given, through views and casts", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(known(x)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(known(x.T)).toEqual([1, 4, 2, 5, 3, 6]);
    expect(known(x.narrow(1, 1, 2).select(0, 1))).toEqual([5, 6]);
    expect(known(x.select(0, 1).to("i32"))).toEqual([4, 5, 6]);
    expect(known(tensor([0.5, 2]).to("i32"))).toBeNull();
  });

  test("are not those computed, until they are read, nor those written over", async () => {
    const y = tensor([1, 2]).add(1);
    expect(known(y)).toBeNull();
    await y.data();
    expect(known(y)).toEqual([2, 3]);
    const z = tensor([1, 2]);
    z.add_(1);
    expect(known(z)).toBeNull();
  });
});
