import { ArgumentError, stack, Tensor } from "@wgrad/autograd";
import { checkCall, describe, nearest, persist } from "@wgrad/autograd/plugin";
import { type Field, fieldsOf } from "./fields.ts";
import type { AnyModule } from "./module.ts";
import { joinNames } from "./names.ts";

/** Tensors under the names of `namedParameters` and `namedBuffers`. */
export type TensorsByName = Readonly<Record<string, Tensor>>;

/** Settings of functionalCall. */
export interface FunctionalCallOptions {
  /** Replaces a tied tensor under all of its names. Default: true. */
  readonly tieWeights?: boolean;
  /** Requires a tensor for every parameter and buffer. Default: false. */
  readonly strict?: boolean;
}

/**
 * Runs `module(...args)` with the given tensors in place of its parameters and buffers, for `grad`,
 * `vmap` and `jacrev` of `@wgrad/autograd/func`. Several objects are merged. If `forward` writes to
 * a buffer, it writes to the given tensor.
 *
 * Throws ArgumentError for a name that the module does not have.
 */
export function functionalCall<Out>(
  module: ((...inputs: never[]) => Out) & Pick<AnyModule, "namedModules">,
  parametersAndBuffers: TensorsByName | readonly TensorsByName[],
  args: unknown = [],
  options: FunctionalCallOptions = {},
): Out {
  checkCall(
    "functionalCall(module: module, parametersAndBuffers: array | object, args?, { tieWeights: boolean, strict: boolean })",
    arguments,
  );
  const { tieWeights = true, strict = false } = options;
  const given = merged(parametersAndBuffers);
  const places = placesOf(module);
  checkNames(module.constructor.name, given, places, strict);
  const changed = new Map<Field, unknown>();
  const put = (field: Field, tensor: Tensor): void => {
    changed.set(field, field.value);
    field.value = tensor;
  };
  const inputs = (Array.isArray(args) ? args : [args]) as never[];
  try {
    for (const [name, tensor] of given) {
      const { value } = (places.get(name) as Place).field;
      for (const [other, { field }] of places) {
        const tied = tieWeights && field.value === value && !given.has(other);
        if (other === name || tied) if (!changed.has(field)) put(field, tensor);
      }
    }
    return module(...inputs);
  } finally {
    for (const [field, value] of changed) field.value = value;
  }
}

interface Place {
  readonly field: Field;
}

/**
 * Every field that holds a tensor, under its name in the state. A tied tensor appears under each of
 * its names.
 */
function placesOf(module: Pick<AnyModule, "namedModules">): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const [prefix, one] of module.namedModules()) {
    for (const field of fieldsOf(one).values()) {
      if (field.kind !== "module" && field.value !== null)
        places.set(joinNames(prefix, field.key), { field });
    }
  }
  return places;
}

function merged(sets: TensorsByName | readonly TensorsByName[]): Map<string, Tensor> {
  const list = (Array.isArray(sets) ? sets : [sets]) as readonly TensorsByName[];
  const all = new Map<string, Tensor>();
  for (const set of list) {
    for (const [name, tensor] of Object.entries(set)) {
      if (!(tensor instanceof Tensor)) {
        throw new ArgumentError(`functionalCall: "${name}" is ${describe(tensor)}, not a tensor`);
      }
      if (all.has(name)) throw new ArgumentError(`functionalCall: "${name}" is given twice`);
      all.set(name, tensor);
    }
  }
  return all;
}

function checkNames(
  layer: string,
  given: ReadonlyMap<string, Tensor>,
  places: ReadonlyMap<string, Place>,
  strict: boolean,
): void {
  for (const name of given.keys()) {
    if (places.has(name)) continue;
    const meant = nearest(name, [...places.keys()]);
    throw new ArgumentError(
      `functionalCall: ${layer} has no parameter or buffer "${name}"` +
        `\n  hint: ${meant === undefined ? "" : `did you mean "${meant}"? `}it has ${[...places.keys()].join(", ") || "none"}`,
    );
  }
  const missing = [...places.keys()].filter((name) => !given.has(name));
  if (!strict || missing.length === 0) return;
  throw new ArgumentError(
    `functionalCall: strict requires every parameter and buffer of ${layer}; missing: ${missing.join(", ")}`,
  );
}

/**
 * [parameters, buffers] of several models of one architecture, stacked along a new first dimension,
 * under their names. With `vmap(…, [0, 0, null])` and `functionalCall` the ensemble runs at once.
 * The stacked tensors are new leaves.
 *
 * Throws ArgumentError if the models differ in class, names, shapes or mode.
 */
export function stackModuleState(
  models: readonly AnyModule[],
): [Record<string, Tensor>, Record<string, Tensor>] {
  checkCall("stackModuleState(models: module[])", arguments);
  const [first] = models;
  if (first === undefined) throw new ArgumentError("stackModuleState: needs at least one model");
  for (const [i, model] of models.entries()) {
    if (model.constructor !== first.constructor || model.training !== first.training) {
      throw new ArgumentError(
        `stackModuleState: model ${i} is a ${model.constructor.name} in ${modeOf(model)}, the first a ${first.constructor.name} in ${modeOf(first)}`,
      );
    }
  }
  const stacked = (lists: readonly [string, Tensor][][]): [string, Tensor][] =>
    (lists[0] as [string, Tensor][]).map(([name, { shape }], k) => {
      const tensors = lists.map((list, i) => {
        const [other, tensor] = list[k] ?? [];
        if (other !== name || String(tensor?.shape) !== String(shape)) {
          throw new ArgumentError(
            `stackModuleState: model ${i} differs from the first in ${name} [${shape.join(", ")}]`,
          );
        }
        return (tensor as Tensor).detach();
      });
      return [name, persist(stack(tensors))];
    });
  const parameters = stacked(models.map((model) => model.namedParameters()));
  const buffers = stacked(models.map((model) => model.namedBuffers()));
  const trained = first.parameters().some((tensor) => tensor.requiresGrad);
  for (const [, tensor] of parameters) tensor.requiresGrad = trained;
  return [Object.fromEntries(parameters), Object.fromEntries(buffers)];
}

const modeOf = ({ training }: AnyModule): string => (training ? "training" : "evaluation");
