import { init, manualSeed, randn, type Tensor, tensor } from "@wgrad/autograd";
import { Muon, type MuonOptions } from "@wgrad/optim";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => init({ device: "wasm" }));

const changed: Partial<MuonOptions>[] = [
  {},
  { lr: 0.2 },
  { weightDecay: 0 },
  { momentum: 0.5 },
  { nesterov: false },
  { nsCoefficients: [2, -1.5, 0.5] },
  { eps: 10 },
  { nsSteps: 2 },
  { adjustLrFn: "match_rms_adamw" },
];

test("every setting changes the result", async () => {
  const reached = new Set<string>();
  for (const settings of changed) {
    manualSeed(1);
    const p = randn([4, 3], { requiresGrad: true });
    const optimizer = new Muon([p], { lr: 0.1, ...settings });
    for (let i = 0; i < 3; i++) {
      optimizer.zeroGrad();
      p.mul(randn([4, 3]))
        .sum()
        .backward();
      optimizer.step();
    }
    reached.add(String(await p.tolist()));
  }
  expect(reached.size).toBe(changed.length);
});

test("a step is a matrix whose singular values are about 1", async () => {
  manualSeed(1);
  const p = randn([6, 4], { requiresGrad: true });
  const before = p.detach().clone();
  const optimizer = new Muon([p], { lr: 1, weightDecay: 0, adjustLrFn: null });
  p.mul(randn([6, 4]))
    .sum()
    .backward();
  optimizer.step();
  const step = before.sub(p.detach()).div(Math.sqrt(6 / 4)) as Tensor;
  const gram = (await step.T.matmul(step).tolist()) as number[][];
  for (const [i, row] of gram.entries())
    for (const [j, value] of row.entries())
      expect(Math.abs(value - Number(i === j))).toBeLessThan(0.6);
});

test("a parameter that is not a matrix is refused, and no group is added", () => {
  const [matrix, vector] = [tensor([[1, 2]]), tensor([1, 2])];
  expect(() => new Muon([matrix, vector])).toThrow("Muon: takes matrices, got a parameter [2]");
  const optimizer = new Muon([matrix]);
  expect(() => optimizer.addParamGroup({ params: vector })).toThrow("takes matrices");
  expect(optimizer.paramGroups.length).toBe(1);
});
