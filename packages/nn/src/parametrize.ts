import { ArgumentError, noGrad, ShapeError, type Tensor } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { ModuleDict } from "./containers/module-dict.ts";
import { type Derivation, derive, derivedOf, underive } from "./derived.ts";
import { fieldsOf, isModule, setField } from "./fields.ts";
import { type AnyModule, Module } from "./module.ts";
import { buffer, isParameter, parameter } from "./parameter.ts";

/**
 * A module whose `forward` computes a tensor from another, or from several if its `rightInverse`
 * returns several.
 */
export type Parametrization = AnyModule & {
  /**
   * Returns originals from which `forward` computes x; these are trained and saved instead of x.
   */
  rightInverse?(x: Tensor): Tensor | readonly Tensor[];
};

type Maker = (...originals: Tensor[]) => Tensor;

/** The originals of a tensor and the parametrizations that are applied to them in order. */
class ParametrizationList extends Module<[], Tensor> {
  readonly count: number;

  constructor(originals: readonly Tensor[], one: boolean) {
    super();
    this.count = originals.length;
    for (const [i, tensor] of originals.entries()) {
      const trained = isParameter(tensor);
      setField(this, one ? "original" : `original${i}`, trained ? "parameter" : "buffer", tensor);
    }
  }

  get originals(): Tensor[] {
    const { original, ...rest } = this as unknown as Readonly<Record<string, Tensor>>;
    if (original !== undefined) return [original];
    return Array.from({ length: this.count }, (_, i) => rest[`original${i}`] as Tensor);
  }

  /** The parametrizations, read from the fields, so that a copy uses its own. */
  get all(): Parametrization[] {
    const modules = [...fieldsOf(this).values()].filter(({ kind }) => kind === "module");
    return modules.map(({ value }) => value as Parametrization);
  }

  add(parametrization: Parametrization): void {
    setField(this, String(this.all.length), "module", parametrization);
  }

  forward(): Tensor {
    const [first, ...others] = this.all as unknown as readonly Maker[];
    const made = (first as Maker)(...this.originals);
    return others.reduce((x, next) => next(x), made);
  }

  /** Writes originals that give this value. */
  assign(value: Tensor): void {
    noGrad(() => {
      const apart = this.all.toReversed().reduce<Tensor | readonly Tensor[]>((x, one) => {
        if (one.rightInverse === undefined) {
          throw new ArgumentError(
            `${one.constructor.name}: has no rightInverse, so the tensor cannot be assigned`,
          );
        }
        return one.rightInverse(x as Tensor);
      }, value);
      const parts = Array.isArray(apart) ? (apart as readonly Tensor[]) : [apart as Tensor];
      for (const [i, original] of this.originals.entries()) original.copy_(parts[i] as Tensor);
    });
  }
}

const FIELD = "parametrizations";

const listOf = (module: object, key: string): ParametrizationList | undefined => {
  const lists = (module as Readonly<Record<string, unknown>>)[FIELD];
  return lists instanceof ModuleDict
    ? (lists.get(key) as unknown as ParametrizationList | undefined)
    : undefined;
};

const derivationOf = (key: string): Derivation => ({
  compute: (owner) => (listOf(owner, key) as unknown as () => Tensor)(),
  assign: (owner, value) => listOf(owner, key)?.assign(value),
});

/**
 * Computes the parameter or buffer in field `name` by `parametrization` whenever it is read. From
 * then on its originals are trained and saved, under "parametrizations.NAME.original" (or
 * original0, original1, … if `rightInverse` returns several). Further parametrizations are applied
 * to the result of the earlier ones.
 *
 * Throws ArgumentError if the field holds neither, and ShapeError if the result has another shape.
 */
export function registerParametrization(
  module: AnyModule,
  name: string,
  parametrization: Parametrization,
): AnyModule {
  const call = "registerParametrization";
  checkCall(`${call}(module: module, name: string, parametrization: any)`, arguments);
  if (!isModule(parametrization)) {
    throw new ArgumentError(`${call}: ${describe(parametrization)} is not a module`);
  }
  const key = module.stateKey(name);
  const known = listOf(module, key);
  if (known !== undefined) {
    checkResult(name, known.forward(), (parametrization as unknown as Maker)(known.forward()));
    known.add(parametrization);
    return module;
  }
  const field = fieldsOf(module).get(name);
  const held = field?.value as Tensor | null | undefined;
  if (field === undefined || field.kind === "module" || !held) {
    throw new ArgumentError(
      `${call}: ${module.constructor.name} has no parameter or buffer in ${name}`,
    );
  }
  const apart = noGrad(() => parametrization.rightInverse?.(held)) ?? held;
  const one = !Array.isArray(apart);
  const parts = one ? [apart as Tensor] : (apart as readonly Tensor[]);
  const originals = parts.map((part) => {
    if (part === held) return held;
    if (field.kind === "buffer") return buffer(part.detach(), { persistent: field.persistent });
    const own = parameter(part.detach());
    own.requiresGrad = held.requiresGrad;
    return own;
  });
  const list = new ParametrizationList(originals, one);
  list.add(parametrization);
  checkResult(name, held, list.forward());
  if (!(FIELD in module)) module.addModule(FIELD, new ModuleDict() as unknown as AnyModule);
  derive(module, name, derivationOf(key));
  const lists = (module as unknown as Record<string, ModuleDict<AnyModule>>)[FIELD];
  lists?.set(key, list as unknown as AnyModule);
  return module;
}

function checkResult(name: string, before: Tensor, after: Tensor): void {
  if (String(before.shape) === String(after.shape)) return;
  throw new ShapeError(
    `registerParametrization: ${name} has shape [${before.shape.join(", ")}], but the parametrization gives [${after.shape.join(", ")}]`,
  );
}

/**
 * Whether the field `name` (default: any field) of the module is the result of a parametrization.
 */
export function isParametrized(module: AnyModule, name?: string): boolean {
  checkCall("isParametrized(module: module, name?: string)", arguments);
  const names = [...derivedOf(module).keys()].filter(
    (field) => listOf(module, module.stateKey(field)) !== undefined,
  );
  return name === undefined ? names.length > 0 : names.includes(name);
}

/**
 * Makes the field `name` an ordinary one again, with its current value or, with `leaveParametrized:
 * false`, the value of its original.
 *
 * Throws ArgumentError if the field has no parametrization, or if several originals cannot be left
 * as one tensor.
 */
export function removeParametrizations(
  module: AnyModule,
  name: string,
  options: { readonly leaveParametrized?: boolean } = {},
): AnyModule {
  checkCall(
    "removeParametrizations(module: module, name: string, { leaveParametrized: boolean })",
    arguments,
  );
  const { leaveParametrized = true } = options;
  const key = module.stateKey(name);
  const list = listOf(module, key);
  if (list === undefined) {
    throw new ArgumentError(
      `removeParametrizations: ${name} of ${module.constructor.name} has no parametrization`,
    );
  }
  const { originals } = list;
  const first = originals[0] as Tensor;
  if (!leaveParametrized && originals.length > 1) {
    throw new ArgumentError(
      `removeParametrizations: ${name} is computed from ${originals.length} tensors, which one field cannot hold` +
        "\n  hint: leaveParametrized: true keeps the current value",
    );
  }
  const value = noGrad(() => list.forward().clone());
  const trained = originals.some(isParameter);
  let kept = first;
  if (originals.length > 1) {
    kept = trained ? parameter(value) : buffer(value);
    if (trained) kept.requiresGrad = originals.some(({ requiresGrad }) => requiresGrad);
  } else if (leaveParametrized) noGrad(() => first.copy_(value));
  const lists = (module as unknown as Record<string, ModuleDict<AnyModule>>)[FIELD];
  lists?.delete(key);
  if (lists?.size === 0) Reflect.deleteProperty(module, FIELD);
  underive(module, name);
  setField(module, name, trained ? "parameter" : "buffer", kept);
  return module;
}
