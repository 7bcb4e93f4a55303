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
import { cutRows, type Parts, partOf } from "./parts.ts";
import { Place } from "./place.ts";
import type { Target } from "./target.ts";
import type { Team } from "./workgroup.ts";

type Combine = Reduce["combine"];

/** A row, or the part of it from `from` to `to`; `load` reads its elements. */
interface Row {
  readonly dims: readonly number[];
  readonly from: Expr;
  readonly to: Expr;
  /** `from` and `to` are multiples of four. */
  readonly even: boolean;
  readonly lanes: Lanes;
  /** Lanes hold neighbouring rows instead of elements of one row. */
  readonly across?: boolean;
  readonly team?: Team | null;
  load(place: Place, index: Expr): Expr;
  /** In an arg-reduction over partial results: the position of a partial result's element. */
  position?(index: Expr): Expr;
  readonly outer: Place["counters"];
}

interface Result {
  readonly value: Expr;
  /** Index of the extreme element; null unless this is an arg-reduction. */
  readonly at: Expr | null;
}

/**
 * A reduction with a thread or a workgroup for each row. Few long rows are cut into parts, which a
 * second dispatch combines. The order depends only on the shape and the device's class, so equal
 * inputs give equal bits.
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
  const teamFor = liesInOrder(kernel, operand) ? "teamOfRow" : "teamOfColumns";
  const team = target.gpu?.[teamFor](target, rows, length) ?? null;
  const cut = cutFor(target, team, rows, length);
  // rows too short for lanes: put neighbouring rows in lanes instead
  const across = target.processor !== undefined && lanes === 1 && rows >= 4 && cut.parts === 1;

  /** Reduces a row of the operand, or a part of it. */
  const reduceRow = (lowering: Lowering, row: Expr, from: Expr, to: Expr): Result =>
    reduce(lowering, combine, of, {
      dims: inner,
      outer: [lowering.b.count(outer, row)],
      from,
      to,
      even,
      lanes: across ? 4 : lanes,
      across,
      team,
      load: (place) => {
        const value = lowering.operand(operand, place);
        return isArg ? value : e.cast(value, step.dtype);
      },
    });

  if (cut.parts === 1) {
    const lowering = new Lowering(kernel);
    const own = rowIn(lowering.b, team, rows);
    const row = across ? fourFrom(e.thread) : own;
    const result = reduceRow(lowering, row, e.u32(0), e.size(length));
    const finished = finish(lowering, step, rows, result, row, team);
    return { stages: [finished], scratch: [] };
  }

  const first = new Lowering(kernel);
  const threads = rows * cut.parts;
  const number = rowIn(first.b, team, threads);
  const { row, from, to } = partOf(first.b, cut, length, number);
  const result = reduceRow(first, row, from, to);
  const partials: Buffer = { scratch: 0 };
  const positions: Buffer = { scratch: 1 };
  // partial results of f16 stay in f32, so that they are rounded once
  const kept = of === "f16" ? "f32" : of === "u8" ? "u32" : of;
  const partial = ofRows(first.b, threads, team, number, () => {
    first.b.store(partials, kept, number, e.bitcast(result.value, kept));
    if (result.at !== null) first.b.store(positions, "u32", number, result.at);
  });

  const second = new Lowering(kernel);
  const finalLanes: Lanes = isArg || cut.parts < 8 ? 1 : 4;
  const count = e.size(cut.parts);
  const joint = target.gpu?.teamOfRow(target, rows, cut.parts) ?? null;
  const its = rowIn(second.b, joint, rows);
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
    team: joint,
    load: (_, index) => e.bitcast(read(partials, kept, index), of),
    position: (index) => read(positions, "u32", index),
  });
  const bytes = threads * 4;
  return {
    stages: [partial, finish(second, step, rows, final, its, joint)],
    scratch: isArg ? [bytes, bytes] : [bytes],
  };
}

/** Stores a row's result and the epilogue's. */
function finish(
  lowering: Lowering,
  step: KernelStep,
  rows: number,
  { value, at }: Result,
  row: Expr,
  team: Team | null,
): Loops {
  const result = at === null ? value : e.cast(at, step.dtype);
  const { b } = lowering;
  if (row.lanes === 1)
    return ofRows(b, rows, team, row, () => lowering.storeOne(step, result, row));
  lowering.storeOne(step, result, row);
  return { grid: { kind: "items", items: Math.ceil(rows / 4) }, body: b.statements };
}

/** The row of a thread. A row past the end reads the last one. */
function rowIn(b: Builder, team: Team | null, rows: number): Expr {
  if (team === null || team.rows === 1) return team?.row ?? e.thread;
  return b.let(e.nativeMin(team.row, e.size(rows - 1)));
}

/** Stores a row's result: by its thread, or by the first thread of its team. */
function ofRows(b: Builder, rows: number, team: Team | null, row: Expr, store: () => void): Loops {
  if (team === null) {
    store();
    return { grid: { kind: "threads", threads: rows }, body: b.statements };
  }
  const first = e.eq(team.lane, e.u32(0));
  b.if(team.rows === 1 ? first : e.and(first, e.eq(row, team.row)), store);
  return { grid: team.grid(rows), body: b.statements };
}

/** Whether a row's elements are adjacent in memory, as far as the operand's view shows. */
function liesInOrder(kernel: Kernel, { view, source }: KernelOperand): boolean {
  if (view !== null) return (view.strides.at(-1) ?? 1) === 1 || view.shape.at(-1) === 1;
  if ("input" in source) return true;
  const { operands } = kernel.steps[source.step] as KernelStep;
  return operands.every(({ view: own }) => own === null || Math.abs(own.strides.at(-1) ?? 1) <= 1);
}

/** How rows are cut into parts: on a GPU, into enough to keep it busy. */
function cutFor(target: Target, team: Team | null, rows: number, length: number): Parts {
  if (target.gpu === undefined) return cutRows(rows, length);
  const lanes = team?.lanes ?? 1;
  const wanted = Math.ceil(BUSY / (rows * lanes));
  const parts = Math.min(wanted, Math.floor(length / (LEAST * lanes)));
  if (parts <= 1) return { parts: 1, part: length };
  const part = Math.ceil(length / parts / 4) * 4;
  return { parts: Math.ceil(length / part), part };
}

/** Threads that keep a GPU busy, and the fewest elements of each. */
const BUSY = 4096;
const LEAST = 64;

function reduce(lowering: Lowering, combine: Combine, of: DType, row: Row): Result {
  return combine === "argmax" || combine === "argmin"
    ? reduceToPosition(lowering, combine, of, row)
    : reduceToValue(lowering, combine, of, row);
}

function reduceToValue(
  { b }: Lowering,
  combine: Exclude<Combine, "argmax" | "argmin">,
  of: DType,
  { dims, outer, from, to, even, lanes, across = false, team = null, load }: Row,
): Result {
  const total = accumulator(b, combine, of, lanes, across);
  const range = ofThread({ from, to, lanes: across ? 1 : lanes }, team);
  b.over(dims, range, (counter) => {
    const loaded = load(new Place(...outer, counter), counter.index);
    const masked = lanes === 4 && !across && !even;
    total.add(masked ? e.select(e.lt(counter.index, to), loaded, total.neutral) : loaded);
  });
  const own = total.result();
  return { value: team?.combine(b, combine, of, own) ?? own, at: null };
}

/** A team's thread's share of a range: every so many places, as many as it has lanes. */
function ofThread(range: { from: Expr; to: Expr; lanes: Lanes }, team: Team | null): Range {
  if (team === null) return range;
  const from = e.add(range.from, e.mul(team.lane, e.u32(range.lanes)));
  return { ...range, from, apart: range.lanes * team.lanes };
}

function reduceToPosition(
  { b }: Lowering,
  combine: "argmax" | "argmin",
  of: DType,
  { dims, outer, from, to, lanes, team = null, load, position }: Row,
): Result {
  const found = extreme(b, combine, of, lanes);
  const range = ofThread({ from, to, lanes: 1 }, team);
  const first = b.let(range.from);
  b.over(dims, range, (counter, index) => {
    const value = load(new Place(...outer, counter), index);
    found.add(value, position?.(index) ?? index, e.eq(index, first));
  });
  if (team === null) return { value: found.best, at: found.at };
  const own = { ...found, some: e.lt(first, to) };
  const { best, at } = team.firstExtreme(b, combine, of, own);
  return { value: best, at };
}
