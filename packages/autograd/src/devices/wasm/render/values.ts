import type { DType } from "../../../dtype.ts";
import type { Expr, Lanes } from "../../../kernel/expression.ts";
import type { Local, Loops, Statement } from "../../../kernel/loops.ts";
import { countUses } from "../../../kernel/walk.ts";
import { Code, type ValueType } from "../encode.ts";
import { Addresses } from "./addresses.ts";
import { Arrays } from "./arrays.ts";
import { emitCall } from "./calls.ts";
import { Counters } from "./counters.ts";
import { Facts } from "./facts.ts";
import { Prologue } from "./prologue.ts";
import { Transfers } from "./transfers.ts";
import { typeOf } from "./types.ts";

/** The locals of a named value: its own, and one with the value in four lanes if that is needed. */
export interface Named {
  readonly local: number;
  readonly lanes: Lanes;
  splat: number | null;
  readonly depth: number;
}

/** A loop that is being written. */
export interface Frame {
  readonly depth: number;
  /** Code before the loop, which computes loop invariants. */
  readonly before: Code;
  /** Locals of loop invariants. */
  readonly known: Map<string, number>;
  /** Locals of offsets that grow by a constant in each round, in bytes. */
  readonly steps: Map<number, number>;
  /** Addresses that grow by a constant in each round. */
  readonly pointers: { readonly local: number; readonly step: number }[];
}

/** Writes values onto the stack. A value that a statement uses twice is evaluated once. */
export abstract class ValueWriter {
  code: Code = new Code();
  readonly relaxed: boolean;
  protected readonly locals: ValueType[] = [];
  protected readonly prologue: Prologue = new Prologue((type) => this.local(type));
  readonly #named = new Map<number, Named>();
  protected readonly facts: Facts;
  protected readonly counters: Counters;
  protected readonly addresses: Addresses;
  protected readonly transfers: Transfers;
  protected readonly arrays: Arrays;
  readonly places: Readonly<Record<"thread" | "group" | "local", number>>;
  protected readonly frames: Frame[] = [];
  /** The number of outermost loops of a thread. */
  readonly #innerLoops: number;
  #memo = new Map<Expr, { local: number; lanes: Lanes }>();
  #uses: ReadonlyMap<Expr, number> = new Map();

  constructor(loops: Loops, relaxed: boolean) {
    this.relaxed = relaxed;
    const thread = this.local("i32");
    this.places = { thread, group: thread, local: this.local("i32") };
    this.#innerLoops = loopsOf(loops.body);
    this.facts = new Facts(loops.body);
    this.counters = new Counters(this, this.facts);
    this.addresses = new Addresses(this, this.facts, this.counters, this.prologue);
    this.arrays = new Arrays(this, this.facts, this.addresses, this.prologue);
    this.transfers = new Transfers(this, this.facts, this.addresses, this.prologue);
  }

  abstract block(statements: readonly Statement[]): void;

  /** Binds a name to a local. */
  protected put({ id }: Local, local: number, lanes: Lanes): void {
    this.#named.set(id, { local, lanes, splat: null, depth: this.depth });
  }

  local(type: ValueType): number {
    return 4 + this.locals.push(type) - 1;
  }

  /** The number of open loops. */
  get depth(): number {
    return this.frames.length;
  }

  /** The innermost open loop. */
  get frame(): Frame | undefined {
    return this.frames.at(-1);
  }

  /** Lets `write` write code before the innermost loop. */
  before(write: () => void): void {
    const frame = this.frames.pop() as Frame;
    const [code, memo, uses] = [this.code, this.#memo, this.#uses];
    this.code = frame.before;
    this.#memo = new Map();
    this.#uses = new Map();
    write();
    this.frames.push(frame);
    [this.code, this.#memo, this.#uses] = [code, memo, uses];
  }

  /** The locals of a name. */
  named({ id }: Local): Named | undefined {
    return this.#named.get(id);
  }

  /** Forgets evaluated values: a branch may have been skipped. */
  forget(): void {
    this.#memo = new Map();
  }

  /** Pushes a number in four lanes. */
  vectorConstant(value: number, dtype: DType): void {
    let word = value >>> 0;
    if (dtype === "bool") word = value === 0 ? 0 : 0xffffffff;
    else if (typeOf(dtype) === "f32") {
      word = new Uint32Array(Float32Array.of(value).buffer)[0] as number;
    }
    this.vectorWords([word, word, word, word]);
  }

  /**
   * Pushes a vector of these four words. It is set before the loops. If a thread has several loops,
   * it is set before the one that needs it, so that it takes no register in the others.
   */
  vectorWords(words: readonly number[]): void {
    const loop = this.frames[1];
    if (this.#innerLoops === 0 || (this.#innerLoops === 1 && loop !== undefined)) {
      this.code.get(this.prologue.constant(words));
      return;
    }
    if (loop === undefined) {
      this.code.v128(words);
      return;
    }
    const key = `constant ${words.join()}`;
    let local = loop.known.get(key);
    if (local === undefined) {
      local = this.local("v128");
      loop.known.set(key, local);
      loop.before.v128(words);
      loop.before.set(local);
    }
    this.code.get(local);
  }

  /** Begins a statement with these values. */
  begin(values: readonly Expr[]): void {
    this.#memo = new Map();
    this.#uses = countUses([], values);
  }

  /** Writes a value into the local of a name. */
  name(local: Local, value: Expr): void {
    const { lanes, id, dtype, mutable } = local;
    this.facts.note(local, value);
    const spread = lanes === 1 && !mutable && this.facts.isUsedInVectors(local);
    if (spread && !this.facts.isUsedAlone(local) && typeOf(dtype) === "f32") {
      const slot = this.local("v128");
      this.push(value, 4);
      this.code.set(slot);
      this.#named.set(id, { local: slot, lanes: 4, splat: null, depth: this.depth });
      return;
    }
    const slot = this.local(lanes === 4 ? "v128" : typeOf(dtype));
    this.push(value, lanes);
    this.code.set(slot);
    const named: Named = { local: slot, lanes, splat: null, depth: this.depth };
    this.#named.set(id, named);
    if (spread) {
      named.splat = this.local("v128");
      this.code.get(slot);
      this.splat(dtype);
      this.code.set(named.splat);
    }
  }

  /** Copies the scalar on the stack into four lanes. */
  splat(dtype: DType): void {
    if (typeOf(dtype) === "f32") this.code.op("f32x4.splat");
    else {
      if (dtype === "bool") {
        // 1 becomes all bits
        const one = this.local("i32");
        this.code.set(one);
        this.code.i32(0);
        this.code.get(one);
        this.code.op("i32.sub");
      }
      this.code.op("i32x4.splat");
    }
  }

  /** Pushes a value, in one lane or four. */
  push(value: Expr, lanes: Lanes): void {
    const { code } = this;
    if (value.kind === "constant") {
      if (lanes === 4) this.vectorConstant(value.value, value.dtype);
      else if (typeOf(value.dtype) === "f32") code.f32(value.value);
      else code.i32(value.value);
      return;
    }
    if (value.kind === "local") {
      const named = this.#named.get(value.id);
      if (named === undefined) throw new Error(`wasm: local ${value.id} is not defined`);
      if (lanes === 4 && named.splat !== null) code.get(named.splat);
      else {
        code.get(named.local);
        if (lanes === 4 && named.lanes === 1) this.splat(value.dtype);
      }
      return;
    }
    const known = this.#memo.get(value);
    if (known !== undefined) {
      code.get(known.local);
      if (lanes === 4 && known.lanes === 1) this.splat(value.dtype);
      return;
    }
    // a single use in four lanes is one instruction
    if (value.kind === "load" && value.lanes === 1 && lanes === 4 && value.dtype !== "bool") {
      if ((this.#uses.get(value) ?? 1) === 1) {
        const offset = this.addresses.of(value.buffer, value.index);
        code.load("splat", offset);
        return;
      }
    }
    this.#compute(value);
    if ((this.#uses.get(value) ?? 1) > 1 && !value.mutable) {
      const local = this.local(value.lanes === 4 ? "v128" : typeOf(value.dtype));
      code.tee(local);
      this.#memo.set(value, { local, lanes: value.lanes });
    }
    if (lanes === 4 && value.lanes === 1) this.splat(value.dtype);
  }

  /** Whether the statement uses a value several times. */
  isShared(value: Expr): boolean {
    return (this.#uses.get(value) ?? 1) > 1;
  }

  #compute(value: Expr): void {
    const { code } = this;
    switch (value.kind) {
      case "param":
        code.get(this.prologue.param(value.slot, value.dtype));
        return;
      case "size":
        code.i32(value.value);
        return;
      case "coordinate":
        code.get(this.prologue.param(value.slot, "u32"));
        code.i32(value.stride);
        code.op("i32.div_u");
        code.i32(value.size);
        code.op("i32.rem_u");
        return;
      case "at":
        this.addresses.place(value);
        return;
      case "load":
        this.transfers.load(value.buffer, value.dtype, value.index);
        return;
      case "element": {
        const { array, index } = value;
        const offset = this.arrays.elementAddress(array, index);
        code.load(value.lanes === 4 ? "v128" : typeOf(array.dtype), offset);
        return;
      }
      case "lane":
        this.#lane(value.of, value.lane);
        return;
      case "call":
        emitCall(this, value);
    }
  }

  #lane(of: Expr, lane: number | Expr): void {
    const { code } = this;
    const type = typeOf(of.dtype);
    this.push(of, 4);
    const bool = (): void => {
      if (of.dtype !== "bool") return;
      code.i32(1);
      code.op("i32.and");
    };
    if (typeof lane === "number") {
      code.extract(type, lane);
      bool();
      return;
    }
    const vector = this.local("v128");
    const which = this.local("i32");
    code.set(vector);
    this.push(lane, 1);
    code.set(which);
    code.get(vector);
    code.extract(type, 3);
    for (const n of [2, 1, 0]) {
      const rest = this.local(type);
      code.set(rest);
      code.get(vector);
      code.extract(type, n);
      code.get(rest);
      code.get(which);
      code.i32(n);
      code.op("i32.eq");
      code.op("select");
    }
    bool();
  }

  /** Writes a function's body in place of a call. */
  inline(
    parameters: readonly Local[],
    args: readonly Expr[],
    lanes: Lanes,
    body: readonly Statement[],
    result: Expr,
  ): void {
    const given = parameters.map(({ dtype }, i) => {
      const local = this.local(lanes === 4 ? "v128" : typeOf(dtype));
      this.push(args[i] as Expr, lanes);
      this.code.set(local);
      return local;
    });
    this.inlineOn(parameters, given, lanes, body, result);
  }

  /** The same, with arguments in locals. */
  inlineOn(
    parameters: readonly Local[],
    given: readonly number[],
    lanes: Lanes,
    body: readonly Statement[],
    result: Expr,
  ): void {
    const [memo, uses] = [this.#memo, this.#uses];
    for (const [i, { id }] of parameters.entries()) {
      const named = { local: given[i] as number, lanes, splat: null, depth: this.depth };
      this.#named.set(id, named);
    }
    this.block(body);
    this.begin([result]);
    this.push(result, lanes);
    [this.#memo, this.#uses] = [memo, uses];
  }
}

const loopsOf = (body: readonly Statement[]): number =>
  body.reduce((count, statement) => {
    if (statement.do === "if") return count + loopsOf(statement.yes) + loopsOf(statement.no);
    return count + (statement.do === "for" || statement.do === "while" ? 1 : 0);
  }, 0);
