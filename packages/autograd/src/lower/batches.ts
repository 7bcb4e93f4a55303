import type { Place } from "../devices/device.ts";
import { type Accessed, accessesOf, keyOf } from "./accesses.ts";
import {
  type Bound,
  type Declared,
  elementType,
  type FindBound,
  isWritable,
  type Part,
  sameType,
} from "./bindings.ts";

/** A buffer of a part: its binding, and its first element in it; -1 if it is bound alone. */
export interface Placed {
  readonly declared: Declared;
  readonly first: number;
}

/** One part of a batch: the same code as the others, with other buffers and uniforms. */
export interface WorkItem {
  /** Equal for parts that have the same code. */
  readonly text: string;
  readonly buffers: readonly Placed[];
  /** The first vector of the part's uniforms. */
  readonly numbers: number;
  readonly groups: number;
}

/** Assigns each buffer of a part a binding: its slab, the batch's scratch buffer, or its own. */
export function placeBuffers(part: Part): { buffers: Placed[]; find: FindBound } {
  const { loops, kernel } = part;
  const accesses = accessesOf(loops, kernel.inputs);
  const wideSlabs = slabsByFours(accesses.values(), part);
  const buffers: Placed[] = [];
  const bound = new Map<string, Bound>();
  for (const [key, access] of accesses) {
    const place = placeOf(access, part);
    const single = place !== null && wideSlabs.get(place.slab) === false;
    const type = elementType(access, single);
    const bytes = (type.word === "f16" ? 2 : 4) * (type.wide ? 4 : 1);
    const number = buffers.length;
    const { buffer } = access;
    let placed: Placed;
    if ("scratch" in buffer) {
      const declared = { name: "scratch", type, source: { scratch: 0 }, writable: true };
      placed = { declared, first: (part.scratches[buffer.scratch] as number) / bytes };
    } else {
      const source = "output" in buffer ? { output: buffer.output + part.firstOutput } : buffer;
      if (place === null) {
        const name = "output" in source ? `out${source.output}` : key;
        const writable = isWritable(access, kernel.inputs);
        placed = { declared: { name, type, source, writable }, first: -1 };
      } else {
        const name = `slab${place.slab}`;
        const declared = { name, type, source, slab: true, writable: true };
        placed = { declared, first: place.offset / bytes };
      }
    }
    buffers.push(placed);
    const first = placed.first < 0 ? null : `first${number}`;
    bound.set(key, { name: placed.declared.name, type, dtype: access.dtype, first });
  }
  return { buffers, find: (buffer) => bound.get(keyOf(buffer, kernel.inputs)) as Bound };
}

/** Whether a part reads each slab only in vectors of four: a slab has one type. */
function slabsByFours(accesses: Iterable<Accessed>, part: Part): Map<number, boolean> {
  const slabs = new Map<number, boolean>();
  for (const access of accesses) {
    const slab = placeOf(access, part)?.slab;
    if (slab === undefined) continue;
    slabs.set(slab, elementType(access).wide && slabs.get(slab) !== false);
  }
  return slabs;
}

function placeOf({ buffer }: Accessed, { kernel }: Part): Place | null {
  if ("scratch" in buffer) return null;
  const place =
    "output" in buffer ? kernel.places?.[buffer.output] : kernel.inputs[buffer.input]?.place;
  return place ?? null;
}

/** Divides items among as few dispatches as can bind their buffers, each under one type. */
export function chunksOf(items: readonly WorkItem[], maxBindings: number): WorkItem[][] {
  const chunks: { items: WorkItem[]; bound: Map<string, Declared> }[] = [];
  for (const item of items) {
    let chunk = chunks.find(({ bound }) => {
      const fresh = item.buffers.filter(({ declared }) => !bound.has(declared.name));
      const fits = item.buffers.every(({ declared: { name, type } }) =>
        sameType(bound.get(name)?.type ?? type, type),
      );
      const names = new Set(fresh.map(({ declared }) => declared.name));
      return fits && bound.size + names.size <= maxBindings;
    });
    if (chunk === undefined) {
      chunk = { items: [], bound: new Map() };
      chunks.push(chunk);
    }
    chunk.items.push(item);
    for (const { declared } of item.buffers) chunk.bound.set(declared.name, declared);
  }
  return chunks.map((chunk) => chunk.items);
}

/** The rows of a batch's table: first workgroup, uniforms, first element of each buffer. */
export function tableOf(
  items: readonly WorkItem[],
  before: number,
): { readonly rows: number[]; readonly stride: number; readonly end: number } {
  const [{ buffers }] = items as readonly [WorkItem, ...WorkItem[]];
  const stride = Math.ceil((2 + buffers.length) / 4);
  const rows: number[] = [];
  let end = before;
  for (const { groups, numbers, buffers: own } of items) {
    const row = [end, numbers, ...own.map(({ first }) => Math.max(first, 0))];
    rows.push(...row, ...new Array<number>(4 * stride - row.length).fill(0));
    end += groups;
  }
  rows.push(end, 0, 0, 0);
  return { rows, stride, end };
}
