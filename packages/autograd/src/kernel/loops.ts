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

/** What a thread does, one after another. */
export type Statement =
  /** Evaluates a value here, once. */
  | { readonly do: "let"; readonly local: Local; readonly value: Expr }
  /** A variable and its first value. */
  | { readonly do: "var"; readonly local: Local; readonly value: Expr }
  | { readonly do: "set"; readonly local: Local; readonly value: Expr }
  /** Finds where the walks of a counter are: here, and not in a loop that follows. */
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
  /** `rare`: threads that run in step had better pass over it together. */
  | {
      readonly do: "if";
      readonly condition: Expr;
      readonly yes: readonly Statement[];
      readonly no: readonly Statement[];
      readonly rare: boolean;
    }
  /**
   * All threads of the workgroup come here before one goes on. `buffers`: what they read from
   * buffers has been read, too.
   */
  | { readonly do: "barrier"; readonly buffers: boolean };

/** From `from` up to `to`, `step` apart. */
export interface Loop {
  readonly do: "for";
  readonly local: Local;
  readonly from: Expr;
  readonly to: Expr;
  readonly step: number | Expr;
  /**
   * What the loop counts over, if its places are read through views; a step of 4 takes four at a
   * time.
   */
  readonly counter: Counter | null;
  /** Walks go on from place to place without a division. */
  readonly advances: boolean;
  readonly body: readonly Statement[];
}

export type Local = Extract<Expr, { kind: "local" }>;

/** How many threads there are, and how they are counted. */
export type Grid =
  /** `e.thread` counts them. `size` is that of a workgroup, where it matters. */
  | { readonly kind: "threads"; readonly threads: number; readonly size?: number }
  /** A thread takes several of these, a grid apart; `e.thread` counts the items. */
  | { readonly kind: "items"; readonly items: number }
  /** Workgroups of `size` threads that may work together, counted by `e.group` and `e.local`. */
  | { readonly kind: "groups"; readonly groups: number; readonly size: number };

/** One dispatch: what each thread of a grid does. Every device renders it. */
export interface Loops {
  readonly grid: Grid;
  readonly body: readonly Statement[];
}

/** Writes loops: blocks nest, and a name is given once. */
export class Builder {
  #statements: Statement[] = [];
  #locals: number;

  /** Locals are numbered from `first` on: parameters of a function come before. */
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

  /** The value, evaluated here: before what is written next. */
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

  /** A count of the places of a shape, in its row-major order. */
  count(over: readonly number[] | Layout, index: Expr): Counter {
    const layout = "dims" in over ? over : layoutOf(over);
    const counter: Counter = { layout, index };
    this.#write({ do: "count", counter });
    return counter;
  }

  /**
   * A loop over the places of a shape, four at a time in four lanes. `advances`: without a division
   * from place to place.
   */
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

  /** What `body` writes, apart. */
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
  /** Places from one turn to the next; `lanes` if not said. */
  readonly apart?: number;
}

export const layoutOf = (dims: readonly number[], anyStride = false): Layout => ({
  dims,
  walks: [],
  anyStride,
});

/** start + Σ coordinate · stride: strides run over the dimensions of all these counters. */
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
    if (dims.every((n, d) => n <= 1 || own[d] === 0)) continue; // it stays where it is
    const known =
      base === null ? walks.findIndex((one) => one.strides === own && one.base === null) : -1;
    const number = known >= 0 ? known : walks.push({ strides: own, base }) - 1;
    base = null;
    terms.push({ counter, walk: number });
  }
  if (terms.length === 0) return start ?? e.u32(0);
  return at(terms, false);
}

/** The row-major number of the place that the counters have come to. */
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
