import { type DType, hostBytes, type TypedArray } from "../dtype.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Attributes } from "./attributes.ts";
import type { Cell } from "./cell.ts";
import type { Stream } from "./context.ts";
import type { Op } from "./op.ts";
import type { View } from "./view.ts";

/** States of a node's value. */
export const PENDING = 0;
export const COMPUTED = 1;
/** Not stored; its recipe can make it again. */
export const DROPPED = 2;
/** Neither stored nor computable: a source was overwritten or disposed. */
export const EXPIRED = 3;
export type State = 0 | 1 | 2 | 3;

/** How long a computed value must be kept, unless the flush has further reasons. */
export const TEMPORARY = 0;
/** Cached: one of several results of an operation, or a backward target. */
export const SLOT = 1;
/** The user holds it: a module's result, a requested gradient, a tensor written in place. */
export const RESULT = 2;
/** Owned by handles: `keep()`, `clone()`. */
export const OWNED = 3;
export type Keep = 0 | 1 | 2 | 3;

/** The copies of a computed value: on the host, on the device, or both. */
export interface Storage {
  host: TypedArray | null;
  /** The device's buffer, opaque here. */
  buffer: object | null;
  /** Bytes into `buffer`. */
  offset: number;
  holder: Holder;
  /** For a cell's storage, the id of its home, which plan keys contain; else 0. */
  homeId: number;
}
export type Holder = "host" | "cell" | "owned" | "slot" | "page";

/** A value that came from the host. */
export const hostStorage = (host: TypedArray): Storage => ({
  host,
  buffer: null,
  offset: 0,
  holder: "host",
  homeId: 0,
});

/** A value in a buffer of the device. */
export const deviceStorage = (
  buffer: object,
  offset: number,
  holder: Holder,
  homeId = 0,
): Storage => ({
  host: null,
  buffer,
  offset,
  holder,
  homeId,
});

let created = 0;

/** The id that the next node will have. */
export const nextNode = (): number => created;

/** One recorded operation: a recipe, and perhaps its cached value. The recipe is immutable. */
export class Node {
  /** Position in the order of recording, which is also an order of execution. */
  readonly id: number = created++;
  readonly op: Op;
  /** Set to an empty array when the value can no longer be lost. */
  inputs: readonly Node[];
  views: readonly (View | null)[];
  readonly shape: Shape;
  readonly size: number;
  readonly dtype: DType;
  /** Static arguments: part of the plan's key. */
  readonly attrs: Attributes;
  /** Numbers that may change from step to step without a new plan. */
  readonly scalars: readonly number[];
  readonly stream: Stream;

  state: State = PENDING;
  storage: Storage | null = null;
  keep: Keep = TEMPORARY;
  /** The number of recorded consumers. */
  consumers = 0;
  /** The number of live `GradFn`s that will read this value. */
  saved = 0;
  /** How often it was computed. */
  runs = 0;
  /** Recorded outside composite ops; 0-d results are then retained. */
  visible = false;
  /** Recorded by the user, not by a module or an operation: without a consumer it is unread. */
  terminal = false;
  /** Recorded by the user outside modules and hooks. */
  outside = false;
  /** Recorded while gradients were on. */
  gradMode = false;
  /** On the tape, or computed from a node that is. */
  tracked = false;
  /** Computed from host values and numbers only, so no write in place can invalidate its recipe. */
  pure = true;
  /** Its only reader is the next elementwise step of a longer expression. */
  passing = false;
  /** The number of `detach()` handles and views of it that nothing has read. */
  unreadHandles = 0;
  /** The value of a tensor that is written in place. */
  variable = false;
  /** The persistent cell whose value this is or will be. */
  cell: Cell | null = null;
  /** In anomaly mode: the call site that recorded it, for messages. */
  site = "";
  /** What overwrote the source, or the error that kept the value from being computed. */
  expiredBy: string | Error = "";
  /** Its position in the order of the current flush. Valid while `mark` is the flush's number. */
  mark = 0;
  position = 0;

  constructor(
    op: Op,
    inputs: readonly Node[],
    views: readonly (View | null)[],
    shape: Shape,
    dtype: DType,
    attrs: Attributes,
    scalars: readonly number[],
    stream: Stream,
  ) {
    this.op = op;
    this.inputs = inputs;
    this.views = views;
    this.shape = shape;
    this.size = sizeOf(shape);
    this.dtype = dtype;
    this.attrs = attrs;
    this.scalars = scalars;
    this.stream = stream;
  }
}

/** The most bytes of a value that may share a page with others. */
const SMALL = 2 ** 18;

export const isSmall = ({ dtype, size }: Node): boolean => hostBytes(dtype) * size <= SMALL;

/** Whether the user recorded it and nothing has read it, so that a flush must compute it. */
export const isUnreadOutput = ({ terminal, consumers, unreadHandles }: Node): boolean =>
  (terminal && consumers === 0) || unreadHandles > 0;
