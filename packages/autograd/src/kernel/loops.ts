import type { DType } from "../dtype.ts";
import {
  type AtTerm,
  type Buffer,
  type Counter,
  type Expr,
  e,
  type Lanes,
  type Layout,
  type LocalArray,
} from "./expression.ts";

/** A statement of a thread. */
export type Statement =
  /** Names a value, which is evaluated here, once. */
  | { readonly do: "let"; readonly local: Local; readonly value: Expr }
  /** Declares a variable with its first value. */
  | { readonly do: "var"; readonly local: Local; readonly value: Expr }
  | { readonly do: "set"; readonly local: Local; readonly value: Expr }
  /** Computes the walks of a counter here, and not within a later loop. */
  | { readonly do: "count"; readonly counter: Counter }
  | {
      readonly do: "store";
      readonly buffer: Buffer;
      readonly dtype: DType;
      readonly index: Expr;
      readonly value: Expr;
    }
  | { readonly do: "array"; readonly array: LocalArray }
  | {
      readonly do: "put";
      readonly array: LocalArray;
      readonly index: Expr;
      readonly lane: Expr | null;
      readonly value: Expr;
    }
  | Loop
  | { readonly do: "while"; readonly condition: Expr; readonly body: readonly Statement[] }
  /** `rare`: the condition is seldom true, so threads should be able to skip the body together. */
  | {
      readonly do: "if";
      readonly condition: Expr;
      readonly yes: readonly Statement[];
      readonly no: readonly Statement[];
      readonly rare: boolean;
    }
  /**
   * No thread of the workgroup continues before all have arrived. `buffers`: it also orders
   * accesses to buffers.
   */
  | { readonly do: "barrier"; readonly buffers: boolean };

/** Runs the body for `from`, `from + step`, … below `to`. */
export interface Loop {
  readonly do: "for";
  readonly local: Local;
  readonly from: Expr;
  readonly to: Expr;
  readonly step: number | Expr;
  /** The counter over a layout that the loop runs along; null for a plain loop. */
  readonly counter: Counter | null;
  /** Whether walks advance from place to place by additions instead of divisions. */
  readonly advances: boolean;
  readonly body: readonly Statement[];
}

export type Local = Extract<Expr, { kind: "local" }>;

/** The threads of a dispatch, and how they are counted. */
export type Grid =
  /** `e.thread` counts threads. `size` is the workgroup's size, if it matters. */
  | { readonly kind: "threads"; readonly threads: number; readonly size?: number }
  /** `e.thread` counts items, of which a thread may take several. */
  | { readonly kind: "items"; readonly items: number }
  /** Workgroups of `size` threads that may share memory: `e.group` and `e.local` count them. */
  | { readonly kind: "groups"; readonly groups: number; readonly size: number };

/** One dispatch: the code that each thread of a grid runs. Devices render it. */
export interface Loops {
  readonly grid: Grid;
  readonly body: readonly Statement[];
}

/** Builds the statements of loops. Callbacks write nested blocks. */
export class Builder {
  #statements: Statement[] = [];
  #locals: number;

  /** Numbers locals from `first` on; a function's parameters have the numbers before. */
  constructor(first = 0) {
    this.#locals = first;
  }

  get statements(): readonly Statement[] {
    return this.#statements;
  }

  #local(dtype: DType, lanes: Lanes, mutable = false): Local {
    return { kind: "local", id: this.#locals++, dtype, lanes, mutable };
  }

  #write(statement: Statement): void {
    this.#statements.push(statement);
  }

  /** Evaluates a value here and returns its name. */
  let(value: Expr): Expr {
    if (value.kind === "local" && !value.mutable) return value;
    const local = this.#local(value.dtype, value.lanes);
    this.#write({ do: "let", local, value });
    return local;
  }

  var(value: Expr, lanes: Lanes = value.lanes): Local {
    const local = this.#local(value.dtype, lanes, true);
    this.#write({ do: "var", local, value });
    return local;
  }

  set(local: Local, value: Expr): void {
    this.#write({ do: "set", local, value });
  }

  store(buffer: Buffer, dtype: DType, index: Expr, value: Expr): void {
    this.#write({ do: "store", buffer, dtype, index, value });
  }

  array(dtype: DType, lanes: Lanes, length: number, shared = false, cleared = true): LocalArray {
    const array = { id: this.#locals++, dtype, lanes, length, shared, cleared };
    this.#write({ do: "array", array });
    return array;
  }

  put(array: LocalArray, index: Expr, value: Expr, lane: Expr | null = null): void {
    this.#write({ do: "put", array, index, lane, value });
  }

  for(from: Expr, to: Expr, step: number | Expr, body: (i: Expr) => void): void {
    const local = this.#local("u32", 1);
    this.#loop({ local, from, to, step, counter: null, advances: false }, () => body(local));
  }

  /** A counter over a shape's places in row-major order, at an index. */
  count(over: readonly number[] | Layout, index: Expr): Counter {
    const layout = "dims" in over ? over : layoutOf(over);
    const counter: Counter = { layout, index };
    this.#write({ do: "count", counter });
    return counter;
  }

  /** A loop over a shape's places from `from` to `to`, one or four at a time. */
  over(
    dims: readonly number[] | Layout,
    { from, to, lanes = 1, advances = false, apart = lanes }: Range,
    body: (counter: Counter, i: Expr) => void,
  ): void {
    const local = this.#local("u32", 1);
    const index = lanes === 1 ? local : e.add(local, e.iota);
    const counter: Counter = { layout: "dims" in dims ? dims : layoutOf(dims), index };
    this.#loop({ local, from, to, step: apart, counter, advances }, () => body(counter, local));
  }

  #loop(loop: Omit<Loop, "do" | "body">, body: () => void): void {
    this.#write({ do: "for", ...loop, body: this.nested(body) });
  }

  while(condition: Expr, body: () => void): void {
    this.#write({ do: "while", condition, body: this.nested(body) });
  }

  if(condition: Expr, body: () => void, otherwise: () => void = () => {}, rare = false): void {
    const [yes, no] = [this.nested(body), this.nested(otherwise)];
    this.#write({ do: "if", condition, yes, no, rare });
  }

  barrier(buffers = false): void {
    this.#write({ do: "barrier", buffers });
  }

  /** The statements that `body` writes, as a block. */
  nested(body: () => void): readonly Statement[] {
    const outer = this.#statements;
    this.#statements = [];
    body();
    const inner = this.#statements;
    this.#statements = outer;
    return inner;
  }
}

export interface Range {
  readonly from: Expr;
  readonly to: Expr;
  readonly lanes?: Lanes;
  readonly advances?: boolean;
  /** Places from one round to the next; `lanes` by default. */
  readonly apart?: number;
}

export const layoutOf = (dims: readonly number[], anyStride = false): Layout => ({
  dims,
  walks: [],
  anyStride,
});

/**
 * The index start + Σ coordinate · stride, with one stride for each dimension of these counters.
 */
export function walk(
  counters: readonly Counter[],
  strides: readonly number[],
  start: Expr | null = null,
): Expr {
  let first = 0;
  const terms: AtTerm[] = [];
  let base = start;
  for (const counter of counters) {
    const { dims, walks } = counter.layout;
    const own = counters.length === 1 ? strides : strides.slice(first, first + dims.length);
    first += dims.length;
    if (dims.every((n, d) => n <= 1 || own[d] === 0)) continue; // it does not move
    const known =
      base === null ? walks.findIndex((one) => one.strides === own && one.base === null) : -1;
    const number = known >= 0 ? known : walks.push({ strides: own, base }) - 1;
    base = null;
    terms.push({ counter, walk: number });
  }
  if (terms.length === 0) return start ?? e.u32(0);
  return at(terms, false);
}

/** The flat, row-major index of the counters' place. */
export const placeOf = (counters: readonly Counter[]): Expr =>
  at(
    counters.map((counter) => ({ counter, walk: -1 })),
    true,
  );

const at = (terms: readonly AtTerm[], whole: boolean): Expr => ({
  kind: "at",
  terms,
  whole,
  dtype: "u32",
  lanes: terms.some(({ counter }) => counter.index.lanes === 4) ? 4 : 1,
  mutable: terms.some(({ counter }) => counter.index.mutable),
});
