import {
  enableGrad,
  // biome-ignore lint/suspicious/noShadowRestrictedNames: PyTorch's name
  Function,
  type FunctionContext,
  grad,
  inferenceMode,
  init,
  isGradEnabled,
  noGrad,
  setGradEnabled,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => init({ device: "cpu" }));

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });
const pause = (ms = 0): Promise<void> => new Promise((done) => setTimeout(done, ms));
const inNode = typeof process !== "undefined";

test("setGradEnabled holds from here on, or while a function runs", () => {
  setGradEnabled(false);
  expect(isGradEnabled()).toBe(false);
  expect(setGradEnabled(true, () => isGradEnabled())).toBe(true);
  expect(isGradEnabled()).toBe(false);
  setGradEnabled(true);
  expect(inferenceMode(() => leaf([1]).mul(2).requiresGrad)).toBe(false);
  expect(isGradEnabled()).toBe(true);
  expect(() =>
    noGrad(() => {
      throw new RangeError("no");
    }),
  ).toThrow(RangeError);
  expect(isGradEnabled()).toBe(true);
});

describe.runIf(inNode)("an async body", () => {
  test("holds its mode through awaits, and only in its own task", async () => {
    const x = leaf([1, 2]);
    const seen: boolean[] = [];
    const inside = noGrad(async () => {
      seen.push(isGradEnabled());
      await pause();
      seen.push(isGradEnabled(), x.mul(2).requiresGrad);
      const nested = await enableGrad(async () => {
        await pause();
        return isGradEnabled();
      });
      seen.push(nested, isGradEnabled());
      enableGrad(() => seen.push(isGradEnabled()));
      await pause();
      seen.push(isGradEnabled());
      return 7;
    });
    const outside: boolean[] = [isGradEnabled()];
    for (let i = 0; i < 4; i++) {
      await pause();
      outside.push(isGradEnabled(), x.mul(2).requiresGrad);
      noGrad(() => outside.push(!isGradEnabled()));
    }
    expect(await inside).toBe(7);
    expect(seen).toEqual([false, false, false, true, false, true, false]);
    expect(outside.every(Boolean)).toBe(true);
    expect(isGradEnabled()).toBe(true);
  });

  test("that fails gives its error, and the mode ends", async () => {
    const failing = noGrad(async () => {
      await pause();
      throw new RangeError("no");
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(isGradEnabled()).toBe(true);
  });

  test("leaves what it started and did not await to the mode around it", async () => {
    let late: Promise<boolean> | null = null;
    const other = noGrad(() => undefined);
    expect(other).toBeUndefined();
    const holding = noGrad(async () => {
      await pause(30);
    });
    await noGrad(async () => {
      late = (async () => {
        await pause(10);
        return isGradEnabled();
      })();
    });
    expect(await late).toBe(true);
    await holding;
  });

  test("a function that only returns a promise is refused: it is known too late", () => {
    expect(() => noGrad(() => pause())).toThrow(
      "noGrad: the function returned a promise, so the mode would leak into other tasks while it waits\n" +
        "  hint: pass an async function: await noGrad(async () => …)",
    );
  });
});

describe.skipIf(inNode)("where tasks cannot be told apart", () => {
  test("an async body is refused", async () => {
    await expect(noGrad(async () => 1)).rejects.toThrow("cannot tell tasks apart");
    expect(isGradEnabled()).toBe(true);
  });
});

describe("a Function", () => {
  test("with setupContext has a forward that knows of no context", async () => {
    class Scale extends Function {
      static override forward(x: Tensor, n: number): Tensor {
        return x.mul(n);
      }
      static override setupContext(
        ctx: FunctionContext,
        [x, n]: [Tensor, number],
        y: Tensor,
      ): void {
        ctx.saveForBackward(x, y);
        ctx.n = n;
      }
      static override backward(ctx: FunctionContext, dy: Tensor) {
        const [x, y] = ctx.savedTensors as [Tensor, Tensor];
        return [
          dy
            .mul(ctx.n as number)
            .add(x.mul(0))
            .add(y.mul(0)),
          null,
        ];
      }
    }
    const x = leaf([1, 2]);
    const y = Scale.apply(x, 3);
    expect(await y.tolist()).toEqual([3, 6]);
    y.sum().backward();
    expect(await x.grad?.tolist()).toEqual([3, 3]);
  });

  test("that writes its argument says so, and returns it", async () => {
    class Double extends Function {
      static override forward(ctx: FunctionContext, x: Tensor, marked: boolean): Tensor {
        x.mul_(2);
        if (marked) ctx.markDirty(x);
        return x;
      }
      static override backward(_: FunctionContext, dy: Tensor) {
        return [dy.mul(2), null];
      }
    }
    const a = leaf([1, 2]);
    const x = a.mul(5);
    const y = Double.apply(x, true);
    expect(y).toBe(x);
    y.mul(x).sum().backward();
    expect(await a.grad?.tolist()).toEqual([200, 400]);
    expect(() => Double.apply(a.mul(1), false)).toThrow(
      "Double: forward wrote argument 0 in place\n  hint: call ctx.markDirty(x), and return it",
    );
    expect(() => Double.apply(leaf([1]), true)).toThrow("a leaf tensor that requires grad");
  });

  test("is given null for a result without a gradient, if it asks for that", async () => {
    const given: unknown[] = [];
    class Two extends Function {
      static override forward(ctx: FunctionContext, x: Tensor, materialize: boolean) {
        ctx.setMaterializeGrads(materialize);
        return [x.mul(1), x.mul(2)] as const;
      }
      static override backward(_: FunctionContext, ...gradients: (Tensor | null)[]) {
        given.push(gradients[1] === null ? null : gradients[1]?.shape);
        return [gradients[0] ?? null, null];
      }
    }
    for (const materialize of [true, false])
      Two.apply(leaf([1, 2]), materialize)[0]
        .sum()
        .backward();
    expect(given).toEqual([[2], null]);
  });
});

test("grad takes a batch of gradients, one row of results for each", async () => {
  const x = leaf([1, 2, 3]);
  const y = x.square();
  const eye = tensor([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  const [J] = grad(y, x, { gradOutputs: [eye], isGradsBatched: true }) as [Tensor];
  expect(await J.tolist()).toEqual([
    [2, 0, 0],
    [0, 4, 0],
    [0, 0, 6],
  ]);
  expect(() => grad(x.sum(), x, { isGradsBatched: true })).toThrow(
    "with isGradsBatched, every gradOutput must be a tensor whose first dimension is the batch",
  );
});
