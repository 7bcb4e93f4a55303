import type { Expr } from "../../../kernel/expression.ts";
import { typeOf } from "./types.ts";
import type { ValueWriter } from "./values.ts";

/** A call of an intrinsic. */
export type Call = Extract<Expr, { kind: "call" }>;

/** Computes the lanes one by one. `emit` gets the locals of the arguments. */
export function lanewise(
  writer: ValueWriter,
  { args, lanes, dtype }: Call,
  emit: (args: readonly number[]) => void,
): true {
  const { code } = writer;
  const given = args.map((arg) => {
    const local = writer.local(lanes === 4 ? "v128" : typeOf(arg.dtype));
    writer.push(arg, lanes);
    code.set(local);
    return local;
  });
  if (lanes === 1) {
    emit(given);
    return true;
  }
  const singles = args.map((arg) => writer.local(typeOf(arg.dtype)));
  const type = typeOf(dtype);
  const result = writer.local("v128");
  for (const lane of [0, 1, 2, 3]) {
    for (const [i, vector] of given.entries()) {
      code.get(vector);
      code.extract(typeOf((args[i] as Expr).dtype), lane);
      code.set(singles[i] as number);
    }
    const one = writer.local(type);
    emit(singles);
    code.set(one);
    code.get(result);
    code.get(one);
    code.replace(type, lane);
    code.set(result);
  }
  code.get(result);
  return true;
}
