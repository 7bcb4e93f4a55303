import { arrayType, type TypedArray } from "../../dtype.ts";
import { ArgumentError, detail } from "../../errors.ts";
import { COMPUTED, EXPIRED } from "../../graph/node.ts";
import { isFree } from "../../graph/op.ts";
import { isWhole } from "../../graph/view.ts";
import { Deliveries, type Delivery } from "../../runtime/deliveries.ts";
import type { DeviceStream } from "../../runtime/stream.ts";
import { sizeOf } from "../../shape.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { copy } from "./constant.ts";

/** A tensor, and an array of its length for its elements. */
export interface ReadTarget {
  readonly tensor: Tensor;
  readonly into: TypedArray;
}

/**
 * Computes tensors and copies their elements into arrays, in groups that are needed one after
 * another: each is copied as soon as it is computed, before the rest runs. Nothing else keeps the
 * values. Returns a promise for each group.
 *
 * `arrived` is called with the number of each group that is there. On a device that computes in
 * `submit` that is before the rest is computed, so it must not call tensors.
 */
export function readInto(
  groups: readonly (readonly ReadTarget[])[],
  arrived: (group: number) => void = () => {},
): Promise<void>[] {
  const [first] = groups.flat();
  if (first === undefined) return groups.map(async (_, group) => arrived(group));
  const stream = first.tensor.node.stream as DeviceStream;
  const stored: Delivery[][] = groups.map(() => []);
  const computed = groups.map((targets, group) =>
    targets.flatMap(({ tensor, into }): Delivery[] => {
      check(tensor, into, stream);
      const { node } = noGrad(() => composite(() => inOrder(tensor))).cell;
      if (node.size === 0) return [];
      const isThere = node.state === COMPUTED || node.state === EXPIRED || isFree(node);
      if (!isThere) return [{ node, into }];
      stored[group]?.push({ node, into });
      return [];
    }),
  );
  const told = (group: number): void => {
    if (stored[group]?.length === 0) arrived(group);
  };
  const deliveries = new Deliveries(computed, told);
  if (deliveries.groupsOf.size > 0) stream.deliver(deliveries);
  const copies = stored.map((list) =>
    list.map(async ({ node, into }) => into.set(await stream.read(node))),
  );
  return groups.map(async (_, group) => {
    await Promise.all([deliveries.arrivals[group], ...(copies[group] ?? [])]);
    if (stream.hasChecks) await stream.checked();
    if (deliveries.arrivals[group] === null || copies[group]?.length !== 0) arrived(group);
  });
}

/** A handle that sees all elements of its value in their order. */
const inOrder = (x: Tensor): Tensor =>
  x.window === null || isWhole(x.window, x.cell.node.size) ? x : copy(x);

function check({ shape, dtype, node }: Tensor, into: TypedArray, stream: DeviceStream): void {
  const wanted = arrayType(dtype);
  if (node.stream !== stream) throw new ArgumentError("readInto: tensors are on different devices");
  if (into.length !== sizeOf(shape) || !(into instanceof wanted)) {
    throw new ArgumentError(
      `readInto: ${into.constructor.name} [${into.length}] does not hold the tensor` +
        detail("tensor", shape, dtype),
    );
  }
}

/**
 * Makes an array free that a tensor was made of with `fromHost`. What is still to be computed from
 * the tensor gets a copy; otherwise the tensor's value expires.
 */
export function takeBack(tensor: Tensor): void {
  const { node } = tensor.cell;
  const { storage, stream } = node;
  if (storage === null || storage.host === null) return;
  if (stream.pending.some(({ inputs }) => inputs.includes(node)))
    storage.host = storage.host.slice();
  else stream.release(node);
}
