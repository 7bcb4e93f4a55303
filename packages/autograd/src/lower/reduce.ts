import type { Kernel, KernelOperand, KernelStep } from "../devices/device.ts";
import type { DType } from "../dtype.ts";
import { reducedDims } from "../graph/attributes.ts";
import type { Reduce } from "../graph/op.ts";
import { type Buffer, type Expr, e, type Lanes } from "../kernel/expression.ts";
import { fourFrom } from "../kernel/fours.ts";
import type { Builder, Loops, Range } from "../kernel/loops.ts";
import { sizeOf } from "../shape.ts";
import { accumulator, extreme } from "./accumulate.ts";
import { shapeOf } from "./index-map.ts";
import { Lowering } from "./lowering.ts";
import { divide, type Parts, partOf } from "./parts.ts";
import { Place } from "./place.ts";
import type { Target } from "./target.ts";
import { combineExtremes, combineValues, threadsOfRow } from "./workgroup.ts";

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
  /** Threads of a workgroup that take it together. */
  readonly threads?: number;
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
 * A reduction with one thread for each row, or one workgroup where rows lie in order. Few long rows
 * are cut into parts, which a second dispatch combines. The shape and the class of the device fix
 * the order, so equal inputs give equal bits.
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
  const together = liesInOrder(kernel, operand) ? threadsOfRow(target, rows, length) : 1;
  const cut = cutFor(target, together, rows, length);
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
      threads: together,
      load: (place) => {
        const value = lowering.operand(operand, place);
        return isArg ? value : e.cast(value, step.dtype);
      },
    });

  if (cut.parts === 1) {
    const lowering = new Lowering(kernel);
    const row = together > 1 ? e.group : across ? fourFrom(e.thread) : e.thread;
    const result = reduceRow(lowering, row, e.u32(0), e.size(length));
    const finished = finish(lowering, step, rows, result, row, together);
    return { stages: [finished], scratch: [] };
  }

  const first = new Lowering(kernel);
  const number = together > 1 ? e.group : e.thread;
  const { row, from, to } = partOf(first.b, cut, length, number);
  const result = reduceRow(first, row, from, to);
  const partials: Buffer = { scratch: 0 };
  const positions: Buffer = { scratch: 1 };
  // partial results are not rounded to halves
  const kept = of === "f16" ? "f32" : of === "u8" ? "u32" : of;
  const threads = rows * cut.parts;
  const partial = ofRows(first.b, threads, together, () => {
    first.b.store(partials, kept, number, e.bitcast(result.value, kept));
    if (result.at !== null) first.b.store(positions, "u32", number, result.at);
  });

  const second = new Lowering(kernel);
  const finalLanes: Lanes = isArg || cut.parts < 8 ? 1 : 4;
  const count = e.size(cut.parts);
  const joint = threadsOfRow(target, rows, cut.parts);
  const its = joint > 1 ? e.group : e.thread;
  const base = second.b.let(e.mul(its, count));
  const read = (buffer: Buffer, dtype: DType, index: Expr): Expr =>
    e.load(buffer, dtype, e.add(base, index));
  const final = reduce(second, combine, of, {
    dims: [cut.parts],
    outer: [],
    from: e.u32(0),
    to: count,
    even: cut.parts % 4 === 0,
    lanes: finalLanes,
    threads: joint,
    load: (_, index) => e.bitcast(read(partials, kept, index), of),
    position: (index) => read(positions, "u32", index),
  });
  const bytes = threads * 4;
  return {
    stages: [partial, finish(second, step, rows, final, its, joint)],
    scratch: isArg ? [bytes, bytes] : [bytes],
  };
}

/** Stores a row's result and the elementwise work that follows. */
function finish(
  lowering: Lowering,
  step: KernelStep,
  rows: number,
  { value, at }: Result,
  row: Expr,
  threads: number,
): Loops {
  const result = at === null ? value : e.cast(at, step.dtype);
  const { b } = lowering;
  if (row.lanes === 1) return ofRows(b, rows, threads, () => lowering.storeOne(step, result, row));
  lowering.storeOne(step, result, row);
  return { grid: { kind: "items", items: Math.ceil(rows / 4) }, body: b.statements };
}

/** A thread for each row or a workgroup, whose first thread stores what all know. */
function ofRows(b: Builder, rows: number, threads: number, store: () => void): Loops {
  if (threads === 1) store();
  else b.if(e.eq(e.local, e.u32(0)), store);
  const grid: Loops["grid"] =
    threads === 1
      ? { kind: "threads", threads: rows }
      : { kind: "groups", groups: rows, size: threads };
  return { grid, body: b.statements };
}

/** Whether neighbours in a row are neighbours in memory, as far as the operand says. */
function liesInOrder(kernel: Kernel, { view, source }: KernelOperand): boolean {
  if (view !== null) return (view.strides.at(-1) ?? 1) === 1 || view.shape.at(-1) === 1;
  if ("input" in source) return true;
  const { operands } = kernel.steps[source.step] as KernelStep;
  return operands.every(({ view: own }) => own === null || Math.abs(own.strides.at(-1) ?? 1) <= 1);
}

/** Into how many parts rows are cut: on a GPU so many that it is busy. */
function cutFor(target: Target, together: number, rows: number, length: number): Parts {
  if (target.class === "software") return divide(rows, length);
  const wanted = Math.ceil(BUSY / (rows * together));
  const parts = Math.min(wanted, Math.floor(length / (LEAST * together)));
  if (parts <= 1) return { parts: 1, part: length };
  const part = Math.ceil(length / parts / 4) * 4;
  return { parts: Math.ceil(length / part), part };
}

/** Threads that keep a GPU busy, and elements of each, at least. */
const BUSY = 16_384;
const LEAST = 16;

function reduce(lowering: Lowering, combine: Combine, of: DType, row: Row): Result {
  return combine === "argmax" || combine === "argmin"
    ? reduceToPosition(lowering, combine, of, row)
    : reduceToValue(lowering, combine, of, row);
}

function reduceToValue(
  { b }: Lowering,
  combine: Exclude<Combine, "argmax" | "argmin">,
  of: DType,
  { dims, outer, from, to, even, lanes, across = false, threads = 1, load }: Row,
): Result {
  const total = accumulator(b, combine, of, lanes, across);
  const range = ofThread({ from, to, lanes: across ? 1 : lanes }, threads);
  b.over(dims, range, (counter) => {
    const loaded = load(new Place(...outer, counter), counter.index);
    const masked = lanes === 4 && !across && !even;
    total.add(masked ? e.select(e.lt(counter.index, to), loaded, total.neutral) : loaded);
  });
  const own = total.result();
  return { value: threads === 1 ? own : combineValues(b, combine, of, own, threads), at: null };
}

/** What one of the threads takes of a range: as many places in turn as it has lanes. */
function ofThread(range: { from: Expr; to: Expr; lanes: Lanes }, threads: number): Range {
  if (threads === 1) return range;
  const from = e.add(range.from, e.mul(e.local, e.u32(range.lanes)));
  return { ...range, from, apart: range.lanes * threads };
}

function reduceToPosition(
  { b }: Lowering,
  combine: "argmax" | "argmin",
  of: DType,
  { dims, outer, from, to, lanes, threads = 1, load, position }: Row,
): Result {
  const found = extreme(b, combine, of, lanes);
  const range = ofThread({ from, to, lanes: 1 }, threads);
  const first = b.let(range.from);
  b.over(dims, range, (counter, index) => {
    const value = load(new Place(...outer, counter), index);
    found.add(value, position?.(index) ?? index, e.eq(index, first));
  });
  if (threads === 1) return { value: found.best, at: found.at };
  const { best, at } = combineExtremes(
    b,
    combine,
    of,
    { ...found, some: e.lt(first, to) },
    threads,
  );
  return { value: best, at };
}
