import { OnnxError } from "../error.ts";

/** A number in two recordings that differ in the batch alone: where it is not the same it depends on the batch. */
export type Pair = readonly [number, number];
export type Dims = readonly Pair[];

export const isFixed = ([a, b]: Pair): boolean => a === b;

export const pairs = (a: readonly number[], b: readonly number[]): Pair[] => {
  if (a.length !== b.length) throw unalike();
  return a.map((x, i): Pair => [x, b[i] as number]);
};

export const fixed = (list: readonly number[]): Pair[] => list.map((x): Pair => [x, x]);

export const sameDims = (a: Dims, b: Dims): boolean => String(a) === String(b);

export const product = (dims: Dims): Pair =>
  dims.reduce(([a, b]: Pair, [x, y]): Pair => [a * x, b * y], [1, 1]);

/** A number that must not depend on the batch. */
export function constant(pair: Pair, what: string): number {
  if (isFixed(pair)) return pair[0];
  throw new OnnxError(
    `exportOnnx: ${what} depends on the batch` +
      "\n  hint: exportOnnx(model, inputs, { dynamicBatch: false }) writes a model for this size alone",
  );
}

export const unalike = (): OnnxError =>
  new OnnxError(
    "exportOnnx: the model computes otherwise for another size of batch" +
      "\n  hint: exportOnnx(model, inputs, { dynamicBatch: false }) writes a model for this size alone",
  );
