import type { Kernel, KernelInput } from "../devices/device.ts";
import type { DType } from "../dtype.ts";
import type { Buffer } from "../kernel/expression.ts";
import type { Loops } from "../kernel/loops.ts";
import { type Accessed, accessesOf, keyOf } from "./accesses.ts";

/** Loops of a part of a kernel, and the numbers that its first buffers have in the whole. */
export interface Part {
  readonly loops: Loops;
  readonly kernel: Kernel;
  readonly firstOutput: number;
  readonly firstScratch: number;
  /** Where each of its scratch buffers begins if a batch has one for all, in bytes. */
  readonly scratches: readonly number[];
}

/** A buffer that one dispatch binds. */
export interface Binding {
  readonly source: Buffer;
  readonly writable: boolean;
  /** The part that is bound; all, if not given. */
  readonly range?: { readonly offset: number; readonly size: number };
  /** All of the memory that the buffer shares with others is bound. */
  readonly slab?: boolean;
}

/** What a buffer consists of: words. A bool takes one, and four bytes share one. */
export type Word = Exclude<DType, "bool" | "u8">;
export const wordOf = (dtype: DType): Word => (dtype === "bool" || dtype === "u8" ? "u32" : dtype);

/** How a dispatch sees a buffer: as words, alone or by four, perhaps with atomic access. */
export interface ElementType {
  readonly word: Word;
  readonly wide: boolean;
  readonly atomic: boolean;
}

/** By fours if no access writes single elements. Bytes that are written singly are atomic. */
export function elementType({ dtype, fours, singleWrites }: Accessed, single = false): ElementType {
  return {
    word: wordOf(dtype),
    wide: fours && !singleWrites && dtype !== "u8" && !single,
    atomic: dtype === "u8" && singleWrites,
  };
}

export const sameType = (a: ElementType, b: ElementType): boolean =>
  a.word === b.word && a.wide === b.wide && a.atomic === b.atomic;

/** A binding under a name. */
export interface Declared extends Binding {
  readonly name: string;
  readonly type: ElementType;
}

/** A buffer as the code of a dispatch knows it. */
export interface Bound {
  readonly name: string;
  readonly type: ElementType;
  readonly dtype: DType;
  /** The number of its first element, by name, if it shares memory; else null. */
  readonly first: string | null;
}

/** Finds what a dispatch binds for a buffer. */
export type FindBound = (buffer: Buffer) => Bound;

/** An input that shares memory with an output is bound as writable: a dispatch binds it one way. */
export const isWritable = ({ buffer, writes }: Accessed, inputs: readonly KernelInput[]): boolean =>
  writes || ("input" in buffer && inputs[buffer.input]?.place != null);

/** Declares the buffers of a part; equal inputs of parts share a declaration. */
export function declareBuffers(part: Part, prefix: string, declared: Declared[]): FindBound {
  const { inputs } = part.kernel;
  const bound = new Map<string, Bound>();
  for (const [key, access] of accessesOf(part.loops, inputs)) {
    const type = elementType(access);
    const source = sourceOf(access, part);
    const writable = isWritable(access, inputs);
    const known = declared.find(
      (other) =>
        "input" in source &&
        "input" in other.source &&
        other.source.input === source.input &&
        sameType(other.type, type) &&
        other.writable === writable,
    );
    const name = known?.name ?? prefix + key;
    if (known === undefined) declared.push({ name, type, source, writable });
    bound.set(key, { name, type, dtype: access.dtype, first: null });
  }
  return (buffer) => bound.get(keyOf(buffer, inputs)) as Bound;
}

function sourceOf({ buffer }: Accessed, { firstOutput, firstScratch }: Part): Buffer {
  if ("output" in buffer) return { output: buffer.output + firstOutput };
  return "scratch" in buffer ? { scratch: buffer.scratch + firstScratch } : buffer;
}

/** Whether an input that is written has two declarations. A dispatch can bind it only once. */
export const bindsTwice = (declared: readonly Declared[]): boolean =>
  declared.some(
    ({ source, writable }, i) =>
      writable &&
      "input" in source &&
      declared.some(
        (other, j) => j !== i && "input" in other.source && other.source.input === source.input,
      ),
  );
