import { init, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { persist } from "@wgrad/autograd/plugin";
import * as optim from "@wgrad/optim";
import {
  Adadelta,
  Adafactor,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  ASGD,
  type BaseOptions,
  Lion,
  NAdam,
  Optimizer,
  ParameterGroups,
  RAdam,
  RMSprop,
  Rprop,
  SGD,
} from "@wgrad/optim";
import { beforeAll, describe, expect, test } from "vitest";

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

function leaf(data: number[]): Tensor {
  const made = tensor(data);
  persist(made);
  made.requiresGrad = true;
  return made;
}

/** One step on the loss Σ c·p², whose gradient is 2 c p. */
function descend(optimizer: Optimizer, params: readonly Tensor[], curvature = 1): void {
  optimizer.zeroGrad();
  const losses = params.map((p) => p.square().sum().mul(curvature));
  losses.reduce((a, b) => a.add(b)).backward();
  optimizer.step();
}

/** Optimizers with each setting changed from its default, to test that it has an effect. */
const makers: Record<string, (params: Tensor[]) => Optimizer> = {
  SGD: (p) => new SGD(p, { lr: 0.1 }),
  "SGD momentum": (p) => new SGD(p, { lr: 0.1, momentum: 0.9 }),
  "SGD dampening": (p) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.5 }),
  "SGD nesterov": (p) => new SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true }),
  "SGD weightDecay": (p) => new SGD(p, { lr: 0.1, weightDecay: 0.5 }),
  "SGD maximize": (p) => new SGD(p, { lr: 0.1, maximize: true }),
  Adam: (p) => new Adam(p, { lr: 0.1 }),
  "Adam betas": (p) => new Adam(p, { lr: 0.1, betas: [0.5, 0.6] }),
  "Adam eps": (p) => new Adam(p, { lr: 0.1, eps: 0.5 }),
  "Adam weightDecay": (p) => new Adam(p, { lr: 0.1, weightDecay: 0.5 }),
  "Adam amsgrad": (p) => new Adam(p, { lr: 0.1, amsgrad: true, betas: [0.5, 0.6] }),
  "Adam decoupled": (p) => new Adam(p, { lr: 0.1, weightDecay: 0.4, decoupledWeightDecay: true }),
  "Adam maximize": (p) => new Adam(p, { lr: 0.1, maximize: true }),
  AdamW: (p) => new AdamW(p, { lr: 0.1 }),
  "AdamW betas": (p) => new AdamW(p, { lr: 0.1, betas: [0.5, 0.6] }),
  "AdamW eps": (p) => new AdamW(p, { lr: 0.1, eps: 0.5 }),
  "AdamW weightDecay": (p) => new AdamW(p, { lr: 0.1, weightDecay: 0.5 }),
  "AdamW amsgrad": (p) => new AdamW(p, { lr: 0.1, amsgrad: true, betas: [0.5, 0.6] }),
  "AdamW maximize": (p) => new AdamW(p, { lr: 0.1, maximize: true }),
  Adagrad: (p) => new Adagrad(p, { lr: 0.1 }),
  "Adagrad lrDecay": (p) => new Adagrad(p, { lr: 0.1, lrDecay: 0.5 }),
  "Adagrad weightDecay": (p) => new Adagrad(p, { lr: 0.1, weightDecay: 0.5 }),
  "Adagrad initial": (p) => new Adagrad(p, { lr: 0.1, initialAccumulatorValue: 0.5 }),
  "Adagrad eps": (p) => new Adagrad(p, { lr: 0.1, eps: 0.5 }),
  "Adagrad maximize": (p) => new Adagrad(p, { lr: 0.1, maximize: true }),
  RMSprop: (p) => new RMSprop(p, { lr: 0.1 }),
  "RMSprop alpha": (p) => new RMSprop(p, { lr: 0.1, alpha: 0.5 }),
  "RMSprop eps": (p) => new RMSprop(p, { lr: 0.1, eps: 0.5 }),
  "RMSprop weightDecay": (p) => new RMSprop(p, { lr: 0.1, weightDecay: 0.5 }),
  "RMSprop momentum": (p) => new RMSprop(p, { lr: 0.1, momentum: 0.9 }),
  "RMSprop centered": (p) => new RMSprop(p, { lr: 0.1, centered: true }),
  "RMSprop maximize": (p) => new RMSprop(p, { lr: 0.1, maximize: true }),
  Adadelta: (p) => new Adadelta(p),
  "Adadelta lr": (p) => new Adadelta(p, { lr: 0.1 }),
  "Adadelta rho": (p) => new Adadelta(p, { rho: 0.5 }),
  "Adadelta eps": (p) => new Adadelta(p, { eps: 0.5 }),
  "Adadelta weightDecay": (p) => new Adadelta(p, { weightDecay: 0.5 }),
  "Adadelta maximize": (p) => new Adadelta(p, { maximize: true }),
  Adamax: (p) => new Adamax(p, { lr: 0.1 }),
  "Adamax betas": (p) => new Adamax(p, { lr: 0.1, betas: [0.5, 0.6] }),
  "Adamax eps": (p) => new Adamax(p, { lr: 0.1, eps: 0.5 }),
  "Adamax weightDecay": (p) => new Adamax(p, { lr: 0.1, weightDecay: 0.5 }),
  "Adamax maximize": (p) => new Adamax(p, { lr: 0.1, maximize: true }),
  NAdam: (p) => new NAdam(p, { lr: 0.1 }),
  "NAdam betas": (p) => new NAdam(p, { lr: 0.1, betas: [0.5, 0.6] }),
  "NAdam eps": (p) => new NAdam(p, { lr: 0.1, eps: 0.5 }),
  "NAdam weightDecay": (p) => new NAdam(p, { lr: 0.1, weightDecay: 0.5 }),
  "NAdam decoupled": (p) => new NAdam(p, { lr: 0.1, weightDecay: 0.5, decoupledWeightDecay: true }),
  "NAdam momentumDecay": (p) => new NAdam(p, { lr: 0.1, momentumDecay: 0.5 }),
  "NAdam maximize": (p) => new NAdam(p, { lr: 0.1, maximize: true }),
  RAdam: (p) => new RAdam(p, { lr: 0.1 }),
  "RAdam betas": (p) => new RAdam(p, { lr: 0.1, betas: [0.5, 0.9] }),
  "RAdam eps": (p) => new RAdam(p, { lr: 0.1, betas: [0.9, 0.9], eps: 0.5 }),
  "RAdam weightDecay": (p) => new RAdam(p, { lr: 0.1, weightDecay: 0.5 }),
  "RAdam decoupled": (p) => new RAdam(p, { lr: 0.1, weightDecay: 0.5, decoupledWeightDecay: true }),
  "RAdam maximize": (p) => new RAdam(p, { lr: 0.1, maximize: true }),
  ASGD: (p) => new ASGD(p, { lr: 0.1 }),
  "ASGD lambd": (p) => new ASGD(p, { lr: 0.1, lambd: 0.5 }),
  "ASGD alpha": (p) => new ASGD(p, { lr: 0.1, lambd: 0.4, alpha: 0.2 }),
  "ASGD t0": (p) => new ASGD(p, { lr: 0.11, t0: 1 }),
  "ASGD weightDecay": (p) => new ASGD(p, { lr: 0.1, weightDecay: 0.5 }),
  "ASGD maximize": (p) => new ASGD(p, { lr: 0.1, maximize: true }),
  Rprop: (p) => new Rprop(p, { lr: 0.1 }),
  "Rprop etas": (p) => new Rprop(p, { lr: 0.1, etas: [0.4, 1.5] }),
  "Rprop stepSizes": (p) => new Rprop(p, { lr: 0.1, stepSizes: [0.01, 0.12] }),
  "Rprop maximize": (p) => new Rprop(p, { lr: 0.1, maximize: true }),
  Adafactor: (p) => new Adafactor(p, { lr: 0.1 }),
  "Adafactor beta2Decay": (p) => new Adafactor(p, { lr: 0.1, beta2Decay: -0.5 }),
  "Adafactor eps": (p) => new Adafactor(p, { lr: 0.1, eps: [0.5, 2] }),
  "Adafactor d": (p) => new Adafactor(p, { lr: 0.1, eps: [1e-7, 1e-3], d: 1.5, beta2Decay: -0.1 }),
  "Adafactor weightDecay": (p) => new Adafactor(p, { lr: 0.1, weightDecay: 0.5 }),
  "Adafactor maximize": (p) => new Adafactor(p, { lr: 0.1, maximize: true }),
  Lion: (p) => new Lion(p, { lr: 0.1 }),
  "Lion betas": (p) => new Lion(p, { lr: 0.1, betas: [0.2, 0.3], weightDecay: 0.01 }),
  "Lion weightDecay": (p) => new Lion(p, { lr: 0.1, weightDecay: 0.5 }),
  "Lion maximize": (p) => new Lion(p, { lr: 0.1, maximize: true }),
};

test("the table above covers every optimizer and each of its settings", async () => {
  await init({ device: "cpu" });
  const bases: readonly string[] = ["Optimizer", "ParameterGroups"];
  const elsewhere = ["LBFGS", "Muon"]; // lbfgs.test.ts, muon.test.ts
  const exported = Object.entries(optim)
    .filter(([, value]) => (value as { prototype?: object }).prototype instanceof ParameterGroups)
    .map(([name]) => name)
    .filter((name) => !bases.includes(name) && !elsewhere.includes(name));
  const plain = Object.keys(makers).filter((name) => !name.includes(" "));
  expect(plain.sort()).toEqual(exported.sort());
  const settings = (name: string): Record<string, unknown> =>
    makers[name]?.([leaf([1])]).paramGroups[0] as unknown as Record<string, unknown>;
  for (const name of plain) {
    const { params: _, lr: __, ...defaults } = settings(name);
    if (name === "AdamW") delete defaults.decoupledWeightDecay; // fixed in AdamW
    const changed = Object.keys(makers)
      .filter((other) => other.startsWith(`${name} `))
      .flatMap((other) => {
        const group = settings(other);
        return Object.keys(defaults).filter((key) => String(group[key]) !== String(defaults[key]));
      });
    expect([...new Set(changed)].sort(), name).toEqual(Object.keys(defaults).sort());
  }
});

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("every setting changes the result", async () => {
    const reached = new Map<string, string>();
    for (const [name, make] of Object.entries(makers)) {
      const p = leaf([1, -2, 3]);
      const optimizer = make([p]);
      for (const curvature of [2, 1, 0.1, 0.05, 0.7, 0.6, 0.5]) descend(optimizer, [p], curvature);
      reached.set(name, String(await values(p)));
    }
    expect(new Set(reached.values()).size).toBe(reached.size);
  });

  test.each(Object.entries(makers))(
    "%s continues bit for bit from a saved state",
    async (_, make) => {
      const [p, q] = [leaf([1, -2, 3]), leaf([4])];
      const optimizer = make([p, q]);
      for (let i = 0; i < 3; i++) descend(optimizer, [p, q]);
      const [p2, q2] = [leaf(await values(p)), leaf(await values(q))];
      const resumed = make([p2, q2]);
      resumed.loadStateDict(optimizer.stateDict());
      for (let i = 0; i < 3; i++) {
        descend(optimizer, [p, q]);
        descend(resumed, [p2, q2]);
      }
      expect(await values(p2)).toEqual(await values(p));
      expect(await values(q2)).toEqual(await values(q));
    },
  );

  test("a parameter without gradient keeps its value, state and step count", async () => {
    const [p, q] = [leaf([1]), leaf([1])];
    const optimizer = new Adam([p, q], { lr: 0.1 });
    descend(optimizer, [p, q]);
    descend(optimizer, [p]);
    expect(optimizer.state.get(p)?.step).toBe(2);
    expect(optimizer.state.get(q)?.step).toBe(1);
    expect(await q.item()).toBeCloseTo(0.9, 5);
  });

  test("groups have their own settings, which may change between steps", async () => {
    const [p, q] = [leaf([1]), leaf([1])];
    const optimizer = new SGD([{ params: [p], lr: 0.5 }, { params: [q] }], { lr: 0.25 });
    descend(optimizer, [p, q]);
    expect([await p.item(), await q.item()]).toEqual([0, 0.5]);
    for (const group of optimizer.paramGroups) group.lr = 0;
    descend(optimizer, [p, q]);
    expect([await p.item(), await q.item()]).toEqual([0, 0.5]);
    const r = leaf([1]);
    optimizer.addParamGroup({ params: [r], lr: 0.5 });
    descend(optimizer, [r]);
    expect(await r.item()).toBe(0);
  });

  test("if one update throws, no parameter and no state changes", async () => {
    class Fussy extends Optimizer {
      protected update(p: Tensor, g: Tensor, _: object, { lr }: BaseOptions): Tensor {
        if (p.shape[0] === 2) throw new Error("no");
        return p.sub(g.mul(lr));
      }
    }
    const [p, q] = [leaf([1]), leaf([1, 1])];
    const optimizer = new Fussy([p, q], { lr: 0.5 });
    expect(() => descend(optimizer, [p, q])).toThrow("no");
    expect(await values(p)).toEqual([1]);
    expect(optimizer.state.size).toBe(0);
  });

  const plain = { SGD, Adam, AdamW, Adagrad, RMSprop, Adadelta, Adamax, NAdam, RAdam };

  test.each(Object.entries(plain))(
    "%s maximizes as it minimizes the negative loss",
    async (_, Maker) => {
      const [p, q] = [leaf([1, -2, 3]), leaf([1, -2, 3])];
      const up = new Maker([p], { lr: 0.1, weightDecay: 0, maximize: true });
      const down = new Maker([q], { lr: 0.1, weightDecay: 0 });
      for (let i = 0; i < 7; i++) {
        p.grad = tensor([1, -0.5, i]);
        q.grad = tensor([-1, 0.5, -i]);
        up.step();
        down.step();
      }
      expect(await values(p)).toEqual(await values(q));
    },
  );

  test.each([NAdam, RAdam])(
    "decoupled decay shrinks the weight separately from the step",
    async (Maker) => {
      const [p, q] = [leaf([1, -2, 3]), leaf([1, -2, 3])];
      const options = { lr: 0.1, weightDecay: 0.5, decoupledWeightDecay: true };
      const [decayed, bare] = [new Maker([p], options), new Maker([q], { lr: 0.1 })];
      p.grad = tensor([1, -0.5, 2]);
      q.grad = tensor([1, -0.5, 2]);
      decayed.step();
      bare.step();
      const expected = (await values(q)).map((x, i) => x - 0.05 * ([1, -2, 3][i] as number));
      (await values(p)).forEach((x, i) => {
        expect(x).toBeCloseTo(expected[i] as number, 5);
      });
    },
  );

  test("a step does not change the gradient", async () => {
    const p = leaf([1]);
    const optimizer = new SGD([p], { lr: 0.1, momentum: 0.9, weightDecay: 0.1 });
    descend(optimizer, [p]);
    expect(await p.grad?.item()).toBe(2);
    const buffer = optimizer.state.get(p)?.momentumBuffer;
    descend(optimizer, [p]);
    expect(optimizer.state.get(p)?.momentumBuffer).toBe(buffer);
  });
});

describe("refuses", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test.each<[() => unknown, string]>([
    [() => new SGD([]), "SGD: no parameters to train"],
    [() => new SGD([leaf([1])], { lr: -1 }), "SGD: lr is -1\n  hint: a number 0 or more"],
    [() => new SGD([leaf([1])], { lr: Number.NaN }), "SGD: lr is NaN"],
    [() => new SGD([leaf([1])], { momentum: -0.1 }), "SGD: momentum is -0.1"],
    [() => new SGD([leaf([1])], { weightDecay: -1 }), "SGD: weightDecay is -1"],
    [() => new SGD([leaf([1])], { nesterov: true }), "SGD: nesterov with momentum 0"],
    [
      () => new Adam([leaf([1])], { betas: [0.9, 1] }),
      "Adam: betas[1] is 1\n  hint: a number in [0, 1)",
    ],
    [() => new Adam([leaf([1])], { eps: -1 }), "Adam: eps is -1"],
    [() => new AdamW([leaf([1])], { betas: [-0.1, 0.9] }), "AdamW: betas[0] is -0.1"],
    [() => new Adagrad([leaf([1])], { lrDecay: -1 }), "Adagrad: lrDecay is -1"],
    [() => new RMSprop([leaf([1])], { momentum: -1 }), "RMSprop: momentum is -1"],
    [() => new Adadelta([leaf([1])], { rho: 1 }), "Adadelta: rho is 1"],
    [() => new Adamax([leaf([1])], { weightDecay: -1 }), "Adamax: weightDecay is -1"],
    [() => new NAdam([leaf([1])], { momentumDecay: -1 }), "NAdam: momentumDecay is -1"],
    [() => new RAdam([leaf([1])], { betas: [0.9, 2] }), "RAdam: betas[1] is 2"],
    [() => new SGD([leaf([1]).mul(2)]), "is the result of an operation, not a leaf"],
    [
      () => new SGD([3 as unknown as Tensor]),
      "SGD: parameter 0 is 3, not a tensor\n  hint: pass model.parameters()",
    ],
    [() => new SGD([{ params: [3 as unknown as Tensor] }]), "SGD: parameter 0 is 3, not a tensor"],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });

  test("a parameter given twice", () => {
    const p = leaf([1]);
    expect(() => new SGD([p, p])).toThrow("SGD: parameter 1, [1], is given twice");
    expect(() => new SGD([{ params: [p] }, { params: [p] }])).toThrow("is given twice");
  });

  test("a state of another optimizer, and keeps its own", () => {
    const p = leaf([1, 2]);
    const optimizer = new Adam([p], { lr: 0.1 });
    descend(optimizer, [p]);
    const saved = optimizer.stateDict();
    const two = new Adam([leaf([1, 2]), leaf([1])]);
    expect(() => two.loadStateDict(saved)).toThrow(
      "Adam.loadStateDict: the saved groups differ\n  here: 1 of 2 parameters\n  saved: 1 of 1 parameters",
    );
    const other = new Adam([leaf([1, 2, 3])], { lr: 0.7 });
    expect(() => other.loadStateDict(saved)).toThrow("parameter 0: 'expAvg' does not fit");
    expect([other.state.size, other.paramGroups[0]?.lr]).toEqual([0, 0.7]);
  });
});

test("stateDict has PyTorch's form", async () => {
  await init({ device: "cpu" });
  const p = leaf([1]);
  const optimizer = new Adam([p, zeros([2]).requiresGrad_()], { lr: 0.1 });
  descend(optimizer, [p]);
  const { state, paramGroups } = optimizer.stateDict();
  expect(Object.keys(state)).toEqual(["0"]);
  expect(Object.keys(state[0] ?? {}).sort()).toEqual(["expAvg", "expAvgSq", "step"]);
  expect(paramGroups).toEqual([
    {
      lr: 0.1,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      decoupledWeightDecay: false,
      amsgrad: false,
      maximize: false,
      params: [0, 1],
    },
  ]);
  expect(String(optimizer)).toContain("Adam (\nParameter Group 0\n    amsgrad: false\n");
});
