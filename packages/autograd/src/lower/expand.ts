import { type AtTerm, type Counter, type Expr, e, type Layout } from "../kernel/expression.ts";
import { firstOf, fourFrom, fourOf } from "../kernel/fours.ts";
import type { Local, Loop, Loops, Statement } from "../kernel/loops.ts";
import { firstFreeId, mapOperands, operandsOf } from "../kernel/walk.ts";
import { sizeOf } from "../shape.ts";
import { type Axis, mergedAxes } from "./axes.ts";

/**
 * Turns counters into index arithmetic: the result has no `count` and no `at`. It is for devices
 * that compute coordinates from a thread's number by division.
 */
export function expandCounters({ grid, body }: Loops): Loops {
  return { grid, body: new Expander(firstFreeId(body)).block(body) };
}

const axesOf = ({ dims, walks }: Layout): Axis[] =>
  mergedAxes(
    dims,
    walks.map(({ strides }) => strides),
  );

class Expander {
  readonly #known = new Map<Expr, Expr>();
  /** The position of each walk of a counter's layout. */
  readonly #sums = new Map<Counter, readonly Expr[]>();
  readonly #sizes = new Map<Layout, Map<string, Expr>>();
  #out: Statement[] = [];
  #nextId: number;

  constructor(nextId: number) {
    this.#nextId = nextId;
  }

  block(statements: readonly Statement[], head?: () => void, tail?: () => void): Statement[] {
    const outer = this.#out;
    this.#out = [];
    head?.();
    for (const statement of statements) this.#statement(statement);
    tail?.();
    const inner = this.#out;
    this.#out = outer;
    return inner;
  }

  #declare(kind: "let" | "var", value: Expr): Local {
    const { dtype, lanes } = value;
    const mutable = kind === "var";
    const local: Local = { kind: "local", id: this.#nextId++, dtype, lanes, mutable };
    this.#out.push({ do: kind, local, value });
    return local;
  }

  #let(value: Expr): Expr {
    return value.kind === "local" && !value.mutable ? value : this.#declare("let", value);
  }

  #statement(statement: Statement): void {
    switch (statement.do) {
      case "let":
      case "var":
      case "set":
        this.#out.push({ ...statement, value: this.#value(statement.value) });
        return;
      case "count":
        this.#count(statement.counter);
        return;
      case "store": {
        const [index, value] = [this.#value(statement.index), this.#value(statement.value)];
        this.#out.push({ ...statement, index, value });
        return;
      }
      case "put": {
        const lane = statement.lane === null ? null : this.#value(statement.lane);
        const [index, value] = [this.#value(statement.index), this.#value(statement.value)];
        this.#out.push({ ...statement, index, lane, value });
        return;
      }
      case "for":
        this.#loop(statement);
        return;
      case "while": {
        const condition = this.#value(statement.condition);
        this.#out.push({ ...statement, condition, body: this.block(statement.body) });
        return;
      }
      case "if": {
        const condition = this.#value(statement.condition);
        const [yes, no] = [this.block(statement.yes), this.block(statement.no)];
        this.#out.push({ ...statement, condition, yes, no });
        return;
      }
      default:
        this.#out.push(statement);
    }
  }

  #loop(loop: Loop): void {
    const { counter, advances, body, step } = loop;
    const [from, to] = [this.#value(loop.from), this.#value(loop.to)];
    const by = typeof step === "number" ? step : this.#value(step);
    let inner: readonly Statement[];
    if (counter === null) inner = this.block(body);
    else if (!advances) inner = this.block(body, () => this.#count(counter));
    else {
      const walk = this.#advance(counter, from);
      inner = this.block(body, walk.enter, walk.next);
    }
    this.#out.push({ ...loop, from, to, step: by, counter: null, advances: false, body: inner });
  }

  /** A size of a layout. It is one object for each name, so that it takes one uniform word. */
  #size(layout: Layout, name: string, value: number): Expr {
    let sizes = this.#sizes.get(layout);
    if (sizes === undefined) {
      sizes = new Map();
      this.#sizes.set(layout, sizes);
    }
    const size = sizes.get(name) ?? e.size(value);
    sizes.set(name, size);
    return size;
  }

  /** Computes a counter's coordinates by division, and from them the position of each walk. */
  #count(counter: Counter): void {
    const { layout } = counter;
    const { walks, anyStride } = layout;
    const axes = axesOf(layout);
    const sums: Expr[][] = walks.map(({ base }) => (base === null ? [] : [this.#value(base)]));
    let rest = this.#value(counter.index);
    let skipped = 1;
    for (let d = axes.length - 1; d >= 0 && walks.length > 0; d--) {
      const { size, strides } = axes[d] as Axis;
      if (strides.every((stride) => stride === 0)) {
        skipped *= size;
        continue;
      }
      if (skipped !== 1) rest = e.quotient(rest, this.#size(layout, `passed ${d}`, skipped));
      skipped = 1;
      let coordinate = rest;
      if (d > 0) {
        const n = this.#size(layout, `size ${d}`, size);
        const quotient = e.quotient(rest, n);
        coordinate = e.sub(rest, e.mul(quotient, n));
        rest = quotient;
      }
      strides.forEach((stride, w) => {
        if (stride === 0) return;
        const by = this.#size(layout, `stride ${d} ${w}`, stride);
        const plain = stride === 1 && !anyStride;
        sums[w]?.push(plain ? coordinate : e.mul(coordinate, by));
      });
    }
    const named = sums.map((terms) => (terms.length === 0 ? e.u32(0) : this.#let(e.sum(...terms))));
    this.#sums.set(counter, named);
  }

  /** Code that moves the walks of a loop from one place to the next without a division. */
  #advance(counter: Counter, start: Expr): { enter: () => void; next: () => void } {
    const { layout } = counter;
    const axes = axesOf(layout);
    const coordinates: Local[] = [];
    const sizeAt = (d: number): number => (axes[d] as Axis).size;
    const strideOf = (d: number, w: number): number => (axes[d] as Axis).strides[w] as number;
    let rest = start;
    for (let d = axes.length - 1; d > 0; d--) {
      const n = this.#size(layout, `size ${d}`, sizeAt(d));
      const above = this.#let(e.quotient(rest, n));
      coordinates[d] = this.#declare("var", e.sub(rest, e.mul(above, n)));
      rest = above;
    }
    const sums = layout.walks.map(({ base }, w) => {
      const terms = axes.map((_, d) => {
        const stride = this.#size(layout, `stride ${d} ${w}`, strideOf(d, w));
        return e.mul(d === 0 ? rest : (coordinates[d] as Local), stride);
      });
      const all = base === null ? terms : [this.#value(base), ...terms];
      return this.#declare("var", e.sum(...all));
    });
    const set = (local: Local, value: Expr): void => {
      this.#out.push({ do: "set", local, value });
    };
    const next = (d = axes.length - 1): void => {
      if (d < 0) return;
      // at the end of a dimension: back to its start, and one step along the dimension above
      const back = d === axes.length - 1 ? 0 : sizeAt(d + 1);
      for (const [w, sum] of sums.entries()) {
        const by = strideOf(d, w) - (back === 0 ? 0 : back * strideOf(d + 1, w));
        set(sum, e.add(sum, this.#size(layout, `step ${d} ${w}`, by)));
      }
      if (d === 0) return;
      const coordinate = coordinates[d] as Local;
      set(coordinate, e.add(coordinate, e.u32(1)));
      const condition = e.eq(coordinate, this.#size(layout, `size ${d}`, sizeAt(d)));
      const yes = this.block([], () => {
        set(coordinate, e.u32(0));
        next(d - 1);
      });
      this.#out.push({ do: "if", condition, yes, no: [], rare: false });
    };
    // a walk does not change within a round, so a `let` may hold it
    const enter = (): void => {
      this.#sums.set(
        counter,
        sums.map((sum) => this.#declare("let", sum)),
      );
    };
    return { enter, next: () => next() };
  }

  /** The value without counters. The stack is explicit because values may be deep. */
  #value(root: Expr): Expr {
    const stack = [root];
    for (let value = stack.at(-1); value !== undefined; value = stack.at(-1)) {
      const open = this.#known.has(value)
        ? []
        : this.#needed(value).filter((operand) => !this.#known.has(operand));
      if (open.length > 0) {
        stack.push(...open);
        continue;
      }
      stack.pop();
      if (!this.#known.has(value)) this.#known.set(value, this.#expanded(value));
    }
    return this.#known.get(root) as Expr;
  }

  #needed(value: Expr): readonly Expr[] {
    if (value.kind !== "at") return operandsOf(value);
    return value.whole ? value.terms.map(({ counter }) => counter.index) : [];
  }

  #expanded(value: Expr): Expr {
    if (value.kind !== "at")
      return mapOperands(value, (operand) => this.#known.get(operand) as Expr);
    if (value.whole) return this.#whole(value.terms);
    const sums = value.terms.map(({ counter, walk }) => this.#sums.get(counter)?.[walk] as Expr);
    return e.sum(...sums);
  }

  /** The flat index: Σ index · size of the counters after it. */
  #whole(terms: readonly AtTerm[]): Expr {
    const number = this.#four(terms);
    return number === null ? e.sum(...this.#scaled(terms, 1)) : fourFrom(number);
  }

  #scaled(terms: readonly AtTerm[], per: number): Expr[] {
    return terms.map(({ counter }, i) => {
      const later = terms.slice(i + 1).map((term) => sizeOf(term.counter.layout.dims));
      const tail = later.reduce((a, b) => a * b, 1) / per;
      const index = this.#value(counter.index);
      if (tail === 1) return index;
      return e.mul(index, this.#size(counter.layout, `after ${per}`, tail));
    });
  }

  /**
   * The index of a vector of four elements; null unless its first element is a multiple of four.
   */
  #four(terms: readonly AtTerm[]): Expr | null {
    const { counter } = terms.at(-1) as AtTerm;
    const { index, layout } = counter;
    const first = firstOf(index);
    const others = terms.slice(0, -1);
    if (index.lanes !== 4 || first === null) return null;
    if (others.some((term) => term.counter.index.lanes === 4 && term.counter !== counter))
      return null;
    if (others.length > 0 && sizeOf(layout.dims) % 4 !== 0) return null;
    const number = fourOf(index);
    const inner =
      number === null ? e.shiftRight(this.#value(first), e.u32(2)) : this.#value(number);
    return e.sum(...this.#scaled(terms, 4).slice(0, -1), inner);
  }
}
