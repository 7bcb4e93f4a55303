import type { DType } from "../dtype.ts";
import { ArgumentError, detail } from "../errors.ts";
import { contiguousStrides, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Attributes } from "./attributes.ts";
import type { Stream } from "./context.ts";
import type { Handle, ViewStep } from "./handle.ts";
import type { Op } from "./op.ts";
import { type View, wholeView } from "./view.ts";

/** One `vmap` call: its batch is a dimension that the function inside does not see. */
export interface Level {
  /** Counts up: an inner call's is greater. */
  readonly id: number;
  readonly size: number;
  readonly randomness: "error" | "same" | "different";
}

/** How a value steps from one element of a level's batch to the next. */
export interface Lane {
  readonly level: Level;
  readonly stride: number;
}

/** What `vmap` knows and recording asks, once `vmap` was called. */
export interface LaneRules {
  /** The calls under way, outermost first. */
  readonly stack: readonly Level[];
  /** Records an op of which some operands have lanes. */
  record(
    op: Op,
    operands: readonly Handle[],
    shape: Shape,
    dtype: DType,
    attrs: Attributes,
    scalars: readonly number[],
    stream: Stream,
    reads: readonly ((view: View) => View)[],
  ): Tensor;
  /** The lanes of each of these values; null if none has any. */
  of(values: readonly Handle[]): LaneSets | null;
  /** Sums a gradient over the lanes that neither these nor the calls in `ambient` have. */
  sumTo(gradient: Tensor, kept: readonly Lane[] | null, ambient: readonly Level[]): Tensor;
  /** x with the lanes that others have and it has not: the same for all of their elements. */
  spread(x: Tensor, others: readonly Handle[]): Tensor;
  /** A draw of random numbers: one for all, or one for each element, as the calls under way say. */
  draw(call: string, size: Shape, make: (size: Shape) => Tensor): Tensor;
  /** Runs a function that takes batches before the last dimensions with lanes as such a batch. */
  fold(operands: readonly Tensor[], run: (lanes: Shape, operands: Tensor[]) => Tensor): Tensor;
}

export type LaneSets = readonly (readonly Lane[] | null)[];

export const lanesOf = ({ window }: Handle): readonly Lane[] => window?.lanes ?? [];

export const hasLanes = (handle: Handle): boolean => handle.window?.lanes !== undefined;

/**
 * The view with these levels as first dimensions; it is expanded over levels that it does not have.
 */
export function withLanes(view: View, levels: readonly Level[]): View {
  const lanes = view.lanes ?? [];
  return {
    shape: [...levels.map(({ size }) => size), ...view.shape],
    strides: [
      ...levels.map((level) => lanes.find((lane) => lane.level === level)?.stride ?? 0),
      ...view.strides,
    ],
    offset: view.offset,
  };
}

/** All that a handle sees, its lanes as first dimensions. */
export function everything({ window }: Handle): View | null {
  return window?.lanes === undefined
    ? window
    : withLanes(
        window,
        window.lanes.map(({ level }) => level),
      );
}

/** A whole value of this shape, whose first dimensions are the lanes of these levels. */
export function laned(shape: Shape, levels: readonly Level[]): View {
  const strides = contiguousStrides(shape);
  return {
    shape: shape.slice(levels.length),
    strides: strides.slice(levels.length),
    offset: 0,
    lanes: levels.map((level, i) => ({ level, stride: strides[i] as number })),
  };
}

/** One step of a view, the lanes left as they are. */
export function stepWithin(step: ViewStep, window: View | null, shape: Shape): View {
  const from = window ?? wholeView(shape);
  return from.lanes === undefined ? step.apply(from) : { ...step.apply(from), lanes: from.lanes };
}

/** Refuses to write to a tensor what has lanes that it has not. */
export function checkLanes(call: string, target: Handle, value: Handle): void {
  if (value.window?.lanes === undefined) return;
  const own = lanesOf(target);
  if (value.window.lanes.every(({ level }) => own.some((lane) => lane.level === level))) return;
  throw new ArgumentError(
    `${call}: inside vmap, what is written differs from element to element of the batch, and the tensor it is written to is one for all` +
      `${detail("tensor", target.shape)}\n  hint: compute a new tensor instead, or make the tensor an argument of the function`,
  );
}
