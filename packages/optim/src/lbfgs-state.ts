import { ArgumentError, noGrad, stack, Tensor } from "@wgrad/autograd";
import { describe } from "@wgrad/autograd/plugin";
import { type Curvature, own, type Past } from "./curvature.ts";
import {
  checkSavedGroups,
  type OptimizerState,
  type OptimizerStateDict,
  packState,
} from "./state-dict.ts";

/** What LBFGS remembers between steps. */
export interface LBFGSMemory {
  /** Evaluations of the closure, and iterations, in all steps. */
  funcEvals: number;
  nIter: number;
  past: Past | null;
  /** Of the last steps, oldest first. */
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

/** Numbers and vectors of the last step, and rows of the steps before it. */
const counts = ["funcEvals", "nIter"];
const numbers = ["t", "prevLoss"];
const vectors = ["d", "prevFlatGrad"];
const rows = ["oldDirs", "oldStps", "products", "scales"] as const;

/** What is to be remembered, checked; changes nothing. */
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
 * Throws ArgumentError unless it is what `entryOf` made, for parameters of so many elements
 * together.
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
    if (!isCount(state?.[name])) refuse(name, "a whole number, 0 or more");
  }
  const all = state as OptimizerState;
  const hasPast = [...numbers, ...vectors].some((name) => name in all);
  const length = all.oldDirs instanceof Tensor ? (all.oldDirs.shape[0] as number) : 0;
  for (const name of hasPast ? numbers : []) {
    if (!Number.isFinite(all[name])) refuse(name, "a finite number");
  }
  const check = (name: string, shape: readonly number[]): void => {
    const value = all[name];
    if (value instanceof Tensor && String(value.shape) === String(shape)) return;
    refuse(name, `a tensor [${shape.join(", ")}], as the parameters have ${size} elements`);
  };
  for (const name of hasPast ? vectors : []) check(name, [size]);
  if (rows.some((name) => name in all)) {
    for (const name of ["oldDirs", "oldStps"]) check(name, [length, size]);
    for (const name of ["products", "scales"]) check(name, [length]);
  }
  return all;
}
