import { init, zeros } from "@wgrad/autograd";
import * as optim from "@wgrad/optim";
import { beforeAll, describe, expect, test } from "vitest";
import fixture from "./fixtures/last-epoch.json" with { type: "json" };

beforeAll(async () => {
  await init({ device: "cpu" });
});

type Made = new (optimizer: optim.Scheduled, ...args: unknown[]) => optim.LRScheduler;

const camel = (name: string): string =>
  name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

describe("a scheduler made with lastEpoch", () => {
  test.each(fixture.cases)("$scheduler $kwargs, $before steps on, from $last", (item) => {
    const Scheduler = (optim as unknown as Record<string, Made>)[item.scheduler] as Made;
    const options = Object.fromEntries(
      Object.entries(item.kwargs).map(([name, value]) => [camel(name), value]),
    );
    const optimizer = new optim.SGD([zeros([1], { requiresGrad: true })], {
      lr: 0.1,
      momentum: 0.5,
    });
    const first = new Scheduler(optimizer, ...item.args, options);
    for (let i = 0; i < item.before; i++) first.step();
    const again = new Scheduler(optimizer, ...item.args, { ...options, lastEpoch: item.last });
    const [group] = optimizer.paramGroups;
    item.course.forEach(([lr, momentum], i) => {
      if (i > 0) again.step();
      expect(group?.lr).toBeCloseTo(lr as number, 12);
      expect(group?.momentum).toBeCloseTo(momentum as number, 12);
    });
  });

  test.each([-2, 0.5, Number.NaN, "3"])("refuses %s", (lastEpoch) => {
    const optimizer = new optim.SGD([zeros([1], { requiresGrad: true })], { lr: 0.1 });
    const make = (): unknown => new optim.StepLR(optimizer, 1, { lastEpoch: lastEpoch as number });
    expect(make).toThrow(/StepLR: lastEpoch is /);
  });
});
