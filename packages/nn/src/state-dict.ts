import { ArgumentError, noGrad, Tensor } from "@wgrad/autograd";
import { commit, describe, inOrder, type Pair } from "@wgrad/autograd/plugin";

/** Tensors under PyTorch's keys (`hidden.weight`), as in safetensors files. */
export type StateDict = Record<string, Tensor>;

/** Keys that `loadStateDict` ignored; also iterable as [missingKeys, unexpectedKeys]. */
export interface LoadReport extends Pair<string[]> {
  /** Keys of the module that the state lacks. */
  readonly missingKeys: string[];
  /** Keys of the state that the module lacks. */
  readonly unexpectedKeys: string[];
}

/** Writes the values of `state` into `targets`, all of them or none. */
export function loadState(
  moduleName: string,
  targets: ReadonlyMap<string, Tensor>,
  state: StateDict,
  strict: boolean,
): LoadReport {
  checkState(moduleName, state);
  const missingKeys = [...targets.keys()].filter((key) => !Object.hasOwn(state, key));
  const unexpectedKeys = Object.keys(state).filter((key) => !targets.has(key));
  const updates = new Map<Tensor, Tensor>();
  const misfits: string[] = [];
  for (const [key, target] of targets) {
    const value = state[key];
    if (value === undefined) continue;
    if (String(value.shape) === String(target.shape)) updates.set(target, value);
    else misfits.push(`${key}: [${value.shape.join(", ")}] into [${target.shape.join(", ")}]`);
  }
  const problems = [
    ...(strict ? lines("missing", missingKeys) : []),
    ...(strict ? lines("unexpected", unexpectedKeys) : []),
    ...lines("shapes differ", misfits),
  ];
  if (problems.length > 0) {
    const hint =
      misfits.length === 0 ? "\n  hint: { strict: false } loads the keys they share" : "";
    throw new ArgumentError(
      `loadStateDict: the state does not fit ${moduleName}${problems.join("")}${hint}`,
    );
  }
  const writes = noGrad(() =>
    [...updates].map(([target, value]) => [target, value.to(target.dtype)] as const),
  );
  commit(writes, "loadStateDict");
  return inOrder({ missingKeys, unexpectedKeys });
}

/** Throws ArgumentError unless `state` is an object of tensors. */
function checkState(moduleName: string, state: StateDict): void {
  const isPromise = (state as unknown) instanceof Promise;
  const isMap = typeof state === "object" && state !== null && !(state instanceof Tensor);
  if (!isMap || isPromise || Array.isArray(state)) {
    const hint = isPromise ? "await load(file)" : "what stateDict() or load() gave";
    throw new ArgumentError(
      `loadStateDict: ${moduleName} needs an object of tensors, got ${describe(state)}\n  hint: ${hint}`,
    );
  }
  const wrong = Object.entries(state).filter(([, value]) => !(value instanceof Tensor));
  if (wrong.length === 0) return;
  const found = wrong.slice(0, 5).map(([key, value]) => `${key} is ${describe(value)}`);
  throw new ArgumentError(
    `loadStateDict: the state of ${moduleName} contains values that are not tensors${lines("not tensors", found)}` +
      "\n  hint: tensor(values) makes a tensor from numbers",
  );
}

const lines = (what: string, items: readonly string[]): string[] =>
  items.map((item) => `\n  ${what}: ${item}`);
