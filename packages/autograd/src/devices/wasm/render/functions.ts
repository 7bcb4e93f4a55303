import type { DType } from "../../../dtype.ts";
import type { Expr, Lanes } from "../../../kernel/expression.ts";
import { functions } from "../../../kernel/functions/functions.ts";
import { Builder, type Local, type Statement } from "../../../kernel/loops.ts";
import { type Call, lanewise } from "./lanewise.ts";
import type { ValueWriter } from "./values.ts";

interface Built {
  readonly parameters: readonly Local[];
  readonly statements: readonly Statement[];
  readonly result: Expr;
}

/** Bodies of functions, by name and lanes: names in them are far from those of loops. */
const built = new Map<string, Built>();
let nextId = 2 ** 24;

function bodyOf(name: string, dtypes: readonly DType[], lanes: Lanes): Built {
  const key = `${name} ${lanes} ${dtypes.join()}`;
  let found = built.get(key);
  if (found === undefined) {
    const entry = functions[name];
    if (entry === undefined) throw new Error(`wasm: there is no function ${name}`);
    const start = nextId;
    nextId += 4096;
    const parameters = dtypes.map(
      (dtype, i): Local => ({ kind: "local", id: start + i, dtype, lanes, mutable: false }),
    );
    const b = new Builder(start + parameters.length);
    const result = entry.body(b, ...parameters);
    found = { parameters, statements: b.statements, result };
    built.set(key, found);
  }
  return found;
}

/** Writes a function of ours in place of its call. */
export function callFunction(writer: ValueWriter, name: string, call: Call): void {
  const { args, lanes } = call;
  const dtypes = args.map(({ dtype }) => dtype);
  if (lanes === 4 && functions[name]?.single === true) {
    const { parameters, statements, result } = bodyOf(name, dtypes, 1);
    lanewise(writer, call, (given) => {
      writer.inlineOn(parameters, given, 1, statements, result);
    });
    return;
  }
  const { parameters, statements, result } = bodyOf(name, dtypes, lanes);
  writer.inline(parameters, args, lanes, statements, result);
}
