import {
  ArgumentError,
  ExpiredError,
  init,
  ones,
  randn,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { fromHost, readInto, takeBack } from "@wgrad/autograd/plugin";
import { counters } from "@wgrad/autograd/testing";
import { describe, expect, test } from "vitest";

/** Layers whose gradients come from the last to the first. */
async function layers(): Promise<Tensor[]> {
  const weights = Array.from({ length: 4 }, () => randn([8, 8]).requiresGrad_());
  for (const one of weights) await one.data();
  return weights;
}

const lossOf = (weights: readonly Tensor[], x: Tensor): Tensor =>
  weights
    .reduce((y, w) => y.matmul(w).tanh(), x)
    .square()
    .mean();

const targetOf = (one: Tensor) => ({ tensor: one, into: new Float32Array(one.numel()) });
const gradOf = (one: Tensor): Tensor => one.grad as Tensor;

describe.each(["cpu", "wasm", "webgpu"] as const)("values read into arrays on %s", (device) => {
  test("are those that data() gives, whatever view or state the tensor is in", async () => {
    await init({ device });
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const computed = x.mul(2);
    await computed.data();
    const y = x.exp();
    const tensors = [
      x,
      computed,
      y,
      y.T,
      y.narrow(0, 1, 1),
      x.add(1).relu(),
      ones([5]),
      y.expand(2, 2, 3),
    ];
    const targets = tensors.map(targetOf);
    await Promise.all(readInto([targets.slice(0, 3), [], targets.slice(3)]));
    for (const [i, { into }] of targets.entries())
      expect(into).toEqual(await (tensors[i] as Tensor).data());
  });

  test("come group by group, with the bits of a single run", async () => {
    await init({ device });
    const weights = await layers();
    const x = randn([4, 8]);
    const step = (): Tensor[] => {
      for (const one of weights) one.grad = null;
      lossOf(weights, x).backward();
      return weights.toReversed().map(gradOf);
    };
    const wanted = await Promise.all(step().map((one) => one.data()));
    for (let run = 0; run < 3; run++) {
      const targets = step().map(targetOf);
      const order: number[] = [];
      const before = counters().submits;
      /** Whether the last group was there when each group was told. */
      const early: boolean[] = [];
      const last = targets.at(-1)?.into as Float32Array;
      await Promise.all(
        readInto(
          targets.map((one) => [one]),
          (group) => {
            order.push(group);
            early.push(last.every((value) => value === 0));
          },
        ),
      );
      expect(order).toEqual([0, 1, 2, 3]);
      expect(early).toEqual([true, true, true, false]);
      expect(counters().submits - before).toBe(4);
      for (const [i, { into }] of targets.entries()) expect(into).toEqual(wanted[i]);
    }
  });

  test("an update that waits is made whole, after the last group", async () => {
    await init({ device });
    const [w] = (await layers()) as [Tensor];
    const count = tensor([1, 2]);
    const before = await w.data();
    const y = w.mul(3);
    count.add_(1);
    const z = y.exp().matmul(w);
    const targets = [targetOf(y), targetOf(z)];
    await Promise.all(readInto(targets.map((one) => [one])));
    expect([...(await count.data())]).toEqual([2, 3]);
    expect(targets[0]?.into).toEqual(before.map((value) => value * 3));
  });

  test("an array of another length or type is refused", async () => {
    await init({ device });
    const x = tensor([1, 2]);
    const wrong = (into: Float32Array | Int32Array) => () => readInto([[{ tensor: x, into }]]);
    expect(wrong(new Float32Array(3))).toThrow(ArgumentError);
    expect(wrong(new Int32Array(2))).toThrow(ArgumentError);
  });

  test("an array that is taken back: what is pending keeps its values, the rest expires", async () => {
    await init({ device });
    const values = Float32Array.of(1, 2);
    const read = fromHost(values, [2], "f32", {});
    const doubled = read.mul(2);
    takeBack(read);
    values.fill(9);
    expect([...(await doubled.data())]).toEqual([2, 4]);
    const unread = fromHost(values, [2], "f32", {});
    takeBack(unread);
    values.fill(7);
    await expect(unread.data()).rejects.toThrow(ExpiredError);
  });
});
