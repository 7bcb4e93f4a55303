import { ArgumentError, noGrad, stack, Tensor } from "@wgrad/autograd";
import { describe } from "@wgrad/autograd/plugin";
import { type Curvature, own, type PreviousStep } from "./curvature.ts";
import {
  checkSavedGroups,
  type OptimizerState,
  type OptimizerStateDict,
  packState,
} from "./state-dict.ts";

/** State of LBFGS between steps. */
export interface LBFGSMemory {
  /** Number of calls of the closure and number of iterations, over all steps. */
  funcEvals: number;
  nIter: number;
  past: PreviousStep | null;
  /** Curvature pairs, oldest first. */
  readonly curvatures: Curvature[];
}

interface Group {
  params: Tensor[];
}

export function packMemory(
  groups: readonly Group[],
  memory: LBFGSMemory | null,
): OptimizerStateDict {
  const first = groups[0]?.params[0] as Tensor;
  const entries: [Tensor, OptimizerState][] = memory === null ? [] : [[first, entryOf(memory)]];
  return packState(groups, new Map(entries));
}

function entryOf({ funcEvals, nIter, past, curvatures }: LBFGSMemory): OptimizerState {
  if (past === null) return { funcEvals, nIter };
  const { t, loss, direction, gradient } = past;
  const entry = { funcEvals, nIter, t, prevLoss: loss, d: direction, prevFlatGrad: gradient };
  if (curvatures.length === 0) return entry;
  const all = (name: keyof Curvature): Tensor =>
    noGrad(() => stack(curvatures.map((one) => one[name])));
  return {
    ...entry,
    oldDirs: all("y"),
    oldStps: all("s"),
    products: all("product"),
    scales: all("scale"),
  };
}

/**
 * Names of the saved values by kind: counts and numbers, vectors of the last step, one row per
 * curvature pair.
 */
const counts = ["funcEvals", "nIter"];
const numbers = ["t", "prevLoss"];
const vectors = ["d", "prevFlatGrad"];
const rows = ["oldDirs", "oldStps", "products", "scales"] as const;

/** Checks the saved state and returns the memory to set. Changes nothing. */
export function restoreMemory(
  optimizer: string,
  groups: readonly Group[],
  saved: OptimizerStateDict,
): LBFGSMemory | null {
  checkSavedGroups(optimizer, groups, saved);
  const entry: unknown = saved.state[0];
  if (entry === undefined) return null;
  const size = groups.flatMap(({ params }) => params).reduce((n, p) => n + p.numel(), 0);
  const found = checkEntry(optimizer, entry, size);
  const past = found.d === undefined ? null : found;
  const length = (found.oldDirs as Tensor | undefined)?.shape[0] ?? 0;
  const row = (name: (typeof rows)[number], i: number): Tensor =>
    own((found[name] as Tensor).select(0, i));
  return {
    funcEvals: found.funcEvals as number,
    nIter: found.nIter as number,
    past: past && {
      direction: own(past.d as Tensor),
      gradient: own(past.prevFlatGrad as Tensor),
      loss: past.prevLoss as number,
      t: past.t as number,
    },
    curvatures: Array.from({ length }, (_, i) => ({
      y: row("oldDirs", i),
      s: row("oldStps", i),
      product: row("products", i),
      scale: row("scales", i),
    })),
  };
}

/**
 * Throws ArgumentError unless `entry` has the form that `entryOf` returns, for parameters of `size`
 * elements in total.
 */
function checkEntry(optimizer: string, entry: unknown, size: number): OptimizerState {
  const state = (typeof entry === "object" ? entry : null) as Partial<OptimizerState> | null;
  const refuse = (name: string, wanted: string): never => {
    throw new ArgumentError(
      `${optimizer}.loadStateDict: '${name}' is ${describe(state?.[name])}\n  hint: ${wanted}`,
    );
  };
  const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
  for (const name of counts) {
    if (!isCount(state?.[name])) refuse(name, "expected a whole number ≥ 0");
  }
  const all = state as OptimizerState;
  const hasPast = [...numbers, ...vectors].some((name) => name in all);
  const length = all.oldDirs instanceof Tensor ? (all.oldDirs.shape[0] as number) : 0;
  for (const name of hasPast ? numbers : []) {
    if (!Number.isFinite(all[name])) refuse(name, "expected a finite number");
  }
  const check = (name: string, shape: readonly number[]): void => {
    const value = all[name];
    if (value instanceof Tensor && String(value.shape) === String(shape)) return;
    refuse(
      name,
      `expected a tensor [${shape.join(", ")}], because the parameters have ${size} elements`,
    );
  };
  for (const name of hasPast ? vectors : []) check(name, [size]);
  if (rows.some((name) => name in all)) {
    for (const name of ["oldDirs", "oldStps"]) check(name, [length, size]);
    for (const name of ["products", "scales"]) check(name, [length]);
  }
  return all;
}
