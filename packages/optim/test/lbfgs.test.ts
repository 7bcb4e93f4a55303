import { init, memory, type Tensor, tensor } from "@wgrad/autograd";
import { persist } from "@wgrad/autograd/plugin";
import { LBFGS, type LBFGSOptions } from "@wgrad/optim";
import { beforeAll, describe, expect, test } from "vitest";

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

function leaf(data: number[]): Tensor {
  const made = tensor(data);
  persist(made);
  made.requiresGrad = true;
  return made;
}

/** The Rosenbrock function. */
function valley(p: Tensor): Tensor {
  const [x, y] = [p.narrow(0, 0, 1), p.narrow(0, 1, 1)];
  return x.rsub(1).square().add(y.sub(x.square()).square().mul(10)).sum();
}

async function descend(
  optimizer: LBFGS,
  p: Tensor,
  steps: number,
  onCall?: () => void,
): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const loss = await optimizer.step(async () => {
      onCall?.();
      optimizer.zeroGrad();
      const value = valley(p);
      value.backward();
      return value;
    });
    losses.push(await loss.item());
  }
  return losses;
}

describe.each(["cpu", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test.each(["strong_wolfe", null] as const)(
    "finds the minimum of the Rosenbrock function (%s)",
    async (search) => {
      const p = leaf([-0.5, 0.8]);
      // a short history needs few plans: one for each length
      const lr = search === null ? 0.5 : 1;
      const optimizer = new LBFGS([p], { lr, historySize: 4, lineSearchFn: search });
      await descend(optimizer, p, 3);
      const [x, y] = await values(p);
      expect(x).toBeCloseTo(1, 2);
      expect(y).toBeCloseTo(1, 2);
    },
  );

  test("several parameters are treated as one vector", async () => {
    const [p, q] = [leaf([-0.5]), leaf([0.8])];
    const optimizer = new LBFGS([p, q], { lineSearchFn: "strong_wolfe" });
    for (let i = 0; i < 4; i++) {
      await optimizer.step(() => {
        optimizer.zeroGrad();
        const loss = p.rsub(1).square().add(q.sub(p.square()).square().mul(10)).sum();
        loss.backward();
        return loss;
      });
    }
    expect(await p.item()).toBeCloseTo(1, 3);
    expect(await q.item()).toBeCloseTo(1, 3);
  });

  test.each<[string, Partial<LBFGSOptions>]>([
    ["search", { lineSearchFn: "strong_wolfe", maxIter: 4 }],
    ["fixed steps", { lr: 0.1, maxIter: 4 }],
  ])("continues bit for bit from a saved state (%s)", async (_, options) => {
    const p = leaf([-0.5, 0.8]);
    const optimizer = new LBFGS([p], options);
    await descend(optimizer, p, 2);
    const p2 = leaf(await values(p));
    const resumed = new LBFGS([p2], options);
    resumed.loadStateDict(optimizer.stateDict());
    await descend(optimizer, p, 2);
    await descend(resumed, p2, 2);
    expect(await values(p2)).toEqual(await values(p));
  });

  test("leaks nothing", async () => {
    const p = leaf([-0.5, 0.8]);
    const optimizer = new LBFGS([p], { maxIter: 3, historySize: 2, lineSearchFn: "strong_wolfe" });
    await descend(optimizer, p, 4);
    const before = memory();
    await descend(optimizer, p, 4);
    expect(memory().totalBytes).toBeLessThanOrEqual(before.totalBytes);
  });
});

describe("options", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test("every setting changes the result", async () => {
    const reached = new Map<string, string[]>();
    const variants: Record<string, Partial<LBFGSOptions>> = {
      default: {},
      lr: { lr: 0.5 },
      maxIter: { maxIter: 3 },
      maxEval: { maxEval: 5 },
      toleranceGrad: { toleranceGrad: 2 },
      toleranceChange: { toleranceChange: 0.3 },
      historySize: { historySize: 1 },
      lineSearchFn: { lineSearchFn: "strong_wolfe" },
    };
    for (const [name, options] of Object.entries(variants)) {
      const p = leaf([-0.5, 0.8]);
      await descend(new LBFGS([p], { lr: 0.1, ...options }), p, 1);
      const place = String(await values(p));
      reached.set(place, [...(reached.get(place) ?? []), name]);
    }
    expect([...reached.values()].filter((names) => names.length > 1)).toEqual([]);
  });

  test("maxEval limits the closure's calls, and step returns the first loss", async () => {
    const p = leaf([-0.5, 0.8]);
    let calls = 0;
    const losses = await descend(new LBFGS([p], { lr: 0.1, maxEval: 5 }), p, 1, () => calls++);
    expect(calls).toBe(5);
    expect(losses[0]).toBeCloseTo(5.275, 4);
  });

  test("a closure that throws restores the parameters to the last accepted step", async () => {
    const p = leaf([-0.5, 0.8]);
    const optimizer = new LBFGS([p], { lineSearchFn: "strong_wolfe" });
    let calls = 0;
    const failing = descend(optimizer, p, 1, () => {
      if (++calls === 3) throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect((await values(p)).map((x) => Math.fround(x))).toEqual([-0.5, Math.fround(0.8)]);
    await descend(optimizer, p, 6);
    expect((await values(p))[0]).toBeCloseTo(1, 2);
  });

  test("does not move when the gradient is 0", async () => {
    const p = leaf([1, 1]);
    let calls = 0;
    await descend(new LBFGS([p]), p, 1, () => calls++);
    expect(calls).toBe(1);
    expect(await values(p)).toEqual([1, 1]);
  });

  test("refuses", async () => {
    const p = leaf([1, 1]);
    expect(() => new LBFGS([p], { maxIter: -1 })).toThrow("LBFGS: maxIter is -1");
    expect(() => new LBFGS([p], { lineSearchFn: "x" as "strong_wolfe" })).toThrow(
      'LBFGS: lineSearchFn is "x", not null or "strong_wolfe"',
    );
    const optimizer = new LBFGS([p]);
    expect(() => optimizer.addParamGroup({ params: [leaf([1])] })).toThrow(
      "LBFGS: takes one group of parameters",
    );
    await expect(optimizer.step(undefined as never)).rejects.toThrow("step: closure is missing");
    await expect(optimizer.step(() => 3 as never)).rejects.toThrow(
      "LBFGS.step: the closure did not return the loss",
    );
    const other = new LBFGS([leaf([1, 2, 3])]);
    const trained = new LBFGS([leaf([0, 0])]);
    await descend(trained, trained.paramGroups[0]?.params[0] as Tensor, 1);
    expect(() => other.loadStateDict(trained.stateDict())).toThrow(
      "LBFGS.loadStateDict: 'd' is a tensor [2]\n  hint: expected a tensor [3], because the parameters have 3 elements",
    );
  });
});
