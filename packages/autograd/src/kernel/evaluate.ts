import type { DType } from "../dtype.ts";
import { sizeOf } from "../shape.ts";
import type { Buffer, Counter, Expr } from "./expression.ts";
import { functionInstance } from "./functions/instance.ts";
import type { Grid, Loops, Statement } from "./loops.ts";
import { arithmeticOf, bitcast, convert, nativeOf } from "./natives.ts";

/** The buffers and parameters of a run of loops. */
export interface Environment {
  load(buffer: Buffer, dtype: DType, index: number): number;
  store(buffer: Buffer, dtype: DType, index: number, value: number): void;
  param(slot: number): number;
}

/** Runs loops thread by thread. It is slow; tests compare devices' renderings with it. */
export function evaluate({ grid, body }: Loops, environment: Environment): void {
  const size = grid.kind === "groups" ? grid.size : 1;
  const memory = new Map<number, number[][]>();
  for (let number = 0; number < countOf(grid); number++) {
    memory.clear();
    let running = Array.from({ length: size }, (_, local) =>
      new Thread(environment, { thread: number, group: number, local }, memory).run(body),
    );
    // each round runs every thread up to its next barrier
    while (running.length > 0) running = running.filter((thread) => thread.next().done !== true);
  }
}

const countOf = (grid: Grid): number =>
  grid.kind === "groups" ? grid.groups : grid.kind === "items" ? grid.items : grid.threads;

/** A value in one lane or four. */
type Lanes = readonly number[];

class Thread {
  readonly #environment: Environment;
  readonly #place: Readonly<Record<"thread" | "group" | "local", number>>;
  readonly #shared: Map<number, number[][]>;
  readonly #own = new Map<number, number[][]>();
  readonly #locals = new Map<number, Lanes>();
  /** Values of the current statement. */
  #known = new Map<Expr, Lanes>();

  constructor(
    environment: Environment,
    place: Readonly<Record<"thread" | "group" | "local", number>>,
    shared: Map<number, number[][]>,
  ) {
    this.#environment = environment;
    this.#place = place;
    this.#shared = shared;
  }

  *run(statements: readonly Statement[]): Generator<void> {
    for (const statement of statements) {
      this.#known = new Map();
      switch (statement.do) {
        case "let":
          this.#locals.set(statement.local.id, this.value(statement.value));
          break;
        case "var":
        case "set":
          this.#locals.set(statement.local.id, this.#in(statement.local.lanes, statement.value));
          break;
        case "store": {
          const { buffer, dtype, index } = statement;
          const at = this.value(index);
          const value = this.#in(index.lanes, statement.value);
          at.forEach((place, lane) => {
            this.#environment.store(buffer, dtype, place, value[lane] as number);
          });
          break;
        }
        case "array": {
          const { id, shared, length, lanes } = statement.array;
          const arrays = shared ? this.#shared : this.#own;
          if (shared && arrays.has(id)) break;
          arrays.set(
            id,
            Array.from({ length }, () => new Array<number>(lanes).fill(0)),
          );
          break;
        }
        case "put": {
          const { array, index, lane, value } = statement;
          const arrays = array.shared ? this.#shared : this.#own;
          if (index.lanes === 4) {
            const four = this.#in(4, value);
            for (const [lane, at] of this.value(index).entries())
              (arrays.get(array.id)?.[at] as number[])[0] = four[lane] as number;
            break;
          }
          const element = arrays.get(array.id)?.[this.#one(index)] as number[];
          if (lane === null) element.splice(0, array.lanes, ...this.#in(array.lanes, value));
          else element[this.#one(lane)] = this.#one(value);
          break;
        }
        case "for": {
          const { local, from, to, step, body } = statement;
          const [start, end] = [this.#one(from), this.#one(to)];
          const by = typeof step === "number" ? step : this.#one(step);
          for (let i = start; i < end; i += by) {
            this.#locals.set(local.id, [i]);
            yield* this.run(body);
          }
          break;
        }
        case "while":
          while (this.#test(statement.condition)) yield* this.run(statement.body);
          break;
        case "if":
          yield* this.run(this.#test(statement.condition) ? statement.yes : statement.no);
          break;
        case "barrier":
          yield;
      }
    }
  }

  /** Evaluates a condition anew. */
  #test(condition: Expr): boolean {
    this.#known = new Map();
    return this.#one(condition) !== 0;
  }

  #one(value: Expr): number {
    return this.value(value)[0] as number;
  }

  #in(lanes: number, value: Expr): Lanes {
    const own = this.value(value);
    return own.length === lanes ? own : new Array<number>(lanes).fill(own[0] as number);
  }

  value(value: Expr): Lanes {
    let known = this.#known.get(value);
    if (known === undefined) {
      known = this.#compute(value);
      this.#known.set(value, known);
    }
    return known;
  }

  #compute(value: Expr): Lanes {
    switch (value.kind) {
      case "constant":
        return [convertConstant(value.value, value.dtype)];
      case "local":
        return [...(this.#locals.get(value.id) as Lanes)];
      case "param":
        return [this.#environment.param(value.slot)];
      case "size":
        return [value.value >>> 0];
      case "coordinate": {
        const number = this.#environment.param(value.slot);
        return [Math.floor(number / value.stride) % value.size];
      }
      case "at":
        return this.#at(value);
      case "load": {
        const { buffer, dtype, index } = value;
        return this.value(index).map((place) => this.#environment.load(buffer, dtype, place));
      }
      case "element": {
        const { array, index } = value;
        const arrays = array.shared ? this.#shared : this.#own;
        const elements = arrays.get(array.id) as number[][];
        return this.value(index).flatMap((at) => elements[at] as number[]);
      }
      case "lane": {
        const lane = typeof value.lane === "number" ? value.lane : this.#one(value.lane);
        return [this.value(value.of)[lane] as number];
      }
      case "call":
        return this.#call(value);
    }
  }

  #at({ terms, whole }: Extract<Expr, { kind: "at" }>): Lanes {
    let sum: number[] = [0];
    terms.forEach(({ counter, walk }, i) => {
      const index = this.value(counter.index);
      const after = terms.slice(i + 1).map((term) => sizeOf(term.counter.layout.dims));
      const tail = after.reduce((a, b) => a * b, 1);
      const own = whole
        ? index.map((at) => at * tail)
        : index.map((at) => this.#walk(counter, walk, at));
      if (own.length > sum.length) sum = own.map((x) => x + (sum[0] as number));
      else sum = sum.map((x, lane) => x + (own[lane % own.length] as number));
    });
    return sum.map((x) => x >>> 0);
  }

  #walk({ layout }: Counter, walk: number, index: number): number {
    const { strides, base } = layout.walks[walk] as (typeof layout.walks)[number];
    let [rest, sum] = [index, base === null ? 0 : this.#one(base)];
    for (let d = layout.dims.length - 1; d >= 0; d--) {
      const size = layout.dims[d] as number;
      const coordinate = d === 0 ? rest : rest % size;
      sum += coordinate * (strides[d] as number);
      rest = Math.floor(rest / size);
    }
    return sum;
  }

  #call({ fn, args, dtype, lanes }: Extract<Expr, { kind: "call" }>): Lanes {
    switch (fn) {
      case "thread":
      case "group":
      case "local":
        return [this.#place[fn]];
      case "iota":
        return [0, 1, 2, 3];
      case "subgroupFirst":
        return [1];
      case "subgroupSum":
        return this.value(args[0] as Expr);
      case "any":
        return [Number(this.value(args[0] as Expr).some((x) => x !== 0))];
    }
    const width = args.some((arg) => arg.lanes === 4) ? 4 : lanes;
    const values = args.map((arg) => this.#in(width, arg));
    const from = (args[0] as Expr).dtype;
    return Array.from({ length: width }, (_, lane) => {
      const own = values.map((list) => list[lane] as number);
      return byte(this.#single(fn, own, args, from, dtype), dtype);
    });
  }

  #single(
    fn: Extract<Expr, { kind: "call" }>["fn"],
    own: readonly number[],
    args: readonly Expr[],
    from: DType,
    to: DType,
  ): number {
    const [x = 0, y = 0, z = 0] = own;
    if (fn === "select") return x !== 0 ? y : z;
    if (fn === "bitcast") return bitcast(x, from, to);
    if (fn === "nativeInt") return Math.trunc(x) | 0;
    if (fn === "nativeUnsigned") return Math.trunc(x) >>> 0;
    const ofFloat = arithmeticOf(from) === "f32";
    if (fn === "cast") {
      const whole = to !== "bool" && arithmeticOf(to) !== "f32";
      if (!ofFloat || !whole) return ofFloat && to === "bool" ? Number(x !== 0) : convert(x, to);
      return this.#function(`${arithmeticOf(to)}_f32`, args, own);
    }
    const native = nativeOf(fn, from);
    return native === null
      ? this.#function(`${fn}_${arithmeticOf(from)}`, args, own)
      : native(...own);
  }

  /** Calls a function of `functions/` with numbers. */
  #function(name: string, args: readonly Expr[], own: readonly number[]): number {
    const dtypes = args.map(({ dtype }) => dtype);
    const { parameters, statements, result } = functionInstance(name, dtypes, 1);
    const inner = new Thread(this.#environment, this.#place, this.#shared);
    for (const [i, { id }] of parameters.entries()) inner.#locals.set(id, [own[i] as number]);
    for (const _ of inner.run(statements));
    inner.#known = new Map();
    return inner.#one(result);
  }
}

const byte = (x: number, dtype: DType): number => (dtype === "u8" ? x & 255 : x);

function convertConstant(x: number, dtype: DType): number {
  if (dtype === "f32" || dtype === "f16" || dtype === "f64") return Math.fround(x);
  return convert(x, dtype);
}
