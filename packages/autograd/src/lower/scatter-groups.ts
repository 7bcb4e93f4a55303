import type { Kernel, KernelOperand, KernelStep } from "../devices/device.ts";
import type { DType } from "../dtype.ts";
import { dimOf } from "../graph/attributes.ts";
import type { Scatter } from "../graph/op.ts";
import { type Expr, e } from "../kernel/expression.ts";
import type { Loops } from "../kernel/loops.ts";
import { contiguousStrides, sizeOf } from "../shape.ts";
import { wrapped } from "./gathers.ts";
import { shapeOf, startOf, stridesOf } from "./index-map.ts";
import { asStored, Lowering } from "./lowering.ts";
import { Place } from "./place.ts";
import { combinations, withLast } from "./scatter.ts";

const THREADS = 64;
/** Indices that a thread tests in each round. */
const EACH = 8;
/** The most places that a workgroup owns, and the workgroups that keep a GPU busy. */
const MOST_PLACES = 32;
const ENOUGH = 256;
/** The fewest lines for which this pays. */
const LEAST_LINES = 8;

/**
 * A workgroup owns a few places along the dimension, in as many lines as it has threads. In each
 * round its threads together list the indices that point to these places, in order; then each
 * thread combines their source elements into its line. The sums are in workgroup memory.
 */
export function scatterByGroups(kernel: Kernel, step: KernelStep, whole: boolean): Loops | null {
  const { combine } = step.op.meaning as Scatter;
  const [base, index, source] = step.operands as [KernelOperand, KernelOperand, KernelOperand];
  const { dtype, shape } = step;
  const dim = dimOf(step.attrs);
  const sizes = withLast(shapeOf(index), dim);
  const lineDims = sizes.slice(0, -1);
  const lines = sizeOf(lineDims);
  const count = shape[dim] as number;
  const indices = sizes.at(-1) as number;
  const kept: DType = dtype === "f16" ? "f32" : dtype;
  const alike = withLast(stridesOf(index), dim)
    .slice(0, -1)
    .every((stride, d) => stride === 0 || lineDims[d] === 1);
  if (!alike || lines < LEAST_LINES || indices === 0 || dtype === "u8" || dtype === "bool")
    return null;

  const across = Math.min(THREADS, 2 ** Math.ceil(Math.log2(lines)));
  const together = THREADS / across;
  const columns = Math.ceil(lines / across);
  const places = Math.min(MOST_PLACES, Math.ceil((count * columns) / ENOUGH));
  const blocks = Math.ceil(count / places);

  const lowering = new Lowering(kernel);
  const { b } = lowering;
  const columnCount = e.size(columns);
  const block = b.let(e.quotient(e.group, columnCount));
  const column = b.let(e.sub(e.group, e.mul(block, columnCount)));
  const lane = b.let(e.remainder(e.local, e.u32(across)));
  /** The thread's number among those that share a line; each has some of the places. */
  const share = b.let(e.quotient(e.local, e.u32(across)));
  const line = b.let(e.add(e.mul(column, e.u32(across)), lane));
  const isLine = b.let(e.lt(line, e.size(lines)));
  const lineCounter = b.count(lineDims, b.let(e.nativeMin(line, e.size(lines - 1))));
  const first = b.let(e.mul(block, e.size(places)));
  const end = b.let(e.nativeMin(e.add(first, e.size(places)), e.size(count)));
  const strides = contiguousStrides(shape);
  const start = b.let(new Place(lineCounter).walk(withLast(strides, dim).slice(0, -1)));
  const stride = e.size(strides[dim] as number);
  const elementAt = (place: Expr): Expr => b.let(e.add(start, e.mul(place, stride)));

  const sums = b.array(kept, 1, MOST_PLACES * across, true, false);
  const found = b.array("u32", 1, THREADS * EACH, true, false);
  const offsets = b.array("u32", 1, THREADS * EACH, true, false);
  const counts = b.array("u32", 1, THREADS, true, false);
  const sumAt = (offset: Expr): Expr => b.let(e.add(e.mul(offset, e.u32(across)), lane));
  /** Loops over the places of this thread. No other thread uses them, so no barrier is needed. */
  const eachPlace = (body: (place: Expr, sum: Expr) => void): void =>
    b.for(e.add(first, share), end, together, (place) => {
      body(place, sumAt(e.sub(place, first)));
    });
  const output = { output: kernel.stored.length - 1 };
  eachPlace((place, sum) => {
    const here = elementAt(place);
    const begun = whole
      ? lowering.operand(base, new Place(b.count(shape, here)))
      : e.load(output, dtype, here);
    b.put(sums, sum, e.cast(begun, kept));
  });

  const indexStart = startOf(index);
  const indexStrides = withLast(stridesOf(index), dim);
  const sourceStrides = withLast(stridesOf(source), dim);
  const indexCount = e.size(indices);
  /**
   * The place that index i points to, from the first one on, and whether this workgroup owns it.
   */
  const look = (i: Expr): { offset: Expr; isOurs: Expr } => {
    const at = b.let(e.nativeMin(i, e.sub(indexCount, e.u32(1))));
    const place = new Place(lineCounter, b.count([indices], at));
    const value = b.let(lowering.element(index, place.walk(indexStrides, indexStart)));
    const { place: to, found: exists } = wrapped(value, e.size(count));
    const conditions = [exists, e.lt(i, indexCount), e.ge(to, first), e.lt(to, end)];
    return { offset: e.sub(to, first), isOurs: conditions.reduce(e.and) };
  };
  b.for(e.u32(0), indexCount, THREADS * EACH, (chunk) => {
    const from = b.let(e.add(chunk, e.mul(e.local, e.u32(EACH))));
    const own = b.var(e.u32(0));
    b.for(from, e.add(from, e.u32(EACH)), 1, (i) => {
      b.if(look(i).isOurs, () => b.set(own, e.add(own, e.u32(1))));
    });
    b.put(counts, e.local, own);
    b.barrier();
    const next = b.var(e.u32(0));
    const total = b.var(e.u32(0));
    b.for(e.u32(0), e.u32(THREADS), 1, (thread) => {
      const its = b.let(e.element(counts, thread));
      b.set(next, e.add(next, e.select(e.lt(thread, e.local), its, e.u32(0))));
      b.set(total, e.add(total, its));
    });
    b.if(e.gt(own, e.u32(0)), () => {
      b.for(from, e.add(from, e.u32(EACH)), 1, (i) => {
        const { offset, isOurs } = look(i);
        b.if(isOurs, () => {
          b.put(found, next, i);
          b.put(offsets, next, offset);
          b.set(next, e.add(next, e.u32(1)));
        });
      });
    });
    b.barrier();
    b.for(e.u32(0), total, 1, (hit) => {
      const offset = b.let(e.element(offsets, hit));
      const mine = together === 1 ? isLine : e.eq(e.remainder(offset, e.u32(together)), share);
      b.if(mine, () => {
        const place = new Place(lineCounter, b.count([indices], b.let(e.element(found, hit))));
        const read = lowering.element(source, place.walk(sourceStrides, startOf(source)));
        const sum = sumAt(offset);
        const before = b.let(e.element(sums, sum));
        b.put(sums, sum, combinations[combine](before, e.cast(read, kept)));
      });
    });
    b.barrier();
  });

  const alone = !whole || kernel.steps.at(-1) === step;
  b.if(isLine, () => {
    eachPlace((place, sum) => {
      const here = elementAt(place);
      const value = b.let(e.cast(e.element(sums, sum), dtype));
      if (alone) lowering.store(here, asStored(value, dtype));
      else lowering.storeOne(step, value, here);
    });
  });
  return { grid: { kind: "groups", groups: blocks * columns, size: THREADS }, body: b.statements };
}
