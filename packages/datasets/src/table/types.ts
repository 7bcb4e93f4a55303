import { ArgumentError } from "@wgrad/autograd";
import type { ColumnTypes } from "./table.ts";

/** Throws ArgumentError for a type of a column that is none. */
export function checkTypes(call: string, types: ColumnTypes): void {
  const isMap = typeof types === "object" && types !== null && !Array.isArray(types);
  if (!isMap) {
    throw new ArgumentError(`${call}: types is no object\n  hint: { types: { age: "number" } }`);
  }
  for (const [column, type] of Object.entries(types)) {
    if (type === "number" || type === "integer" || type === "string") continue;
    throw new ArgumentError(
      `${call}: the type of column ${JSON.stringify(column)} is ${JSON.stringify(type)}\n  hint: "number", "integer", "string"`,
    );
  }
}
