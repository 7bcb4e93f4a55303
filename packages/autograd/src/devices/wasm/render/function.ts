import type { Counter, Expr } from "../../../kernel/expression.ts";
import type { Loops, Statement } from "../../../kernel/loops.ts";
import { valuesOf } from "../../../kernel/walk.ts";
import { Code } from "../encode.ts";
import type { FunctionCode } from "../module.ts";
import { type Axes, axesOf } from "./axes.ts";
import { type Counted, inPairs } from "./counters.ts";
import type { Word } from "./prologue.ts";
import { typeOf } from "./types.ts";
import { type Frame, type Named, ValueWriter } from "./values.ts";

/** A stage as a function of (first, end, arguments, memory for arrays) over part of its grid. */
export interface RenderedFunction extends FunctionCode {
  readonly words: readonly Word[];
  /** Bytes of a thread's local arrays. */
  readonly arrayBytes: number;
}

/** Renders one stage of loops as a function. `relaxed` allows fused multiply-add. */
export const renderFunction = (loops: Loops, relaxed: boolean): RenderedFunction =>
  new FunctionWriter(loops, relaxed).render();

/** Writes a function statement by statement. */
class FunctionWriter extends ValueWriter {
  readonly #loops: Loops;

  constructor(loops: Loops, relaxed: boolean) {
    super(loops, relaxed);
    this.#loops = loops;
  }

  render(): RenderedFunction {
    const { grid, body } = this.#loops;
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
        this.code.i32(0);
        this.code.set(local);
        if (grid.kind !== "groups" || grid.size === 1) {
          this.block(body);
          return;
        }
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
    all.append(this.prologue.code.bytes);
    all.append(this.code.bytes);
    return {
      parameters: 4,
      locals: this.locals,
      code: all.bytes.slice(),
      words: this.prologue.words,
      arrayBytes: this.arrays.bytes,
    };
  }

  #advance(local: number, step: number): void {
    if (step === 0) return;
    this.code.get(local);
    this.code.i32(step);
    this.code.op("i32.add");
    this.code.set(local);
  }

  /** Writes a loop that ends when `done` pushes true. Loop invariants are computed before it. */
  #loop(done: () => void, body: () => void, next: () => void): void {
    const outer = this.code;
    const frame: Frame = {
      depth: this.depth + 1,
      before: new Code(),
      known: new Map(),
      steps: new Map(),
      pointers: [],
    };
    this.frames.push(frame);
    this.code = new Code();
    body();
    next();
    for (const { local, step } of frame.pointers) this.#advance(local, step);
    done();
    this.code.op("i32.eqz");
    this.code.branchIf(0);
    const inner = this.code;
    this.code = new Code();
    done();
    const test = this.code;
    this.frames.pop();
    this.code = outer;
    outer.append(frame.before.bytes);
    outer.block();
    outer.append(test.bytes);
    outer.branchIf(0);
    outer.loop();
    outer.append(inner.bytes);
    outer.end();
    outer.end();
  }

  override block(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  statement(statement: Statement): void {
    this.begin(valuesOf(statement));
    const { code } = this;
    switch (statement.do) {
      case "let":
      case "var":
        this.name(statement.local, statement.value);
        break;
      case "set": {
        const { local, value } = statement;
        const { local: slot, lanes } = this.named(local) as Named;
        this.facts.note(local, value);
        this.push(value, lanes);
        code.set(slot);
        break;
      }
      case "count":
        this.counters.count(statement.counter);
        break;
      case "store":
        this.transfers.store(statement.buffer, statement.dtype, statement.index, statement.value);
        break;
      case "array":
        this.arrays.declare(statement.array);
        break;
      case "put": {
        const { array, index, lane, value } = statement;
        const offset = this.arrays.elementAddress(array, index);
        if (lane === null) {
          const lanes = array.lanes === 4 ? 4 : index.lanes;
          this.push(value, lanes);
          code.store(lanes === 4 ? "v128" : typeOf(array.dtype), offset);
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
            this.begin([statement.condition]);
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
        throw new Error("wasm: cannot render a barrier");
    }
  }

  #for(loop: ForLoop): void {
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
    const multipleOfFour = this.facts.isMultipleOfFour(from) && by !== null && by % 4 === 0;
    if (multipleOfFour) this.facts.noteMultipleOfFour(local);
    const used = counter === null ? [] : [...(this.facts.walks.get(counter) ?? [])];
    const axes = counter === null ? null : axesOf(counter.layout, used);
    const pairs = axes !== null && by === 4 && multipleOfFour && inPairs(axes.sizes);
    const runs =
      axes !== null && by !== null && (pairs ? axes.sizes.length === 2 : axes.sizes.length === 1);
    const all = isNumber(from, 0) && axes !== null && isNumber(to, axes.total);
    if (counter?.index.lanes === 1 && axes !== null && !runs && by === 1 && all) {
      this.#nest(loop, counter, axes, slot);
      return;
    }
    // along one axis the walks' offsets grow by a constant
    let counted: Counted | null = null;
    const advancing = runs && used.length > 0;
    if (counter !== null && advancing) {
      counted = this.counters.open(counter, multipleOfFour, { line: pairs });
      const once = { ...counted, regular: null };
      this.counters.find(counter, once, slot);
    }
    this.#loop(
      () => {
        this.code.get(slot);
        this.code.get(end);
        this.code.op("i32.ge_u");
      },
      () => {
        this.put(local, slot, 1);
        if (counter !== null) {
          this.begin(counter.layout.walks.flatMap(({ base }) => base ?? []));
          if (counted !== null) {
            const inside: Counted = { ...counted, depth: this.depth };
            this.counters.set(counter, inside);
            if (inside.regular !== null) this.counters.find(counter, inside, slot);
            else {
              for (const [walk, offset] of counted.offsets) {
                const stride = axes?.strides.get(walk)?.[0] as number;
                const rounds = pairs ? 2 : (by as number);
                this.frame?.steps.set(offset, 4 * stride * rounds);
              }
            }
          } else if (used.length > 0) {
            this.counters.find(counter, this.counters.open(counter, multipleOfFour), slot);
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
        for (const [offset, step] of this.frame?.steps ?? []) this.#advance(offset, step);
      },
    );
  }

  /** A loop over several axes as nested loops, in which walks need no division. */
  #nest({ local, body }: ForLoop, counter: Counter, { sizes, strides }: Axes, slot: number): void {
    const counted = this.counters.open(counter, false);
    this.counters.find(counter, counted, slot);
    const last = sizes.length - 1;
    const strideOf = (walk: number, d: number): number => strides.get(walk)?.[d] as number;
    const visit = (): void => {
      this.put(local, slot, 1);
      this.begin(counter.layout.walks.flatMap(({ base }) => base ?? []));
      this.counters.set(counter, { ...counted, depth: this.depth });
      for (const [walk, offset] of counted.offsets)
        this.frame?.steps.set(offset, 4 * strideOf(walk, last));
      this.block(body);
    };
    const open = (d: number): void => {
      const round = this.local("i32");
      this.code.i32(0);
      this.code.set(round);
      this.#loop(
        () => {
          this.code.get(round);
          this.code.i32(sizes[d] as number);
          this.code.op("i32.ge_u");
        },
        () => (d === last ? visit() : open(d + 1)),
        () => {
          this.#advance(round, 1);
          if (d === last) {
            this.#advance(slot, 1);
            for (const [offset, step] of this.frame?.steps ?? []) this.#advance(offset, step);
            return;
          }
          for (const [walk, offset] of counted.offsets) {
            const back = (sizes[d + 1] as number) * strideOf(walk, d + 1);
            this.#advance(offset, 4 * (strideOf(walk, d) - back));
          }
        },
      );
    };
    open(0);
  }
}

type ForLoop = Extract<Statement, { do: "for" }>;

const isNumber = (value: Expr, number: number): boolean =>
  (value.kind === "constant" || value.kind === "size") && value.value === number;
