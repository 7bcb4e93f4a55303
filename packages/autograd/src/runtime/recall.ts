import { dtypeCode } from "../dtype.ts";
import { COMPUTED, isUnreadOutput, type Node, TEMPORARY } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";

/** The most values of one kind that a flush holds in case they are needed again. */
const ALIKE = 8;
/** Bytes that one flush holds on suspicion. */
const SUSPECTED_BYTES = 2 ** 29;

/**
 * Finds which values programs read again. A value off the tape may be data that every step uses, or
 * an intermediate; only the next run tells. So the first of a kind is held, and then the kinds that
 * a later run read. A kind is ops and types, without sizes.
 */
export class Recall {
  /** Kinds that were met, and in which turn of the program first. */
  private readonly met = new Map<number, number>();
  private readonly asked = new Set<number>();
  private readonly ops = new Set<number>();
  /** Kinds of the values that were held on suspicion and not yet asked for. */
  private readonly waiting = new WeakMap<Node, number>();
  /** Reads and steps so far. Runs within one of them do not tell what is read again. */
  turn = 0;

  /** Which of the values that a flush computes are to be held, beside those that rules tell. */
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

  /**
   * Notes what new work reads of earlier runs. Returns the lost values that are to be held this
   * time.
   */
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

/** The user may have it in hand and come back for it. */
const isSuspect = (node: Node): boolean =>
  !node.tracked &&
  node.consumers > 0 &&
  !isUnreadOutput(node) &&
  (node.variable || (node.outside && !node.passing && !rearranges(node)));

/** Picks or pads data that are there: to do it again costs what reading them costs. */
const rearranges = ({ op, inputs }: Node): boolean =>
  (op.meaning.kind === "gather" || (op.meaning.kind === "assemble" && inputs.length === 1)) &&
  inputs.every((input) => input.pure && input.state === COMPUTED);

/** A number for what the node computes: its op and those of its operands, with dtypes and ranks. */
function kindOf({ op, dtype, shape, inputs }: Node): number {
  let hash = mixed(mixed(17, op.code), dtypeCode(dtype) * 16 + shape.length);
  for (const input of inputs)
    hash = mixed(mixed(hash, input.op.code), dtypeCode(input.dtype) * 16 + input.shape.length);
  return hash;
}

const mixed = (hash: number, value: number): number => Math.imul(hash ^ value, 0x01000193) | 0;
