import type { Expr, LocalArray } from "../../../kernel/expression.ts";
import type { Addresses } from "./addresses.ts";
import type { Facts } from "./facts.ts";
import type { Prologue } from "./prologue.ts";
import type { ValueWriter } from "./values.ts";

/** The parameter that holds the address of a thread's arrays. */
const MEMORY = 3;

/** The most bytes that are cleared by stores; more are cleared by `memory.fill`. */
const FEW = 512;

/** The local arrays of a thread. */
export class Arrays {
  /** Bytes of all arrays. */
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

  /** Allocates an array, and clears it if it asks for that. */
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

  /** Pushes the address of an array's element. Returns a constant offset to add to it. */
  elementAddress({ id, lanes }: LocalArray, index: Expr): number {
    if (lanes === 1 && !this.#facts.depends(index)) {
      const linear = this.#addresses.linear(index);
      if (linear !== null && (linear.lanes === null || linear.lanes === "next"))
        return this.#addresses.sum(this.#base(id), linear.terms);
    }
    if (index.lanes === 4)
      throw new Error("wasm: a vector of array elements that are not adjacent");
    const offset = this.#places.get(id) as number;
    this.#writer.code.get(MEMORY);
    if (index.kind === "constant" || index.kind === "size") return offset + index.value * lanes * 4;
    this.#writer.push(index, 1);
    this.#writer.code.i32(lanes === 4 ? 4 : 2);
    this.#writer.code.op("i32.shl");
    this.#writer.code.op("i32.add");
    return offset;
  }

  /** The local that holds an array's address. */
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
