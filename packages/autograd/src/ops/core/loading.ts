import type { TypedArray } from "../../dtype.ts";
import { ArgumentError, detail } from "../../errors.ts";
import { noAttributes } from "../../graph/attributes.ts";
import type { Cell } from "../../graph/cell.ts";
import { context } from "../../graph/context.ts";
import { Node } from "../../graph/node.ts";
import { noGrad } from "../../tape/modes.ts";
import { bindCell, makePersistent } from "../../tape/rebind.ts";
import type { Tensor } from "../../tensor.ts";
import { sourceOp } from "./creation.ts";

/** Bytes of pending uploads to a device, at most. */
const MOST_WAITING = 2 ** 24;

/** The result of a function that made tensors without their values. */
export interface Unfilled<Made> {
  readonly made: Made;
  /**
   * Runs the postponed draws and writes of these tensors. Returns false if that is not enough,
   * because a
   * value was computed from another postponed one.
   */
  fill(tensors: Iterable<Tensor>): boolean;
}

/**
 * Makes a module whose tensors will be loaded. Random draws and in-place writes are postponed, and
 * those
 * of loaded tensors never run. The default generator's state does not change, as in transformers.
 */
export function unfilled<Made>(make: () => Made): Unfilled<Made> {
  const putOff: { readonly cell: Cell; readonly node: Node; readonly write: () => void }[] = [];
  const { defer } = context;
  let made: Made;
  context.defer = ({ cell }, write) => putOff.push({ cell, node: cell.node, write });
  try {
    made = make();
  } finally {
    context.defer = defer;
  }
  return {
    made,
    fill(tensors) {
      const cells = new Set([...tensors].map(({ cell }) => cell));
      const own = putOff.filter(({ cell }) => cells.has(cell));
      noGrad(() => {
        for (const { write } of own) write();
      });
      const empty = new Set(putOff.filter((one) => !own.includes(one)).map(({ node }) => node));
      return ![...cells].some(({ node }) => reaches(node, empty));
    },
  };
}

/** Whether the value is computed from one of the others. */
function reaches(node: Node, others: ReadonlySet<Node>, seen: Set<Node> = new Set()): boolean {
  if (others.has(node)) return true;
  if (seen.has(node)) return false;
  seen.add(node);
  return node.inputs.some((input) => reaches(input, others, seen));
}

/**
 * Fills a tensor with values from the host, chunk by chunk in row-major order, in storage of its
 * own. The
 * host holds one chunk at a time, and the tensor's pending value is not computed. If a chunk fails,
 * the
 * tensor does not change.
 */
export async function fillFrom(
  tensor: Tensor,
  stretches: AsyncIterable<TypedArray> | Iterable<TypedArray>,
): Promise<void> {
  const { cell, node: old, shape, dtype } = tensor;
  const { stream } = old;
  if (tensor.window !== null)
    throw new ArgumentError(
      `fillFrom: expected a whole tensor, got a view${detail("tensor", shape)}`,
    );
  const node = new Node(sourceOp, [], [], shape, dtype, noAttributes, [], stream);
  const write = stream.receive(node);
  let [at, waiting] = [0, 0];
  try {
    for await (const values of stretches) {
      if (at + values.length > node.size) throw wrongLength(tensor, at + values.length);
      write(at, values);
      at += values.length;
      waiting += values.byteLength;
      if (waiting < MOST_WAITING) continue;
      waiting = 0;
      await stream.arrived();
    }
    if (at !== node.size) throw wrongLength(tensor, at);
  } catch (error) {
    stream.release(node);
    throw error;
  }
  makePersistent(cell);
  bindCell(cell, node, "fillFrom");
  await stream.settled();
}

const wrongLength = ({ shape }: Tensor, length: number): ArgumentError =>
  new ArgumentError(`fillFrom: ${length} values do not fill it${detail("tensor", shape)}`);
