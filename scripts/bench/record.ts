/** Host time of recording, on a device that does nothing. */
import { manualSeed, randn, type Tensor } from "@wgrad/autograd";
import { pendingNodes, useIdleDevice } from "@wgrad/autograd/testing";
import { models } from "../steps/models.ts";
import { workloads } from "../steps/workloads.ts";

interface RecordCost {
  /** Median microseconds to record one operation. */
  readonly microsecondsPerNode: number;
  readonly nodes: number;
  readonly runs: number;
}

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[values.length >> 1] as number;

/**
 * Times `run` on a device that does nothing, for each recorded node. `rest` runs in between and is
 * not timed.
 */
function recordCost(runs: number, run: () => void, rest: () => void): RecordCost {
  const costs: number[] = [];
  let nodes = 0;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    run();
    const elapsed = performance.now() - start;
    nodes = pendingNodes();
    rest();
    if (i >= runs / 5) costs.push((elapsed * 1000) / nodes);
  }
  return { microsecondsPerNode: Math.round(median(costs) * 1000) / 1000, nodes, runs };
}

/** Host time of recording typical programs. */
export function record(): Record<string, RecordCost> {
  useIdleDevice();
  manualSeed(0);
  const a = randn([64, 64]);
  const w = randn([64, 64], { requiresGrad: true });
  let last: Tensor = a;
  const chain =
    (x: Tensor): (() => void) =>
    () => {
      last = x;
      for (let i = 0; i < 250; i++) last = last.mul(w).add(a).sigmoid().sub(0.5);
    };
  const settle = (): void => {
    last.realize();
  };
  let loss: Tensor;
  return {
    "elementwise, no gradient": recordCost(300, chain(a.detach()), settle),
    "elementwise, gradients": recordCost(
      300,
      () => {
        last = a;
        for (let i = 0; i < 250; i++) last = last.mul(w).add(a).sigmoid().sub(0.5);
      },
      settle,
    ),
    "forward and backward": recordCost(
      300,
      () => {
        last = a;
        for (let i = 0; i < 100; i++) last = last.matmul(w).add(a).relu();
        loss = last.sum();
        loss.backward();
      },
      () => {
        loss.realize();
        w.grad = null;
      },
    ),
  };
}

/** Steps until the JavaScript engine has optimised the code, and timed steps. */
const [WARM, TIMED] = [500, 500];

/** Host time of whole training steps. */
export type HostCosts = Readonly<Record<string, { readonly microsecondsPerStep: number }>>;

/**
 * Median host microseconds of whole training steps: recording, planning, and a submit that does
 * nothing.
 */
export async function host(): Promise<HostCosts> {
  useIdleDevice();
  manualSeed(0);
  const costs: Record<string, { microsecondsPerStep: number }> = {};
  for (const [name, make] of Object.entries(models)) {
    const step = make((workloads[name] as (typeof workloads)[string])());
    const times: number[] = [];
    for (let i = 0; i < WARM + TIMED; i++) {
      const start = performance.now();
      step.run();
      if (i >= WARM) times.push((performance.now() - start) * 1000);
      // yield like a program that awaits the loss: the engine does pending work between tasks
      await new Promise(setImmediate);
    }
    costs[name] = { microsecondsPerStep: Math.round(median(times)) };
  }
  return costs;
}
