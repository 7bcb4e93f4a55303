import { type Buffer, type Expr, e } from "../../../kernel/expression.ts";
import type { Counted, Counters } from "./counters.ts";
import type { Facts } from "./facts.ts";
import type { Prologue } from "./prologue.ts";
import type { ValueWriter } from "./values.ts";

/** One term of an address. */
export type Term = { readonly value: Expr } | { readonly counted: Counted; readonly walk: number };

/** An index as a sum of terms. `lanes`: the walk that its lanes follow, "next" if consecutive. */
export interface Linear {
  readonly terms: readonly Term[];
  readonly lanes: { readonly counted: Counted; readonly walk: number } | "next" | null;
}

/** Computes addresses of elements. Terms that do not change in a loop are added before it. */
export class Addresses {
  readonly #writer: ValueWriter;
  readonly #facts: Facts;
  readonly #counters: Counters;
  readonly #prologue: Prologue;
  readonly #ids = new Map<Expr, number>();

  constructor(writer: ValueWriter, facts: Facts, counters: Counters, prologue: Prologue) {
    this.#writer = writer;
    this.#facts = facts;
    this.#counters = counters;
    this.#prologue = prologue;
  }

  /** The index as a sum; null if it is not one, or its lanes follow several walks. */
  linear(index: Expr): Linear | null {
    const terms: Term[] = [];
    let lanes: Linear["lanes"] = null;
    const take = (value: Expr): boolean => {
      if (value.kind === "call" && value.fn === "add") return value.args.every(take);
      if (value.kind === "at") {
        return value.terms.every(({ counter, walk }, i) => {
          const counted = this.#counters.of(counter);
          if (value.whole && i < value.terms.length - 1) {
            const after = value.terms.slice(i + 1);
            if (counter.index.lanes === 4) return false;
            const tail = after.reduce(
              (product, term) => product * term.counter.layout.dims.reduce((a, b) => a * b, 1),
              1,
            );
            terms.push({ value: e.mul(counter.index, e.u32(tail)) });
            return true;
          }
          const its = value.whole ? -1 : walk;
          terms.push({ counted, walk: its });
          if (counter.index.lanes === 4) {
            if (lanes !== null) return false;
            lanes = { counted, walk: its };
          }
          return true;
        });
      }
      if (value.kind === "call" && value.fn === "iota") {
        if (lanes !== null) return false;
        lanes = "next";
        return true;
      }
      if (value.lanes === 4) return false;
      terms.push({ value });
      return true;
    };
    return take(index) ? { terms, lanes } : null;
  }

  /** Whether a term does not change in the innermost loop. */
  #stays(term: Term): boolean {
    if ("counted" in term) return term.counted.depth < this.#writer.depth;
    const { value } = term;
    switch (value.kind) {
      case "constant":
      case "size":
      case "param":
      case "coordinate":
        return true;
      case "local": {
        const named = this.#writer.named(value);
        return !value.mutable && named !== undefined && named.depth < this.#writer.depth;
      }
      case "call":
        return (
          !["thread", "group", "local"].includes(value.fn) &&
          value.args.every((arg) => this.#stays({ value: arg }))
        );
      default:
        return false;
    }
  }

  #idOf(value: Expr): number {
    let id = this.#ids.get(value);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(value, id);
    }
    return id;
  }

  /** Adds a term, in bytes, to the address on the stack. */
  #addTerm(term: Term): void {
    const { code } = this.#writer;
    if ("counted" in term) code.get(term.counted.offsets.get(term.walk) as number);
    else {
      this.#writer.push(term.value, 1);
      code.i32(2);
      code.op("i32.shl");
    }
    code.op("i32.add");
  }

  /** Pushes the address `base` + terms. Returns a constant offset to add to it. */
  sum(base: number, terms: readonly Term[]): number {
    let offset = 0;
    const rest: Term[] = [];
    for (const term of terms) {
      const value = "value" in term ? term.value : null;
      if (value !== null && (value.kind === "constant" || value.kind === "size"))
        offset += 4 * value.value;
      else rest.push(term);
    }
    if (offset < 0 || offset > 2 ** 28) return this.#sumSlow(base, terms);
    const frame = this.#writer.frame;
    const fixed = rest.filter((term) => this.#stays(term));
    if (frame === undefined || fixed.length === 0) {
      this.#writer.code.get(base);
      for (const term of rest) this.#addTerm(term);
      return offset;
    }
    const key = [
      base,
      ...fixed.map((term) =>
        "counted" in term
          ? `c${term.counted.offsets.get(term.walk)}`
          : `v${this.#idOf(term.value)}`,
      ),
    ].join(" ");
    const moving = rest.filter((term) => !fixed.includes(term));
    const [first] = moving;
    const walked =
      moving.length === 1 && first !== undefined && "counted" in first
        ? (first.counted.offsets.get(first.walk) as number)
        : -1;
    const step = frame.steps.get(walked);
    // an address that grows by a constant becomes a pointer
    const settled = step === undefined ? fixed : rest;
    const name = step === undefined ? key : `${key} +${walked}`;
    let known = frame.known.get(name);
    if (known === undefined) {
      known = this.#writer.local("i32");
      const local = known;
      this.#writer.before(() => {
        this.#writer.code.get(base);
        for (const term of settled) this.#addTerm(term);
        this.#writer.code.set(local);
      });
      frame.known.set(name, known);
      if (step !== undefined) frame.pointers.push({ local, step });
    }
    this.#writer.code.get(known);
    if (step === undefined) for (const term of moving) this.#addTerm(term);
    return offset;
  }

  #sumSlow(base: number, terms: readonly Term[]): number {
    this.#writer.code.get(base);
    for (const term of terms) this.#addTerm(term);
    return 0;
  }

  /** Pushes the address of one element. Returns a constant offset to add to it. */
  of(buffer: Buffer, index: Expr): number {
    const linear = this.#facts.depends(index) ? null : this.linear(index);
    if (linear !== null) return this.sum(this.#prologue.base(buffer), linear.terms);
    const { code } = this.#writer;
    // an index that was read is clamped to the buffer
    const at = this.#writer.local("i32");
    const last = this.#prologue.last(buffer);
    this.#writer.push(index, 1);
    code.tee(at);
    code.get(last);
    code.get(at);
    code.get(last);
    code.op("i32.lt_u");
    code.op("select");
    code.i32(2);
    code.op("i32.shl");
    code.get(this.#prologue.base(buffer));
    code.op("i32.add");
    return 0;
  }

  /** Pushes a sum of walks, in elements. */
  place(value: Extract<Expr, { kind: "at" }>): void {
    const { code } = this.#writer;
    const linear = this.linear(value);
    if (linear === null) throw new Error("wasm: a place whose lanes follow several walks");
    code.i32(0);
    for (const term of linear.terms) this.#addTerm(term);
    code.i32(2);
    code.op("i32.shr_s"); // signed: with padding it may be negative
    const { lanes } = linear;
    if (value.lanes === 1 || lanes === null || lanes === "next") return;
    const { counted, walk } = lanes;
    const first = this.#writer.local("i32");
    code.set(first);
    const apart = counted.lanes.get(walk) as readonly number[];
    const following = (): void => {
      code.get(first);
      code.op("i32x4.splat");
      this.#writer.vectorWords([0, ...apart].map((x) => x >>> 0));
      code.op("i32x4.add");
    };
    if (counted.regular === null) {
      following();
      return;
    }
    code.get(counted.regular);
    code.if("v128");
    following();
    code.else();
    code.get(first);
    code.op("i32x4.splat");
    const own = counted.offsets.get(walk) as number;
    for (const [i, other] of (counted.others.get(walk) as readonly number[]).entries()) {
      code.get(first);
      code.get(other);
      code.get(own);
      code.op("i32.sub");
      code.i32(2);
      code.op("i32.shr_s");
      code.op("i32.add");
      code.replace("i32", i + 1);
    }
    code.end();
  }
}
