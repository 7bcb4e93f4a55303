import type { DType } from "../../../dtype.ts";
import type { Buffer, Counter, Expr, LocalArray } from "../../../kernel/expression.ts";
import type { Loops, Statement } from "../../../kernel/loops.ts";
import { arithmeticOf } from "../../../kernel/natives.ts";
import { countUses, eachStatement, operandsOf, valuesOf } from "../../../kernel/walk.ts";
import { Code, type FunctionCode, type ValueType } from "../encode.ts";
import { axesOf } from "./axes.ts";
import { emitCall } from "./calls.ts";

/** A word of the block that a function is given: where a buffer is, the last of its words, or a number of the run. */
export type Word =
  | { readonly address: Buffer }
  | { readonly last: Buffer }
  | { readonly param: number };

/** A stage as a function of (first, end, arguments, memory for arrays) over part of its grid. */
export interface RenderedFunction extends FunctionCode {
  readonly words: readonly Word[];
  /** Of thread's arrays. */
  readonly arrayBytes: number;
}

export const typeOf = (dtype: DType): "f32" | "i32" =>
  arithmeticOf(dtype) === "f32" ? "f32" : "i32";

/** Where a named value is: as it is, and in four lanes where it is used so. */
interface Named {
  readonly local: number;
  readonly lanes: 1 | 4;
  splat: number | null;
  readonly depth: number;
}

/** Where the walks of a counter are, in bytes. */
interface Counted {
  readonly depth: number;
  /** Lane 0 of each walk. */
  readonly offsets: Map<number, number>;
  /** From lane to lane, in elements. */
  readonly laneStrides: ReadonlyMap<number, number>;
  /** The local that tells whether all lanes follow lane 0; null if they always do. */
  readonly follows: number | null;
  /** Of lanes 1 to 3 by walk, where they do not. */
  readonly others: ReadonlyMap<number, readonly number[]>;
}

/** One term of an address. */
type Term = { readonly value: Expr } | { readonly counted: Counted; readonly walk: number };

/** An index as a sum, and how its lanes follow one another: through a counter, or one after the other. */
interface Linear {
  readonly terms: readonly Term[];
  readonly lanes: { readonly counted: Counted; readonly walk: number } | "next" | null;
}

/** A loop that is being written: what does not change in it is found before it. */
interface Frame {
  readonly depth: number;
  readonly before: Code;
  readonly known: Map<string, number>;
}

/** Writes one stage of loops as a function of WebAssembly. */
export class FunctionWriter {
  code: Code = new Code();
  readonly relaxed: boolean;
  readonly #locals: ValueType[] = [];
  readonly #start = new Code();
  readonly #words: Word[] = [];
  readonly #wordLocals = new Map<string, number>();
  readonly #constants = new Map<string, number>();
  readonly #named = new Map<number, Named>();
  readonly #counted = new Map<Counter, Counted>();
  readonly #arrays = new Map<number, number>();
  readonly #walks = new Map<Counter, Set<number>>();
  /** Names of scalars that are used in four lanes. */
  readonly #spread = new Set<number>();
  /** Of those that are used in one. */
  readonly #single = new Set<number>();
  /** Names of numbers that divide by four, and of those that depend on what was read. */
  readonly #fourfold = new Set<number>();
  readonly #dependent = new Set<number>();
  readonly places: Record<"thread" | "group" | "local", number>;
  #arrayBytes = 0;
  #frames: Frame[] = [];
  #memo = new Map<Expr, { local: number; lanes: 1 | 4 }>();
  #uses: ReadonlyMap<Expr, number> = new Map();
  #ids = new Map<Expr, number>();

  constructor(relaxed: boolean) {
    this.relaxed = relaxed;
    this.places = { thread: this.local("i32"), group: 0, local: this.local("i32") };
    this.places.group = this.places.thread;
  }

  render({ grid, body }: Loops): RenderedFunction {
    this.#survey(body);
    const { thread, local } = this.places;
    this.code.get(0);
    this.code.set(thread);
    this.#loop(
      () => {
        this.code.get(thread);
        this.code.get(1);
        this.code.op("i32.ge_u");
      },
      () => {
        if (grid.kind !== "groups" || grid.size === 1) {
          this.code.i32(0);
          this.code.set(local);
          this.block(body);
          return;
        }
        this.code.i32(0);
        this.code.set(local);
        this.#loop(
          () => {
            this.code.get(local);
            this.code.i32(grid.size);
            this.code.op("i32.ge_u");
          },
          () => this.block(body),
          () => this.#advance(local, 1),
        );
      },
      () => this.#advance(thread, 1),
    );
    const all = new Code();
    all.append(this.#start.bytes);
    all.append(this.code.bytes);
    return {
      parameters: 4,
      locals: this.#locals,
      code: all.bytes.slice(),
      words: this.#words,
      arrayBytes: this.#arrayBytes,
    };
  }

  /** What is counted, walked, and used in four lanes. */
  #survey(body: readonly Statement[]): void {
    countUses(body, [], (value) => {
      if (value.kind === "at") {
        for (const { counter, walk } of value.terms) {
          const walks = this.#walks.get(counter) ?? new Set();
          this.#walks.set(counter, walks.add(value.whole ? -1 : walk));
        }
      }
      const four = value.kind === "call" && value.lanes === 4;
      for (const one of operandsOf(value))
        if (one.kind === "local") (four ? this.#spread : this.#single).add(one.id);
    });
    for (const statement of eachStatement(body)) {
      for (const value of valuesOf(statement))
        if (value.kind === "local") this.#single.add(value.id);
      if (
        statement.do === "store" &&
        statement.index.lanes === 4 &&
        statement.value.kind === "local"
      )
        this.#spread.add(statement.value.id);
    }
  }

  local(type: ValueType): number {
    return 4 + this.#locals.push(type) - 1;
  }

  get #depth(): number {
    return this.#frames.length;
  }

  #advance(local: number, step: number): void {
    if (step === 0) return;
    this.code.get(local);
    this.code.i32(step);
    this.code.op("i32.add");
    this.code.set(local);
  }

  /** A loop until `done`; what its body finds once goes before it. */
  #loop(done: () => void, body: () => void, next: () => void): void {
    const outer = this.code;
    const frame: Frame = { depth: this.#depth + 1, before: new Code(), known: new Map() };
    this.#frames.push(frame);
    this.code = new Code();
    done();
    this.code.branchIf(1);
    body();
    next();
    this.code.branch(0);
    const inner = this.code;
    this.#frames.pop();
    this.code = outer;
    outer.append(frame.before.bytes);
    outer.block();
    outer.loop();
    outer.append(inner.bytes);
    outer.end();
    outer.end();
  }

  block(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  /** Begins a statement: what its values share is evaluated once. */
  #begin(values: readonly Expr[]): void {
    this.#memo = new Map();
    this.#uses = countUses([], values);
  }

  statement(statement: Statement): void {
    this.#begin(valuesOf(statement));
    const { code } = this;
    switch (statement.do) {
      case "let":
      case "var":
        this.name(statement.local, statement.value);
        break;
      case "set": {
        const { local, value } = statement;
        const { local: slot, lanes } = this.#named.get(local.id) as Named;
        if (this.#depends(value)) this.#dependent.add(local.id);
        this.push(value, lanes);
        code.set(slot);
        break;
      }
      case "count":
        this.#count(statement.counter);
        break;
      case "store":
        this.#store(statement.buffer, statement.dtype, statement.index, statement.value);
        break;
      case "array":
        this.#array(statement.array);
        break;
      case "put": {
        const { array, index, lane, value } = statement;
        const offset = this.#elementAddress(array, index);
        if (lane === null) {
          this.push(value, array.lanes);
          code.store(array.lanes === 4 ? "v128" : typeOf(array.dtype), offset);
        } else {
          this.push(lane, 1);
          code.i32(2);
          code.op("i32.shl");
          code.op("i32.add");
          this.push(value, 1);
          code.store(typeOf(array.dtype), offset);
        }
        break;
      }
      case "for":
        this.#for(statement);
        break;
      case "while":
        this.#loop(
          () => {
            this.#begin([statement.condition]);
            this.push(statement.condition, 1);
            this.code.op("i32.eqz");
          },
          () => this.block(statement.body),
          () => {},
        );
        break;
      case "if":
        this.push(statement.condition, 1);
        code.if();
        this.block(statement.yes);
        if (statement.no.length > 0) {
          code.else();
          this.block(statement.no);
        }
        code.end();
        break;
      case "barrier":
        throw new Error("wasm: loops with barriers are not rendered");
    }
  }

  /** Gives a value its name. */
  name(local: Extract<Expr, { kind: "local" }>, value: Expr): void {
    const { lanes, id, dtype, mutable } = local;
    if (this.#depends(value)) this.#dependent.add(id);
    if (!mutable && this.#isFourfold(value)) this.#fourfold.add(id);
    const spread = lanes === 1 && !mutable && this.#spread.has(id);
    if (spread && !this.#single.has(id) && typeOf(dtype) === "f32") {
      const slot = this.local("v128");
      this.push(value, 4);
      this.code.set(slot);
      this.#named.set(id, { local: slot, lanes: 4, splat: null, depth: this.#depth });
      return;
    }
    const slot = this.local(lanes === 4 ? "v128" : typeOf(dtype));
    this.push(value, lanes);
    this.code.set(slot);
    const named: Named = { local: slot, lanes, splat: null, depth: this.#depth };
    this.#named.set(id, named);
    if (spread) {
      named.splat = this.local("v128");
      this.code.get(slot);
      this.splat(dtype);
      this.code.set(named.splat);
    }
  }

  /** The scalar on the stack in four lanes. */
  splat(dtype: DType): void {
    if (typeOf(dtype) === "f32") this.code.op("f32x4.splat");
    else {
      if (dtype === "bool") {
        // 0 or 1 becomes no bits or all
        const one = this.local("i32");
        this.code.set(one);
        this.code.i32(0);
        this.code.get(one);
        this.code.op("i32.sub");
      }
      this.code.op("i32x4.splat");
    }
  }

  /** Puts a value on the stack, in one lane or four. */
  push(value: Expr, lanes: 1 | 4): void {
    const { code } = this;
    if (value.kind === "constant") {
      if (lanes === 4) this.vectorConstant(value.value, value.dtype);
      else if (typeOf(value.dtype) === "f32") code.f32(value.value);
      else code.i32(value.value);
      return;
    }
    if (value.kind === "local") {
      const named = this.#named.get(value.id);
      if (named === undefined) throw new Error(`wasm: local ${value.id} is not known`);
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
    // one number in all lanes is read so
    if (value.kind === "load" && value.lanes === 1 && lanes === 4 && value.dtype !== "bool") {
      if ((this.#uses.get(value) ?? 1) === 1) {
        const offset = this.#address(value.buffer, value.index);
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

  /** Whether a value of the statement is used several times. */
  isShared(value: Expr): boolean {
    return (this.#uses.get(value) ?? 1) > 1;
  }

  /** A number in four lanes; such constants are named before the loops. */
  vectorConstant(value: number, dtype: DType): void {
    let word = value >>> 0;
    if (dtype === "bool") word = value === 0 ? 0 : 0xffffffff;
    else if (typeOf(dtype) === "f32") {
      word = new Uint32Array(Float32Array.of(value).buffer)[0] as number;
    }
    this.vectorWords([word, word, word, word]);
  }

  vectorWords(words: readonly number[]): void {
    const key = words.join();
    let local = this.#constants.get(key);
    if (local === undefined) {
      local = this.local("v128");
      this.#constants.set(key, local);
      this.#start.v128(words);
      this.#start.set(local);
    }
    this.code.get(local);
  }

  /** The local that holds a word of the arguments. */
  #word(key: string, word: Word, type: "i32" | "f32"): number {
    let local = this.#wordLocals.get(key);
    if (local === undefined) {
      local = this.local(type);
      const at = this.#words.push(word) - 1;
      this.#wordLocals.set(key, local);
      this.#start.get(2);
      this.#start.load(type, 4 * at);
      this.#start.set(local);
    }
    return local;
  }

  #base(buffer: Buffer): number {
    return this.#word(`at ${bufferKey(buffer)}`, { address: buffer }, "i32");
  }

  #last(buffer: Buffer): number {
    return this.#word(`last ${bufferKey(buffer)}`, { last: buffer }, "i32");
  }

  #param(slot: number, dtype: DType): number {
    return this.#word(`param ${slot} ${typeOf(dtype)}`, { param: slot }, typeOf(dtype));
  }

  #compute(value: Expr): void {
    const { code } = this;
    switch (value.kind) {
      case "param":
        code.get(this.#param(value.slot, value.dtype));
        return;
      case "size":
        code.i32(value.value);
        return;
      case "coordinate":
        code.get(this.#param(value.slot, "u32"));
        code.i32(value.stride);
        code.op("i32.div_u");
        code.i32(value.size);
        code.op("i32.rem_u");
        return;
      case "at":
        this.#place(value);
        return;
      case "load":
        this.#load(value.buffer, value.dtype, value.index);
        return;
      case "element": {
        const { array, index } = value;
        const offset = this.#elementAddress(array, index);
        code.load(array.lanes === 4 ? "v128" : typeOf(array.dtype), offset);
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

  // arrays of a thread

  #array({ id, length, lanes }: LocalArray): void {
    const bytes = Math.ceil((length * lanes * 4) / 16) * 16;
    let at = this.#arrays.get(id);
    if (at === undefined) {
      at = this.#arrayBytes;
      this.#arrays.set(id, at);
      this.#arrayBytes += bytes;
    }
    this.code.get(3);
    this.code.i32(at);
    this.code.op("i32.add");
    this.code.i32(0);
    this.code.i32(bytes);
    this.code.fill();
  }

  /** Puts the address of an array's element on the stack, and gives the offset that is to be added to it. */
  #elementAddress({ id, lanes }: LocalArray, index: Expr): number {
    const offset = this.#arrays.get(id) as number;
    this.code.get(3);
    if (index.kind === "constant" || index.kind === "size") return offset + index.value * lanes * 4;
    this.push(index, 1);
    this.code.i32(lanes === 4 ? 4 : 2);
    this.code.op("i32.shl");
    this.code.op("i32.add");
    return offset;
  }

  // counters

  /** Whether the number divides by four. */
  #isFourfold(value: Expr): boolean {
    switch (value.kind) {
      case "constant":
      case "size":
        return value.value % 4 === 0;
      case "local":
        return this.#fourfold.has(value.id);
      case "call": {
        const [a, b] = value.args as [Expr, Expr];
        if (value.fn === "mul") return this.#isFourfold(a) || this.#isFourfold(b);
        if (value.fn === "add" || value.fn === "nativeMin")
          return this.#isFourfold(a) && this.#isFourfold(b);
        return false;
      }
      default:
        return false;
    }
  }

  #count(counter: Counter): void {
    const first = firstOf(counter.index);
    if (first === null) {
      this.#countAny(counter);
      return;
    }
    const index = this.local("i32");
    this.push(first, 1);
    this.code.set(index);
    const counted = this.#counter(counter, this.#isFourfold(first));
    this.#find(counter, counted, index);
  }

  /** Finds the walks of four lanes that do not follow one another. */
  #countAny(counter: Counter): void {
    const { code } = this;
    const counted = this.#counter(counter, false, true);
    const used = [...counted.offsets.keys()];
    const { sizes, strides, total } = axesOf(counter.layout, used);
    const [vector, at] = [this.local("v128"), this.local("i32")];
    this.push(counter.index, 4);
    code.set(vector);
    code.i32(0);
    code.set(counted.follows as number);
    for (const lane of [0, 1, 2, 3]) {
      code.get(vector);
      code.extract("i32", lane);
      code.tee(at);
      code.i32(total - 1);
      code.get(at);
      code.i32(total);
      code.op("i32.lt_u");
      code.op("select");
      code.set(at);
      this.#walkTo(counter.layout, used, sizes, strides, at, (walk) =>
        lane === 0
          ? (counted.offsets.get(walk) as number)
          : ((counted.others.get(walk) as readonly number[])[lane - 1] as number),
      );
    }
  }

  /** Makes room for where the walks of a counter are. */
  #counter(counter: Counter, fourfold: boolean, apart = false): Counted {
    const used = [...(this.#walks.get(counter) ?? [])];
    const { sizes, strides, total } = axesOf(counter.layout, used);
    const laneStrides = new Map(used.map((walk) => [walk, strides.get(walk)?.at(-1) as number]));
    const inner = sizes.at(-1) as number;
    const four = counter.index.lanes === 4;
    const simple = sizes.length === 1 && [...laneStrides.values()].every((s) => s === 0 || s === 1);
    const always = !apart && (!four || simple || (fourfold && inner % 4 === 0 && total % 4 === 0));
    const counted: Counted = {
      depth: this.#depth,
      offsets: new Map(used.map((walk) => [walk, this.local("i32")])),
      laneStrides,
      follows: always ? null : this.local("i32"),
      others: new Map(
        always
          ? []
          : used.map((walk) => [walk, [this.local("i32"), this.local("i32"), this.local("i32")]]),
      ),
    };
    this.#counted.set(counter, counted);
    return counted;
  }

  /** Finds where the walks are at an index. */
  #find(counter: Counter, counted: Counted, index: number): void {
    const { code } = this;
    const { layout } = counter;
    const used = [...counted.offsets.keys()];
    if (used.length === 0) return;
    const { sizes, strides, total } = axesOf(layout, used);
    const inner = this.#walkTo(
      layout,
      used,
      sizes,
      strides,
      index,
      (walk) => counted.offsets.get(walk) as number,
    );
    if (counted.follows === null) return;
    // all lanes in one line of the innermost axis
    code.get(inner);
    code.i32(3);
    code.op("i32.add");
    code.i32(sizes.at(-1) as number);
    code.op("i32.lt_u");
    code.tee(counted.follows);
    code.op("i32.eqz");
    code.if();
    const at = this.local("i32");
    for (const lane of [1, 2, 3]) {
      // past the end the last is read again
      code.get(index);
      code.i32(lane);
      code.op("i32.add");
      code.tee(at);
      code.i32(total - 1);
      code.get(at);
      code.i32(total);
      code.op("i32.lt_u");
      code.op("select");
      code.set(at);
      this.#walkTo(
        layout,
        used,
        sizes,
        strides,
        at,
        (walk) => (counted.others.get(walk) as readonly number[])[lane - 1] as number,
      );
    }
    code.end();
  }

  /** Sets the offsets of the walks at an index; gives the local of the innermost coordinate. */
  #walkTo(
    layout: Counter["layout"],
    used: readonly number[],
    sizes: readonly number[],
    strides: ReadonlyMap<number, readonly number[]>,
    index: number,
    localOf: (walk: number) => number,
  ): number {
    const { code } = this;
    const coordinates: number[] = [];
    let rest = index;
    for (let d = sizes.length - 1; d > 0; d--) {
      const [quotient, coordinate] = [this.local("i32"), this.local("i32")];
      code.get(rest);
      code.i32(sizes[d] as number);
      code.op("i32.div_u");
      code.tee(quotient);
      code.i32(-(sizes[d] as number));
      code.op("i32.mul");
      code.get(rest);
      code.op("i32.add");
      code.set(coordinate);
      coordinates[d] = coordinate;
      rest = quotient;
    }
    coordinates[0] = rest;
    for (const walk of used) {
      const base = walk < 0 ? null : (layout.walks[walk] as (typeof layout.walks)[number]).base;
      let any = false;
      if (base !== null) {
        this.push(base, 1);
        code.i32(2);
        code.op("i32.shl");
        any = true;
      }
      for (const [d, stride] of (strides.get(walk) as readonly number[]).entries()) {
        if (stride === 0) continue;
        code.get(coordinates[d] as number);
        code.i32(4 * stride);
        code.op("i32.mul");
        if (any) code.op("i32.add");
        any = true;
      }
      if (!any) code.i32(0);
      code.set(localOf(walk));
    }
    return coordinates[sizes.length - 1] as number;
  }

  #for(loop: Extract<Statement, { do: "for" }>): void {
    const { local, from, to, step, counter, body } = loop;
    const { code } = this;
    const slot = this.local("i32");
    const end = this.local("i32");
    this.push(from, 1);
    code.set(slot);
    this.push(to, 1);
    code.set(end);
    const by = typeof step === "number" ? step : null;
    let stepLocal = -1;
    if (typeof step !== "number") {
      stepLocal = this.local("i32");
      this.push(step, 1);
      code.set(stepLocal);
    }
    const fourfold = this.#isFourfold(from) && by !== null && by % 4 === 0;
    if (fourfold) this.#fourfold.add(local.id);
    const used = counter === null ? [] : [...(this.#walks.get(counter) ?? [])];
    const axes = counter === null ? null : axesOf(counter.layout, used);
    const runs = axes !== null && axes.sizes.length === 1 && by !== null;
    // one axis: the walks go on by themselves
    let counted: Counted | null = null;
    const advancing = runs && used.length > 0;
    if (counter !== null && advancing) {
      counted = this.#counter(counter, fourfold);
      const once = { ...counted, follows: null };
      this.#find(counter, once, slot);
    }
    this.#loop(
      () => {
        this.code.get(slot);
        this.code.get(end);
        this.code.op("i32.ge_u");
      },
      () => {
        this.#named.set(local.id, { local: slot, lanes: 1, splat: null, depth: this.#depth });
        if (counter !== null) {
          this.#begin(counter.layout.walks.flatMap(({ base }) => base ?? []));
          if (counted !== null) {
            const inside: Counted = { ...counted, depth: this.#depth };
            this.#counted.set(counter, inside);
            if (inside.follows !== null) this.#find(counter, inside, slot);
          } else if (used.length > 0) {
            this.#find(counter, this.#counter(counter, fourfold), slot);
          }
        }
        this.block(body);
      },
      () => {
        if (by !== null) this.#advance(slot, by);
        else {
          this.code.get(slot);
          this.code.get(stepLocal);
          this.code.op("i32.add");
          this.code.set(slot);
        }
        if (counted === null || counted.follows !== null || axes === null) return;
        for (const [walk, offset] of counted.offsets) {
          const stride = axes.strides.get(walk)?.[0] as number;
          this.#advance(offset, 4 * stride * (by as number));
        }
      },
    );
  }

  // addresses

  /** Whether the value depends on what was read from memory: such an index is kept inside its buffer. */
  #depends(value: Expr): boolean {
    switch (value.kind) {
      case "load":
      case "element":
        return true;
      case "local":
        return this.#dependent.has(value.id);
      case "call":
        return value.args.some((arg) => this.#depends(arg));
      case "lane":
        return this.#depends(value.of);
      case "at":
        return value.terms.some(({ counter }) => this.#depends(counter.index));
      default:
        return false;
    }
  }

  /** The index as a sum, if its lanes follow one another. */
  #linear(index: Expr): Linear | null {
    const terms: Term[] = [];
    let lanes: Linear["lanes"] = null;
    const take = (value: Expr): boolean => {
      if (value.kind === "call" && value.fn === "add") return value.args.every(take);
      if (value.kind === "at") {
        return value.terms.every(({ counter, walk }, i) => {
          const counted = this.#counted.get(counter) as Counted;
          if (value.whole && i < value.terms.length - 1) {
            const after = value.terms.slice(i + 1);
            if (counter.index.lanes === 4) return false;
            const tail = after.reduce(
              (product, term) => product * term.counter.layout.dims.reduce((a, b) => a * b, 1),
              1,
            );
            terms.push({ value: scaled(counter.index, tail) });
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

  /** Whether a term stays as it is in the innermost loop. */
  #stays(term: Term): boolean {
    if ("counted" in term) return term.counted.depth < this.#depth;
    const { value } = term;
    switch (value.kind) {
      case "constant":
      case "size":
      case "param":
      case "coordinate":
        return true;
      case "local": {
        const named = this.#named.get(value.id);
        return !value.mutable && named !== undefined && named.depth < this.#depth;
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
    const { code } = this;
    if ("counted" in term) code.get(term.counted.offsets.get(term.walk) as number);
    else {
      this.push(term.value, 1);
      code.i32(2);
      code.op("i32.shl");
    }
    code.op("i32.add");
  }

  /** Puts the address of the sum on the stack; what stays in the loop is added before it. Gives a constant offset. */
  #sum(buffer: Buffer, terms: readonly Term[]): number {
    const base = this.#base(buffer);
    let offset = 0;
    const rest: Term[] = [];
    for (const term of terms) {
      const value = "value" in term ? term.value : null;
      if (value !== null && (value.kind === "constant" || value.kind === "size"))
        offset += 4 * value.value;
      else rest.push(term);
    }
    if (offset < 0 || offset > 2 ** 28) return this.#sumSlow(base, terms);
    const frame = this.#frames.at(-1);
    const fixed = rest.filter((term) => this.#stays(term));
    if (frame === undefined || fixed.length === 0) {
      this.code.get(base);
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
    let known = frame.known.get(key);
    if (known === undefined) {
      known = this.local("i32");
      const [code, memo, uses] = [this.code, this.#memo, this.#uses];
      this.code = frame.before;
      this.#memo = new Map();
      this.#uses = new Map();
      this.#frames.pop();
      this.code.get(base);
      for (const term of fixed) this.#addTerm(term);
      this.code.set(known);
      this.#frames.push(frame);
      [this.code, this.#memo, this.#uses] = [code, memo, uses];
      frame.known.set(key, known);
    }
    this.code.get(known);
    for (const term of rest) if (!fixed.includes(term)) this.#addTerm(term);
    return offset;
  }

  #sumSlow(base: number, terms: readonly Term[]): number {
    this.code.get(base);
    for (const term of terms) this.#addTerm(term);
    return 0;
  }

  /** The address of one element on the stack. */
  #address(buffer: Buffer, index: Expr): number {
    const linear = this.#depends(index) ? null : this.#linear(index);
    if (linear !== null) return this.#sum(buffer, linear.terms);
    const { code } = this;
    // an index that was read is kept inside
    const at = this.local("i32");
    const last = this.#last(buffer);
    this.push(index, 1);
    code.tee(at);
    code.get(last);
    code.get(at);
    code.get(last);
    code.op("i32.lt_u");
    code.op("select");
    code.i32(2);
    code.op("i32.shl");
    code.get(this.#base(buffer));
    code.op("i32.add");
    return 0;
  }

  /** A sum of walks as a number of elements. */
  #place(value: Extract<Expr, { kind: "at" }>): void {
    const { code } = this;
    const linear = this.#linear(value);
    if (linear === null) throw new Error("wasm: a place whose lanes do not follow one another");
    code.i32(0);
    for (const term of linear.terms) this.#addTerm(term);
    code.i32(2);
    code.op("i32.shr_s"); // it may be before the first
    const { lanes } = linear;
    if (value.lanes === 1 || lanes === null || lanes === "next") return;
    const { counted, walk } = lanes;
    const first = this.local("i32");
    code.set(first);
    const stride = counted.laneStrides.get(walk) as number;
    const following = (): void => {
      code.get(first);
      code.op("i32x4.splat");
      this.vectorWords([0, stride, 2 * stride, 3 * stride].map((x) => x >>> 0));
      code.op("i32x4.add");
    };
    if (counted.follows === null) {
      following();
      return;
    }
    code.get(counted.follows);
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

  #load(buffer: Buffer, dtype: DType, index: Expr): void {
    const { code } = this;
    if (index.lanes === 1) {
      const offset = this.#address(buffer, index);
      code.load(typeOf(dtype), offset);
      return;
    }
    this.#loadVector(buffer, index);
    if (dtype === "bool") {
      this.vectorWords([0, 0, 0, 0]);
      code.op("i32x4.ne");
    }
  }

  #loadVector(buffer: Buffer, index: Expr): void {
    const { code } = this;
    const linear = this.#depends(index) ? null : this.#linear(index);
    if (linear === null) {
      this.#lookUp(buffer, index);
      return;
    }
    const { terms, lanes } = linear;
    if (lanes === null) {
      code.load("splat", this.#sum(buffer, terms));
      return;
    }
    if (lanes === "next") {
      code.load("v128", this.#sum(buffer, terms));
      return;
    }
    const { counted, walk } = lanes;
    const stride = counted.laneStrides.get(walk) as number;
    if (counted.follows === null) {
      this.#loadLanes(this.#sum(buffer, terms), stride);
      return;
    }
    const others = terms.filter((term) => !("counted" in term) || term.counted !== counted);
    const rest = this.local("i32");
    const offset = this.#sum(buffer, others);
    code.set(rest);
    // constants are named outside of the branches
    const own = counted.offsets.get(walk) as number;
    code.get(counted.follows);
    code.if("v128");
    code.get(rest);
    code.get(own);
    code.op("i32.add");
    this.#loadLanes(offset, stride);
    code.else();
    code.get(rest);
    code.get(own);
    code.op("i32.add");
    code.load("splat", offset);
    const vector = this.local("v128");
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

  /** Four elements, a stride apart, from the address on the stack on. */
  #loadLanes(offset: number, stride: number): void {
    const { code } = this;
    if (stride === 1) code.load("v128", offset);
    else if (stride === 0) code.load("splat", offset);
    else {
      const [address, vector] = [this.local("i32"), this.local("v128")];
      code.tee(address);
      code.load("splat", offset);
      code.set(vector);
      for (const lane of [1, 2, 3]) {
        code.get(address);
        code.i32(4 * stride * lane);
        code.op("i32.add");
        code.get(vector);
        code.loadLane(lane, offset);
        code.set(vector);
      }
      code.get(vector);
    }
  }

  /** Four elements at indices of any kind, which are kept inside the buffer. */
  #lookUp(buffer: Buffer, index: Expr): void {
    const { code } = this;
    const [places, vector, base] = [this.local("v128"), this.local("v128"), this.#base(buffer)];
    this.push(index, 4);
    code.get(this.#last(buffer));
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

  #store(buffer: Buffer, dtype: DType, index: Expr, value: Expr): void {
    const { code } = this;
    if (index.lanes === 1) {
      if (!this.#depends(index)) {
        const offset = this.#sum(buffer, (this.#linear(index) as Linear).terms);
        this.push(value, 1);
        code.store(typeOf(dtype), offset);
        return;
      }
      // what is outside is not written
      const at = this.local("i32");
      this.push(index, 1);
      code.tee(at);
      code.get(this.#last(buffer));
      code.op("i32.le_u");
      code.if();
      code.get(at);
      code.i32(2);
      code.op("i32.shl");
      code.get(this.#base(buffer));
      code.op("i32.add");
      this.#memo = new Map();
      this.push(value, 1);
      code.store(typeOf(dtype));
      code.end();
      return;
    }
    const vector = this.local("v128");
    this.push(value, 4);
    if (dtype === "bool") {
      this.vectorWords([1, 1, 1, 1]);
      code.op("v128.and");
    }
    code.set(vector);
    const linear = this.#depends(index) ? null : this.#linear(index);
    const lanes = linear?.lanes ?? null;
    const next =
      lanes === "next" ||
      (lanes !== null &&
        lanes.counted.follows === null &&
        lanes.counted.laneStrides.get(lanes.walk) === 1);
    if (linear !== null && next) {
      const offset = this.#sum(buffer, linear.terms);
      code.get(vector);
      code.store("v128", offset);
      return;
    }
    const places = this.local("v128");
    this.push(index, 4);
    code.set(places);
    const at = this.local("i32");
    for (const lane of [0, 1, 2, 3]) {
      code.get(places);
      code.extract("i32", lane);
      code.tee(at);
      code.get(this.#last(buffer));
      code.op("i32.le_u");
      code.if();
      code.get(at);
      code.i32(2);
      code.op("i32.shl");
      code.get(this.#base(buffer));
      code.op("i32.add");
      code.get(vector);
      code.storeLane(lane);
      code.end();
    }
  }

  /** Writes a function's body in place: its parameters are named first. */
  inline(
    parameters: readonly Extract<Expr, { kind: "local" }>[],
    args: readonly Expr[],
    lanes: 1 | 4,
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

  /** The same on arguments that are in locals. */
  inlineOn(
    parameters: readonly Extract<Expr, { kind: "local" }>[],
    given: readonly number[],
    lanes: 1 | 4,
    body: readonly Statement[],
    result: Expr,
  ): void {
    const [memo, uses] = [this.#memo, this.#uses];
    for (const [i, { id }] of parameters.entries()) {
      const named = { local: given[i] as number, lanes, splat: null, depth: this.#depth };
      this.#named.set(id, named);
    }
    this.block(body);
    this.#begin([result]);
    this.push(result, lanes);
    [this.#memo, this.#uses] = [memo, uses];
  }
}

const bufferKey = (buffer: Buffer): string =>
  "input" in buffer
    ? `i${buffer.input}`
    : "output" in buffer
      ? `o${buffer.output}`
      : `s${buffer.scratch}`;

const u32 = (value: number): Expr => ({
  kind: "constant",
  value,
  dtype: "u32",
  lanes: 1,
  mutable: false,
});

const scaled = (value: Expr, by: number): Expr => ({
  kind: "call",
  fn: "mul",
  args: [value, u32(by)],
  dtype: "u32",
  lanes: value.lanes,
  mutable: value.mutable,
});

/** An index without the numbers of its lanes. */
function firstOf(index: Expr): Expr | null {
  if (index.lanes === 1) return index;
  if (index.kind === "call" && index.fn === "iota") return u32(0);
  if (index.kind === "call" && index.fn === "add") {
    const [a, b] = index.args.map(firstOf) as [Expr | null, Expr | null];
    if (a === null || b === null) return null;
    if (a.kind === "constant" && a.value === 0) return b;
    if (b.kind === "constant" && b.value === 0) return a;
    return { ...index, args: [a, b], lanes: 1 };
  }
  return null;
}
