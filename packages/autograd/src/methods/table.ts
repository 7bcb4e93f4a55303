import type { Tensor } from "../tensor.ts";

type Call = (...given: never[]) => unknown;

/**
 * The functions behind methods: each with the tensor as its first operand. They are given what the method is given, whatever that is:
 * the function refuses what is too much.
 */
export type Table<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends Call
    ? (x: Tensor, ...given: Parameters<Methods[Name]>) => ReturnType<Methods[Name]>
    : never;
};

/** A function behind a method, whatever it takes. */
export type Method = (x: Tensor, ...given: unknown[]) => unknown;
