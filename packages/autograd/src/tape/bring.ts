import { DeviceError } from "../errors.ts";
import { Cell } from "../graph/cell.ts";
import type { Stream } from "../graph/context.ts";
import { type Handle, newHandle } from "../graph/handle.ts";
import { COMPUTED, hostStorage, Node } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import type { Tensor } from "../tensor.ts";
import type { Edge } from "./edge.ts";

/**
 * Brings the operands onto one stream. Numbers, host data and values computed from these have no
 * device
 * yet; they go to that of the first operand with one. Null if two operands have different devices.
 */
export function together(
  operands: readonly Handle[],
  edgeOf: (handle: Handle) => Edge | null,
): Tensor[] | null {
  const bound = operands.find(({ node }) => recipe(node) === null);
  const { stream } = (bound ?? (operands[0] as Handle)).node;
  const brought: Tensor[] = [];
  for (const operand of operands) {
    if (operand.node.stream.device !== stream.device) return null;
    const own = bring(operand, stream, edgeOf(operand));
    if (own === null) return null;
    brought.push(own);
  }
  return brought;
}

/** The handle's value on this stream. Null if it is bound to another one. */
export function bring(handle: Handle, stream: Stream, edge: Edge | null): Tensor | null {
  const { node, window } = handle;
  if (node.stream === stream) return handle as Tensor;
  const order = recipe(node);
  if (order === null) return null;
  const twins = new Map<Node, Node>();
  for (const one of order) twins.set(one, twin(one, stream, twins));
  const brought = newHandle(new Cell(twins.get(node) as Node), window);
  brought.edge = edge;
  return brought;
}

/** The nodes that compute a value without a device, in order. Null if it is bound to one. */
function recipe(node: Node): Node[] | null {
  const found = new Set([node]);
  for (const one of found) {
    if (one.cell?.persistent) return null;
    if (one.storage?.holder === "host") continue;
    if (one.storage !== null || (one.inputs.length === 0 && !isFree(one))) return null;
    for (const input of one.inputs) found.add(input);
  }
  return [...found].sort((a, b) => a.id - b.id);
}

function twin(node: Node, stream: Stream, twins: ReadonlyMap<Node, Node>): Node {
  const { op, shape, dtype, attrs, scalars, storage } = node;
  const known = storage !== null;
  const inputs = known ? [] : node.inputs.map((input) => twins.get(input) as Node);
  const made = new Node(op, inputs, known ? [] : node.views, shape, dtype, attrs, scalars, stream);
  for (const input of inputs) input.consumers++;
  if (known) {
    made.storage = hostStorage(storage.host as NonNullable<typeof storage.host>);
    made.state = COMPUTED;
  } else if (!isFree(made)) stream.pending.push(made);
  return made;
}

/** The error for operands on different devices. */
export function mixedDevices(call: string, operands: readonly Handle[]): DeviceError {
  const kinds = new Set(operands.map(({ node }) => node.stream.device));
  const streams = [...new Set(operands.map(({ node }) => node.stream))];
  const list = operands.map(({ shape, node: { stream } }, i) => {
    const which = kinds.size < streams.length ? ` (device ${streams.indexOf(stream) + 1})` : "";
    return `\n  operand ${i}: [${shape.join(", ")}] on ${stream.device}${which}`;
  });
  return new DeviceError(
    `${call}: operands are on different devices${list.join("")}\n  hint: move one with await x.to(device)`,
  );
}
