import { ArgumentError, noGrad, Tensor } from "@wgrad/autograd";
import { describe, persist } from "@wgrad/autograd/plugin";

/** State of one parameter, by name. */
export type OptimizerState = Record<string, Tensor | number>;

/** An optimizer's settings and state as plain data. Parameters are numbered through all groups. */
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

/**
 * Throws ArgumentError unless `saved` is an optimizer state with the same numbers of groups and
 * parameters.
 */
export function checkSavedGroups(
  optimizer: string,
  groups: readonly Group[],
  saved: OptimizerStateDict,
): void {
  const { state, paramGroups } = (isPlain(saved) ? saved : {}) as Partial<OptimizerStateDict>;
  const isState =
    isPlain(state) &&
    Array.isArray(paramGroups) &&
    paramGroups.every((group) => isPlain(group) && isIndices(group.params));
  if (!isState) {
    throw new ArgumentError(
      `${optimizer}.loadStateDict: not an optimizer state, { state, paramGroups }\n  hint: pass what stateDict() returned`,
    );
  }
  const sizes = groups.map((group) => group.params.length);
  const savedSizes = saved.paramGroups.map((group) => group.params.length);
  if (String(sizes) !== String(savedSizes)) {
    throw new ArgumentError(
      `${optimizer}.loadStateDict: the saved groups differ` +
        `\n  here: ${sizes.length} of ${sizes.join(", ")} parameters` +
        `\n  saved: ${savedSizes.length} of ${savedSizes.join(", ")} parameters`,
    );
  }
  const indices = saved.paramGroups.flatMap((group) => group.params.map(String));
  const stray = Object.keys(saved.state).find((index) => !indices.includes(index));
  if (stray === undefined && new Set(indices).size === indices.length) return;
  throw new ArgumentError(
    `${optimizer}.loadStateDict: ` +
      (stray === undefined
        ? "a saved parameter is listed twice"
        : `parameter ${stray} has state, but is in no saved group`),
  );
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value) &&
  !(value instanceof Tensor);

const isIndices = (list: unknown): boolean =>
  Array.isArray(list) && list.every((index) => Number.isInteger(index) && index >= 0);

/** Expected state of a parameter after its first step, by name; null if unknown. */
export type Layout = Readonly<OptimizerState> | null;

/**
 * Checks the saved state against the optimizer's groups and the expected `layoutOf` each parameter.
 * Returns the state to set and changes nothing.
 */
export function restoreState<G extends Group>(
  optimizer: string,
  groups: readonly G[],
  saved: OptimizerStateDict,
  layoutOf: (param: Tensor, group: G, step: number) => Layout,
): Map<Tensor, OptimizerState> {
  checkSavedGroups(optimizer, groups, saved);
  const restored = new Map<Tensor, OptimizerState>();
  const indices = saved.paramGroups.flatMap((group) => group.params);
  let i = 0;
  for (const group of groups) {
    for (const param of group.params) {
      const entry: unknown = saved.state[indices[i] as number];
      const place = `${optimizer}.loadStateDict: parameter ${i++}`;
      if (entry === undefined) continue;
      checkEntry(place, param, entry, (step) => layoutOf(param, group, step));
      restored.set(param, entry as OptimizerState);
    }
  }
  for (const [param, entry] of restored) {
    restored.set(
      param,
      mapTensors(entry, (value) => persistentCopy(value)),
    );
  }
  return restored;
}

/** Throws ArgumentError unless a parameter's entry has the form of this optimizer's state. */
function checkEntry(
  place: string,
  param: Tensor,
  entry: unknown,
  layoutAt: (step: number) => Layout,
): void {
  if (!isPlain(entry)) {
    throw new ArgumentError(`${place}: its state is ${describe(entry)}, not an object`);
  }
  const { step } = entry;
  if (!(Number.isInteger(step) && (step as number) >= 0)) {
    throw new ArgumentError(
      `${place}: step is ${describe(step)}\n  hint: a whole number, 0 or more`,
    );
  }
  const layout = layoutAt(step as number);
  const missing = Object.keys(layout ?? {}).find((name) => !Object.hasOwn(entry, name));
  if (missing !== undefined) {
    throw new ArgumentError(
      `${place}: '${missing}' is missing\n  saved: ${Object.keys(entry).join(", ")}` +
        "\n  hint: was it saved by another optimizer, or with other settings?",
    );
  }
  for (const [name, value] of Object.entries(entry)) {
    if (name !== "step") checkValue(place, name, value, param, layout);
  }
}

function checkValue(
  place: string,
  name: string,
  value: unknown,
  param: Tensor,
  layout: Layout,
): void {
  // the state may have values that the settings no longer need
  const expected = layout?.[name];
  if (value instanceof Tensor) {
    const shape = expected instanceof Tensor ? expected.shape : param.shape;
    const fits =
      String(value.shape) === String(shape) || (expected === undefined && value.ndim === 0);
    if (!fits || typeof expected === "number") {
      throw new ArgumentError(
        `${place}: '${name}' does not fit` +
          `\n  ${typeof expected === "number" ? "here: a number" : `parameter: [${shape.join(", ")}]`}` +
          `\n  saved: [${value.shape.join(", ")}]`,
      );
    }
    if (value.device === param.device) return;
    throw new ArgumentError(
      `${place}: '${name}' is on the ${value.device} device, the parameter on ${param.device}` +
        `\n  hint: load(file, { device: "${param.device}" })`,
    );
  }
  if (typeof value !== "number" || !Number.isFinite(value) || expected instanceof Tensor) {
    throw new ArgumentError(
      `${place}: '${name}' is ${describe(value)}` +
        `\n  hint: ${expected instanceof Tensor ? `a tensor [${expected.shape.join(", ")}]` : "a finite number"}`,
    );
  }
}

/** Merges the saved settings into copies of the groups, without the parameters. Changes nothing. */
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
