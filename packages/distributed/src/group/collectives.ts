import {
  ArgumentError,
  type DType,
  noGrad,
  Tensor,
  type TypedArray,
  tensor,
} from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import type { Operation } from "../protocol/header.ts";
import { bytesOf, kindOf, type ReduceOp, reduceOps } from "../protocol/values.ts";
import { groupOf, type ProcessGroup } from "./process-group.ts";
import { theWorld } from "./world.ts";

/** Values for a collective: a tensor, or a typed array on the host. */
export type Values = Tensor | TypedArray;

/** The group of a collective. */
export interface GroupOption {
  /** Default: all ranks. */
  readonly group?: ProcessGroup;
}

/** Settings of a reduction. */
export interface ReduceOptions extends GroupOption {
  /** Default "sum". "avg" divides the sum by the number of ranks. */
  readonly op?: ReduceOp;
}

const isTyped = (values: unknown): values is TypedArray =>
  ArrayBuffer.isView(values) && !(values instanceof DataView);

/** Current values on the host; a copy if `values` is a tensor. */
function readNow(call: string, values: Values): Promise<TypedArray> {
  if (values instanceof Tensor) return values.detach().data();
  if (isTyped(values)) return Promise.resolve(values);
  throw new ArgumentError(
    `${call}: takes a tensor or a typed array, got ${describe(values)}\n  hint: use allGatherObject or broadcastObject for other values`,
  );
}

const elementsOf = (values: Values): DType =>
  values instanceof Tensor ? values.dtype : kindOf(values);
const shapeOf = (values: Values): readonly number[] =>
  values instanceof Tensor ? values.shape : [values.length];

/** Writes the result into the tensor. A typed array has it already. */
function write(values: Values, host: TypedArray): void {
  if (values instanceof Tensor) noGrad(() => values.copy_(like(values, host)));
}

function like<V extends Values>(values: V, host: TypedArray): V {
  if (!(values instanceof Tensor)) return host as V;
  const { dtype, shape, device } = values;
  return tensor(host, { dtype, shape, device }) as V;
}

function checkOp(call: string, op: ReduceOp, elements: DType): void {
  if (!reduceOps.includes(op)) {
    throw new ArgumentError(
      `${call}: op is ${describe(op)}\n  hint: one of ${reduceOps.join(", ")}`,
    );
  }
  const fractions = elements.startsWith("f");
  if (op === "avg" && !fractions) {
    throw new ArgumentError(
      `${call}: the average of ${elements} values is not ${elements}\n  hint: use op: "sum", or convert to f32`,
    );
  }
  if (elements === "bool" && (op === "sum" || op === "product")) {
    throw new ArgumentError(
      `${call}: ${op} is not defined for bool\n  hint: use op: "max" (any rank), op: "min" (all ranks), or x.to("i32")`,
    );
  }
}

/** Checks the arguments of a collective and starts reading its values. */
function begin(
  operation: Operation,
  values: Values,
  group: ProcessGroup | undefined,
  what: { readonly op?: ReduceOp; readonly root?: number } = {},
) {
  const among = groupOf(operation, group, theWorld(operation));
  const host = readNow(operation, values);
  host.catch(() => {}); // the collective throws this error
  const call = { operation, elements: elementsOf(values), shape: shapeOf(values), ...what };
  if (what.op !== undefined) checkOp(operation, what.op, call.elements);
  return { among, host, call };
}

/**
 * Replaces the values by their sum over all ranks (or another `op`), in place. All ranks get the
 * same bits. A tensor's gradient is not recorded.
 *
 * Throws MismatchError if ranks make different calls or have another shape or dtype, and
 * CollectiveTimeoutError if a rank does not arrive.
 */
export async function allReduce<V extends Values>(
  values: V,
  options: ReduceOptions = {},
): Promise<V> {
  checkCall("allReduce(values: any, { op: string, group })", arguments);
  const { op = "sum", group } = options;
  const { among, host, call } = begin("allReduce", values, group, { op });
  return among.run(call, async (transport) => {
    const all = await host;
    await transport.allReduce(all, op);
    write(values, all);
    return values;
  });
}

/** Replaces the values by those of rank `src` (its rank in the world), in place. */
export async function broadcast<V extends Values>(
  values: V,
  src: number,
  options: GroupOption = {},
): Promise<V> {
  checkCall("broadcast(values: any, src: number, { group })", arguments);
  const { among, root } = rootOf("broadcast", src, options.group);
  const { host, call } = begin("broadcast", values, among, { root: src });
  return among.run(call, async (transport) => {
    const all = await host;
    await transport.broadcast(bytesOf(all), root);
    if (among.rank !== root) write(values, all);
    return values;
  });
}

/** The group, and the rank in it of a rank of the world. */
export function rootOf(
  call: string,
  src: number,
  group: ProcessGroup | undefined,
): { among: ProcessGroup; root: number } {
  const among = groupOf(call, group, theWorld(call));
  const root = among.ranks.indexOf(src);
  if (root >= 0) return { among, root };
  throw new ArgumentError(
    `${call}: src is ${describe(src)}\n  hint: one of the ranks ${among.ranks.join(", ")}`,
  );
}

/** Returns every rank's values, in rank order. */
export async function allGather<V extends Values>(
  values: V,
  options: GroupOption = {},
): Promise<V[]> {
  checkCall("allGather(values: any, { group })", arguments);
  const { among, host, call } = begin("allGather", values, options.group);
  return among.run(call, async (transport) => {
    const own = await host;
    const all = new (own.constructor as new (length: number) => TypedArray)(
      own.length * among.size,
    );
    await transport.allGather(bytesOf(own), bytesOf(all));
    return among.ranks.map((_, r) => like(values, all.slice(r * own.length, (r + 1) * own.length)));
  });
}

/**
 * Takes a list with one item per rank and returns to rank r the sum (or another `op`) of all ranks'
 * item r.
 *
 * Throws ArgumentError unless the list has one item per rank, all of the same shape and dtype.
 */
export async function reduceScatter<V extends Values>(
  list: readonly V[],
  options: ReduceOptions = {},
): Promise<V> {
  checkCall("reduceScatter(list: array, { op: string, group })", arguments);
  const { op = "sum", group } = options;
  const among = groupOf("reduceScatter", group, theWorld("reduceScatter"));
  const [first] = Array.isArray(list) ? (list as readonly V[]) : [];
  const even =
    first !== undefined &&
    list.length === among.size &&
    list.every(
      (one) =>
        String(shapeOf(one)) === String(shapeOf(first)) && elementsOf(one) === elementsOf(first),
    );
  if (!even) {
    throw new ArgumentError(
      `reduceScatter: takes a list of ${among.size} items of one shape and dtype, one per rank, got ${describe(list)}`,
    );
  }
  const { call } = begin("reduceScatter", first, among, { op });
  const hosts = Promise.all(list.map((one) => readNow("reduceScatter", one)));
  hosts.catch(() => {});
  return among.run(call, async (transport) => {
    const parts = await hosts;
    const [model] = parts as [TypedArray];
    const { length } = model;
    const Values = model.constructor as new (length: number) => TypedArray;
    const all = new Values(length * among.size);
    for (const [r, part] of parts.entries()) all.set(part, r * length);
    const own = new Values(length);
    await transport.reduceScatter(all, own, op);
    return like(first, own);
  });
}

/** Waits until all ranks have called `barrier`. */
export async function barrier(options: GroupOption = {}): Promise<void> {
  checkCall("barrier({ group })", arguments);
  const among = groupOf("barrier", options.group, theWorld("barrier"));
  await among.run({ operation: "barrier" }, async () => {});
}
