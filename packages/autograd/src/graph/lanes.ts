import type { DType } from "../dtype.ts";
import { ArgumentError, detail } from "../errors.ts";
import { contiguousStrides, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Attributes } from "./attributes.ts";
import type { Stream } from "./context.ts";
import type { Handle, ViewStep } from "./handle.ts";
import type { Op } from "./op.ts";
import { type View, wholeView } from "./view.ts";

/** One `vmap` call. Its batch is a dimension that the mapped function does not see. */
export interface Level {
  /** Greater for an inner call. */
  readonly id: number;
  readonly size: number;
  readonly randomness: "error" | "same" | "different";
}

/** A value's stride along the batch of a level. */
export interface Lane {
  readonly level: Level;
  readonly stride: number;
}

/** The functions of `vmap` that recording calls. */
export interface LaneRules {
  /** The current calls, outermost first. */
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
  /** Expands x over the lanes that only the others have. */
  spread(x: Tensor, others: readonly Handle[]): Tensor;
  /** Draws random numbers: once, or once for each element, by the calls' `randomness`. */
  draw(call: string, size: Shape, make: (size: Shape) => Tensor): Tensor;
  /** Runs a function that supports leading batch dimensions, with the lanes as such dimensions. */
  fold(operands: readonly Tensor[], run: (lanes: Shape, operands: Tensor[]) => Tensor): Tensor;
}

export type LaneSets = readonly (readonly Lane[] | null)[];

export const lanesOf = ({ window }: Handle): readonly Lane[] => window?.lanes ?? [];

export const hasLanes = (handle: Handle): boolean => handle.window?.lanes !== undefined;

/** The view with these levels as first dimensions, expanded over levels that it does not have. */
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

/** A handle's view with its lanes as first dimensions. */
export function everything({ window }: Handle): View | null {
  return window?.lanes === undefined
    ? window
    : withLanes(
        window,
        window.lanes.map(({ level }) => level),
      );
}

/** The view of a whole value of this shape, whose first dimensions become the levels' lanes. */
export function laned(shape: Shape, levels: readonly Level[]): View {
  const strides = contiguousStrides(shape);
  return {
    shape: shape.slice(levels.length),
    strides: strides.slice(levels.length),
    offset: 0,
    lanes: levels.map((level, i) => ({ level, stride: strides[i] as number })),
  };
}

/** Applies a step to a view and keeps its lanes. */
export function stepWithin(step: ViewStep, window: View | null, shape: Shape): View {
  const from = window ?? wholeView(shape);
  return from.lanes === undefined ? step.apply(from) : { ...step.apply(from), lanes: from.lanes };
}

/** Throws ArgumentError if the value has lanes that the tensor it is written to does not have. */
export function checkLanes(call: string, target: Handle, value: Handle): void {
  if (value.window?.lanes === undefined) return;
  const own = lanesOf(target);
  if (value.window.lanes.every(({ level }) => own.some((lane) => lane.level === level))) return;
  throw new ArgumentError(
    `${call}: inside vmap, cannot write a value that differs between elements of the batch to a tensor that they share` +
      `${detail("tensor", target.shape)}\n  hint: compute a new tensor instead, or make the tensor an argument of the function`,
  );
}
