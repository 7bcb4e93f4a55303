import { init, zeros } from "@wgrad/autograd";
import {
  Adam,
  ChainedScheduler,
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  LRScheduler,
  MultiplicativeLR,
  MultiStepLR,
  OneCycleLR,
  PolynomialLR,
  ReduceLROnPlateau,
  type Scheduled,
  SequentialLR,
  SGD,
  StepLR,
} from "@wgrad/optim";
import { beforeAll, expect, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

const made = (lr = 0.1): SGD =>
  new SGD([zeros([1], { requiresGrad: true })], { lr, momentum: 0.5 });

interface Stepped {
  step(metric?: number): void;
  getLastLr(): number[];
}

const metrics = [2, 0.9, 0.899, 1, 1.1, 1.2, 0.5, 0.49, 0.6, 0.6, 0.6, 0.6];

type Scheduler = (Stepped | ReduceLROnPlateau) & { stateDict(): object };

function stepOf(scheduler: Stepped | ReduceLROnPlateau, i: number): void {
  if (scheduler instanceof ReduceLROnPlateau) scheduler.step(metrics[i] as number);
  else scheduler.step();
}

/** Rate and momentum of the first group over some steps. */
function courseOf(make: (optimizer: Scheduled) => Scheduler, steps = 12): number[][] {
  const optimizer = made();
  const scheduler = make(optimizer);
  const now = (): number[] => {
    const { lr, momentum } = optimizer.paramGroups[0] as { lr: number; momentum: number };
    return [lr, momentum];
  };
  const course = [now()];
  for (let i = 0; i < steps; i++) {
    stepOf(scheduler, i);
    course.push(now());
  }
  return course;
}

/** Schedulers with each setting changed from its default, to test that it has an effect. */
const makers: Record<string, (o: Scheduled) => Scheduler> = {
  StepLR: (o) => new StepLR(o, 4),
  "StepLR size": (o) => new StepLR(o, 3),
  "StepLR gamma": (o) => new StepLR(o, 4, { gamma: 0.5 }),
  MultiStepLR: (o) => new MultiStepLR(o, [2, 5]),
  "MultiStepLR twice": (o) => new MultiStepLR(o, [2, 2, 5]),
  "MultiStepLR gamma": (o) => new MultiStepLR(o, [2, 5], { gamma: 0.5 }),
  ExponentialLR: (o) => new ExponentialLR(o, 0.9),
  LambdaLR: (o) => new LambdaLR(o, (t) => 1 / (t + 1)),
  MultiplicativeLR: (o) => new MultiplicativeLR(o, (t) => 1 / (t + 1)),
  ConstantLR: (o) => new ConstantLR(o),
  "ConstantLR factor": (o) => new ConstantLR(o, { factor: 0.5 }),
  "ConstantLR total": (o) => new ConstantLR(o, { totalIters: 3 }),
  LinearLR: (o) => new LinearLR(o),
  "LinearLR start": (o) => new LinearLR(o, { startFactor: 0.5 }),
  "LinearLR end": (o) => new LinearLR(o, { endFactor: 0.5 }),
  "LinearLR total": (o) => new LinearLR(o, { totalIters: 3 }),
  PolynomialLR: (o) => new PolynomialLR(o),
  "PolynomialLR total": (o) => new PolynomialLR(o, { totalIters: 3 }),
  "PolynomialLR power": (o) => new PolynomialLR(o, { power: 2 }),
  CosineAnnealingLR: (o) => new CosineAnnealingLR(o, 5),
  "CosineAnnealingLR etaMin": (o) => new CosineAnnealingLR(o, 5, { etaMin: 0.01 }),
  WarmRestarts: (o) => new CosineAnnealingWarmRestarts(o, 3),
  "WarmRestarts mult": (o) => new CosineAnnealingWarmRestarts(o, 3, { TMult: 2 }),
  "WarmRestarts etaMin": (o) => new CosineAnnealingWarmRestarts(o, 3, { etaMin: 0.01 }),
  CyclicLR: (o) => new CyclicLR(o, 0.01, 0.1, { stepSizeUp: 2 }),
  "CyclicLR down": (o) => new CyclicLR(o, 0.01, 0.1, { stepSizeUp: 2, stepSizeDown: 4 }),
  "CyclicLR triangular2": (o) => new CyclicLR(o, 0.01, 0.1, { stepSizeUp: 2, mode: "triangular2" }),
  "CyclicLR exp_range": (o) =>
    new CyclicLR(o, 0.01, 0.1, { stepSizeUp: 2, mode: "exp_range", gamma: 0.9 }),
  "CyclicLR scaleFn": (o) => new CyclicLR(o, 0.01, 0.1, { stepSizeUp: 2, scaleFn: (x) => 1 / x }),
  "CyclicLR scaleMode": (o) =>
    new CyclicLR(o, 0.01, 0.1, {
      stepSizeUp: 2,
      scaleFn: (x) => 1 / (x + 1),
      scaleMode: "iterations",
    }),
  "CyclicLR no momentum": (o) =>
    new CyclicLR(o, 0.01, 0.1, { stepSizeUp: 2, cycleMomentum: false }),
  "CyclicLR base momentum": (o) => new CyclicLR(o, 0.01, 0.1, { stepSizeUp: 2, baseMomentum: 0.5 }),
  "CyclicLR max momentum": (o) => new CyclicLR(o, 0.01, 0.1, { stepSizeUp: 2, maxMomentum: 1 }),
  OneCycleLR: (o) => new OneCycleLR(o, 1, { totalSteps: 13 }),
  "OneCycleLR epochs": (o) => new OneCycleLR(o, 1, { epochs: 2, stepsPerEpoch: 7 }),
  "OneCycleLR pctStart": (o) => new OneCycleLR(o, 1, { totalSteps: 13, pctStart: 0.5 }),
  "OneCycleLR linear": (o) => new OneCycleLR(o, 1, { totalSteps: 13, annealStrategy: "linear" }),
  "OneCycleLR no momentum": (o) => new OneCycleLR(o, 1, { totalSteps: 13, cycleMomentum: false }),
  "OneCycleLR base momentum": (o) => new OneCycleLR(o, 1, { totalSteps: 13, baseMomentum: 0.5 }),
  "OneCycleLR max momentum": (o) => new OneCycleLR(o, 1, { totalSteps: 13, maxMomentum: 1 }),
  "OneCycleLR divFactor": (o) => new OneCycleLR(o, 1, { totalSteps: 13, divFactor: 5 }),
  "OneCycleLR finalDivFactor": (o) => new OneCycleLR(o, 1, { totalSteps: 13, finalDivFactor: 5 }),
  "OneCycleLR threePhase": (o) => new OneCycleLR(o, 1, { totalSteps: 13, threePhase: true }),
  Plateau: (o) => new ReduceLROnPlateau(o, { patience: 1 }),
  "Plateau mode": (o) => new ReduceLROnPlateau(o, { patience: 1, mode: "max" }),
  "Plateau factor": (o) => new ReduceLROnPlateau(o, { patience: 1, factor: 0.5 }),
  "Plateau patience": (o) => new ReduceLROnPlateau(o, { patience: 2 }),
  "Plateau threshold": (o) => new ReduceLROnPlateau(o, { patience: 1, threshold: 0.01 }),
  "Plateau thresholdMode": (o) =>
    new ReduceLROnPlateau(o, { patience: 1, threshold: 0.6, thresholdMode: "abs" }),
  "Plateau threshold rel": (o) => new ReduceLROnPlateau(o, { patience: 1, threshold: 0.6 }),
  "Plateau cooldown": (o) => new ReduceLROnPlateau(o, { patience: 1, cooldown: 3 }),
  "Plateau minLr": (o) => new ReduceLROnPlateau(o, { patience: 1, minLr: 0.005 }),
  "Plateau eps": (o) => new ReduceLROnPlateau(o, { patience: 1, eps: 0.02 }),
  SequentialLR: (o) =>
    new SequentialLR(o, [new ConstantLR(o), new ExponentialLR(o, 0.8), new StepLR(o, 2)], [3, 7]),
  ChainedScheduler: (o) => new ChainedScheduler([new ConstantLR(o), new ExponentialLR(o, 0.8)]),
};

test("every setting changes the rates", () => {
  const courses = new Map<string, string[]>();
  for (const [name, make] of Object.entries(makers)) {
    const course = String(courseOf(make));
    courses.set(course, [...(courses.get(course) ?? []), name]);
  }
  expect([...courses.values()].filter((names) => names.length > 1)).toEqual([]);
});

test.each(Object.entries(makers))("%s continues from a saved state", (_, make) => {
  const [a, b] = [made(), made()];
  const whole = make(a);
  for (let i = 0; i < 4; i++) stepOf(whole, i);
  const saved = JSON.parse(JSON.stringify(whole.stateDict()));
  const resumed = make(b);
  (resumed as unknown as { loadStateDict(saved: object): void }).loadStateDict(saved);
  expect(resumed.getLastLr()).toEqual(whole.getLastLr());
  for (let i = 4; i < metrics.length; i++) {
    stepOf(whole, i);
    stepOf(resumed, i);
    expect(b.paramGroups[0]?.lr).toBe(a.paramGroups[0]?.lr);
  }
});

test("settings per group, and β₁ as Adam's momentum", () => {
  const groups = () => [1, 2].map(() => ({ params: [zeros([1], { requiresGrad: true })] }));
  const optimizer = new Adam(groups(), { lr: 0.1 });
  const scheduler = new CyclicLR(optimizer, [0.1, 0.2], [0.3, 0.4], { stepSizeUp: 1 });
  scheduler.step();
  expect(scheduler.getLastLr()[0]).toBeCloseTo(0.3);
  expect(scheduler.getLastLr()[1]).toBeCloseTo(0.4);
  expect(optimizer.paramGroups[1]?.betas[0]).toBeCloseTo(0.8);
  expect(optimizer.paramGroups[1]?.betas[1]).toBe(0.999);
  const lambda = new LambdaLR(new SGD(groups(), { lr: 1 }), [() => 0.5, (t) => t]);
  lambda.step();
  expect(lambda.getLastLr()).toEqual([0.5, 1]);
});

test("lastEpoch resumes a schedule from the groups' current rates", () => {
  const optimizer = made();
  const whole = new ExponentialLR(optimizer, 0.5);
  for (let i = 0; i < 3; i++) whole.step();
  const later = new ExponentialLR(optimizer, 0.5, { lastEpoch: 2 });
  expect(later.lastEpoch).toBe(3);
  expect(later.baseLrs).toEqual([0.1]);
  expect(() => new StepLR(made(), 2, { lastEpoch: 3 })).toThrow(
    "StepLR: lastEpoch is 3, but group 0 has no initialLr",
  );
});

test("warm restarts accept a fractional step", () => {
  const optimizer = made();
  const scheduler = new CosineAnnealingWarmRestarts(optimizer, 4);
  scheduler.step(0.5);
  expect(scheduler.getLastLr()[0]).toBeCloseTo(0.05 * (1 + Math.cos(Math.PI / 8)), 10);
  scheduler.step(4.5);
  expect(scheduler.getLastLr()[0]).toBeCloseTo(0.05 * (1 + Math.cos(Math.PI / 8)), 10);
});

test("a custom schedule is a rule", () => {
  class HalvingLR extends LRScheduler {
    constructor(optimizer: Scheduled) {
      super(optimizer, { lr: ({ epoch, now }) => (epoch === 0 ? now : now / 2) });
    }
  }
  const scheduler = new HalvingLR(made(1));
  scheduler.step();
  expect(scheduler.getLastLr()).toEqual([0.5]);
});

test("a group added later starts with its own rate", () => {
  const optimizer = made(1);
  const scheduler = new ExponentialLR(optimizer, 0.5);
  optimizer.addParamGroup({ params: [zeros([1], { requiresGrad: true })], lr: 4 });
  scheduler.step();
  expect(scheduler.getLastLr()).toEqual([0.5, 2]);
});

test.each<[() => unknown, string]>([
  [() => new OneCycleLR(made(), 1), "OneCycleLR: totalSteps is undefined"],
  [() => new OneCycleLR(made(), 1, { totalSteps: 5, pctStart: 2 }), "OneCycleLR: pctStart is 2"],
  [
    () => new OneCycleLR(made(), 1, { totalSteps: 5, annealStrategy: "x" as "cos" }),
    'OneCycleLR: annealStrategy is "x", not',
  ],
  [
    () => {
      const cycle = new OneCycleLR(made(), 1, { totalSteps: 2 });
      for (let i = 0; i < 3; i++) cycle.step();
    },
    "OneCycleLR.step: step 3 of a cycle of 2",
  ],
  [() => new CyclicLR(made(), [1, 2], 3), "CyclicLR: baseLr has 2 values, but there are 1 groups"],
  [() => new CyclicLR(made(), 1, 2, { mode: "x" as "triangular" }), 'CyclicLR: mode is "x", not'],
  [
    () => new CyclicLR({ paramGroups: [{ lr: 1 }] }, 1, 2),
    "CyclicLR: the optimizer has neither momentum nor betas to cycle\n  hint: pass { cycleMomentum: false }",
  ],
  [() => new ConstantLR(made(), { factor: 2 }), "ConstantLR: factor is 2"],
  [() => new LinearLR(made(), { startFactor: 0 }), "LinearLR: startFactor is 0"],
  [
    () => new CosineAnnealingWarmRestarts(made(), 0),
    "CosineAnnealingWarmRestarts: T0 is 0 and TMult 1",
  ],
  [() => new ReduceLROnPlateau(made(), { factor: 1 }), "ReduceLROnPlateau: factor is 1"],
  [
    () => new ReduceLROnPlateau(made()).step(zeros([]) as unknown as number),
    "ReduceLROnPlateau.step: takes a number\n  hint: scheduler.step(await loss.item())",
  ],
  [() => new ChainedScheduler([]), "ChainedScheduler: no schedulers"],
  [
    () => new ChainedScheduler([new StepLR(made(), 1), new StepLR(made(), 1)]),
    "ChainedScheduler: the schedulers belong to different optimizers",
  ],
  [
    () => {
      const o = made();
      return new SequentialLR(o, [new StepLR(o, 1)], [3]);
    },
    "SequentialLR: 1 schedulers and 1 milestones",
  ],
  [
    () => {
      const o = made();
      return new SequentialLR(o, [new StepLR(o, 1), new StepLR(o, 1), new StepLR(o, 1)], [3, 3]);
    },
    "SequentialLR: milestones must be above 0 and increase, got 3, 3",
  ],
  [
    () => new StepLR(made(), 1).loadStateDict({ lastEpoch: 1, baseLrs: [], lastLr: [] }),
    "StepLR.loadStateDict: the state has 0 groups, but the optimizer has 1",
  ],
  [
    () => {
      const o = made();
      new ChainedScheduler([new StepLR(o, 1)]).loadStateDict({
        lastEpoch: 1,
        lastLr: [1],
        schedulers: [],
      });
    },
    "ChainedScheduler.loadStateDict: the state has 0 schedulers, but there are 1",
  ],
])("%s", (make, message) => {
  expect(make).toThrow(message);
});
