import { ArgumentError, noGrad, ShapeError, type Tensor } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { ModuleDict } from "./containers/module-dict.ts";
import { type Derivation, derive, derivedOf, underive } from "./derived.ts";
import { fieldsOf, isModule, setField } from "./fields.ts";
import { type AnyModule, Module } from "./module.ts";
import { buffer, isParameter, parameter } from "./parameter.ts";

/**
 * A module whose `forward` makes a tensor of another, or of the several that its `rightInverse`
 * takes that apart into.
 */
export type Parametrization = AnyModule & {
  /** What `forward` makes the tensor of again: what is trained and saved in its place. */
  rightInverse?(x: Tensor): Tensor | readonly Tensor[];
};

type Maker = (...originals: Tensor[]) => Tensor;

/** What a tensor is made of: its originals, and the parametrizations one after the other. */
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

  /** The parametrizations, as the fields hold them: those of a copy are copies. */
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

  /** Writes what gives this value into the originals. */
  assign(value: Tensor): void {
    noGrad(() => {
      const apart = this.all.toReversed().reduce<Tensor | readonly Tensor[]>((x, one) => {
        if (one.rightInverse === undefined) {
          throw new ArgumentError(
            `${one.constructor.name}: has no rightInverse, the tensor cannot be assigned`,
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
 * Makes the parameter or buffer in field `name` the result of `parametrization`, whenever it is
 * read. Trained and saved from here on are its originals, under "parametrizations.NAME.original"
 * (or original0, original1, …, which `rightInverse` gives). A second one goes on from the first.
 *
 * Throws ArgumentError if the field holds neither, and ShapeError if the result has another shape.
 */
export function registerParametrization(
  module: AnyModule,
  name: string,
  parametrization: Parametrization,
): AnyModule {
  const call = "registerParametrization";
  checkCall(`${call}(module, name: string, parametrization)`, arguments);
  if (!isModule(parametrization)) {
    throw new ArgumentError(`${call}: ${describe(parametrization)} is no module`);
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
    `registerParametrization: ${name} is [${before.shape.join(", ")}], the parametrization gives [${after.shape.join(", ")}]`,
  );
}

/** Whether a field of the module (any, unless one is named) is the result of a parametrization. */
export function isParametrized(module: AnyModule, name?: string): boolean {
  checkCall("isParametrized(module, name?: string)", arguments);
  const names = [...derivedOf(module).keys()].filter(
    (field) => listOf(module, module.stateKey(field)) !== undefined,
  );
  return name === undefined ? names.length > 0 : names.includes(name);
}

/**
 * Makes the field `name` an ordinary one again, which holds the value it has now, or with
 * `leaveParametrized: false` the original's.
 *
 * Throws ArgumentError if it is none of a parametrization's, or if several originals were to be
 * left as one.
 */
export function removeParametrizations(
  module: AnyModule,
  name: string,
  options: { readonly leaveParametrized?: boolean } = {},
): AnyModule {
  checkCall(
    "removeParametrizations(module, name: string, { leaveParametrized: boolean })",
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
      `removeParametrizations: ${name} is made of ${originals.length} tensors, which no field holds as one` +
        "\n  hint: leave it parametrized",
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
