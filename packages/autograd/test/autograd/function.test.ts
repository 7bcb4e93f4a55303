import {
  // biome-ignore lint/suspicious/noShadowRestrictedNames: PyTorch's name
  Function,
  type FunctionContext,
  grad,
  init,
  noGrad,
  ones,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { gradcheck, gradgradcheck } from "@wgrad/autograd/testing";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => init({ device: "cpu" }));

const leaf = (values: number[], dtype: "f32" | "f64" = "f32"): Tensor =>
  tensor(values, { dtype, requiresGrad: true });

/** y = eˣ: the gradient reads the result. */
class Exp extends Function {
  static override forward(ctx: FunctionContext, x: Tensor) {
    const y = x.exp();
    ctx.saveForBackward(y);
    return y;
  }
  static override backward(ctx: FunctionContext, dy: Tensor) {
    return dy.mul(ctx.savedTensors[0] as Tensor);
  }
}

/** y = xⁿ: the gradient reads an operand, and a number beside the tensors. */
class Power extends Function {
  static override forward(ctx: FunctionContext, x: Tensor, n: number) {
    ctx.saveForBackward(x);
    ctx.n = n;
    return x.pow(n);
  }
  static override backward(ctx: FunctionContext, dy: Tensor) {
    const [x] = ctx.savedTensors as [Tensor];
    const n = ctx.n as number;
    return [dy.mul(x.pow(n - 1)).mul(n), null];
  }
}

/** [x + y, x · y] */
class SumAndProduct extends Function {
  static override forward(ctx: FunctionContext, x: Tensor, y: Tensor) {
    ctx.saveForBackward(x, y);
    return [x.add(y), x.mul(y)] as const;
  }
  static override backward(ctx: FunctionContext, ...[dSum, dProduct]: Tensor[]) {
    const [x, y] = ctx.savedTensors as [Tensor, Tensor];
    const [a, b] = [dSum, dProduct] as [Tensor, Tensor];
    return [a.add(b.mul(y)), a.add(b.mul(x))];
  }
}

test("the gradient is the one that backward gives", async () => {
  class Clip extends Function {
    static override forward(ctx: FunctionContext, x: Tensor) {
      ctx.saveForBackward(x);
      return x.clamp(-1, 1);
    }
    static override backward(ctx: FunctionContext, dy: Tensor) {
      return dy.mul((ctx.savedTensors[0] as Tensor).abs().le(1)).mul(10);
    }
  }
  const x = leaf([-2, 0.5, 3]);
  const y = Clip.apply(x.mul(1));
  expect(await y.tolist()).toEqual([-1, 0.5, 1]);
  y.sum().backward();
  expect(await x.grad?.tolist()).toEqual([0, 10, 0]);
});

test("first and second derivatives pass the checks, whether operands or results are saved", async () => {
  const values = [0.3, -0.7, 1.2];
  await gradcheck((x) => Exp.apply(x), [leaf(values, "f64")]);
  await gradgradcheck((x) => Exp.apply(x), [leaf(values, "f64")]);
  await gradgradcheck((x) => Power.apply(x, 3), [leaf(values, "f64")]);
  const pair = [leaf(values, "f64"), leaf([2, 1, -1], "f64")];
  await gradgradcheck((x, y) => SumAndProduct.apply(x, y), pair);
});

test("of several results, those nobody used arrive as zeros", async () => {
  const [x, y] = [leaf([1, 2]), leaf([3, 4])];
  SumAndProduct.apply(x, y)[1].sum().backward();
  expect(await x.grad?.tolist()).toEqual([3, 4]);
  expect(await y.grad?.tolist()).toEqual([1, 2]);
});

test("null is no gradient", async () => {
  class First extends Function {
    static override forward(_: FunctionContext, x: Tensor, y: Tensor) {
      return x.add(y);
    }
    static override backward(_: FunctionContext, dy: Tensor) {
      return [dy, null];
    }
  }
  const [x, y] = [leaf([1]), leaf([2])];
  First.apply(x, y).backward();
  expect(await x.grad?.tolist()).toEqual([1]);
  expect(y.grad).toBeNull();
});

test("a gradient of a broadcast operand is summed to its shape", async () => {
  class Add extends Function {
    static override forward(_: FunctionContext, x: Tensor, y: Tensor) {
      return x.add(y);
    }
    static override backward(_: FunctionContext, dy: Tensor) {
      return [dy, dy];
    }
  }
  const [x, y] = [leaf([1, 2, 3]), leaf([5])];
  Add.apply(x, y).sum().backward();
  expect(await y.grad?.tolist()).toEqual([3]);
});

test("forward is told which arguments need a gradient, and its operations are not on the tape", () => {
  const seen: unknown[] = [];
  class Look extends Function {
    static override forward(ctx: FunctionContext, x: Tensor, _n: number, y: Tensor) {
      const result = x.mul(y);
      seen.push(ctx.needsInputGrad, result.requiresGrad);
      return result;
    }
  }
  const result = Look.apply(leaf([1]), 2, tensor([3]));
  expect(seen).toEqual([[true, false, false], false]);
  expect(result.requiresGrad).toBe(true);
  expect(Look.apply(tensor([1]), 2, tensor([3])).requiresGrad).toBe(false);
  expect(noGrad(() => Look.apply(leaf([1]), 2, tensor([3]))).requiresGrad).toBe(false);
});

test("whole numbers among the results have no gradient", async () => {
  class MaxAndPlace extends Function {
    static override forward(_: FunctionContext, x: Tensor) {
      return [x.amax(), x.argmax()] as const;
    }
    static override backward(_: FunctionContext, dy: Tensor) {
      return dy.mul(ones([2]));
    }
  }
  const x = leaf([1, 2]);
  const [largest, place] = MaxAndPlace.apply(x);
  expect([largest.requiresGrad, place.requiresGrad]).toEqual([true, false]);
  largest.backward();
  expect(await x.grad?.tolist()).toEqual([1, 1]);
});

test("results that are marked have no gradient", async () => {
  class Rounded extends Function {
    static override forward(ctx: FunctionContext, x: Tensor) {
      const whole = x.round();
      ctx.markNonDifferentiable(whole);
      return [x.mul(2), whole];
    }
    static override backward(_: FunctionContext, dy: Tensor, dWhole: Tensor) {
      return dy.mul(2).add(dWhole);
    }
  }
  const x = leaf([1.25, -3.5]);
  const [y, whole] = Rounded.apply(x) as [Tensor, Tensor];
  expect([y.requiresGrad, whole.requiresGrad]).toEqual([true, false]);
  y.add(whole).sum().backward();
  expect(await x.grad?.tolist()).toEqual([2, 2]);
});

test("a write to what was saved is an error, as it is for every operation", () => {
  const x = leaf([2]);
  const h = x.mul(1);
  const y = Power.apply(h, 3);
  h.zero_();
  expect(() => y.backward()).toThrow("overwritten by zero_");
  expect(x.grad).toBeNull();
});

test("what is saved is released when a backward consumes the graph", () => {
  const x = leaf([1, 2]);
  const h = x.mul(2);
  const { node } = h;
  const before = node.saved;
  const y = Power.apply(h, 2);
  expect(node.saved).toBe(before + 1);
  y.sum().backward();
  expect(node.saved).toBe(0);
  expect(() => y.sum().backward()).toThrow("already consumed by an earlier backward");
});

test("a retained graph can be gone through twice", async () => {
  const x = leaf([1, 2]);
  const y = Power.apply(x, 2).sum();
  const first = grad(y, x, { retainGraph: true });
  const second = grad(y, x);
  expect(await first[0]?.tolist()).toEqual(await second[0]?.tolist());
});

test("mistakes say what is missing", () => {
  class Empty extends Function {}
  class Short extends Function {
    static override forward(_: FunctionContext, x: Tensor, _y: Tensor) {
      return x.mul(1);
    }
    static override backward(_: FunctionContext, dy: Tensor) {
      return [dy];
    }
  }
  class NoTensor extends Function {
    static override forward(): Tensor {
      return 3 as unknown as Tensor;
    }
  }
  class NoBackward extends Function {
    static override forward(_: FunctionContext, x: Tensor) {
      return x.mul(1);
    }
  }
  const x = leaf([1]);
  expect(() => Empty.apply()).toThrowErrorMatchingInlineSnapshot(`
    [ArgumentError: Empty.forward is not defined
      hint: define static forward(ctx, …args)]
  `);
  expect(() => Short.apply(x, x).backward()).toThrowErrorMatchingInlineSnapshot(`
    [ArgumentError: Short.backward returned 1 gradients for 2 arguments of forward
      hint: return one per argument, null where none is needed]
  `);
  expect(() => NoTensor.apply()).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: NoTensor.forward must return tensors]`,
  );
  expect(() => NoBackward.apply(x).backward()).toThrowErrorMatchingInlineSnapshot(`
    [ArgumentError: NoBackward.backward is not defined
      hint: define static backward(ctx, …gradients)]
  `);
});
