import { expect } from "vitest";
import { spawn } from "../src/index.ts";
import type { Trained } from "./programs/training.ts";

/** Result of one rank for one case. */
export interface Report {
  readonly device: string;
  readonly size: number;
  readonly rank: number;
  readonly name: string;
  readonly result: unknown;
}

/** Results of all ranks, by case, device and number of ranks. */
export type AllReports = ReadonlyMap<string, readonly unknown[]>;

export const keyOf = (name: string, device: string, size: number): string =>
  `${name} on ${device} with ${size}`;

export function collect(reported: readonly Report[]): AllReports {
  const all = new Map<string, unknown[]>();
  for (const { name, device, size, rank, result } of reported) {
    const key = keyOf(name, device, size);
    const list = all.get(key) ?? [];
    list[rank] = result;
    all.set(key, list);
  }
  return all;
}

/** Runs the cases on threads. */
export async function reportsFromThreads(
  program: string,
  args: readonly string[],
): Promise<AllReports> {
  const reported: Report[] = [];
  await spawn(program, {
    nprocs: 3,
    args,
    onMessage: (list) => reported.push(...(list as Report[])),
  });
  return collect(reported);
}

/** Sums in another order differ by about a hundred roundings of f32. */
const TOLERANCE = 1e-5;

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  const far = found.findIndex(
    (value, i) => !(Math.abs(value - (wanted[i] as number)) <= TOLERANCE),
  );
  expect(far < 0 ? "close" : `${far}: ${found[far]} instead of ${wanted[far]}`).toBe("close");
}

type Check = (result: never, alone: never) => void;

const sameTraining: Check = (result: Trained, alone: Trained) => {
  expectClose(result.losses, alone.losses);
  expectClose(result.weights, alone.weights);
};

type Fitted = Trained & {
  readonly epochs: readonly { readonly training: { readonly loss: number } }[];
};

/** Checks of each case's result, against another case or the result of a single rank. */
export const checks: Readonly<Record<string, { readonly as?: string; readonly check: Check }>> = {
  "adam alone": { check: sameTraining },
  adam: { as: "adam alone", check: sameTraining },
  momentum: { check: sameTraining },
  "small buckets, clipped": { check: sameTraining },
  accumulated: {
    as: "adam alone",
    check: (result: number[], alone: Trained) => expectClose(result, alone.weights),
  },
  uneven: {
    check: (result: { weights: number[]; reference: number[] }) =>
      expectClose(result.weights, result.reference),
  },
  "batch norm over ranks": {
    check: (result: { kind: string; weights: number[]; reference: number[] }) => {
      expect(result.kind).toBe("SyncBatchNorm");
      expectClose(result.weights, result.reference);
    },
  },
  unused: {
    check: (result: { reported: string[]; found: number }, alone: typeof result) => {
      expect(result.reported).toEqual([
        "ArgumentError: DistributedDataParallel.synchronize: the loss does not depend on 2 of the parameters" +
          "\n  branch.weight: k of n ranks have a gradient\n  branch.bias: k of n ranks have a gradient" +
          "\n  hint: pass { findUnusedParameters: true } to treat them as zeros, or set requiresGrad = false before you wrap the model",
      ]);
      expectClose([result.found], [alone.found]);
    },
  },
  forgotten: {
    check: (result: string) =>
      expect(result).toContain(
        "DistributedError: DistributedDataParallel: the gradients of the last backward were not synchronized" +
          "\n  hint: await ddp.synchronize() between backward() and optimizer.step(), or noSync(() => …) to accumulate",
      ),
  },
  "split over ranks": {
    as: "adam alone",
    check: (result: Trained & { states: number }, alone: Trained) => {
      sameTraining(result as never, alone as never);
      expect(result.states).toBe(4); // each parameter's state is on one rank
    },
  },
  "split state, saved": {
    as: "adam alone",
    check: ({ straight, resumed }: Record<"straight" | "resumed", number[]>, alone: Trained) => {
      expect(resumed).toEqual(straight);
      expectClose(straight, alone.weights);
    },
  },
  "scaled loss": {
    check: (result: { scales: number[]; weights: number[] }, alone: typeof result) => {
      expect(result.scales).toEqual([1024, 512, 512, 512]);
      expectClose(result.weights, alone.weights);
    },
  },
  fit: { check: sameFit },
  "fit, accumulated": { as: "fit", check: sameFit },
  "saved and resumed": {
    as: "fit",
    check: ({ straight, resumed }: Record<"straight" | "resumed", Fitted>) =>
      expect(resumed).toEqual(straight),
  },
  "cannot save": { check: (result: boolean) => expect(result).toBe(true) },
  collectives: {
    check: (result: string[]) => expect(result).toEqual(result.map(() => "right")),
  },
};

function sameFit(result: never, alone: never): void {
  const [found, wanted] = [result, alone] as readonly Fitted[] as [Fitted, Fitted];
  expectClose(found.weights, wanted.weights);
  const scores = ({ epochs }: Fitted): number[] =>
    epochs.flatMap((record) => Object.values({ ...record.training, ...record.training }));
  expectClose(scores(found), scores(wanted));
}

/** Checks that all ranks report the same result, and that it matches a single rank's. */
export function checkReports(all: AllReports, name: string, device: string, size: number): void {
  const ranks = all.get(keyOf(name, device, size)) as readonly unknown[];
  expect(ranks.length).toBe(size);
  for (const other of ranks) expect(other).toEqual(ranks[0]);
  const { as = name, check } = checks[name] as { as?: string; check: Check };
  const [alone] = all.get(keyOf(as, device, 1)) ?? [];
  check(ranks[0] as never, alone as never);
}
