import { OnnxError } from "../error.ts";

/**
 * A number in two recordings that differ only in the batch size. If its two values differ, it
 * depends on the batch.
 */
export type Pair = readonly [number, number];
/** The sizes of a tensor in both recordings. */
export type Dims = readonly Pair[];

/** Whether a number does not depend on the batch. */
export const isFixed = ([a, b]: Pair): boolean => a === b;

/** Pairs up the numbers of two recordings. */
export const pairs = (a: readonly number[], b: readonly number[]): Pair[] => {
  if (a.length !== b.length) throw differingRecordings();
  return a.map((x, i): Pair => [x, b[i] as number]);
};

/** Numbers that do not depend on the batch. */
export const fixed = (list: readonly number[]): Pair[] => list.map((x): Pair => [x, x]);

/** Whether two shapes are the same in both recordings. */
export const sameDims = (a: Dims, b: Dims): boolean => String(a) === String(b);

/** The product of the sizes. */
export const product = (dims: Dims): Pair =>
  dims.reduce(([a, b]: Pair, [x, y]): Pair => [a * x, b * y], [1, 1]);

/** A number that must not depend on the batch. */
export function constant(pair: Pair, what: string): number {
  if (isFixed(pair)) return pair[0];
  throw new OnnxError(
    `exportOnnx: ${what} depends on the batch` +
      "\n  hint: exportOnnx(model, inputs, { dynamicBatch: false }) writes a model for this batch size only",
  );
}

/** The error for a model whose recordings differ in their operations. */
export const differingRecordings = (): OnnxError =>
  new OnnxError(
    "exportOnnx: the model computes something else for another batch size" +
      "\n  hint: exportOnnx(model, inputs, { dynamicBatch: false }) writes a model for this batch size only",
  );
