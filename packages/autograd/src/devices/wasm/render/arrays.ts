import type { Expr, LocalArray } from "../../../kernel/expression.ts";
import type { Addresses } from "./addresses.ts";
import type { Facts } from "./facts.ts";
import type { Prologue } from "./prologue.ts";
import type { ValueWriter } from "./values.ts";

/** The parameter that says where a thread's arrays are. */
const MEMORY = 3;

/** Bytes that are cleared by stores; more are cleared by a call of the engine's. */
const FEW = 512;

/** Arrays of a thread, one after another. */
export class Arrays {
  /** All of them. */
  bytes = 0;
  readonly #writer: ValueWriter;
  readonly #facts: Facts;
  readonly #addresses: Addresses;
  readonly #prologue: Prologue;
  readonly #places = new Map<number, number>();
  readonly #bases = new Map<number, number>();

  constructor(writer: ValueWriter, facts: Facts, addresses: Addresses, prologue: Prologue) {
    this.#writer = writer;
    this.#facts = facts;
    this.#addresses = addresses;
    this.#prologue = prologue;
  }

  /** Makes room for an array, and fills it with 0 where that is wanted. */
  declare({ id, length, lanes, cleared }: LocalArray): void {
    const bytes = Math.ceil((length * lanes * 4) / 16) * 16;
    let at = this.#places.get(id);
    if (at === undefined) {
      at = this.bytes;
      this.#places.set(id, at);
      this.bytes += bytes;
    }
    if (!cleared) return;
    const { code } = this.#writer;
    if (bytes <= FEW) {
      for (let offset = 0; offset < bytes; offset += 16) {
        code.get(MEMORY);
        this.#writer.vectorWords([0, 0, 0, 0]);
        code.store("v128", at + offset);
      }
      return;
    }
    code.get(MEMORY);
    code.i32(at);
    code.op("i32.add");
    code.i32(0);
    code.i32(bytes);
    code.fill();
  }

  /**
   * Puts the address of an array's element on the stack, and gives the offset that is to be added
   * to it.
   */
  elementAddress({ id, lanes }: LocalArray, index: Expr): number {
    if (lanes === 1 && !this.#facts.depends(index)) {
      const linear = this.#addresses.linear(index);
      if (linear !== null && (linear.lanes === null || linear.lanes === "next"))
        return this.#addresses.sum(this.#base(id), linear.terms);
    }
    if (index.lanes === 4)
      throw new Error("wasm: elements of an array that do not follow one another");
    const offset = this.#places.get(id) as number;
    this.#writer.code.get(MEMORY);
    if (index.kind === "constant" || index.kind === "size") return offset + index.value * lanes * 4;
    this.#writer.push(index, 1);
    this.#writer.code.i32(lanes === 4 ? 4 : 2);
    this.#writer.code.op("i32.shl");
    this.#writer.code.op("i32.add");
    return offset;
  }

  /** The local that says where an array is. */
  #base(id: number): number {
    let local = this.#bases.get(id);
    if (local === undefined) {
      local = this.#writer.local("i32");
      this.#bases.set(id, local);
      this.#prologue.code.get(MEMORY);
      this.#prologue.code.i32(this.#places.get(id) as number);
      this.#prologue.code.op("i32.add");
      this.#prologue.code.set(local);
    }
    return local;
  }
}
