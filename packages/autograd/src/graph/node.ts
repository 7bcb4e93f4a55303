import { type DType, hostBytes, type TypedArray } from "../dtype.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Attributes } from "./attributes.ts";
import type { Cell } from "./cell.ts";
import type { Stream } from "./context.ts";
import type { Op } from "./op.ts";
import type { View } from "./view.ts";

/** Life of a node's value. */
export const PENDING = 0;
export const COMPUTED = 1;
/** Not stored; its recipe can make it again. */
export const DROPPED = 2;
/** Neither stored nor computable: a source was overwritten or disposed. */
export const EXPIRED = 3;
export type State = 0 | 1 | 2 | 3;

/** How the value is to be held once computed, beyond what the flush finds out by itself. */
export const TEMPORARY = 0;
/** Cached: one of several results of an operation, a backward target. */
export const SLOT = 1;
/** The user has it in hand: a module's result, a gradient asked for, a tensor written in place. */
export const RESULT = 2;
/** Owned by handles: `keep()`, `clone()`. */
export const OWNED = 3;
export type Keep = 0 | 1 | 2 | 3;

/** Where a computed value is. A host copy and a device copy may exist side by side. */
export interface Storage {
  host: TypedArray | null;
  /** The device's buffer, opaque here. */
  buffer: object | null;
  /** Bytes into `buffer`. */
  offset: number;
  holder: Holder;
  /** A cell's: the id of its home, for plan keys; 0 otherwise. */
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

/** The id of the node that is made next. */
export const nextNode = (): number => created;

/** One recorded operation: a recipe, and perhaps its cached value. Immutable but for the cache. */
export class Node {
  /** Order of recording, which is also an order of execution. */
  readonly id: number = created++;
  readonly op: Op;
  /** Dropped (set to an empty array) when the value can no longer be lost. */
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
  /** Recorded consumers. */
  consumers = 0;
  /** Live gradient nodes that will read this value. */
  saved = 0;
  /** Times computed. */
  runs = 0;
  /** Recorded by the user: outside composite ops (0-d results are then retained). */
  visible = false;
  /**
   * Without a consumer it is an unread output: the user recorded it, not a module or an operation.
   */
  terminal = false;
  /** Recorded by the user outside modules and hooks. */
  outside = false;
  /** Gradients were on. */
  gradMode = false;
  /** On the tape, or made of what is. */
  tracked = false;
  /** Made of values from the host and numbers alone: no write in place can take its recipe away. */
  pure = true;
  /** Its one reader is the next step of a longer expression, element by element. */
  passing = false;
  /** Handles the user made of it with `detach()` or as views that nothing has read. */
  loose = 0;
  /** The value of a tensor that is written in place. */
  variable = false;
  /** The persistent cell whose value this is or will be. */
  cell: Cell | null = null;
  /** For messages, in anomaly mode: where it was recorded. */
  site = "";
  /** For messages: who overwrote the source; or the error that kept it from being computed. */
  expiredBy: string | Error = "";
  /** Its position in the order of the current flush; valid while `mark` is the flush's number. */
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

/** The most bytes of a value that shares a page with others. */
const SMALL = 2 ** 18;

export const isSmall = ({ dtype, size }: Node): boolean => hostBytes(dtype) * size <= SMALL;

/** Nothing has read what the user made: it is wanted for itself. */
export const isUnreadOutput = ({ terminal, consumers, loose }: Node): boolean =>
  (terminal && consumers === 0) || loose > 0;
