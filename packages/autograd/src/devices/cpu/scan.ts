import type { DType, TypedArray } from "../../dtype.ts";
import type { Scan } from "../../graph/op.ts";
import type { Reading } from "../../graph/reading.ts";
import { walkOver } from "./reading.ts";

const joins: Record<"sum" | "prod" | "logsumexp", (sofar: number, x: number) => number> = {
  sum: (sofar, x) => sofar + x,
  prod: (sofar, x) => sofar * x,
  // equal values are separate: ∞ − ∞ would be NaN
  logsumexp: (a, b) =>
    a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))),
};

/** Integers wrap modulo 2³²; f64 would round. */
const integerJoins: Partial<typeof joins> = { sum: (sofar, x) => (sofar + x) | 0, prod: Math.imul };

/** Calls `visit` with the start, length and stride of each line along the last dimension. */
function eachLine(
  { shape, strides, offset }: Reading,
  walk: ReturnType<typeof walkOver>,
  visit: (start: number, count: number, step: number) => void,
): void {
  const last = shape.length - 1;
  walk([offset], ([start]) =>
    visit(start as number, shape[last] as number, strides[last] as number),
  );
}

const overLines = ({ shape, strides }: Reading): ReturnType<typeof walkOver> =>
  walkOver(shape.slice(0, -1), [strides.slice(0, -1)]);

/** yₖ = x₀ ⊕ … ⊕ xₖ along the last dimension, in f64. */
export function scan({ combine }: Scan, dtype: DType, operand: Reading): (out: TypedArray) => void {
  const { data } = operand;
  const walk = overLines(operand);
  if (combine === "argmax" || combine === "argmin") {
    const sign = combine === "argmax" ? 1 : -1;
    return (out) => {
      let place = 0;
      eachLine(operand, walk, (start, count, step) => {
        let best = -Infinity;
        let where = 0;
        for (let i = 0; i < count; i++) {
          const x = sign * (data[start + i * step] as number);
          if (Number.isNaN(x) || x >= best) {
            best = x;
            where = i;
          }
          out[place++] = where;
        }
      });
    };
  }
  const integer = dtype === "i32" || dtype === "u32";
  const join = (integer ? integerJoins[combine] : undefined) ?? joins[combine];
  return (out) => {
    let place = 0;
    eachLine(operand, walk, (start, count, step) => {
      let sofar = 0;
      for (let i = 0; i < count; i++) {
        const x = data[start + i * step] as number;
        sofar = i === 0 ? x : join(sofar, x);
        out[place++] = sofar;
      }
    });
  };
}
