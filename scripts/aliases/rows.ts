import * as w from "@wgrad/autograd";
import { type Tensor, tensor } from "@wgrad/autograd";

/** new: has storage of its own. view: another tensor on the storage of x. self: x itself. */
export type Kind = "new" | "view" | "self";

/** A call whose first argument is a tensor: the function f(x, …args) and the method x.f(…args). */
interface Call {
  readonly kind: Kind;
  /** Arguments after x; tensors among them are made for each call. */
  readonly args: readonly unknown[];
  /** Makes x; default: `usual`. */
  readonly x?: () => Tensor;
}

/** An explicit call, for functions whose first argument is not x. */
interface Written {
  readonly kind: Kind;
  readonly call: (x: Tensor) => unknown;
  readonly x?: () => Tensor;
}

/** A row of the table. */
export type Row = Call | Written;

/** The default x: [2, 3], between 0 and 1. */
export const usual = (): Tensor =>
  tensor([
    [0.3, 0.7, 0.5],
    [0.9, 0.2, 0.4],
  ]);

/** Splits a list of names. */
export const names = (list: string): string[] => list.trim().split(/\s+/);

/** A row with the same call for each of several names. */
export function each(kind: Kind, list: string, args: readonly unknown[] = [], x?: () => Tensor) {
  return Object.fromEntries(
    names(list).map((name): [string, readonly Row[]] => [name, [{ kind, args, ...(x && { x }) }]]),
  );
}

/** A row of the table with x by default. */
export const call = (kind: Kind, ...args: readonly unknown[]): Call => ({ kind, args });
/** The same row with another x. */
export const on = (x: () => Tensor, row: Row): Row => ({ ...row, x });
/** A row with an explicit call. */
export const written = (kind: Kind, fn: (x: Tensor) => unknown): Written => ({ kind, call: fn });

export const shaped =
  (...shape: number[]) =>
  (): Tensor =>
    w.ones([shape.reduce((a, b) => a * b, 1)]).reshape(shape);
export const vector = shaped(3);
export const square = (): Tensor =>
  tensor([
    [2, 0.5],
    [0.5, 1],
  ]);
export const number = (): Tensor => tensor(0.5);
export const image = shaped(1, 2, 3, 4);
export const signal = shaped(1, 2, 4);
export const volume = shaped(1, 1, 2, 2, 2);
export const other = (): Tensor => usual().mul(0.5);
export const indices = (...values: number[]): Tensor => tensor(values, { dtype: "i32" });
export const rows = (): Tensor => indices(0, 1);
export const exchanges = (): Tensor => indices(1, 2);
export const mask = (): Tensor => usual().gt(-9);
export const truth = (): Tensor => tensor([true, false]);
export const whole = (): Tensor =>
  tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: "i32" },
  );

/** An argument that is a tensor, made at each use: `lazily(other)`. */
export class Made {
  readonly make: () => Tensor;
  constructor(make: () => Tensor) {
    this.make = make;
  }
}
export const lazily = (make: () => Tensor): Made => new Made(make);
