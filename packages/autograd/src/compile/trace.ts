import { dtypeCode } from "../dtype.ts";
import { numbersOf } from "../graph/attributes.ts";
import type { Cell, Home } from "../graph/cell.ts";
import { COMPUTED, EXPIRED, type Node, OWNED } from "../graph/node.ts";
import { alongAxes, isPadding } from "../graph/region.ts";
import { isContiguous, type View } from "../graph/view.ts";
import { sizeOf } from "../shape.ts";
import {
  HOLD_CELL,
  HOLD_DELIVERED,
  HOLD_NOTHING,
  HOLD_OWNED,
  HOLD_SLOT,
  type Hold,
  holdOf,
} from "./hold.ts";
import { Numbers } from "./numbers.ts";

export { HOLD_CELL, HOLD_NOTHING } from "./hold.ts";

/** A value, or a contiguous range of one, that the flush reads but does not compute. */
export interface Source {
  readonly node: Node;
  /** First element and count. */
  readonly start: number;
  readonly count: number;
}

/** Values that are copied to the host, in groups that are wanted one after another. */
export interface Wanted {
  readonly groups: number;
  /** The groups of each value. */
  readonly groupsOf: ReadonlyMap<Node, readonly number[]>;
}

const nothingWanted: Wanted = { groups: 0, groupsOf: new Map() };

/**
 * The pending graph as numbers. The key identifies the program exactly; numbers that may change
 * from run to run are separate. A trace is valid until the next flush.
 */
export class Trace {
  order: readonly Node[] = [];
  reads: ReadonlySet<Node> = new Set();
  /** Values that are kept because a later run will probably read them. */
  recalled: ReadonlySet<Node> = new Set();
  wanted: Wanted = nothingWanted;
  sources: Source[] = [];
  /** A hash of the program without sizes: ops, ranks and holds. */
  kind = 0;
  /** Traces with equal keys can share a template. */
  readonly key: Numbers = new Numbers();
  /** Numbers of this run: for each node its scalars, then the offsets of its viewed operands. */
  readonly dynamics: Numbers = new Numbers();
  private readonly holds = new Numbers();
  private readonly dynamicBase = new Numbers();
  private readonly operandBase = new Numbers();
  private readonly sourceIndex = new Numbers();
  private readonly entries = new Map<Node, number[]>();
  /** Ids of the homes that it reads and writes, in order of first use. */
  readonly homes: number[] = [];
  private readonly homeIndices = new Map<number, number>();
  private readonly regional: (node: Node) => boolean;

  private readonly fits: (node: Node) => boolean;

  /** `regional`: whether a range of a value can be copied. `fits`: whether a buffer can hold it. */
  constructor(regional: (node: Node) => boolean, fits: (node: Node) => boolean) {
    this.regional = regional;
    this.fits = fits;
  }

  /** Releases the nodes, so that values of the last flush can be garbage-collected. */
  clear(): void {
    this.order = [];
    this.reads = this.recalled = new Set();
    this.wanted = nothingWanted;
    this.sources = [];
    this.entries.clear();
  }

  /** Where the value of the node at this position is kept. */
  holdOf(position: number): Hold {
    return this.holds.at(position) as Hold;
  }

  /** Index into `sources` of operand j of a node; -1 if the trace computes it. */
  sourceOf(position: number, j: number): number {
    return this.sourceIndex.at(this.operandBase.at(position) + j);
  }

  /** Index into `dynamics` of the first number of the node at this position. */
  dynamicsOf(position: number): number {
    return this.dynamicBase.at(position);
  }

  /** Encodes a graph. */
  write(
    order: readonly Node[],
    writes: ReadonlySet<Cell>,
    reads: ReadonlySet<Node>,
    recalled: ReadonlySet<Node>,
    wanted: Wanted = nothingWanted,
  ): void {
    this.order = order;
    this.reads = reads;
    this.recalled = recalled;
    this.wanted = wanted;
    let kind = order.length;
    this.sources = [];
    this.entries.clear();
    this.homes.length = 0;
    this.homeIndices.clear();
    const { key, dynamics, holds, dynamicBase, operandBase, sourceIndex } = this;
    for (const list of [key, dynamics, holds, dynamicBase, operandBase, sourceIndex]) list.clear();
    const mark = order.length === 0 ? 0 : (order[0] as Node).mark;
    for (const node of order) {
      let hold = holdOf(node, writes, reads, recalled);
      // a value that need not be stored is recomputed if no buffer can hold it
      if (hold === HOLD_SLOT || (hold === HOLD_OWNED && node.keep !== OWNED && !reads.has(node))) {
        if (!this.fits(node)) hold = HOLD_NOTHING;
      }
      const groups = wanted.groupsOf.get(node);
      if (groups !== undefined && hold !== HOLD_CELL && node.keep !== OWNED) hold = HOLD_DELIVERED;
      kind = Math.imul(kind ^ node.op.code, 0x01000193);
      kind = Math.imul(kind ^ (node.shape.length * 8 + hold), 0x01000193);
      holds.push(hold);
      const { shape, inputs, scalars } = node;
      const attrs = numbersOf(node.attrs);
      key.push(node.op.code);
      key.push(dtypeCode(node.dtype));
      key.push(hold * 2 + (reads.has(node) ? 1 : 0));
      key.push(groups?.length ?? 0);
      for (const group of groups ?? []) key.push(group);
      key.push(shape.length);
      for (let i = 0; i < shape.length; i++) key.push(shape[i] as number);
      key.push(attrs.length);
      for (let i = 0; i < attrs.length; i++) key.push(attrs[i] as number);
      if (hold === HOLD_CELL) key.push(this.homeIndex(((node.cell as Cell).home as Home).id));
      dynamicBase.push(dynamics.length);
      for (let i = 0; i < scalars.length; i++) dynamics.push(scalars[i] as number);
      operandBase.push(sourceIndex.length);
      key.push(inputs.length);
      for (let i = 0; i < inputs.length; i++) {
        const input = inputs[i] as Node;
        const view = node.views[i] ?? null;
        if (input.mark === mark && input.state !== COMPUTED) {
          sourceIndex.push(-1);
          key.push(input.position);
          this.writeView(view, 0);
          // the key has no offsets, but they decide whether readers can evaluate padding
          if (view !== null && isPadding(input.op, input.attrs, input.inputs.length))
            key.push(alongAxes(view, input.shape) === null ? 0 : 1);
        } else this.writeSource(input, view);
      }
    }
    this.kind = kind;
  }

  private writeView(view: View | null, start: number): void {
    const { key } = this;
    if (view === null) {
      key.push(-1);
      return;
    }
    const { shape, strides } = view;
    key.push(shape.length);
    for (let k = 0; k < shape.length; k++) {
      key.push(shape[k] as number);
      key.push(strides[k] as number);
    }
    this.dynamics.push(view.offset - start);
  }

  private writeSource(input: Node, view: View | null): void {
    const { key, sources } = this;
    const homeId = input.storage?.homeId ?? 0;
    let start = 0;
    let count = input.size;
    if (view !== null && homeId === 0 && this.regional(input) && isContiguous(view)) {
      start = view.offset;
      count = sizeOf(view.shape);
    }
    const before = sources.length;
    const index = this.entry(input, start, count);
    this.sourceIndex.push(index);
    key.push(-1 - index);
    if (index === before) {
      key.push(dtypeCode(input.dtype));
      key.push(count);
      key.push(homeId === 0 ? 0 : this.homeIndex(homeId));
    }
    this.writeView(view, start);
  }

  /** The index of a home. The key contains indices, not ids, so that models can share templates. */
  private homeIndex(id: number): number {
    const known = this.homeIndices.get(id);
    if (known !== undefined) return known;
    const index = this.homes.push(id);
    this.homeIndices.set(id, index);
    return index;
  }

  /** The source's index. A node that is read in several ranges is several sources. */
  private entry(node: Node, start: number, count: number): number {
    const known = this.entries.get(node);
    for (const index of known ?? []) {
      const source = this.sources[index] as Source;
      if (source.start === start && source.count === count) return index;
    }
    const index = this.sources.push({ node, start, count }) - 1;
    if (known === undefined) this.entries.set(node, [index]);
    else known.push(index);
    return index;
  }
}

let marks = 0;

/**
 * The nodes to compute for these roots, in order of recording. Throws `missing` of a lost value.
 */
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
