import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { describe, nearest } from "@wgrad/autograd/plugin";
import { type FieldKind, fieldsOf } from "./fields.ts";
import type { AnyModule } from "./module.ts";
import { joinNames } from "./names.ts";
import { checkReady } from "./unready.ts";

/** Parameters or buffers of a module and of those below it, under their names, each once. */
export function tensorsOf(
  root: { namedModules(): [string, AnyModule][] },
  kind: Exclude<FieldKind, "module">,
): [string, Tensor][] {
  const found = new Map<Tensor, string>();
  for (const [prefix, module] of root.namedModules()) {
    checkReady(module);
    for (const field of fieldsOf(module).values()) {
      const { key, value } = field;
      if (field.kind !== kind || value === null || found.has(value as Tensor)) continue;
      found.set(value as Tensor, joinNames(prefix, key));
    }
  }
  return [...found].map(([tensor, name]) => [name, tensor]);
}

/** The entries of a state dict. A tied tensor appears under each of its names, as in PyTorch. */
export function* stateEntries(module: object, prefix: string): Generator<[string, Tensor]> {
  checkReady(module);
  const fields = [...fieldsOf(module).values()].filter(({ value }) => value !== null);
  const saved = [
    ...fields.filter(({ kind }) => kind === "parameter"),
    ...fields.filter(({ kind, persistent }) => kind === "buffer" && persistent),
  ];
  for (const { key, value } of saved) yield [joinNames(prefix, key), value as Tensor];
  for (const { key, kind, value } of fields) {
    if (kind === "module") yield* stateEntries(value as object, joinNames(prefix, key));
  }
}

/** Throws ArgumentError if no field can have this name. */
export function checkName(module: object, call: string, name: string): void {
  if (typeof name !== "string" || name === "" || name.includes(".")) {
    throw new ArgumentError(
      `${call}: needs a name without dots, got ${describe(name)}\n  hint: dots separate the modules of a path`,
    );
  }
  const held = (module as Readonly<Record<string, unknown>>)[name];
  const isField = Object.hasOwn(module, name) && (held === undefined || fieldsOf(module).has(name));
  if (name in module && !isField) {
    throw new ArgumentError(`${call}: modules already have a member called ${name}`);
  }
}

/** The module at a path of names. Throws ArgumentError if there is no such module. */
export function submodule(call: string, root: AnyModule, path: string): AnyModule {
  let module = root;
  for (const key of path === "" ? [] : path.split(".")) {
    module = member(call, module, path, key, "module") as AnyModule;
  }
  return module;
}

/** The tensor at a path of names. Throws ArgumentError if there is no such tensor. */
export function memberAt(call: string, root: AnyModule, path: string, kind: FieldKind): Tensor {
  const dot = path.lastIndexOf(".");
  const module = submodule(call, root, path.slice(0, Math.max(dot, 0)));
  return member(call, module, path, path.slice(dot + 1), kind) as Tensor;
}

function member(
  call: string,
  module: AnyModule,
  path: string,
  key: string,
  kind: FieldKind,
): unknown {
  const fields = [...fieldsOf(module).values()];
  const found = fields.find((field) => field.key === key);
  if (found?.kind === kind && found.value !== null) return found.value;
  const keys = fields.filter((field) => field.kind === kind).map((field) => field.key);
  const meant = nearest(key, keys);
  throw new ArgumentError(
    `${call}: ${module.constructor.name} has no ${kind} "${key}"${path === key ? "" : ` (in "${path}")`}` +
      `\n  hint: ${meant === undefined ? "" : `did you mean "${meant}"? `}it has ${keys.join(", ") || "none"}`,
  );
}
