import type { DType, TypedArray } from "../../dtype.ts";
import type { Elementwise } from "../../graph/op.ts";
import type { Reading } from "../../graph/reading.ts";
import type { Shape } from "../../shape.ts";
import { loopsOver, walkOver } from "./reading.ts";

type Scalar = (...values: number[]) => number;

/** out[i] = f(operands at i …, scalars …, i). */
export function elementwise(
  meaning: Elementwise,
  dtype: DType,
  shape: Shape,
  operands: readonly Reading[],
): (out: TypedArray, scalars: readonly number[]) => void {
  const integer = dtype === "i32" || dtype === "u32" || dtype === "u8";
  const f = (integer ? meaning.integerReference : undefined) ?? meaning.reference;
  const { outer, outerStrides, count, steps } = loopsOver(
    shape,
    operands.map((operand) => operand.strides),
  );
  const walk = walkOver(outer, outerStrides);
  const starts = operands.map(() => 0);
  const empty = shape.includes(0);
  return (out, scalars) => {
    if (empty) return;
    if (operands.length === 0 && !meaning.indexed) {
      out.fill(f(...scalars));
      return;
    }
    const plain = scalars.length === 0 && !meaning.indexed;
    const row = (plain ? rows[operands.length] : undefined) ?? anyRow(scalars, meaning.indexed);
    let first = 0;
    for (const [k, operand] of operands.entries()) starts[k] = operand.offset;
    walk(starts, (at) => {
      row(f, out, first, count, operands, at, steps);
      first += count;
    });
    if (dtype === "bool") for (let i = 0; i < first; i++) out[i] = Number(out[i] !== 0);
  };
}

type Row = (
  f: Scalar,
  out: TypedArray,
  first: number,
  count: number,
  operands: readonly Reading[],
  at: readonly number[],
  steps: readonly number[],
) => void;

/** Innermost loops for 1, 2 and 3 operands: `anyRow` without its array of arguments. */
const rows: readonly (Row | undefined)[] = [
  undefined,
  (f, out, first, count, operands, at, steps) => {
    const { data } = operands[0] as Reading;
    const from = at[0] as number;
    const step = steps[0] as number;
    for (let n = 0; n < count; n++) out[first + n] = f(data[from + n * step] as number);
  },
  (f, out, first, count, operands, at, steps) => {
    const [a, b] = operands as readonly [Reading, Reading];
    const [i, j] = at as readonly [number, number];
    const [di, dj] = steps as readonly [number, number];
    for (let n = 0; n < count; n++) {
      out[first + n] = f(a.data[i + n * di] as number, b.data[j + n * dj] as number);
    }
  },
  (f, out, first, count, operands, at, steps) => {
    const [a, b, c] = operands as readonly [Reading, Reading, Reading];
    const [i, j, k] = at as readonly [number, number, number];
    const [di, dj, dk] = steps as readonly [number, number, number];
    for (let n = 0; n < count; n++) {
      out[first + n] = f(
        a.data[i + n * di] as number,
        b.data[j + n * dj] as number,
        c.data[k + n * dk] as number,
      );
    }
  },
];

function anyRow(scalars: readonly number[], indexed: boolean): Row {
  return (f, out, first, count, operands, at, steps) => {
    const values = [...operands.map(() => 0), ...scalars, ...(indexed ? [0] : [])];
    for (let n = 0; n < count; n++) {
      for (const [k, { data }] of operands.entries()) {
        values[k] = data[(at[k] as number) + n * (steps[k] as number)] as number;
      }
      if (indexed) values[values.length - 1] = first + n;
      out[first + n] = f(...values);
    }
  };
}
