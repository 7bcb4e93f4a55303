import type { Kernel, KernelOperand, KernelStep } from "../devices/device.ts";
import type { DType } from "../dtype.ts";
import { reducedDims } from "../graph/attributes.ts";
import type { Reduce } from "../graph/op.ts";
import { type Buffer, type Expr, e, type Lanes } from "../kernel/expression.ts";
import { fourFrom } from "../kernel/fours.ts";
import type { Loops } from "../kernel/loops.ts";
import { sizeOf } from "../shape.ts";
import { accumulator, extreme } from "./accumulate.ts";
import { shapeOf } from "./index-map.ts";
import { Lowering } from "./lowering.ts";
import { divide, partOf } from "./parts.ts";
import { Place } from "./place.ts";
import type { Target } from "./target.ts";

type Combine = Reduce["combine"];

/**
 * A row, or a part of it: elements `from` to `to` of what `load` gives at a counter over the row.
 */
interface Row {
  readonly dims: readonly number[];
  readonly from: Expr;
  readonly to: Expr;
  /** `from` and `to` divide by four. */
  readonly even: boolean;
  readonly lanes: Lanes;
  /** Lanes are neighbouring rows, and not elements of one. */
  readonly across?: boolean;
  load(place: Place, index: Expr): Expr;
  /** Of arg-reductions over partial results: the index that a partial result stands for. */
  position?(index: Expr): Expr;
  readonly outer: Place["counters"];
}

interface Result {
  readonly value: Expr;
  /** Index of the extreme element, of arg-reductions. */
  readonly at: Expr | null;
}

/**
 * A reduction with one thread for each row. Few long rows are cut into parts, which a second
 * dispatch combines. The shape alone fixes the order, so equal inputs give equal bits.
 */
export function lowerReduce(
  kernel: Kernel,
  step: KernelStep,
  target: Target,
): { stages: Loops[]; scratch: number[] } {
  const operand = step.operands[0] as KernelOperand;
  const { combine } = step.op.meaning as Reduce;
  const shape = shapeOf(operand);
  const inner = shape.slice(shape.length - reducedDims(step.attrs));
  const outer = shape.slice(0, shape.length - inner.length);
  const rows = sizeOf(outer);
  const length = sizeOf(inner);
  if (rows === 0) return { stages: [], scratch: [] };

  const isArg = combine === "argmax" || combine === "argmin";
  const of: DType = isArg ? operand.dtype : step.dtype;
  const lanes: Lanes = isArg || length < 8 ? 1 : 4;
  const even = length % 4 === 0;
  const cut = divide(rows, length);
  // neighbouring rows are in lanes where they are too short for it
  const across = target.processor !== undefined && lanes === 1 && rows >= 4 && cut.parts === 1;

  /** One row, or one part of it, from the operand. */
  const reduceRow = (lowering: Lowering, row: Expr, from: Expr, to: Expr): Result =>
    reduce(lowering, combine, of, {
      dims: inner,
      outer: [lowering.b.count(outer, row)],
      from,
      to,
      even,
      lanes: across ? 4 : lanes,
      across,
      load: (place) => {
        const value = lowering.operand(operand, place);
        return isArg ? value : e.cast(value, step.dtype);
      },
    });

  if (cut.parts === 1) {
    const lowering = new Lowering(kernel);
    const row = across ? fourFrom(e.thread) : e.thread;
    const result = reduceRow(lowering, row, e.u32(0), e.size(length));
    const finished = finish(lowering, step, rows, result, row);
    return { stages: [finished], scratch: [] };
  }

  const first = new Lowering(kernel);
  const { row, from, to } = partOf(first.b, cut, length);
  const result = reduceRow(first, row, from, to);
  const partials: Buffer = { scratch: 0 };
  const positions: Buffer = { scratch: 1 };
  // partial results are not rounded to halves
  const kept = of === "f16" ? "f32" : of === "u8" ? "u32" : of;
  first.b.store(partials, kept, e.thread, e.bitcast(result.value, kept));
  if (result.at !== null) first.b.store(positions, "u32", e.thread, result.at);
  const threads = rows * cut.parts;
  const partial: Loops = {
    grid: { kind: "threads", threads },
    body: first.b.statements,
  };

  const second = new Lowering(kernel);
  const finalLanes: Lanes = isArg || cut.parts < 8 ? 1 : 4;
  const count = e.size(cut.parts);
  const base = second.b.let(e.mul(e.thread, count));
  const read = (buffer: Buffer, dtype: DType, index: Expr): Expr =>
    e.load(buffer, dtype, e.add(base, index));
  const final = reduce(second, combine, of, {
    dims: [cut.parts],
    outer: [],
    from: e.u32(0),
    to: count,
    even: cut.parts % 4 === 0,
    lanes: finalLanes,
    load: (_, index) => e.bitcast(read(partials, kept, index), of),
    position: (index) => read(positions, "u32", index),
  });
  const bytes = threads * 4;
  return {
    stages: [partial, finish(second, step, rows, final)],
    scratch: isArg ? [bytes, bytes] : [bytes],
  };
}

/** A thread a row: stores its result and the elementwise work that follows. */
function finish(
  lowering: Lowering,
  step: KernelStep,
  rows: number,
  { value, at }: Result,
  row: Expr = e.thread,
): Loops {
  const result = at === null ? value : e.cast(at, step.dtype);
  lowering.storeOne(step, result, row);
  const { statements: body } = lowering.b;
  if (row.lanes === 4) return { grid: { kind: "items", items: Math.ceil(rows / 4) }, body };
  return { grid: { kind: "threads", threads: rows }, body };
}

function reduce(lowering: Lowering, combine: Combine, of: DType, row: Row): Result {
  return combine === "argmax" || combine === "argmin"
    ? reduceToPosition(lowering, combine, of, row)
    : reduceToValue(lowering, combine, of, row);
}

function reduceToValue(
  { b }: Lowering,
  combine: Exclude<Combine, "argmax" | "argmin">,
  of: DType,
  { dims, outer, from, to, even, lanes, across = false, load }: Row,
): Result {
  const total = accumulator(b, combine, of, lanes, across);
  b.over(dims, { from, to, lanes: across ? 1 : lanes }, (counter) => {
    const loaded = load(new Place(...outer, counter), counter.index);
    const masked = lanes === 4 && !across && !even;
    total.add(masked ? e.select(e.lt(counter.index, to), loaded, total.neutral) : loaded);
  });
  return { value: total.result(), at: null };
}

function reduceToPosition(
  { b }: Lowering,
  combine: "argmax" | "argmin",
  of: DType,
  { dims, outer, from, to, lanes, load, position }: Row,
): Result {
  const found = extreme(b, combine, of, lanes);
  b.over(dims, { from, to }, (counter, index) => {
    const value = load(new Place(...outer, counter), index);
    found.add(value, position?.(index) ?? index, e.eq(index, from));
  });
  return { value: found.best, at: found.at };
}
