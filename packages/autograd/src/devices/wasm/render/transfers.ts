import type { DType } from "../../../dtype.ts";
import type { Buffer, Expr } from "../../../kernel/expression.ts";
import type { Addresses, Linear } from "./addresses.ts";
import type { Facts } from "./facts.ts";
import type { Prologue } from "./prologue.ts";
import { typeOf } from "./types.ts";
import type { ValueWriter } from "./values.ts";

const isNext = (apart: readonly number[]): boolean =>
  apart.every((elements, i) => elements === i + 1);

/** Loads and stores, of one element or of four. */
export class Transfers {
  readonly #writer: ValueWriter;
  readonly #facts: Facts;
  readonly #addresses: Addresses;
  readonly #prologue: Prologue;

  constructor(writer: ValueWriter, facts: Facts, addresses: Addresses, prologue: Prologue) {
    this.#writer = writer;
    this.#facts = facts;
    this.#addresses = addresses;
    this.#prologue = prologue;
  }

  load(buffer: Buffer, dtype: DType, index: Expr): void {
    const { code } = this.#writer;
    if (index.lanes === 1) {
      const offset = this.#addresses.of(buffer, index);
      code.load(typeOf(dtype), offset);
      return;
    }
    this.#loadVector(buffer, index);
    if (dtype === "bool") {
      this.#writer.vectorWords([0, 0, 0, 0]);
      code.op("i32x4.ne");
    }
  }

  #loadVector(buffer: Buffer, index: Expr): void {
    const { code } = this.#writer;
    const linear = this.#facts.depends(index) ? null : this.#addresses.linear(index);
    if (linear === null) {
      this.#lookUp(buffer, index);
      return;
    }
    const { terms, lanes } = linear;
    if (lanes === null) {
      code.load("splat", this.#addresses.sum(this.#prologue.base(buffer), terms));
      return;
    }
    if (lanes === "next") {
      code.load("v128", this.#addresses.sum(this.#prologue.base(buffer), terms));
      return;
    }
    const { counted, walk } = lanes;
    const apart = counted.lanes.get(walk) as readonly [number, number, number];
    if (counted.regular === null) {
      this.#loadLanes(this.#addresses.sum(this.#prologue.base(buffer), terms), apart);
      return;
    }
    const others = terms.filter((term) => !("counted" in term) || term.counted !== counted);
    const rest = this.#writer.local("i32");
    const offset = this.#addresses.sum(this.#prologue.base(buffer), others);
    code.set(rest);
    // pushes that set constants must stay outside of the branches
    const own = counted.offsets.get(walk) as number;
    code.get(counted.regular);
    code.if("v128");
    code.get(rest);
    code.get(own);
    code.op("i32.add");
    this.#loadLanes(offset, apart);
    code.else();
    code.get(rest);
    code.get(own);
    code.op("i32.add");
    code.load("splat", offset);
    const vector = this.#writer.local("v128");
    code.set(vector);
    for (const [i, other] of (counted.others.get(walk) as readonly number[]).entries()) {
      code.get(rest);
      code.get(other);
      code.op("i32.add");
      code.get(vector);
      code.loadLane(i + 1, offset);
      code.set(vector);
    }
    code.get(vector);
    code.end();
  }

  /** Loads the element at the address on the stack, and three at these distances from it. */
  #loadLanes(offset: number, apart: readonly number[]): void {
    const { code } = this.#writer;
    if (isNext(apart)) {
      code.load("v128", offset);
      return;
    }
    const others = apart.flatMap((elements, i) => (elements === 0 ? [] : [[i + 1, elements]]));
    if (others.length === 0) {
      code.load("splat", offset);
      return;
    }
    const [address, vector] = [this.#writer.local("i32"), this.#writer.local("v128")];
    code.tee(address);
    code.load("splat", offset);
    code.set(vector);
    for (const [lane, elements] of others as [number, number][]) {
      code.get(address);
      code.i32(4 * elements);
      code.op("i32.add");
      code.get(vector);
      code.loadLane(lane, offset);
      code.set(vector);
    }
    code.get(vector);
  }

  /** Loads four elements at any indices, which are clamped to the buffer. */
  #lookUp(buffer: Buffer, index: Expr): void {
    const { code } = this.#writer;
    const [places, vector, base] = [
      this.#writer.local("v128"),
      this.#writer.local("v128"),
      this.#prologue.base(buffer),
    ];
    this.#writer.push(index, 4);
    code.get(this.#prologue.last(buffer));
    code.op("i32x4.splat");
    code.op("i32x4.min_u");
    code.i32(2);
    code.op("i32x4.shl");
    code.get(base);
    code.op("i32x4.splat");
    code.op("i32x4.add");
    code.tee(places);
    code.extract("i32", 0);
    code.load("splat");
    code.set(vector);
    for (const lane of [1, 2, 3]) {
      code.get(places);
      code.extract("i32", lane);
      code.get(vector);
      code.loadLane(lane);
      code.set(vector);
    }
    code.get(vector);
  }

  store(buffer: Buffer, dtype: DType, index: Expr, value: Expr): void {
    const { code } = this.#writer;
    if (index.lanes === 1) {
      if (!this.#facts.depends(index)) {
        const offset = this.#addresses.sum(
          this.#prologue.base(buffer),
          (this.#addresses.linear(index) as Linear).terms,
        );
        this.#writer.push(value, 1);
        code.store(typeOf(dtype), offset);
        return;
      }
      // an index that was read may be out of range: nothing is written then
      const at = this.#writer.local("i32");
      this.#writer.push(index, 1);
      code.tee(at);
      code.get(this.#prologue.last(buffer));
      code.op("i32.le_u");
      code.if();
      code.get(at);
      code.i32(2);
      code.op("i32.shl");
      code.get(this.#prologue.base(buffer));
      code.op("i32.add");
      this.#writer.forget();
      this.#writer.push(value, 1);
      code.store(typeOf(dtype));
      code.end();
      return;
    }
    const vector = this.#writer.local("v128");
    this.#writer.push(value, 4);
    if (dtype === "bool") {
      this.#writer.vectorWords([1, 1, 1, 1]);
      code.op("v128.and");
    }
    code.set(vector);
    const linear = this.#facts.depends(index) ? null : this.#addresses.linear(index);
    const lanes = linear?.lanes ?? null;
    const next =
      lanes === "next" ||
      (lanes !== null &&
        lanes.counted.regular === null &&
        isNext(lanes.counted.lanes.get(lanes.walk) as readonly number[]));
    if (linear !== null && next) {
      const offset = this.#addresses.sum(this.#prologue.base(buffer), linear.terms);
      code.get(vector);
      code.store("v128", offset);
      return;
    }
    const places = this.#writer.local("v128");
    this.#writer.push(index, 4);
    code.set(places);
    const at = this.#writer.local("i32");
    for (const lane of [0, 1, 2, 3]) {
      code.get(places);
      code.extract("i32", lane);
      code.tee(at);
      code.get(this.#prologue.last(buffer));
      code.op("i32.le_u");
      code.if();
      code.get(at);
      code.i32(2);
      code.op("i32.shl");
      code.get(this.#prologue.base(buffer));
      code.op("i32.add");
      code.get(vector);
      code.storeLane(lane);
      code.end();
    }
  }
}
