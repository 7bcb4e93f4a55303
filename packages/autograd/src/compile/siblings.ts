import type { Node } from "../graph/node.ts";
import { fitsRowSpace, type Level, levelRead, type RowSpace } from "../graph/row-space.ts";
import { isWhole } from "../graph/view.ts";
import {
  type Group,
  type Grouping,
  looksUp,
  MOST_EVALUATIONS,
  type Placement,
  type Read,
  storesBytes,
} from "./grouping.ts";
import { HOLD_NOTHING, type Source, type Trace } from "./trace.ts";

/** Merges two groups over the same rows if one depends only on the other or both share an input. */
export function joinSiblings(grouping: Grouping): void {
  const { trace, groups, readsOf } = grouping;
  const roots = [...groups.keys()].sort((a, b) => a - b);
  for (const [p, early] of roots.entries()) {
    const group = groups.get(early) as Group;
    if (group.rowSpace === null) continue;
    const outputs = [...group.extras, early];
    const readers = new Set<number>();
    for (const output of outputs) {
      for (const { reader } of readsOf[output] as Read[])
        for (const by of grouping.evaluatedIn(reader)) readers.add(by);
    }
    readers.delete(early);
    const [first = Number.POSITIVE_INFINITY, second = Number.POSITIVE_INFINITY] = [...readers].sort(
      (a, b) => a - b,
    );
    for (const late of roots.slice(p + 1)) {
      if (late > first || second < late) break;
      const other = groups.get(late);
      if (other === undefined) continue;
      if (late !== first && !shares(trace, group, other)) continue;
      if (merge(grouping, early, late, outputs)) break;
    }
  }
  joinEarlier(grouping);
}

/**
 * Merges a group into an earlier one over the same rows that reads the same inputs, if all of its
 * inputs exist by then. The backward pass then reads an operand together with the forward pass. The
 * results must be small compared with the inputs, since they are kept until the backward pass.
 */
function joinEarlier(grouping: Grouping): void {
  const { trace, groups, groupOf, readsOf } = grouping;
  const known = (position: number, by: number): boolean => {
    const made = groups.get(groupOf[position] as number);
    return made === undefined || made.order < by;
  };
  for (const [late, group] of [...groups].sort(([a], [b]) => a - b)) {
    const { rowSpace } = group;
    if (rowSpace === null) continue;
    const reads = [...group.reads].filter((buffer) => buffer >= 0);
    const kept = [...group.extras, late].reduce((sum, i) => sum + (trace.order[i] as Node).size, 0);
    const beside = reads
      .filter((position) => (trace.order[position] as Node).size >= 2 * kept)
      .flatMap((position) => (readsOf[position] as Read[]).map(({ reader }) => reader))
      .flatMap((reader) => grouping.evaluatedIn(reader));
    for (const early of [...new Set(beside)].sort((a, b) => a - b)) {
      const other = groups.get(early);
      if (other === undefined || other.rowSpace === null || other.order >= group.order) continue;
      if (early > late || !reads.every((position) => known(position, other.order))) continue;
      if (merge(grouping, early, late, [...other.extras, early])) {
        group.order = other.order;
        break;
      }
    }
  }
}

function shares(trace: Trace, a: Group, b: Group): boolean {
  for (const buffer of a.reads) if (sizeOf(trace, buffer) > 1 && b.reads.has(buffer)) return true;
  return false;
}

const sizeOf = ({ order, sources }: Trace, buffer: number): number =>
  buffer < 0 ? (sources[-1 - buffer] as Source).count : (order[buffer] as Node).size;

/** Merges the earlier group into the later one; false if they do not fit. */
function merge(
  grouping: Grouping,
  early: number,
  late: number,
  outputs: readonly number[],
): boolean {
  const { trace, groupOf, groups, local, readsOf, placement: placements, maxInputs } = grouping;
  const [a, b] = [groups.get(early) as Group, groups.get(late) as Group];
  const rowSpace = a.rowSpace as RowSpace;
  if (storesBytes(trace, a) || storesBytes(trace, b)) return false;
  if (a.evaluations + b.evaluations > MOST_EVALUATIONS) return false;
  let place = b.place;
  if (b.rowSpace === null) {
    if (b.closed || local[late] !== true) return false;
    place = b.root.size === rowSpace.rows ? "row" : "element";
    if (!fitsRowSpace(b.root.shape, place, rowSpace)) return false;
    if (!b.shapes.every((shape) => fitsRowSpace(shape, place, rowSpace))) return false;
  } else if (b.rowSpace.rows !== rowSpace.rows || b.rowSpace.length !== rowSpace.length)
    return false;
  const level = (position: number, group: Group): Level | null => {
    const placement = placements[position] as Placement;
    if (placement === "inline") return null;
    return placement === "place" ? (group === b ? place : group.place) : placement;
  };
  for (const output of outputs) {
    const node = trace.order[output] as Node;
    for (const { reader, operand } of readsOf[output] as Read[]) {
      if (!grouping.evaluatedIn(reader).includes(late)) continue;
      const one = trace.order[reader] as Node;
      const at = level(reader, b);
      const whole = isWholeRead(one, operand, node);
      const read =
        one.op.meaning.kind === "reduce"
          ? whole
            ? "element"
            : null
          : at === null || looksUp(one, operand)
            ? null
            : levelRead(one.views[operand] ?? null, node.size, at, rowSpace);
      if (read === null || read !== level(output, a)) return false;
    }
  }
  const stored = outputs.filter(
    (output) =>
      trace.holdOf(output) !== HOLD_NOTHING ||
      (readsOf[output] as Read[]).some(({ reader }) =>
        grouping.evaluatedIn(reader).some((by) => by !== late && by !== early),
      ),
  );
  const reads = new Set([...a.reads, ...b.reads]);
  for (const output of outputs) reads.delete(output);
  if (reads.size + b.extras.length + stored.length > maxInputs) return false;
  for (let i = 0; i <= late; i++) {
    if (groupOf[i] !== early) continue;
    groupOf[i] = late;
    if (placements[i] === "place") placements[i] = a.place;
  }
  b.extras.push(...stored);
  b.shapes.push(...a.shapes, a.root.shape);
  b.reads.clear();
  for (const read of reads) b.reads.add(read);
  b.rowSpace = rowSpace;
  b.place = place;
  b.evaluations += a.evaluations;
  groups.delete(early);
  return true;
}

function isWholeRead(reader: Node, operand: number, node: Node): boolean {
  const view = reader.views[operand] ?? null;
  return view === null || isWhole(view, node.size);
}
