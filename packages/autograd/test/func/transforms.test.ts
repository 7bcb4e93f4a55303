import * as autograd from "@wgrad/autograd";
import {
  bernoulli,
  dropout,
  type FunctionContext,
  init,
  manualSeed,
  memory,
  multinomial,
  rand,
  randn,
  type Tensor,
  tensor,
  where,
  zeros,
} from "@wgrad/autograd";
import {
  functional,
  grad,
  gradAndValue,
  hessian,
  hvp,
  jacfwd,
  jacrev,
  jvp,
  linearize,
  vjp,
  vmap,
} from "@wgrad/autograd/func";
import { beforeEach, describe, expect, test } from "vitest";

/** Values agree to a part of the largest. */
async function close(got: unknown, want: unknown, tolerance = 1e-6): Promise<void> {
  const [a, b] = [got, want] as [Tensor, Tensor];
  expect(a.shape).toEqual(b.shape);
  const [x, y] = [await a.data(), await b.data()];
  const largest = Math.max(1, ...Array.from(y, Math.abs));
  for (const [i, value] of y.entries())
    expect(Math.abs((x[i] as number) - value), `[${i}]`).toBeLessThanOrEqual(tolerance * largest);
}

const list = async (x: Tensor): Promise<unknown> => x.tolist();

describe.each(["cpu", "webgpu"] as const)("on %s", (device) => {
  beforeEach(async () => {
    await init({ device });
  });

  test("a vmap in a vmap in a vmap sees the batches of all", async () => {
    manualSeed(3);
    const [x, y, z] = [randn([2, 3]), randn([4, 3]), randn([5, 3])];
    const f = vmap((a: Tensor) => vmap((b: Tensor) => vmap((c: Tensor) => a.mul(b).dot(c))(z))(y))(
      x,
    );
    const want = x
      .reshape([2, 1, 1, 3])
      .mul(y.reshape([1, 4, 1, 3]))
      .mul(z)
      .sum(-1);
    await close(f, want, 1e-5);
  });

  test("random numbers inside are refused, one for all, or one for each", async () => {
    const x = zeros([4, 3]);
    expect(() => vmap((a: Tensor) => a.add(rand([3])))(x)).toThrow(
      "rand: draws random numbers inside vmap",
    );
    const drawn = async (randomness: "same" | "different") => {
      manualSeed(1);
      const y = vmap((a: Tensor) => a.add(rand([3])), { randomness })(x);
      return (await y.tolist()) as number[][];
    };
    const same = await drawn("same");
    expect(same[3]).toEqual(same[0]);
    const others = await drawn("different");
    manualSeed(1);
    expect(others).toEqual(await rand([4, 3]).tolist());
    const dropped = vmap((a: Tensor) => dropout(a.add(1), { p: 0.5 }), { randomness: "different" })(
      zeros([64, 16]),
    );
    const rows = (await dropped.tolist()) as number[][];
    expect(new Set(rows.map(String)).size).toBeGreaterThan(32);
    const coins = vmap((p: Tensor) => bernoulli(p), { randomness: "different" })(
      tensor([0, 1, 0, 1]),
    );
    expect(await coins.tolist()).toEqual([0, 1, 0, 1]);
    const chosen = (w: Tensor): Tensor => multinomial(w, 1);
    expect(() => vmap(chosen)(x.add(1))).toThrow("multinomial: draws random numbers");
    expect(() => vmap((a: Tensor) => a.clone().exponential_())(x)).toThrow(
      "exponential_: draws random",
    );
    const picks = vmap(chosen, { randomness: "different" })(
      tensor([
        [0, 1, 0],
        [0, 0, 1],
      ]),
    );
    expect(await picks.tolist()).toEqual([[1], [2]]);
  });

  test("chunks give what the whole gives, with randomness too", async () => {
    manualSeed(5);
    const x = randn([7, 3]);
    const f = (a: Tensor): [Tensor, Tensor] => [a.mul(2), a.sum()];
    const [whole, parts] = [null, 2].map((chunkSize) =>
      vmap(f, { outDims: [1, 0], chunkSize })(x),
    ) as [[Tensor, Tensor], [Tensor, Tensor]];
    await close(parts[0], whole[0]);
    await close(parts[1], whole[1]);
    const noisy = vmap((a: Tensor) => a.add(rand([3])), { randomness: "same", chunkSize: 2 })(
      zeros([5, 3]),
    );
    const rows = (await noisy.tolist()) as number[][];
    expect(rows[4]).toEqual(rows[0]);
  });

  test("what depends on values is refused with the reason", async () => {
    const x = tensor([1, -2, 3]);
    // biome-ignore lint/suspicious/noExplicitAny: no function of tensors, which is the point
    const awaited = vmap(async (a: Tensor): Promise<any> => ((await a.item()) > 0 ? a : a.neg()));
    expect(() => awaited(x)).toThrow("vmap: the function returned a promise");
    let promise: Promise<number> | null = null;
    const kept = vmap((a: Tensor) => {
      promise = a.item();
      return a;
    })(x);
    await expect(promise).rejects.toThrow("vmap: the function cannot read values");
    expect(await kept.tolist()).toEqual([1, -2, 3]);
    expect(() => vmap((a: Tensor) => ((a as unknown as number) > 0 ? a : a.neg()))(x)).toThrow(
      "JavaScript cannot compare",
    );
    expect(await vmap((a: Tensor) => where(a.gt(0), a, a.neg()))(x).tolist()).toEqual([1, 2, 3]);
    expect(() => vmap((_: Tensor) => 3 as unknown as Tensor)(x)).toThrow(
      "the function must return tensors, got 3",
    );
    const all = zeros([2]);
    expect(() => vmap((a: Tensor) => all.add_(a))(x)).toThrow("to a tensor that they share");
    expect(() => vmap((a: Tensor) => a.requiresGrad_().sum())(x)).toThrow("inside vmap");
  });

  test("a tensor that the function makes is written in place, and its own argument too", async () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const f = vmap((a: Tensor) => {
      const y = a.clone();
      y.mul_(10);
      y.put_(0, a.at(1));
      return y;
    });
    expect(await f(x).tolist()).toEqual([
      [2, 20],
      [4, 40],
    ]);
    const back = vmap((a: Tensor) => a.add_(1), { inDims: 1, outDims: 1 })(x);
    expect(await back.tolist()).toEqual([
      [2, 3],
      [4, 5],
    ]);
    expect(await x.tolist()).toEqual([
      [2, 3],
      [4, 5],
    ]);
  });

  test("arguments and results are trees; named results keep their names", async () => {
    const x = tensor([
      [3, 1],
      [2, 5],
    ]);
    const f = vmap(
      (p: { a: Tensor; b: Tensor }) => ({ top: p.a.max(0), sum: [p.a.add(p.b)] }),
      [{ a: 0, b: null }],
    );
    const found = f({ a: x, b: tensor([10, 20]) });
    expect(await list(found.top.values)).toEqual([3, 5]);
    expect(await list(found.top.indices)).toEqual([0, 1]);
    expect(await list(found.sum[0] as Tensor)).toEqual([
      [13, 21],
      [12, 25],
    ]);
  });

  test("wrong dimensions are refused with what was given", () => {
    const x = zeros([2, 3]);
    const add = (a: Tensor, b: Tensor): Tensor => a.add(b);
    expect(() => vmap(add)(x, zeros([3, 3]))).toThrow("vmap: the batches differ in size: 2, 3");
    expect(() => vmap(add, [0])(x, x)).toThrow(
      "inDims [0] do not have the structure of the 2 arguments",
    );
    expect(() => vmap(add, [null, null])(x, x)).toThrow("inDims are null for all");
    expect(() => vmap(add, 2)(x, x)).toThrow("argument 0 has no dimension 2 to map over");
    expect(() => vmap(add, 0, 3)(x, x)).toThrow("dimension 3");
    expect(() => vmap(add, 0, [0, 1])(x, x)).toThrow("outDims [0,1] do not have the structure");
    expect(() => vmap(add, 0, null)(x, x)).toThrow("outDims is null for a result that varies");
    expect(() => vmap((a: Tensor, n: number) => a.mul(n))(x, 3)).toThrow(
      "argument 1 is 3, but inDims is 0",
    );
    expect(() => vmap(add, { chunkSize: 0 })).toThrow(
      "chunkSize must be a whole number greater than 0",
    );
    expect(() => vmap(add, { indims: 0 } as never)).toThrow("did you mean inDims?");
  });

  test("gradients are off the tape unless something around is differentiated", async () => {
    const x = tensor(2);
    const w = tensor(3, { requiresGrad: true });
    const square = (a: Tensor): Tensor => a.mul(a);
    expect(grad(square)(x).requiresGrad).toBe(false);
    const g = grad((a: Tensor) => a.mul(a).mul(w))(x) as Tensor;
    expect(g.requiresGrad).toBe(true);
    g.backward();
    expect(await w.grad?.item()).toBe(4);
    expect(x.grad).toBeNull();
    const inner = grad((a: Tensor) => grad((b: Tensor) => a.mul(b).mul(b))(tensor(5)))(x) as Tensor;
    expect(await inner.item()).toBe(10);
    const third = grad(grad(grad((a: Tensor) => a.pow(4))))(x) as Tensor;
    expect(await third.item()).toBe(48);
    const [dy, [y, aux]] = gradAndValue((a: Tensor) => [a.mul(a), a.exp()], { hasAux: true })(
      x,
    ) as [Tensor, [Tensor, Tensor]];
    expect([dy, y, aux].map(({ requiresGrad }) => requiresGrad)).toEqual([false, false, false]);
    expect([await dy.item(), await y.item()]).toEqual([4, 4]);
  });

  test("jacobians of both kinds, tangents and products agree", async () => {
    manualSeed(2);
    const x = randn([4]);
    const f = (a: Tensor): Tensor => a.sin().mul(a.sum()).at([0, 2, 1]).square();
    const scalar = (a: Tensor): Tensor => f(a).sum();
    const v = randn([4]);
    const J = jacrev(f)(x) as Tensor;
    expect(J.shape).toEqual([3, 4]);
    await close(jacfwd(f)(x), J, 1e-4);
    await close(jacrev(f, { chunkSize: 2 })(x), J, 1e-5);
    await close(jvp(f, [x], [v])[1], J.matmul(v), 1e-4);
    const [, push] = linearize(f, x);
    await close(push(v), J.matmul(v), 1e-4);
    await close(push(x), J.matmul(x), 1e-4);
    const [, pull] = vjp(f, x);
    const u = randn([3]);
    await close(pull(u)[0], u.matmul(J), 1e-4);
    const H = hessian(scalar)(x) as Tensor;
    await close(hvp(scalar, [x], [v]), H.matmul(v), 1e-3);
    await close(functional.hvp(scalar, x, v)[1], H.matmul(v), 1e-3);
    await close(functional.vhp(scalar, x, v)[1], v.matmul(H), 1e-3);
    await close(functional.hessian(scalar, x), H, 1e-3);
    const many = vmap(jacrev(f))(randn([5, 4])) as Tensor;
    expect(many.shape).toEqual([5, 3, 4]);
  });

  test("a Function with a gradient of its own is mapped by what its forward does", async () => {
    class Double extends autograd.Function {
      static override forward(ctx: FunctionContext, x: Tensor): Tensor {
        ctx.saveForBackward(x);
        return x.mul(2);
      }
      static override backward(ctx: FunctionContext, dy: Tensor): Tensor {
        return dy.mul(ctx.savedTensors[0] as Tensor).mul(7); // no gradient of forward: it must be used
      }
    }
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const one = grad((a: Tensor) => Double.apply(a).sum());
    expect(await (vmap(one)(x) as Tensor).tolist()).toEqual([
      [7, 14],
      [21, 28],
    ]);
  });

  test("nothing is left behind", async () => {
    const x = randn([3, 4]);
    const run = async (): Promise<void> => {
      const w = tensor([1, 2, 3, 4]);
      const g = vmap(
        grad((p: Tensor, a: Tensor) => p.mul(a).sin().sum()),
        [null, 0],
      )(w, x) as Tensor;
      await g.data();
      for (const one of [w, g]) one.dispose();
    };
    await run();
    await run();
    const before = memory();
    for (let i = 0; i < 5; i++) await run();
    expect(memory().buffers).toBe(before.buffers);
    expect(memory().plans).toBe(before.plans);
  });
});
