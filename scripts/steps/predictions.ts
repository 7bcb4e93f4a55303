import { type DeviceClass, manualSeed } from "@wgrad/autograd";
import { machines, type Prediction, predict } from "@wgrad/autograd/testing";
import { models } from "./models.ts";
import { workloads } from "./workloads.ts";

type Machine = keyof typeof machines;

/** Kernels that touch more elements than this need many threads to occupy a GPU. */
const MANY = 10_000;
const ENOUGH = 4096;

/** Kernels below this fraction of the bound are marked. */
const LEAST_SHARE = 0.3;

/** Predicted times of the kernels of a workload's steady step on a machine. Nothing is run. */
export async function predictionsOf(
  name: string,
  machine: Machine,
  batch?: number,
): Promise<readonly Prediction[]> {
  const workload = (workloads[name] as (typeof workloads)[string])(batch);
  return predict(async () => {
    manualSeed(0);
    const step = (models[name] as (typeof models)[string])(workload);
    for (let i = 0; i < 3; i++) await step.run().item();
  }, machine);
}

export const totalOf = (
  all: readonly Prediction[],
): { dispatches: number; microseconds: number; bound: number } =>
  all.reduce(
    (sum, { count, threads, microseconds, bound }) => ({
      dispatches: sum.dispatches + count * threads.length,
      microseconds: sum.microseconds + count * microseconds,
      bound: sum.bound + count * bound,
    }),
    { dispatches: 0, microseconds: 0, bound: 0 },
  );

/** Kernels with too few threads for the elements that they touch. */
export const starved = (all: readonly Prediction[]): readonly Prediction[] =>
  all.filter(({ bytes, threads }) => bytes / 4 > MANY && Math.max(...threads) < ENOUGH);

/**
 * Prints each kernel of each workload on the machines of a class, and marks those that are far from
 * the bound.
 */
export async function printPredictions(
  names: readonly string[],
  kind: DeviceClass,
  batch: number | undefined,
): Promise<void> {
  const all = Object.keys(machines) as Machine[];
  for (const machine of all.filter((one) => machines[one].class === kind)) {
    for (const name of names) {
      const all = await predictionsOf(name, machine, batch);
      const { dispatches, microseconds, bound } = totalOf(all);
      const ratio = (microseconds / bound).toFixed(2);
      console.log(
        `\n${name} on ${machine}: ${dispatches} dispatches, ${microseconds.toFixed(0)} µs predicted, ${ratio} × the bound by bytes and operations`,
      );
      for (const one of [...all].sort(byTime)) console.log(`  ${lineOf(one)}`);
    }
  }
  console.log(
    `\n"under ${100 * LEAST_SHARE} %" of the bound, "few threads": under ${ENOUGH} for over ${MANY} elements; the time between dispatches is not included`,
  );
}

const byTime = (a: Prediction, b: Prediction): number =>
  b.count * b.microseconds - a.count * a.microseconds;

function lineOf(one: Prediction): string {
  const { kernel, count, threads, microseconds, bound } = one;
  const faults = [
    ...(bound < LEAST_SHARE * microseconds ? [`under ${100 * LEAST_SHARE} %`] : []),
    ...(starved([one]).length > 0 ? ["few threads"] : []),
  ];
  const text = kernel.length > 70 ? `${kernel.slice(0, 69)}…` : kernel;
  return `${String(count).padStart(3)} × ${microseconds.toFixed(2).padStart(8)} µs  ${threads.join(" + ").padStart(9)} threads  ${text}${faults.length > 0 ? `  (${faults.join(", ")})` : ""}`;
}
