import type { DType } from "../../dtype.ts";
import type { Expr, Lanes } from "../expression.ts";
import { Builder, type Local, type Statement } from "../loops.ts";
import { functions } from "./functions.ts";

/** A function's body for arguments of given dtypes. */
export interface FunctionInstance {
  readonly parameters: readonly Local[];
  readonly statements: readonly Statement[];
  readonly result: Expr;
}

/** Builds the body of a function, with ids of locals from `firstId` on. */
export function functionInstance(
  name: string,
  dtypes: readonly DType[],
  lanes: Lanes,
  firstId = 0,
): FunctionInstance {
  const found = functions[name];
  if (found === undefined) throw new Error(`loops: no function named ${name}`);
  const parameters = dtypes.map(
    (dtype, i): Local => ({ kind: "local", id: firstId + i, dtype, lanes, mutable: false }),
  );
  const b = new Builder(firstId + parameters.length);
  const result = found.body(b, ...parameters);
  return { parameters, statements: b.statements, result };
}

/** Whether the function must be called lane by lane. */
export const isSingle = (name: string): boolean => functions[name]?.single === true;
