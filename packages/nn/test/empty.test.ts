import { cat, init, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { functional as F, LSTM, MultiheadAttention } from "@wgrad/nn";
import { beforeAll, describe, expect, test } from "vitest";
import fixture from "./fixtures/empty.json" with { type: "json" };

/** Names that the calls of the fixture may use. */
const scope = {
  F,
  cat,
  none: null as unknown as Tensor,
  both: ({ values, indices }: { values: Tensor; indices: Tensor }) => [values, indices],
  attend: (x: Tensor, y: Tensor) =>
    new MultiheadAttention(4, 2, { batchFirst: true, bias: false })(x, y, y),
  recur: (x: Tensor) => new LSTM(2, 3)(x)[0],
};

const calls = fixture.cases.map(({ call, ...item }, i) => {
  const body = call.replace("new MultiheadAttention", "attend").replace("new LSTM", "recur");
  const names = [...Object.keys(scope), "x", "y", "z"];
  return [`${i} ${call} of ${JSON.stringify(item.shapes)}`, { ...item, body, names }] as const;
});

const numbers = async (x: Tensor): Promise<unknown[]> =>
  Array.from(await x.data(), (value) =>
    Number.isFinite(Number(value)) ? Number(value) : `${value}`,
  );

describe.each(["cpu", "wasm", "webgpu"] as const)("operands without elements, on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
    scope.none = tensor(new Int32Array(0));
  });

  test.each(calls)("%s", async (_, { shapes, body, names, ...expected }) => {
    const operands = shapes.map((shape) => zeros(shape, { requiresGrad: true }));
    const run = (): unknown =>
      new Function(...names, `return ${body}`)(...Object.values(scope), ...operands);
    if ("refused" in expected) {
      expect(run, expected.refused).toThrow();
      return;
    }
    const got = run();
    const results = (Array.isArray(got) ? got : [got]) as Tensor[];
    const few = results.slice(0, expected.shapesOut?.length);
    expect(few.map((each) => each.shape)).toEqual(expected.shapesOut);
    expect(await Promise.all(few.map(numbers))).toEqual(expected.values);
    if (!("gradients" in expected)) return;
    results[0]?.sum().backward();
    const gradients = operands.map(({ grad }) => grad && numbers(grad));
    expect(await Promise.all(gradients)).toEqual(expected.gradients);
  });
});
