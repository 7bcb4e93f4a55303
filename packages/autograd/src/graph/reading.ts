import type { TypedArray } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Attributes } from "./attributes.ts";

/** An operand on the host: element (i₀ … iₙ) is data[offset + Σ iₖ · strideₖ]. */
export interface Reading {
  readonly data: TypedArray;
  readonly shape: Shape;
  readonly strides: readonly number[];
  /** Set before each run, since view offsets are parameters. */
  offset: number;
}

/** A family of ops as a plain algorithm on the host. */
export type HostKernel<Meaning> = (
  meaning: Meaning,
  attrs: Attributes,
  operands: readonly Reading[],
) => (out: TypedArray, scalars: readonly number[]) => void;
