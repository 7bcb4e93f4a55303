import { ArgumentError, Tensor } from "@wgrad/autograd";
import { defineKind, describe } from "@wgrad/autograd/plugin";
import { buffer, isBuffer, isParameter, isPersistentBuffer } from "./parameter.ts";
import { watchModule } from "./watch.ts";

/** What a field of a module is registered as. The first value decides. */
export type FieldKind = "parameter" | "buffer" | "module";

/** A registered field. */
export interface Field {
  /** Its key in the state. */
  readonly key: string;
  kind: FieldKind;
  /** The current value; a field that is set to null keeps its position. */
  value: unknown;
  /** For a buffer: whether it is part of the state. */
  persistent: boolean;
}

/** A module, as far as the search for fields needs it: its class and its naming of keys. */
export interface Holder {
  readonly constructor: { readonly name: string };
  stateKey(field: string): string;
}

const registries = new WeakMap<object, Map<string, Field>>();
/** Modules that a field holds or whose parameters were requested. */
const held = new WeakSet<object>();

/** Whether a value is a module. */
export const isModule = (value: unknown): value is Holder => registries.has(value as object);

defineKind("module", "a module", isModule);

/** Creates the registry of a module that is being constructed. */
export function beginFields(module: object): void {
  registries.set(module, new Map());
  watchModule(module, searchFields);
}

function searchFields(module: object): boolean {
  if (held.has(module)) return false;
  findFields(module as Holder, false);
  return true;
}

/** Marks a module as trained and saved. */
export const hold = (module: object): void => void held.add(module);
/** Whether a module is known to be trained and saved. */
export const isHeld = (module: object): boolean => held.has(module);

/** Registers the fields that a constructor has filled. They then accept what PyTorch accepts. */
export const registerFields = (module: object): void => void findFields(module as Holder, false);

/**
 * The registered fields of a module, in order of registration.
 *
 * Throws ArgumentError if two of them have the same key.
 */
export function fieldsOf(module: object): ReadonlyMap<string, Field> {
  return findFields(module as Holder, true);
}

function findFields(module: Holder, strict: boolean): Map<string, Field> {
  const fields = registries.get(module) as Map<string, Field>;
  const values = module as unknown as Readonly<Record<string, unknown>>;
  for (const name of fields.keys()) if (!Object.hasOwn(module, name)) fields.delete(name);
  for (const name of Object.keys(module)) {
    const value = values[name];
    const field = fields.get(name);
    if (field?.value === value) continue;
    const kind = kindOf(value);
    // a subclass has defined the field again
    if (field !== undefined) fields.delete(name);
    if (kind === null) continue;
    if (strict || otherOf(module, name) === undefined) {
      setField(module, name, kind, value, isPersistentBuffer(value));
    }
  }
  return fields;
}

function kindOf(value: unknown): FieldKind | null {
  if (isParameter(value)) return "parameter";
  if (isBuffer(value)) return "buffer";
  return isModule(value) ? "module" : null;
}

/** The name of another field with the same key, if any. */
function otherOf(module: Holder, name: string): string | undefined {
  const key = module.stateKey(name);
  for (const [other, field] of registries.get(module) ?? []) {
    if (field.key === key && other !== name) return other;
  }
  return undefined;
}

/**
 * Registers a field. It then accepts what PyTorch accepts for its kind.
 *
 * Throws ArgumentError if another field has the same key.
 */
export function setField(
  module: Holder,
  name: string,
  kind: FieldKind,
  value: unknown,
  persistent = true,
): void {
  const key = module.stateKey(name);
  const other = otherOf(module, name);
  if (other !== undefined) {
    throw new ArgumentError(
      `${module.constructor.name}: the fields ${other} and ${name} have the same key in the state, "${key}"` +
        "\n  hint: rename one of them",
    );
  }
  const field: Field = { key, kind, value, persistent };
  registries.get(module)?.set(name, field);
  if (kind === "module" && value !== null) held.add(value as object);
  Object.defineProperty(module, name, {
    get: () => field.value,
    set: (next: unknown) => assign(module, name, field, next),
    enumerable: true,
    configurable: true,
  });
}

function assign(module: Holder, name: string, field: Field, value: unknown): void {
  if (value === field.value) return;
  if (value === null || value === undefined) field.value = null;
  else if (isParameter(value)) [field.kind, field.value] = ["parameter", value];
  else if (isModule(value) && field.kind !== "parameter") {
    held.add(value);
    [field.kind, field.value] = ["module", value];
  } else if (field.kind === "buffer" && value instanceof Tensor) {
    field.value = buffer(value, { persistent: field.persistent });
  } else refuse(module, name, field.kind, value);
}

function refuse(module: Holder, name: string, kind: FieldKind, value: unknown): never {
  const tensor = kind === "parameter" && value instanceof Tensor;
  const cure = {
    parameter: tensor
      ? `parameter(x) makes a new parameter; noGrad(() => ${name}.copy_(x)) writes into this one`
      : "a parameter, or null",
    buffer: "a tensor, or null",
    module: "a module, or null",
  }[kind];
  throw new ArgumentError(
    `${module.constructor.name}: the ${kind} ${name} cannot become ${describe(value)}\n  hint: ${cure}`,
  );
}
