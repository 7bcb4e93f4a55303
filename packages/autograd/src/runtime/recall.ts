import { dtypeCode } from "../dtype.ts";
import { COMPUTED, isUnreadOutput, type Node, TEMPORARY } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";

/** The most values of one kind that a flush keeps on suspicion. */
const ALIKE = 8;
/** The most bytes that a flush keeps on suspicion. */
const SUSPECTED_BYTES = 2 ** 29;

/**
 * Finds values that later runs read again. A value off the tape may be data that every step uses,
 * or an intermediate; only the next run tells. So the first values of a kind are kept on suspicion,
 * and later values only if a run has read one of their kind. A kind is an op with its operands'
 * ops, dtypes and ranks.
 */
export class Recall {
  /** Known kinds, and the turn in which each was first seen. */
  private readonly met = new Map<number, number>();
  /** Kinds that a later run has read, and their ops. */
  private readonly asked = new Set<number>();
  private readonly ops = new Set<number>();
  /** Kinds of values that are kept on suspicion and were not read yet. */
  private readonly waiting = new WeakMap<Node, number>();
  /** The number of reads and steps so far. Runs within one turn are no evidence. */
  turn = 0;

  /** The values of a flush that should be kept in addition to those that `holdOf` keeps. */
  choose(order: readonly Node[]): Set<Node> {
    const chosen = this.missed(order);
    const suspects = new Map<number, number>();
    let bytes = 0;
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i] as Node;
      if (!node.visible || node.keep !== TEMPORARY || node.size < 2 || node.runs > 0) continue;
      const suspected = isSuspect(node);
      if ((!suspected && !this.ops.has(node.op.code)) || isFree(node)) continue;
      const kind = kindOf(node);
      if (this.asked.has(kind)) chosen.add(node);
      else if (suspected && (this.met.get(kind) ?? this.turn) === this.turn) {
        const count = suspects.get(kind) ?? 0;
        suspects.set(kind, count + 1);
        this.met.set(kind, this.turn);
        bytes += node.size * 4;
        if (count >= ALIKE || bytes > SUSPECTED_BYTES) continue;
        chosen.add(node);
        this.waiting.set(node, kind);
      }
    }
    return chosen;
  }

  /** Notes which values of earlier runs new nodes read. Returns those that were dropped. */
  private missed(order: readonly Node[]): Set<Node> {
    const missing = new Set<Node>();
    for (const { runs, inputs } of order) {
      if (runs > 0) continue;
      for (let i = 0; i < inputs.length; i++) {
        const input = inputs[i] as Node;
        if (input.state === COMPUTED) {
          if (input.storage?.holder !== "cell") this.learn(input, this.waiting.get(input));
        } else if (input.runs > 0 && input.visible && !isFree(input)) {
          this.learn(input, kindOf(input));
          missing.add(input);
        }
      }
    }
    return missing;
  }

  private learn(node: Node, kind: number | undefined): void {
    if (kind === undefined) return;
    this.waiting.delete(node);
    this.asked.add(kind);
    this.ops.add(node.op.code);
  }
}

/** Whether the user may hold the value and read it again. */
const isSuspect = (node: Node): boolean =>
  !node.tracked &&
  node.consumers > 0 &&
  !isUnreadOutput(node) &&
  (node.variable || (node.outside && !node.passing && !rearranges(node)));

/** Whether the node only selects or pads stored data, so that computing it again is cheap. */
const rearranges = ({ op, inputs }: Node): boolean =>
  (op.meaning.kind === "gather" || (op.meaning.kind === "assemble" && inputs.length === 1)) &&
  inputs.every((input) => input.pure && input.state === COMPUTED);

/** A hash of the node's op and its operands' ops, with dtypes and ranks. */
function kindOf({ op, dtype, shape, inputs }: Node): number {
  let hash = mixed(mixed(17, op.code), dtypeCode(dtype) * 16 + shape.length);
  for (const input of inputs)
    hash = mixed(mixed(hash, input.op.code), dtypeCode(input.dtype) * 16 + input.shape.length);
  return hash;
}

const mixed = (hash: number, value: number): number => Math.imul(hash ^ value, 0x01000193) | 0;
