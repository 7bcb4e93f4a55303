import { ArgumentError } from "@wgrad/autograd";
import type { ColumnTypes } from "./table.ts";

/** Throws ArgumentError for an invalid column type. */
export function checkTypes(call: string, types: ColumnTypes): void {
  const isMap = typeof types === "object" && types !== null && !Array.isArray(types);
  if (!isMap) {
    throw new ArgumentError(
      `${call}: types is not an object\n  hint: pass { types: { age: "number" } }`,
    );
  }
  for (const [column, type] of Object.entries(types)) {
    if (type === "number" || type === "integer" || type === "string") continue;
    throw new ArgumentError(
      `${call}: the type of column ${JSON.stringify(column)} is ${JSON.stringify(type)}\n  hint: use "number", "integer" or "string"`,
    );
  }
}
