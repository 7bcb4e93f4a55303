import type { DType } from "../../../dtype.ts";
import type { Buffer } from "../../../kernel/expression.ts";
import { Code, type ValueType } from "../encode.ts";
import { typeOf } from "./types.ts";

/** A word of a function's arguments: a buffer's address, its last word's index, or a parameter. */
export type Word =
  | { readonly address: Buffer }
  | { readonly last: Buffer }
  | { readonly param: number };

/** The code before a function's loops: it loads arguments and sets constants. */
export class Prologue {
  readonly code: Code = new Code();
  readonly words: Word[] = [];
  readonly #local: (type: ValueType) => number;
  readonly #wordLocals = new Map<string, number>();
  readonly #constants = new Map<string, number>();

  /** `local` adds a local to the function. */
  constructor(local: (type: ValueType) => number) {
    this.#local = local;
  }

  /** The local of a constant vector with these four words. */
  constant(words: readonly number[]): number {
    const key = words.join();
    let local = this.#constants.get(key);
    if (local === undefined) {
      local = this.#local("v128");
      this.#constants.set(key, local);
      this.code.v128(words);
      this.code.set(local);
    }
    return local;
  }

  /** The local that holds an argument word. */
  #word(key: string, word: Word, type: "i32" | "f32"): number {
    let local = this.#wordLocals.get(key);
    if (local === undefined) {
      local = this.#local(type);
      const at = this.words.push(word) - 1;
      this.#wordLocals.set(key, local);
      this.code.get(2);
      this.code.load(type, 4 * at);
      this.code.set(local);
    }
    return local;
  }

  base(buffer: Buffer): number {
    return this.#word(`at ${bufferKey(buffer)}`, { address: buffer }, "i32");
  }

  last(buffer: Buffer): number {
    return this.#word(`last ${bufferKey(buffer)}`, { last: buffer }, "i32");
  }

  param(slot: number, dtype: DType): number {
    return this.#word(`param ${slot} ${typeOf(dtype)}`, { param: slot }, typeOf(dtype));
  }
}

const bufferKey = (buffer: Buffer): string =>
  "input" in buffer
    ? `i${buffer.input}`
    : "output" in buffer
      ? `o${buffer.output}`
      : `s${buffer.scratch}`;
