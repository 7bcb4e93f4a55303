import { ArgumentError, noGrad, stack, type Tensor } from "@wgrad/autograd";
import { type Curvature, own, type Past } from "./curvature.ts";
import {
  checkSavedGroups,
  type OptimizerState,
  type OptimizerStateDict,
  packState,
  restoreGroups,
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

/** What is to be remembered, and the groups' saved settings; if anything does not fit, nothing changes. */
export function restoreMemory(
  optimizer: string,
  groups: readonly Group[],
  saved: OptimizerStateDict,
): LBFGSMemory | null {
  checkSavedGroups(optimizer, groups, saved);
  const entry = saved.state[0];
  const size = groups.flatMap(({ params }) => params).reduce((n, p) => n + p.numel(), 0);
  const found = (entry?.prevFlatGrad as Tensor | undefined)?.shape[0] ?? size;
  if (found !== size) {
    throw new ArgumentError(
      `${optimizer}.loadStateDict: saved of ${found} elements, the parameters here have ${size}`,
    );
  }
  restoreGroups(groups, saved);
  if (entry === undefined) return null;
  const rows = (name: string, i: number): Tensor => own((entry[name] as Tensor).select(0, i));
  const length = (entry.oldDirs as Tensor | undefined)?.shape[0] ?? 0;
  return {
    funcEvals: entry.funcEvals as number,
    nIter: entry.nIter as number,
    past:
      entry.d === undefined
        ? null
        : {
            direction: own(entry.d as Tensor),
            gradient: own(entry.prevFlatGrad as Tensor),
            loss: entry.prevLoss as number,
            t: entry.t as number,
          },
    curvatures: Array.from({ length }, (_, i) => ({
      y: rows("oldDirs", i),
      s: rows("oldStps", i),
      product: rows("products", i),
      scale: rows("scales", i),
    })),
  };
}
