import type { Kernel, KernelOperand, KernelStep } from "../devices/device.ts";
import { type DType, isFloating } from "../dtype.ts";
import type { Scan } from "../graph/op.ts";
import { type Expr, e } from "../kernel/expression.ts";
import type { Builder, Loops } from "../kernel/loops.ts";
import { sizeOf } from "../shape.ts";
import { rounding } from "./accumulate.ts";
import { shapeOf } from "./index-map.ts";
import { asStored, Lowering } from "./lowering.ts";
import { cutRows, partOf } from "./parts.ts";
import { Place } from "./place.ts";

/** The running value along a row. */
interface Carry {
  /** Combines an element: its value, and its index in the row. */
  take(value: Expr, index: Expr): void;
  /** The result over all elements so far, as it is stored. */
  result(): Expr;
}

/**
 * A scan with a thread for each row. Few long rows are cut into parts: a first dispatch combines
 * each part, and a second scans each part, starting from the combined parts before it.
 */
export function lowerScan(kernel: Kernel): { stages: Loops[]; scratch: number[] } {
  const step = kernel.steps.at(-1) as KernelStep;
  const operand = step.operands[0] as KernelOperand;
  const { combine } = step.op.meaning as Scan;
  const shape = shapeOf(operand);
  const length = shape.at(-1) as number;
  const outer = shape.slice(0, -1);
  const rows = sizeOf(outer);
  if (rows * length === 0) return { stages: [], scratch: [] };
  const cut = cutRows(rows, length);
  const kept: DType = step.dtype === "f16" ? "f32" : step.dtype === "u8" ? "u32" : step.dtype;
  const threads = rows * cut.parts;
  const partials = { scratch: 0 };

  const overParts = (body: (lowering: Lowering, row: Row) => void): Loops => {
    const lowering = new Lowering(kernel);
    const { b } = lowering;
    const { row, number, from, to } = partOf(b, cut, length);
    const rowCounter = b.count(outer, row);
    const take = (carry: Carry, then: (index: Expr) => void) => {
      b.over([length], { from, to }, (counter, index) => {
        carry.take(lowering.operand(operand, new Place(rowCounter, counter)), index);
        then(index);
      });
    };
    const load = (index: Expr) =>
      lowering.operand(operand, new Place(rowCounter, b.count([length], index)));
    body(lowering, { number: row, part: number, take, load });
    return { grid: { kind: "threads", threads }, body: b.statements };
  };

  const stages: Loops[] = [];
  if (cut.parts > 1) {
    const combineParts = overParts(({ b }, { take }) => {
      const carry = carryOf(b, combine, operand.dtype, step.dtype);
      take(carry, () => {});
      b.store(partials, kept, e.thread, e.bitcast(carry.result(), kept));
    });
    stages.push(combineParts);
  }
  const alongParts = overParts((lowering, { number, part, take, load }) => {
    const { b } = lowering;
    const carry = carryOf(b, combine, operand.dtype, step.dtype);
    if (cut.parts > 1) {
      b.for(e.sub(e.thread, part), e.thread, 1, (p) => {
        const before = b.let(e.bitcast(e.load(partials, kept, p), step.dtype));
        if (!isArg(combine)) return carry.take(before, e.u32(0));
        const index = b.let(e.bitcast(before, "u32"));
        carry.take(load(index), index);
      });
    }
    const start = b.let(e.mul(number, e.size(length)));
    take(carry, (index) => {
      lowering.store(e.add(start, index), asStored(carry.result(), step.dtype));
    });
  });
  stages.push(alongParts);
  return { stages, scratch: cut.parts > 1 ? [threads * 4] : [] };
}

interface Row {
  readonly number: Expr;
  readonly part: Expr;
  /** Combines every element of the part; `then` runs after each. */
  take(carry: Carry, then: (index: Expr) => void): void;
  load(index: Expr): Expr;
}

const isArg = (combine: Scan["combine"]): combine is "argmax" | "argmin" =>
  combine === "argmax" || combine === "argmin";

function carryOf(b: Builder, combine: Scan["combine"], of: DType, result: DType): Carry {
  if (isArg(combine)) return extreme(b, combine, of);
  return combine === "sum" && isFloating(result)
    ? compensatedSum(b, result)
    : folded(b, combine, result);
}

/** log(eᵃ + eᵇ) without overflow. Equal values are separate: ∞ − ∞ would be NaN. */
function logOfSum(a: Expr, b: Expr): Expr {
  const rest = e.log1p(e.exp(e.neg(e.abs(e.sub(a, b)))));
  const doubled = e.add(a, e.number(Math.LN2, a));
  return e.select(e.eq(a, b), doubled, e.add(e.max(a, b), rest));
}

function folded(b: Builder, combine: "sum" | "prod" | "logsumexp", of: DType): Carry {
  const start = { sum: 0, prod: 1, logsumexp: Number.NEGATIVE_INFINITY }[combine];
  const fold = { sum: e.add, prod: e.mul, logsumexp: logOfSum }[combine];
  const total = b.var(e.constant(start, of));
  return {
    take: (value) => b.set(total, fold(total, b.let(value))),
    result: () => total,
  };
}

/** A compensated sum (Neumaier 1974): carries the rounding error along. */
function compensatedSum(b: Builder, of: DType): Carry {
  const total = b.var(e.constant(0, of));
  const lost = b.var(e.constant(0, of));
  return {
    take(value) {
      const taken = b.let(value);
      const sum = b.let(e.add(total, taken));
      b.set(lost, e.add(lost, rounding(total, taken, sum)));
      b.set(total, sum);
    },
    // if the sum is infinite, the lost part is NaN
    result: () => e.select(e.isFinite(total), e.add(total, lost), total),
  };
}

/** Index of the last extreme so far; after a NaN, of the last NaN. */
function extreme(b: Builder, combine: "argmax" | "argmin", of: DType): Carry {
  const best = b.var(e.constant(0, of));
  const at = b.var(e.u32(0));
  const some = b.var(e.constant(0, "bool"));
  const fn = combine === "argmax" ? e.ge : e.le;
  // devices may give any result for a comparison with NaN
  const beats = (x: Expr): Expr =>
    isFloating(of) ? e.or(e.isNan(x), e.and(e.not(e.isNan(best)), fn(x, best))) : fn(x, best);
  return {
    take(value, index) {
      const taken = b.let(value);
      b.if(e.or(e.not(some), beats(taken)), () => {
        b.set(best, taken);
        b.set(at, index);
        b.set(some, e.constant(1, "bool"));
      });
    },
    result: () => e.bitcast(at, "i32"),
  };
}
