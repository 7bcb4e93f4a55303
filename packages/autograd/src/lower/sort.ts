import type { Kernel, KernelOperand, KernelStep } from "../devices/device.ts";
import { isFloating } from "../dtype.ts";
import { isDescending } from "../graph/attributes.ts";
import { type Buffer, type Expr, e } from "../kernel/expression.ts";
import type { Loops } from "../kernel/loops.ts";
import { sizeOf } from "../shape.ts";
import { shapeOf } from "./index-map.ts";
import { Lowering } from "./lowering.ts";
import { Place } from "./place.ts";

/** Elements of the runs that the first dispatch sorts. */
const RUN = 16;

/**
 * A merge sort of indices, stable, NaN last. A thread has one element and finds its place by binary
 * search in the run that is merged with its own. Each dispatch doubles the length of sorted runs.
 */
export function lowerSort(kernel: Kernel): { stages: Loops[]; scratch: number[] } {
  const step = kernel.steps.at(-1) as KernelStep;
  const operand = step.operands[0] as KernelOperand;
  const shape = shapeOf(operand);
  const length = shape.at(-1) as number;
  const outer = shape.slice(0, -1);
  const rows = sizeOf(outer);
  if (rows * length === 0) return { stages: [], scratch: [] };
  const descending = isDescending(step.attrs);
  const before = (x: Expr, y: Expr): Expr => {
    const first = descending ? e.gt(x, y) : e.lt(x, y);
    if (!isFloating(operand.dtype)) return first;
    const [nan, other] = descending ? [x, y] : [y, x];
    const ordered = e.and(first, e.not(e.or(e.isNan(x), e.isNan(y))));
    return e.or(ordered, e.and(e.isNan(nan), e.not(e.isNan(other))));
  };

  const merges = Math.max(0, Math.ceil(Math.log2(length / RUN)));
  /** The buffer that a dispatch writes, chosen so that the last one writes the output. */
  const bufferOf = (stage: number): Buffer =>
    (merges - stage) % 2 === 0 ? { output: 0 } : { scratch: 0 };

  const perElement = (body: (lowering: Lowering, element: Element) => void): Loops => {
    const lowering = new Lowering(kernel);
    const { b } = lowering;
    const n = e.size(length);
    const row = b.let(e.quotient(e.thread, n));
    const start = b.let(e.mul(row, n));
    const i = b.let(e.sub(e.thread, start));
    const rowCounter = b.count(outer, row);
    const key = (index: Expr) =>
      b.let(lowering.operand(operand, new Place(rowCounter, b.count([length], index))));
    body(lowering, { start, i, n, key });
    return { grid: { kind: "threads", threads: rows * length }, body: b.statements };
  };

  const runs = perElement(({ b }, { start, i, n, key }) => {
    const own = key(i);
    const first = b.let(e.sub(i, e.remainder(i, e.u32(RUN))));
    const rank = b.var(first);
    b.for(first, e.nativeMin(e.add(first, e.u32(RUN)), n), 1, (j) => {
      const other = key(j);
      const counts = e.or(before(other, own), e.and(e.lt(j, i), e.not(before(own, other))));
      b.if(counts, () => b.set(rank, e.add(rank, e.u32(1))));
    });
    b.store(bufferOf(0), "i32", e.add(start, rank), e.bitcast(i, "i32"));
  });

  const stages = [runs];
  for (let merge = 1; merge <= merges; merge++) {
    const width = RUN * 2 ** (merge - 1);
    const stage = perElement(({ b }, { start, i, n, key }) => {
      const indexAt = (at: Expr): Expr =>
        b.let(e.bitcast(e.load(bufferOf(merge - 1), "i32", e.add(start, at)), "u32"));
      const size = e.size(width);
      const left = b.let(e.sub(i, e.remainder(i, e.add(size, size))));
      const middle = b.let(e.nativeMin(e.add(left, size), n));
      const index = indexAt(i);
      const own = key(index);
      const isLeft = b.let(e.lt(i, middle));
      const end = e.nativeMin(e.add(middle, size), n);
      const low = b.var(e.select(isLeft, middle, left));
      const high = b.var(e.select(isLeft, end, middle));
      b.while(e.lt(low, high), () => {
        const probe = b.let(e.quotient(e.add(low, high), e.u32(2)));
        const other = key(indexAt(probe));
        const counts = e.select(isLeft, before(other, own), e.not(before(own, other)));
        b.if(
          counts,
          () => b.set(low, e.add(probe, e.u32(1))),
          () => b.set(high, probe),
        );
      });
      // its place: elements before it in its own run, plus those found in the other run
      const to = e.sub(e.sum(start, i, low), middle);
      b.store(bufferOf(merge), "i32", to, e.bitcast(index, "i32"));
    });
    stages.push(stage);
  }
  return { stages, scratch: merges > 0 ? [rows * length * 4] : [] };
}

interface Element {
  /** Where its row begins. */
  readonly start: Expr;
  /** Its place in the row. */
  readonly i: Expr;
  /** The length of a row. */
  readonly n: Expr;
  /** The operand at an index in the row. */
  key(index: Expr): Expr;
}
