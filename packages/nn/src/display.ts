import { htmlTable } from "@wgrad/autograd/plugin";
import type { AnyModule } from "./module.ts";
import { printModule } from "./print.ts";
import { rowsOf, totals } from "./summary.ts";

/**
 * What a notebook shows of a module, by MIME type: its layers with their settings, and how many
 * parameters each has. What it gives out is not known without an input: `summary` takes one.
 */
export function display(root: AnyModule): Readonly<Record<string, string>> {
  const rows = rowsOf(root, new Map()).map(({ module, layer, parameters }) => [
    layer,
    module.extraRepr(),
    parameters,
  ]);
  const caption = totals(root.parameters());
  return {
    "text/plain": printModule(root),
    "text/html": htmlTable(caption, ["Layer", "Settings", "Parameters"], rows),
  };
}
