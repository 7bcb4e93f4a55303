import type { Tensor } from "../tensor.ts";

type Call = (...given: never[]) => unknown;

/**
 * The functions behind methods, with the tensor as first operand. They get all arguments of the
 * method, and
 * throw for extra ones.
 */
export type Table<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends Call
    ? (x: Tensor, ...given: Parameters<Methods[Name]>) => ReturnType<Methods[Name]>
    : never;
};

/** A function behind a method. */
export type Method = (x: Tensor, ...given: unknown[]) => unknown;
