import type { Pass } from "../devices/passes.ts";
import { isOnto } from "../graph/attributes.ts";
import type { Node } from "../graph/node.ts";
import { fitsRowSpace, type Level, levelRead, type RowSpace, rowRank } from "../graph/row-space.ts";
import { isWhole, type View } from "../graph/view.ts";
import { sameShape, sizeOf } from "../shape.ts";
import {
  constants,
  type Group,
  type Grouping,
  type Groups,
  isAnchor,
  isLocal,
  looksUp,
  MOST_EVALUATIONS,
  MOST_NESTED,
  MOST_PLACES,
  type Placement,
  paddings,
  partShape,
  type Read,
  rowSpaceOf,
  storesBytes,
} from "./grouping.ts";
import type { FuseOptions } from "./passes.ts";
import { joinSiblings } from "./siblings.ts";
import { HOLD_NOTHING, type Trace } from "./trace.ts";

/**
 * Divides a trace into groups, one for each kernel, from the last node to the first. A node joins
 * the first group that reads it. That group stores it if other groups need it, too. Reductions over
 * the same rows share a group.
 */
export function fuse(trace: Trace, options: FuseOptions): Groups {
  return new Fuser(trace, options).run();
}

interface Places {
  readonly at: ReadonlySet<number>;
  readonly nested: number;
}

/** The places of a group's root. */
const ROOT: Places = { at: new Set([0]), nested: 0 };

class Fuser implements Grouping {
  readonly trace: Trace;
  readonly maxInputs: number;
  readonly local: readonly boolean[];
  readonly groupOf: number[];
  readonly groups: Map<number, Group> = new Map();
  readonly readsOf: Read[][];
  readonly placement: Placement[];
  /** The places at which its group evaluates a node, and the depth of loads that lead to them. */
  private readonly places: Places[];
  private placed = 0;
  private readonly passes: ReadonlySet<Pass>;
  private readonly constant: readonly boolean[];
  private readonly padding: readonly boolean[];
  /** How many nodes read each node. */
  private readonly counts: number[];

  constructor(trace: Trace, { passes: chosen, maxInputs }: FuseOptions) {
    this.trace = trace;
    this.passes = chosen;
    this.maxInputs = maxInputs;
    this.constant = constants(trace, chosen.has("chains"));
    this.local = trace.order.map((node) => isLocal(node, chosen));
    this.padding = chosen.has("padding")
      ? paddings(trace, this.local, this.constant)
      : trace.order.map(() => false);
    this.groupOf = trace.order.map((_, i) => i);
    this.readsOf = trace.order.map(() => []);
    this.placement = trace.order.map(() => "inline");
    this.places = trace.order.map(() => ROOT);
    this.counts = trace.order.map(() => 0);
    for (const { inputs } of trace.order) {
      for (const input of new Set(inputs)) {
        if (trace.order[input.position] === input)
          this.counts[input.position] = (this.counts[input.position] as number) + 1;
      }
    }
  }

  run(): Groups {
    const { trace, constant, padding, local, groupOf, groups } = this;
    for (let i = trace.order.length - 1; i >= 0; i--) {
      if (constant[i]) continue;
      if (!padding[i] && (this.passes.size === 0 || !this.join(i))) this.startGroup(i);
      const node = trace.order[i] as Node;
      node.inputs.forEach((input, operand) => {
        if (trace.sourceOf(i, operand) < 0)
          (this.readsOf[input.position] as Read[]).push({ reader: i, operand });
      });
    }
    if (this.passes.has("siblings")) joinSiblings(this);
    const extras = new Map<number, readonly number[]>();
    const rowSpaces = new Map<number, RowSpace>();
    for (const [root, group] of groups) {
      if (group.extras.length > 0) extras.set(root, group.extras);
      if (group.rowSpace !== null) rowSpaces.set(root, group.rowSpace);
    }
    const anywhere = constant.map((is, i) => is || padding[i] === true);
    const orderOf = (root: number): number => (groups.get(root) as Group).order;
    const order = [...groups.keys()].sort((a, b) => orderOf(a) - orderOf(b));
    return { groupOf, anywhere, local, extras, rowSpaces, order };
  }

  /** Starts a group with this node as its root. */
  private startGroup(i: number): void {
    const root = this.trace.order[i] as Node;
    const reduced = this.rowSpaceOf(root);
    this.groups.set(i, {
      root,
      shape: partShape(root) ?? root.shape,
      reads: new Set(this.buffersOf(root)),
      extras: [],
      rowSpace: reduced,
      place: "row",
      closed: this.local[i] !== true && (reduced === null || !isAnchor(root)),
      shapes: [],
      order: i,
      evaluations: 1,
    });
    this.placement[i] = "place";
  }

  /** Adds the node to the first group that reads it, if possible. */
  private join(i: number): boolean {
    const reads = this.readsOf[i] as Read[];
    if (reads.length === 0) return false;
    const node = this.trace.order[i] as Node;
    if (node.size === 0) return false;
    const { kind } = node.op.meaning;
    const chain = kind === "elementwise" ? this.passes.has("chains") : this.passes.has("loads");
    const readers = new Set(reads.flatMap(({ reader }) => this.evaluatedIn(reader)));
    const first = Math.min(...readers);
    const group = this.groups.get(first) as Group;
    const stored = this.trace.holdOf(i) !== HOLD_NOTHING || readers.size > 1;
    if (stored && !this.passes.has("outputs")) return false;
    if (group.evaluations >= MOST_EVALUATIONS) return false;
    const joined =
      this.local[i] === true
        ? chain && this.joinLocal(i, node, first, group, stored)
        : isAnchor(node) && this.joinAnchor(i, node, first, group, stored);
    if (!joined) return false;
    this.groupOf[i] = first;
    group.evaluations += (this.places[i] as Places).at.size;
    if (stored) group.extras.push(i);
    return true;
  }

  /** The places at which the group evaluates an inline node; null if they are too many. */
  private placesOf(i: number, root: number): Places | null {
    const node = this.trace.order[i] as Node;
    const at = new Set<number>();
    let nested = 0;
    for (const { reader, operand } of this.readsOf[i] as Read[]) {
      if (!this.evaluatedIn(reader).includes(root)) continue;
      const by = this.trace.order[reader] as Node;
      const places = this.places[reader] as Places;
      const beside =
        by.views[operand] == null && this.local[reader] === true && !looksUp(by, operand);
      for (const place of places.at) at.add(beside ? place : ++this.placed);
      nested = Math.max(nested, places.nested + (beside ? 0 : 1));
    }
    const group = this.groups.get(root) as Group;
    const fits = at.size <= (node.inputs.length === 0 ? Number.POSITIVE_INFINITY : MOST_PLACES);
    return fits && nested <= MOST_NESTED && group.evaluations + at.size <= MOST_EVALUATIONS
      ? { at, nested }
      : null;
  }

  private joinLocal(i: number, node: Node, first: number, group: Group, stored: boolean): boolean {
    this.openRows(i, node, first, group);
    const { rowSpace } = group;
    let placement = this.placementOf(i, first, rowSpace);
    // an epilogue stays with its product, so that the product is not stored and read again
    if (placement !== "place" && this.endsProduct(node)) return false;
    if (placement !== "inline" && placement !== "place") {
      if (rowSpace === null || !fitsRowSpace(node.shape, placement, rowSpace)) placement = "inline";
    }
    if (placement === "inline" && (stored || !this.inlinable(i))) return false;
    const places = placement === "inline" ? this.placesOf(i, first) : ROOT;
    if (places === null) return false;
    // without rows a kernel stores values of one shape; with rows it stores no bytes
    if (stored && rowSpace === null && !sameShape(group.shape, node.shape)) return false;
    if (stored && rowSpace !== null && (node.dtype === "u8" || storesBytes(this.trace, group)))
      return false;
    if (!this.fits(node, group, stored ? 1 : 0)) return false;
    this.placement[i] = placement;
    this.places[i] = places;
    if (placement !== "inline") group.shapes.push(node.shape);
    return true;
  }

  private joinAnchor(i: number, node: Node, first: number, group: Group, stored: boolean): boolean {
    if (group.closed || group.root.dtype === "u8") return false;
    const rowSpace = this.rowSpaceOf(node);
    if (group.rowSpace === null) {
      if (this.local[first] !== true) return false;
      if (this.placementOf(i, first, null) === "place" && group.root.size === node.size) {
        if (!this.passes.has("epilogues") || !this.fits(node, group, stored ? 1 : 0)) return false;
        group.rowSpace = rowSpace;
        group.place = "row";
        group.closed = rowSpace === null;
        this.placement[i] = "place";
        return true;
      }
      if (rowSpace === null || !this.passes.has("rows")) return false;
      if (group.root.size !== rowSpace.rows * rowSpace.length || !this.canHave(group, rowSpace))
        return false;
      if (this.placementOf(i, first, rowSpace, "element") !== "row") return false;
      if (!this.fits(node, group, stored ? 1 : 0)) return false;
      group.rowSpace = rowSpace;
      group.place = "element";
      this.placement[i] = "row";
      return true;
    }
    if (rowSpace === null || !this.passes.has("rows")) return false;
    if (rowSpace.rows !== group.rowSpace.rows || rowSpace.length !== group.rowSpace.length)
      return false;
    if (this.placementOf(i, first, rowSpace) !== "row") return false;
    if (storesBytes(this.trace, group) || !this.fits(node, group, stored ? 1 : 0)) return false;
    this.placement[i] = "row";
    return true;
  }

  /**
   * Turns an elementwise group into a row kernel if an input has one value per row from a reduction
   * over those rows, or if there are enough rows for a thread each.
   */
  private openRows(i: number, node: Node, first: number, group: Group): void {
    const { root, closed, rowSpace: known } = group;
    if (known !== null || closed || this.local[first] !== true) return;
    if (!this.passes.has("rows") || node.size === 0 || root.size % node.size !== 0) return;
    const rowSpace = { rows: node.size, length: root.size / node.size };
    if (rowSpace.length < 2 || !this.canHave(group, rowSpace)) return;
    if (this.placementOf(i, first, rowSpace, "element") !== "row") return;
    const many = rowSpace.rows >= 64 && rowSpace.length >= 8 && rowSpace.length <= 1024;
    if (!many && !this.comesOfRows(node, rowSpace)) return;
    group.rowSpace = rowSpace;
    group.place = "element";
  }

  private canHave(group: Group, { rows }: RowSpace): boolean {
    const places = [...group.shapes, group.root.shape];
    return places.every((shape) => rowRank(shape, rows) >= 0) && !storesBytes(this.trace, group);
  }

  /** Whether the node follows, by a few elementwise steps, from a reduction over these rows. */
  private comesOfRows(node: Node, rowSpace: RowSpace, steps = 8): boolean {
    return this.operands(node).some((input) => {
      if (input.size !== rowSpace.rows) return false;
      if (input.op.meaning.kind === "elementwise")
        return steps > 0 && this.comesOfRows(input, rowSpace, steps - 1);
      const own = this.rowSpaceOf(input);
      return own !== null && own.rows === rowSpace.rows && own.length === rowSpace.length;
    });
  }

  /** Whether the node is the end of elementwise work on a product's result. */
  private endsProduct(node: Node, steps = 8): boolean {
    return (
      this.passes.has("epilogues") &&
      this.operands(node).some((input) => {
        if (input.size !== node.size || this.counts[input.position] !== 1) return false;
        const { kind } = input.op.meaning;
        if (kind === "contract") return true;
        return kind === "elementwise" && steps > 0 && this.endsProduct(input, steps - 1);
      })
    );
  }

  /** Operands that the trace computes and that are read element for element. */
  private operands(node: Node): Node[] {
    return node.inputs.filter((input, j) => {
      const view = node.views[j] ?? null;
      const own = this.trace.sourceOf(node.position, j) < 0 && !this.isConstant(input);
      return own && (view === null || isWhole(view, input.size));
    });
  }

  /** Where all readers in the group read this node; "inline" if they differ. */
  private placementOf(
    i: number,
    root: number,
    rowSpace: RowSpace | null,
    place?: Level,
  ): Placement {
    const { trace, groupOf } = this;
    const group = this.groups.get(root) as Group;
    const node = trace.order[i] as Node;
    let found: Placement | null = null;
    for (const { reader, operand } of this.readsOf[i] as Read[]) {
      if (this.padding[reader] && this.evaluatedIn(reader).includes(root)) return "inline";
      if (groupOf[reader] !== root) continue;
      const one = this.readAt(trace.order[reader] as Node, operand, node, group, rowSpace, place);
      if (one === "inline" || (found !== null && found !== one)) return "inline";
      found = one;
    }
    return found ?? "inline";
  }

  private readAt(
    reader: Node,
    operand: number,
    node: Node,
    group: Group,
    rowSpace: RowSpace | null,
    place?: Level,
  ): Placement {
    const view: View | null = reader.views[operand] ?? null;
    const whole = view === null || isWhole(view, node.size);
    const { kind } = reader.op.meaning;
    if (kind === "reduce") {
      const elements = rowSpace !== null && whole && rowRank(node.shape, rowSpace.rows) >= 0;
      return elements && this.passes.has("rows") ? "element" : "inline";
    }
    if (kind === "assemble" && reader === group.root && this.local[reader.position] !== true) {
      const part = operand > 0 || !isOnto(reader.attrs);
      return part && view === null && partShape(reader) !== null ? "place" : "inline";
    }
    if (this.local[reader.position] !== true || looksUp(reader, operand)) return "inline";
    const placement = this.placement[reader.position] as Placement;
    if (placement === "inline") return "inline";
    if (rowSpace === null) {
      // an anchor's result is only read in order, so its shape does not matter
      const alike = this.local[node.position] !== true || sameShape(node.shape, group.shape);
      return whole && alike && placement === "place" ? "place" : "inline";
    }
    const level = placement === "place" ? (place ?? group.place) : placement;
    return levelRead(view, node.size, level, rowSpace) ?? "inline";
  }

  /**
   * Whether every reader can evaluate the node where it reads it, at most once for each element.
   */
  private inlinable(i: number): boolean {
    const { order } = this.trace;
    const node = order[i] as Node;
    return (this.readsOf[i] as Read[]).every(({ reader, operand }) => {
      if (this.padding[reader]) return false;
      const { op, views } = order[reader] as Node;
      const view = views[operand] ?? null;
      if (view !== null && sizeOf(view.shape) > node.size && !this.isLookup(i)) return false;
      const { kind } = op.meaning;
      return (
        kind === "reduce" || (this.local[reader] === true && (kind !== "gather" || operand > 0))
      );
    });
  }

  /** Whether the node is a gather by stored indices, so that another evaluation costs one load. */
  private isLookup(i: number): boolean {
    const { op, inputs } = this.trace.order[i] as Node;
    const there = inputs.every(
      (input, j) => this.trace.sourceOf(i, j) >= 0 || this.isConstant(input),
    );
    return op.meaning.kind === "gather" && there;
  }

  /** Whether the kernel does not bind too many buffers with this node. If so, adds its buffers. */
  private fits(node: Node, group: Group, stored: number): boolean {
    const joined = new Set(group.reads);
    joined.delete(node.position);
    for (const buffer of this.buffersOf(node)) joined.add(buffer);
    const count = joined.size + group.extras.length + stored;
    if (count > this.maxInputs && (stored > 0 || joined.size > group.reads.size)) return false;
    group.reads.clear();
    for (const buffer of joined) group.reads.add(buffer);
    return true;
  }

  /** The groups that evaluate a node: its own, or for padding those of its readers. */
  evaluatedIn(i: number): readonly number[] {
    if (this.padding[i] !== true) return [this.groupOf[i] as number];
    return (this.readsOf[i] as Read[]).map(({ reader }) => this.groupOf[reader] as number);
  }

  /** The buffers that a node reads, unless operands are evaluated in its kernel. */
  private buffersOf(node: Node): number[] {
    return node.inputs.flatMap((input, operand) => {
      const source = this.trace.sourceOf(node.position, operand);
      if (source >= 0) return [-1 - source];
      if (this.constant[input.position]) return [];
      return this.padding[input.position] ? this.buffersOf(input) : [input.position];
    });
  }

  private rowSpaceOf(node: Node): RowSpace | null {
    return this.passes.has("rows") ? rowSpaceOf(node) : null;
  }

  private isConstant(node: Node): boolean {
    return this.trace.order[node.position] === node && this.constant[node.position] === true;
  }
}
