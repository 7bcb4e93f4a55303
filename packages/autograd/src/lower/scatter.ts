import type { Kernel, KernelOperand, KernelStep } from "../devices/device.ts";
import { dimOf } from "../graph/attributes.ts";
import type { Scatter } from "../graph/op.ts";
import { coversLines } from "../graph/region.ts";
import { type Buffer, type Expr, e } from "../kernel/expression.ts";
import type { Loops } from "../kernel/loops.ts";
import { contiguousStrides, sizeOf } from "../shape.ts";
import { copyBase } from "./assemble.ts";
import { wrapped } from "./gathers.ts";
import { shapeOf, startOf, stridesOf } from "./index-map.ts";
import { asStored, Lowering } from "./lowering.ts";
import { Place } from "./place.ts";
import type { Target } from "./target.ts";

/**
 * Threads that keep a device busy, and the most parts of a line, which all read the same indices.
 */
const ENOUGH_THREADS = { software: 16, integrated: 4096, discrete: 4096 };
const MOST_PARTS = 256;

export const combinations: Record<Scatter["combine"], (sofar: Expr, x: Expr) => Expr> = {
  assign: (_, x) => x,
  sum: e.add,
  prod: e.mul,
  max: e.max,
  min: e.min,
};

/** Moves the item at `dim` to the end of the list. */
export const withLast = <T>(list: readonly T[], dim: number): T[] => [
  ...list.toSpliced(dim, 1),
  list[dim] as T,
];

/**
 * Each thread owns a line of the output along the dimension, or part of one. It copies the base,
 * reads all indices in order and writes those in its line, so no atomics are needed and the order
 * is fixed. If the index does not cover every line, a dispatch of its own copies the base.
 */
export function lowerScatter(
  kernel: Kernel,
  step: KernelStep,
  target: Target,
): { stages: Loops[]; scratch: number[] } {
  const size = sizeOf(step.shape);
  if (size === 0) return { stages: [], scratch: [] };
  const [base, index] = step.operands as [KernelOperand, KernelOperand, KernelOperand];
  const whole = coversLines(step.shape, shapeOf(index), dimOf(step.attrs));
  if (step.dtype === "u8" || !whole) {
    const stages = [copyBase(kernel, base, target)];
    if (sizeOf(shapeOf(index)) > 0)
      stages.push(target.gpu?.scatter(kernel, step, false) ?? write(kernel, step, null, target));
    return { stages, scratch: [] };
  }
  const byGroups = target.gpu?.scatter(kernel, step, true) ?? null;
  if (byGroups !== null) return { stages: [byGroups], scratch: [] };
  const output = kernel.stored.indexOf(kernel.steps.indexOf(step));
  const apart = output < 0 || kernel.inputs.some(({ inPlace }) => inPlace === output);
  const sums: Buffer = apart ? { scratch: 0 } : { output };
  return {
    stages: [write(kernel, step, sums, target)],
    scratch: apart ? [size * 4] : [],
  };
}

/**
 * Writes the indexed elements, with a thread for each line or part of one. If `sums` is given, it
 * also copies the base there first and stores the epilogue's results at the end.
 */
function write(kernel: Kernel, step: KernelStep, sums: Buffer | null, target: Target): Loops {
  const { combine } = step.op.meaning as Scatter;
  const [base, index, source] = step.operands as [KernelOperand, KernelOperand, KernelOperand];
  const { dtype } = step;
  const dim = dimOf(step.attrs);
  const sizes = withLast(shapeOf(index), dim);
  const lineDims = sizes.slice(0, -1);
  const lines = sizeOf(lineDims);
  const count = step.shape[dim] as number;
  const indices = sizes.at(-1) as number;
  const threads = ENOUGH_THREADS[target.class];
  // enough threads, each with at most about as many elements as it reads indices
  const wanted = Math.max(threads / lines, sums === null ? 1 : count / Math.max(1, indices));
  const parts = Math.min(count, MOST_PARTS, Math.ceil(wanted));
  const lowering = new Lowering(kernel);
  const { b } = lowering;
  const partCount = e.size(parts);
  const line = b.let(e.quotient(e.thread, partCount));
  const lineCounter = b.count(lineDims, line);
  const strides = contiguousStrides(step.shape);
  const start = b.let(new Place(lineCounter).walk(withLast(strides, dim).slice(0, -1)));
  const stride = e.size(strides[dim] as number);
  const elementAt = (place: Expr): Expr => e.add(start, e.mul(place, stride));
  const size = e.size(Math.ceil(count / parts));
  const first = b.let(e.mul(e.sub(e.thread, e.mul(line, partCount)), size));
  const last = b.let(e.nativeMin(e.add(first, size), e.size(count)));
  const out: Buffer = sums ?? { output: kernel.stored.length - 1 };
  const loaded = (at: Expr): Expr => e.load(out, dtype, at);
  if (sums !== null) {
    b.for(first, last, 1, (at) => {
      const here = b.let(elementAt(at));
      const place = new Place(b.count(step.shape, here));
      b.store(out, dtype, here, lowering.operand(base, place));
    });
  }
  b.over([indices], { from: e.u32(0), to: e.size(indices) }, (counter) => {
    const place = new Place(lineCounter, counter);
    const read = (operand: KernelOperand): Expr =>
      place.walk(withLast(stridesOf(operand), dim), startOf(operand));
    const { place: at, found } = wrapped(
      b.let(lowering.element(index, read(index))),
      e.size(count),
    );
    const mine = [found, e.ge(at, first), e.lt(at, last)].reduce(e.and);
    b.if(mine, () => {
      const to = b.let(elementAt(at));
      const value = b.let(lowering.element(source, read(source)));
      const before = combine === "assign" ? value : b.let(loaded(to));
      const joined = combinations[combine](before, value);
      b.store(out, dtype, to, combine === "assign" ? joined : asStored(joined, dtype));
    });
  });
  if (sums !== null && kernel.steps.at(-1) !== step) {
    b.for(first, last, 1, (at) => {
      const here = b.let(elementAt(at));
      lowering.storeOne(step, loaded(here), here);
    });
  }
  return { grid: { kind: "threads", threads: lines * parts }, body: b.statements };
}
