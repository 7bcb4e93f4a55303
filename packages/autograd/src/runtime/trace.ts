import { dtypeCode } from "../dtype.ts";
import type { Cell, Home } from "../graph/cell.ts";
import { context } from "../graph/context.ts";
import { COMPUTED, EXPIRED, type Node, OWNED, SLOT } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import { isContiguous } from "../graph/view.ts";
import { sizeOf } from "../shape.ts";

/** Where a computed value goes (DESIGN: Retention). */
export const HOLD_NOTHING = 0;
export const HOLD_CELL = 1;
export const HOLD_PAGE = 2;
export const HOLD_OWNED = 3;
export const HOLD_SLOT = 4;
export type Hold = 0 | 1 | 2 | 3 | 4;

/** A value the flush reads but does not compute: all of it, or the contiguous stretch its one view covers. */
export interface Source {
  readonly node: Node;
  /** First element and count. */
  readonly start: number;
  readonly count: number;
}

/** The pending graph in canonical form: its key is exact, and what may change from run to run stands apart. */
export interface Trace {
  readonly order: readonly Node[];
  readonly holds: readonly Hold[];
  readonly reads: ReadonlySet<Node>;
  readonly sources: readonly Source[];
  /** Index into `sources` of operand j of node i: `sourceOf[operandBase[i] + j]`, or -1. */
  readonly operandBase: readonly number[];
  readonly sourceOf: readonly number[];
  /** Numbers of this run: per node its scalars, then the offsets of its viewed operands. */
  readonly dynamics: readonly number[];
  readonly dynamicBase: readonly number[];
  readonly key: readonly number[];
  readonly hash: number;
}

let marks = 0;

/** Nodes to compute for these roots, in the order they were recorded. Throws through `missing` where a value is gone. */
export function reach(roots: readonly Node[], missing: (node: Node) => Error): Node[] {
  const mark = ++marks;
  const order: Node[] = [];
  const stack: Node[] = [];
  const visit = (node: Node): void => {
    if (node.mark === mark || node.state === COMPUTED) return;
    if (node.state === EXPIRED) throw missing(node);
    node.mark = mark;
    order.push(node);
    stack.push(node);
  };
  for (const root of roots) {
    visit(root);
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const { inputs } = node;
      for (let i = 0; i < inputs.length; i++) visit(inputs[i] as Node);
    }
  }
  order.sort((a, b) => a.id - b.id);
  for (let i = 0; i < order.length; i++) (order[i] as Node).position = i;
  return order;
}

function holdOf(node: Node, writes: ReadonlySet<Cell>, reads: ReadonlySet<Node>): Hold {
  const { cell } = node;
  if (cell !== null && cell.node === node && writes.has(cell)) return HOLD_CELL;
  const scalar = node.shape.length === 0;
  if (isFree(node))
    return reads.has(node) || node.keep === OWNED
      ? scalar
        ? HOLD_PAGE
        : HOLD_OWNED
      : HOLD_NOTHING;
  if (context.eager) return HOLD_OWNED;
  if (scalar && (node.visible || reads.has(node) || node.keep !== 0)) return HOLD_PAGE;
  const sink = node.terminal && node.consumers === 0;
  if (reads.has(node) || node.keep === OWNED || (sink && !node.gradMode)) return HOLD_OWNED;
  if (node.keep === SLOT || sink || node.saved > 0) return HOLD_SLOT;
  return HOLD_NOTHING;
}

/** Writes the graph down as numbers. Equal keys mean: the same kernels on the same memory will do. */
export function traceOf(
  order: readonly Node[],
  writes: ReadonlySet<Cell>,
  reads: ReadonlySet<Node>,
  regional: (node: Node) => boolean,
): Trace {
  const mark = order.length === 0 ? 0 : (order[0] as Node).mark;
  const key: number[] = [];
  const holds: Hold[] = [];
  const sources: Source[] = [];
  const operandBase: number[] = [];
  const sourceOf: number[] = [];
  const dynamics: number[] = [];
  const dynamicBase: number[] = [];
  const entries = new Map<Node, number[]>();

  const sourceEntry = (node: Node, start: number, count: number): number => {
    const known = entries.get(node);
    if (known !== undefined) {
      for (const index of known) {
        const source = sources[index] as Source;
        if (source.start === start && source.count === count) return index;
      }
    }
    const index = sources.length;
    sources.push({ node, start, count });
    if (known === undefined) entries.set(node, [index]);
    else known.push(index);
    return index;
  };

  for (const node of order) {
    const hold = holdOf(node, writes, reads);
    holds.push(hold);
    const { shape, attrs, inputs, views, scalars } = node;
    key.push(
      node.op.code,
      dtypeCode(node.dtype),
      hold * 2 + (reads.has(node) ? 1 : 0),
      shape.length,
    );
    for (let i = 0; i < shape.length; i++) key.push(shape[i] as number);
    key.push(attrs.length);
    for (let i = 0; i < attrs.length; i++) key.push(attrs[i] as number);
    if (hold === HOLD_CELL) key.push(((node.cell as Cell).home as Home).id);
    dynamicBase.push(dynamics.length);
    for (let i = 0; i < scalars.length; i++) dynamics.push(scalars[i] as number);
    operandBase.push(sourceOf.length);
    key.push(inputs.length);
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[i] as Node;
      const view = views[i] ?? null;
      let start = 0;
      if (input.mark === mark && input.state !== COMPUTED) {
        sourceOf.push(-1);
        key.push(input.position);
      } else {
        let count = input.size;
        if (view !== null && input.storage?.homeId === 0 && regional(input) && isContiguous(view)) {
          start = view.offset;
          count = sizeOf(view.shape);
        }
        const before = sources.length;
        const index = sourceEntry(input, start, count);
        sourceOf.push(index);
        key.push(-1 - index);
        if (index === before) {
          key.push(dtypeCode(input.dtype), count, input.storage?.homeId ?? 0);
        }
      }
      if (view === null) key.push(-1);
      else {
        const { strides } = view;
        key.push(view.shape.length);
        for (let k = 0; k < strides.length; k++)
          key.push(view.shape[k] as number, strides[k] as number);
        dynamics.push(view.offset - start);
      }
    }
  }
  let hash = key.length;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + (key[i] as number)) | 0;
  return { order, holds, reads, sources, operandBase, sourceOf, dynamics, dynamicBase, key, hash };
}
