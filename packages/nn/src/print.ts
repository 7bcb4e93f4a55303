import type { AnyModule } from "./module.ts";

/** `Name(settings)`, or the children one a line and indented, as `print(model)` does in PyTorch. */
export function printModule(module: AnyModule): string {
  const name = module.constructor.name;
  const settings = module.extraRepr();
  const children = module
    .namedChildren()
    .map(([key, child]) => indent(`(${key}): ${printModule(child)}`));
  if (children.length === 0) return `${name}(${settings})`;
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
