import { invoke } from "./call.ts";
import { dotted, type Expression, parse } from "./python.ts";

/** Names whose attributes are PyTorch's or numpy's, not a value's own methods. */
const libraries: ReadonlySet<string> = new Set(["torch", "nn", "F", "optim", "numpy"]);

/** The value of a Python expression in which `names` are bound. */
export function evaluate(source: string, names: Readonly<Record<string, unknown>> = {}): unknown {
  return resultOf(parse(source), names);
}

function resultOf(expression: Expression, names: Readonly<Record<string, unknown>>): unknown {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "list":
      return expression.items.map((item) => resultOf(item, names));
    case "dict":
      return Object.fromEntries(
        Object.entries(expression.entries).map(([key, item]) => [key, resultOf(item, names)]),
      );
    case "name":
      if (expression.name in names) return names[expression.name];
      throw new SyntaxError(`the name ${expression.name} is bound to nothing`);
    case "item":
      return itemOf(resultOf(expression.of, names), resultOf(expression.at, names));
    case "attribute":
      throw new SyntaxError(`the attribute ${expression.name} is read, not called`);
    case "call": {
      const args = expression.args.map((arg) => resultOf(arg, names));
      const kwargs = Object.fromEntries(
        Object.entries(expression.kwargs).map(([key, value]) => [key, resultOf(value, names)]),
      );
      const path = dotted(expression.of);
      if (path !== null && libraries.has(path.split(".")[0] as string)) {
        return invoke(path, { args, kwargs });
      }
      if (expression.of.kind !== "attribute") throw new SyntaxError("only methods are called");
      const receiver = resultOf(expression.of.of, names);
      return invoke(`Tensor.${expression.of.name}`, { args: [receiver, ...args], kwargs });
    }
  }
}

function itemOf(value: unknown, at: unknown): unknown {
  if (Array.isArray(value)) return value.at(at as number);
  return invoke("Tensor.__getitem__", { args: [value, [at]], kwargs: {} });
}
