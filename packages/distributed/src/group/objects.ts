import { deserialize, serialize } from "node:v8";
import { Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Operation } from "../protocol/header.ts";
import type { Transport } from "../transport/transport.ts";
import { type GroupOption, rootOf } from "./collectives.ts";
import { groupOf, type ProcessGroup } from "./process-group.ts";
import { theWorld } from "./world.ts";

/** Key that marks a packed tensor. */
const MARK = "@wgrad/distributed tensor";

/** Packs plain data, typed arrays and tensors (which are read) for another process. */
async function pack(value: unknown): Promise<unknown> {
  if (value instanceof Tensor) {
    const { dtype, shape } = value;
    return { [MARK]: { dtype, shape: [...shape], values: await value.detach().data() } };
  }
  if (Array.isArray(value)) return Promise.all(value.map(pack));
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).map(async ([key, one]) => [key, await pack(one)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (!isPlain(value)) return value;
  const { [MARK]: packed } = value as { [MARK]?: PackedTensor };
  if (packed !== undefined) {
    const { values, dtype, shape } = packed;
    return tensor(values, { dtype, shape });
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unpack(one)]));
}

interface PackedTensor {
  readonly dtype: Tensor["dtype"];
  readonly shape: number[];
  readonly values: Float32Array;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * Returns every rank's object, in rank order: plain data, typed arrays, Maps, Sets, Dates, and
 * tensors within plain data.
 */
export async function allGatherObject<T>(value: T, options: GroupOption = {}): Promise<T[]> {
  checkCall("allGatherObject(value: any, { group })", arguments);
  const among = groupOf("allGatherObject", options.group, theWorld("allGatherObject"));
  return gatherObjects("allGatherObject", value, among);
}

/** `allGatherObject` on behalf of another call. */
export function gatherObjects<T>(
  operation: Operation,
  value: T,
  among: ProcessGroup,
): Promise<T[]> {
  const packed = pack(value);
  packed.catch(() => {});
  return among.run({ operation, elements: "objects" }, async (transport) => {
    const own = serialize(await packed);
    const lengths = new Float64Array(among.size);
    await transport.allGather(bytes(Float64Array.of(own.length)), bytes(lengths));
    const most = Math.max(...lengths);
    const padded = new Uint8Array(most);
    padded.set(own);
    const all = new Uint8Array(most * among.size);
    await transport.allGather(padded, all);
    return Array.from(lengths, (length, r) => read<T>(all.subarray(r * most, r * most + length)));
  });
}

/**
 * Returns the object of rank `src` (its rank in the world). The objects of other ranks are ignored.
 */
export async function broadcastObject<T>(
  value: T,
  src: number,
  options: GroupOption = {},
): Promise<T> {
  checkCall("broadcastObject(value: any, src: number, { group })", arguments);
  const { among, root } = rootOf("broadcastObject", src, options.group);
  const own = among.rank === root;
  const packed = own ? pack(value) : Promise.resolve(null);
  packed.catch(() => {});
  const call = { operation: "broadcastObject", elements: "objects", root: src } as const;
  return among.run(call, async (transport: Transport) => {
    const sent = own ? serialize(await packed) : Buffer.alloc(0);
    const length = Float64Array.of(sent.length);
    await transport.broadcast(bytes(length), root);
    const all = new Uint8Array(length[0] as number);
    if (own) all.set(sent);
    await transport.broadcast(all, root);
    return own ? value : read<T>(all);
  });
}

const bytes = (values: Float64Array<ArrayBuffer>): Uint8Array => new Uint8Array(values.buffer);
const read = <T>(sent: Uint8Array): T => unpack(deserialize(Buffer.from(sent))) as T;
