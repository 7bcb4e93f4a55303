import { ArgumentError, noGrad, Tensor } from "@wgrad/autograd";
import { persist } from "@wgrad/autograd/plugin";

/** What is remembered of one parameter. */
export type OptimizerState = Record<string, Tensor | number>;

/** An optimizer's settings and memory as plain data: parameters are numbered through all groups. */
export interface OptimizerStateDict {
  readonly state: Record<number, OptimizerState>;
  readonly paramGroups: readonly ({ readonly params: readonly number[] } & Record<
    string,
    unknown
  >)[];
}

interface Group {
  params: Tensor[];
}

export function packState(
  groups: readonly Group[],
  memory: ReadonlyMap<Tensor, OptimizerState>,
): OptimizerStateDict {
  const state: Record<number, OptimizerState> = {};
  let index = 0;
  const paramGroups = groups.map((group) => {
    const params = group.params.map((param) => {
      const entry = memory.get(param);
      if (entry !== undefined) state[index] = mapTensors(entry, (value) => value.detach());
      return index++;
    });
    return { ...group, params };
  });
  return { state, paramGroups };
}

/** Throws ArgumentError unless the saved groups have as many parameters as these. */
export function checkSavedGroups(
  optimizer: string,
  groups: readonly Group[],
  saved: OptimizerStateDict,
): void {
  const sizes = groups.map((group) => group.params.length);
  const savedSizes = saved.paramGroups.map((group) => group.params.length);
  if (String(sizes) !== String(savedSizes)) {
    throw new ArgumentError(
      `${optimizer}.loadStateDict: the saved groups differ` +
        `\n  here: ${sizes.length} of ${sizes.join(", ")} parameters` +
        `\n  saved: ${savedSizes.length} of ${savedSizes.join(", ")} parameters`,
    );
  }
}

/** What is to be remembered of each parameter, checked against the optimizer's groups; changes nothing. */
export function restoreState(
  optimizer: string,
  groups: readonly Group[],
  saved: OptimizerStateDict,
): Map<Tensor, OptimizerState> {
  checkSavedGroups(optimizer, groups, saved);
  const params = groups.flatMap((group) => group.params);
  const indices = saved.paramGroups.flatMap((group) => group.params);
  const restored = new Map<Tensor, OptimizerState>();
  params.forEach((param, i) => {
    const entry = saved.state[indices[i] as number];
    if (entry === undefined) return;
    for (const [name, value] of Object.entries(entry)) {
      if (!(value instanceof Tensor) || value.shape.length === 0) continue;
      if (String(value.shape) === String(param.shape)) continue;
      throw new ArgumentError(
        `${optimizer}.loadStateDict: '${name}' of parameter ${i} does not fit` +
          `\n  parameter: [${param.shape.join(", ")}]\n  saved: [${value.shape.join(", ")}]`,
      );
    }
    restored.set(param, entry);
  });
  for (const [param, entry] of restored) {
    restored.set(
      param,
      mapTensors(entry, (value) => persistentCopy(value)),
    );
  }
  return restored;
}

/** The groups with the saved settings, parameters apart; changes nothing. */
export function restoreGroups<G extends Group>(
  groups: readonly G[],
  saved: OptimizerStateDict,
): G[] {
  return groups.map((group, i) => ({ ...group, ...saved.paramGroups[i], params: group.params }));
}

function persistentCopy(value: Tensor): Tensor {
  const copy = noGrad(() => value.clone());
  persist(copy);
  return copy;
}

function mapTensors(entry: OptimizerState, map: (value: Tensor) => Tensor): OptimizerState {
  return Object.fromEntries(
    Object.entries(entry).map(([name, value]) => [
      name,
      value instanceof Tensor ? map(value) : value,
    ]),
  );
}
