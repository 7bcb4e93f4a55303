import type { DType } from "../../../dtype.ts";
import type { Lanes } from "../../../kernel/expression.ts";
import {
  type FunctionInstance,
  functionInstance,
  isSingle,
} from "../../../kernel/functions/instance.ts";
import { type Call, lanewise } from "./lanewise.ts";
import type { ValueWriter } from "./values.ts";

/** Functions by name, lanes and dtypes. Their locals' ids are above those of any loops. */
const built = new Map<string, FunctionInstance>();
let nextId = 2 ** 24;

function bodyOf(name: string, dtypes: readonly DType[], lanes: Lanes): FunctionInstance {
  const key = `${name} ${lanes} ${dtypes.join()}`;
  let found = built.get(key);
  if (found === undefined) {
    found = functionInstance(name, dtypes, lanes, nextId);
    nextId += 4096;
    built.set(key, found);
  }
  return found;
}

/** Writes the body of a function in place of its call. */
export function callFunction(writer: ValueWriter, name: string, call: Call): void {
  const { args, lanes } = call;
  const dtypes = args.map(({ dtype }) => dtype);
  if (lanes === 4 && isSingle(name)) {
    const { parameters, statements, result } = bodyOf(name, dtypes, 1);
    lanewise(writer, call, (given) => {
      writer.inlineOn(parameters, given, 1, statements, result);
    });
    return;
  }
  const { parameters, statements, result } = bodyOf(name, dtypes, lanes);
  writer.inline(parameters, args, lanes, statements, result);
}
