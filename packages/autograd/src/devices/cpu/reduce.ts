import type { DType, TypedArray } from "../../dtype.ts";
import type { Reduce } from "../../graph/op.ts";
import type { Reading } from "../../graph/reading.ts";
import { loopsOver, walkOver } from "./reading.ts";

interface Fold {
  /** The result over no elements. */
  readonly start: number;
  readonly step: (sofar: number, x: number) => number;
}

const folds: Record<"sum" | "prod" | "max" | "min", Fold> = {
  sum: { start: 0, step: (sofar, x) => sofar + x },
  prod: { start: 1, step: (sofar, x) => sofar * x },
  max: { start: -Infinity, step: (sofar, x) => Math.max(sofar, x) },
  min: { start: Infinity, step: (sofar, x) => Math.min(sofar, x) },
};
/** Integers wrap modulo 2³²; f64 would round. */
const integerFolds: Partial<typeof folds> = {
  sum: { start: 0, step: (sofar, x) => (sofar + x) | 0 },
  prod: { start: 1, step: Math.imul },
};

/** out[outer] = ⊕ over the last `count` dimensions, in row-major order. */
export function reduce(
  { combine }: Reduce,
  dtype: DType,
  count: number,
  operand: Reading,
): (out: TypedArray) => void {
  const { data, shape, strides } = operand;
  const split = shape.length - count;
  const inner = shape.slice(split);
  const loops = loopsOver(inner, [strides.slice(split)]);
  const step = loops.steps[0] as number;
  const empty = inner.includes(0);
  const walkInner = walkOver(loops.outer, loops.outerStrides);
  const walkOuter = walkOver(shape.slice(0, split), [strides.slice(0, split)]);

  const fold = ({ start, step: combineOne }: Fold, first: number): number => {
    let sofar = start;
    if (empty) return sofar;
    walkInner([first], ([from]) => {
      for (let n = 0; n < loops.count; n++) {
        sofar = combineOne(sofar, data[(from as number) + n * step] as number);
      }
    });
    return sofar;
  };

  /** Position of the first greatest value of sign · x; the first NaN beats every number. */
  const extreme = (sign: number, first: number): number => {
    let best = -Infinity;
    let place = 0;
    let index = 0;
    walkInner([first], ([from]) => {
      for (let n = 0; n < loops.count; n++, index++) {
        const x = sign * (data[(from as number) + n * step] as number);
        if (x > best || (Number.isNaN(x) && !Number.isNaN(best))) {
          best = x;
          place = index;
        }
      }
    });
    return place;
  };

  const integer = dtype === "i32" || dtype === "u32";
  const result = (first: number): number => {
    if (combine === "argmax") return extreme(1, first);
    if (combine === "argmin") return extreme(-1, first);
    return fold((integer ? integerFolds[combine] : undefined) ?? folds[combine], first);
  };
  return (out) => {
    let place = 0;
    walkOuter([operand.offset], ([first]) => {
      out[place++] = result(first as number);
    });
  };
}
