import type { Kernel, KernelInput } from "../devices/device.ts";
import type { DType } from "../dtype.ts";
import type { Buffer } from "../kernel/expression.ts";
import type { Loops } from "../kernel/loops.ts";
import { type Accessed, accessesOf, keyOf } from "./accesses.ts";

/** One dispatch of a part of a kernel, and the part's position in the whole. */
export interface Part {
  readonly loops: Loops;
  readonly kernel: Kernel;
  /** Indices of the part's first output and scratch buffer in the whole kernel. */
  readonly firstOutput: number;
  readonly firstScratch: number;
  /** Byte offsets of its scratch buffers in the one that a batch has for all. */
  readonly scratches: readonly number[];
}

/** A buffer that one dispatch binds. */
export interface Binding {
  readonly source: Buffer;
  readonly writable: boolean;
  /** The range of the buffer that is bound; by default all of it. */
  readonly range?: { readonly offset: number; readonly size: number };
  /** The whole slab that contains the buffer is bound. */
  readonly slab?: boolean;
}

/** The dtype of a buffer's words. A bool takes one word, and four bytes share one. */
export type Word = Exclude<DType, "bool" | "u8">;
export const wordOf = (dtype: DType): Word => (dtype === "bool" || dtype === "u8" ? "u32" : dtype);

/** How a dispatch declares a buffer: as words or as vectors of four, perhaps atomic. */
export interface ElementType {
  readonly word: Word;
  readonly wide: boolean;
  readonly atomic: boolean;
}

/**
 * Vectors of four if no access writes a single element. Bytes that are written singly are atomic.
 */
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

/** A buffer as the code of a dispatch refers to it. */
export interface Bound {
  readonly name: string;
  readonly type: ElementType;
  readonly dtype: DType;
  /**
   * The name of the variable with the index of its first element, if it is in a slab; else null.
   */
  readonly first: string | null;
}

/** Gives the binding of a buffer in a dispatch. */
export type FindBound = (buffer: Buffer) => Bound;

/** Whether a buffer is bound as writable. A slab is, since outputs may lie in it, too. */
export const isWritable = ({ buffer, writes }: Accessed, inputs: readonly KernelInput[]): boolean =>
  writes || ("input" in buffer && inputs[buffer.input]?.place != null);

/** Declares the buffers of a part. Parts that read the same input share a declaration. */
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

/** Whether a writable input is declared twice. A dispatch can bind it only once. */
export const bindsTwice = (declared: readonly Declared[]): boolean =>
  declared.some(
    ({ source, writable }, i) =>
      writable &&
      "input" in source &&
      declared.some(
        (other, j) => j !== i && "input" in other.source && other.source.input === source.input,
      ),
  );
