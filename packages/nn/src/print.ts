import { derivedOf } from "./derived.ts";
import { fieldsOf } from "./fields.ts";
import type { AnyModule } from "./module.ts";

/** `Name(settings)`, or its children on indented lines, like `print(model)` in PyTorch. */
export function printModule(module: AnyModule): string {
  const prefix = derivedOf(module).size > 0 && "parametrizations" in module ? "Parametrized" : "";
  const name = prefix + module.constructor.name;
  const settings = module.extraRepr();
  const children = [...fieldsOf(module).values()]
    .filter(({ kind, value }) => kind === "module" && value !== null)
    .map(({ key, value }) => indent(`(${key}): ${printModule(value as AnyModule)}`));
  if (children.length === 0 && !settings.includes("\n")) return `${name}(${settings})`;
  const lines = settings === "" ? children : [indent(settings), ...children];
  return `${name}(\n${lines.join("\n")}\n)`;
}

const indent = (text: string): string => text.replace(/^/gm, "  ");

/** A value as Python prints it: True, 1e-05, 'mean'. */
export function pythonValue(value: boolean | number | string): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return `'${value}'`;
  return String(value);
}

/** A number as Python prints a float: 2.0, 0.1, 1e-05, inf. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return String(value).toLowerCase().replace("infinity", "inf");
  const size = Math.abs(value);
  if (size > 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, (_, sign, digit) => `e${sign}0${digit}`);
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Numbers as Python prints a tuple, (3, 3) or (3,); a number as itself, null as None. */
export function pythonSizes(sizes: number | readonly (number | null)[] | null): string {
  if (sizes === null) return "None";
  if (typeof sizes === "number") return String(sizes);
  const items = sizes.map((size) => size ?? "None");
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
}
