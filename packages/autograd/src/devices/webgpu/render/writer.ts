import type { DType } from "../../../dtype.ts";
import type {
  AtTerm,
  Buffer,
  Counter,
  Expr,
  Layout,
  LocalArray,
} from "../../../kernel/expression.ts";
import { functions } from "../../../kernel/functions/functions.ts";
import { Builder, type Local, type Loop, type Statement } from "../../../kernel/loops.ts";
import { countUses } from "../../../kernel/walk.ts";
import { sizeOf } from "../../../shape.ts";
import { foursOf, isFours } from "./accesses.ts";
import { mergedAxes } from "./axes.ts";
import { renderCall, wraps } from "./calls.ts";
import { type Declarations, lanes4, storageType, wgslType } from "./text.ts";
import { asType, type Uniforms } from "./uniforms.ts";

/** A buffer as a shader knows it. */
export interface Bound {
  readonly name: string;
  /** Its elements are vectors of four. */
  readonly wide: boolean;
  readonly atomic: boolean;
  readonly dtype: DType;
  /** Text of its first element, where it lies in memory that it shares; null if it begins the binding. */
  readonly first: string | null;
}

/** What a writer must know of the dispatch it writes for. */
export interface Scene {
  bound(buffer: Buffer): Bound;
  readonly uniforms: Uniforms;
  /** The text of a word of the uniforms. */
  word(word: number): string;
  readonly declarations: Declarations;
}

interface Scope {
  readonly lines: string[];
  /** Values and counters that have a name here. */
  readonly names: Map<object, string>;
  readonly sums: Map<Counter, readonly (string | null)[]>;
  readonly outer: Scope | null;
  readonly indent: string;
}

/** How deep values are said in place: compilers bound it. */
const MOST_DEEP = 8;

/** Writes statements as WGSL: a value is named where it is first used, and known as long as its block lasts. */
export class Writer {
  readonly #scene: Scene;
  #scope: Scope = {
    lines: [],
    names: new Map(),
    sums: new Map(),
    outer: null,
    indent: "  ",
  };
  /** Values that read a variable, named for one statement. */
  #passing = new Map<Expr, string>();
  readonly #locals = new Map<number, string>();
  readonly #layouts = new Map<Layout, Map<string, string>>();
  /** How often each value is used, and how deep those stand in each other that are said in place. */
  readonly #uses: ReadonlyMap<Expr, number>;
  readonly #depths = new Map<Expr, number>();
  #names = 0;

  constructor(scene: Scene, uses: ReadonlyMap<Expr, number>) {
    this.#scene = scene;
    this.#uses = uses;
  }

  get body(): string {
    return this.#scope.lines.join("\n");
  }

  line(text: string): void {
    this.#scope.lines.push(this.#scope.indent + text);
  }

  name(local: Local, text: string): void {
    this.#locals.set(local.id, text);
  }

  write(statements: readonly Statement[]): void {
    for (const statement of statements) {
      this.#passing = new Map();
      this.#statement(statement);
    }
  }

  #fresh(): string {
    return `v${this.#names++}`;
  }

  #let(text: string): string {
    const name = this.#fresh();
    this.line(`let ${name} = ${text};`);
    return name;
  }

  block(head: string, body: () => void): void {
    const outer = this.#scope;
    const passing = this.#passing;
    this.#scope = {
      lines: [],
      names: new Map(),
      sums: new Map(),
      outer,
      indent: `${outer.indent}  `,
    };
    body();
    const { lines } = this.#scope;
    this.#scope = outer;
    this.#passing = passing;
    outer.lines.push(`${outer.indent}${head} {`, ...lines, `${outer.indent}}`);
  }

  #statement(statement: Statement): void {
    switch (statement.do) {
      case "let": {
        const text = this.text(statement.value);
        const { value } = statement;
        const named = /^v\d+$/.test(text) && value.kind !== "local";
        this.#locals.set(statement.local.id, named ? text : this.#let(text));
        return;
      }
      case "var": {
        const { value, local } = statement;
        const name = this.#fresh();
        this.line(`var ${name} = ${this.#inLanes(value, local.lanes)};`);
        this.#locals.set(local.id, name);
        return;
      }
      case "set": {
        const { value, local } = statement;
        const text = this.#inLanes(value, local.lanes);
        this.line(`${this.#locals.get(local.id)} = ${text};`);
        return;
      }
      case "count":
        this.#count(statement.counter);
        return;
      case "store":
        this.#store(statement.buffer, statement.index, statement.value);
        return;
      case "array":
        this.#array(statement.array);
        return;
      case "put": {
        const { array, index, lane, value } = statement;
        const lanes = lane === null ? array.lanes : 1;
        const text = this.#inLanes(value, lanes);
        const place = `${this.#locals.get(array.id)}[${this.text(index)}]`;
        this.line(`${place}${lane === null ? "" : `[${this.text(lane)}]`} = ${text};`);
        return;
      }
      case "for":
        this.#loop(statement);
        return;
      case "while":
        // what the condition needs is evaluated in each round
        this.block("loop", () => {
          this.#passing = new Map();
          this.line(`if (!(${this.text(statement.condition)})) { break; }`);
          this.write(statement.body);
        });
        return;
      case "if": {
        const condition = this.text(statement.condition);
        if (statement.rare) {
          const far = this.#fresh();
          const head = `for (var ${far} = ${condition}; ${far}; ${far} = false)`;
          this.block(head, () => this.write(statement.yes));
          return;
        }
        this.block(`if (${condition})`, () => this.write(statement.yes));
        if (statement.no.length > 0) this.block("else", () => this.write(statement.no));
        return;
      }
      case "barrier":
        this.line("workgroupBarrier();");
    }
  }

  #array(array: LocalArray): void {
    const { dtype, lanes, length, shared, id } = array;
    const type = `array<${wgslType(dtype, lanes)}, ${length}>`;
    if (!shared) {
      const name = this.#fresh();
      this.line(`var ${name}: ${type};`);
      this.#locals.set(id, name);
      return;
    }
    const { declarations } = this.#scene;
    const name = `shared${declarations.texts.length}`;
    declarations.add(name, `var<workgroup> ${name}: ${type};`);
    this.#locals.set(id, name);
  }

  #loop({ local, from, to, step, counter, advances, body }: Loop): void {
    const name = this.#fresh();
    this.#locals.set(local.id, name);
    const [start, end] = [this.text(from), this.text(to)];
    const by = typeof step === "number" ? `${step}u` : this.text(step);
    if (counter !== null && advances) {
      const walk = this.#advance(counter, start);
      const head = `for (var ${name} = ${start}; ${name} < ${end}; ${name} += ${by})`;
      this.block(head, () => {
        this.#scope.sums.set(counter, walk.sums);
        this.write(body);
        walk.next();
      });
      return;
    }
    const head = `for (var ${name} = ${start}; ${name} < ${end}; ${name} += ${by})`;
    this.block(head, () => {
      if (counter !== null) this.#count(counter);
      this.write(body);
    });
  }

  /** A layout's number, in one word however often it is used. */
  #number(layout: Layout, name: string, value: number): string {
    let numbers = this.#layouts.get(layout);
    if (numbers === undefined) {
      numbers = new Map();
      this.#layouts.set(layout, numbers);
    }
    const known = numbers.get(name) ?? this.#size(value);
    numbers.set(name, known);
    return known;
  }

  #size(value: number): string {
    return this.#scene.word(this.#scene.uniforms.number(value));
  }

  /** Names where each walk of a counter is. */
  #count(counter: Counter): readonly (string | null)[] {
    const { layout, index } = counter;
    const { walks, anyStride } = layout;
    const axes = mergedAxes(layout);
    const sums = walks.map(({ base }) => (base === null ? [] : [this.text(base)]));
    let rest = walks.length === 0 ? "" : this.text(index);
    let skipped = 1;
    for (let d = axes.length - 1; d >= 0 && walks.length > 0; d--) {
      const { size, strides } = axes[d] as (typeof axes)[number];
      if (strides.every((stride) => stride === 0)) {
        skipped *= size;
        continue;
      }
      const four = (text: string): string => (index.lanes === 1 ? text : `vec4<u32>(${text})`);
      if (skipped !== 1) {
        rest = this.#let(`${rest} / ${four(this.#number(layout, `passed ${d}`, skipped))}`);
        skipped = 1;
      }
      let coordinate = rest;
      if (d > 0) {
        const n = four(this.#number(layout, `size ${d}`, size));
        const quotient = this.#let(`${rest} / ${n}`);
        coordinate = this.#let(`${rest} - ${quotient} * ${n}`);
        rest = quotient;
      }
      strides.forEach((stride, w) => {
        if (stride === 0) return;
        const plain = stride === 1 && !anyStride;
        const by = plain ? "" : ` * ${four(this.#number(layout, `stride ${d} ${w}`, stride))}`;
        (sums[w] as string[]).push(`${coordinate}${by}`);
      });
    }
    const named = sums.map((terms, w) => {
      if (terms.length === 0) return null;
      const { base } = walks[w] as Layout["walks"][number];
      const lead = base !== null && index.lanes === 4 ? `vec4<u32>(${terms[0]})` : terms[0];
      const text = [lead, ...terms.slice(1)].join(" + ");
      return /^\w+$/.test(text) ? text : this.#let(text);
    });
    this.#scope.sums.set(counter, named);
    return named;
  }

  /** A loop's walks, which go from place to place without a division. */
  #advance(counter: Counter, start: string): { sums: readonly string[]; next: () => void } {
    const { layout } = counter;
    const axes = mergedAxes(layout);
    const coordinates = axes.map(() => this.#fresh());
    let rest = start;
    for (let d = axes.length - 1; d > 0; d--) {
      const n = this.#number(layout, `size ${d}`, (axes[d] as (typeof axes)[number]).size);
      const above = this.#let(`${rest} / ${n}`);
      this.line(`var ${coordinates[d]} = ${rest} - ${above} * ${n};`);
      rest = above;
    }
    const strideOf = (d: number, w: number): number =>
      (axes[d] as (typeof axes)[number]).strides[w] as number;
    const sums = layout.walks.map(({ base }, w) => {
      const index = this.#fresh();
      const terms = axes.map((_, d) => {
        const coordinate = d === 0 ? rest : coordinates[d];
        return `${coordinate} * ${this.#number(layout, `stride ${d} ${w}`, strideOf(d, w))}`;
      });
      const all = base === null ? terms : [this.text(base), ...terms];
      this.line(`var ${index} = ${all.length === 0 ? "0u" : all.join(" + ")};`);
      return index;
    });
    const next = (d = axes.length - 1): void => {
      if (d < 0) return;
      // past the end of a dimension the walk jumps back to its start, and on by one in the dimension above
      const back = d === axes.length - 1 ? 0 : (axes[d + 1] as (typeof axes)[number]).size;
      for (const [w, index] of sums.entries()) {
        const by = strideOf(d, w) - (back === 0 ? 0 : back * strideOf(d + 1, w));
        this.line(`${index} += ${this.#number(layout, `step ${d} ${w}`, by)};`);
      }
      if (d === 0) return;
      const coordinate = coordinates[d] as string;
      this.line(`${coordinate}++;`);
      const size = this.#number(layout, `size ${d}`, (axes[d] as (typeof axes)[number]).size);
      this.block(`if (${coordinate} == ${size})`, () => {
        this.line(`${coordinate} = 0u;`);
        next(d - 1);
      });
    };
    return { sums, next };
  }

  /** The value as text: a name, or what is cheap to say again. */
  text(value: Expr): string {
    const { uniforms } = this.#scene;
    switch (value.kind) {
      case "constant":
        return this.#constant(value.value, value.dtype);
      case "local":
        return this.#locals.get(value.id) as string;
      case "param": {
        const word = this.#scene.word(uniforms.parameter(value.slot));
        const text = asType(word, value.dtype);
        return text === word ? word : this.#named(value, () => text);
      }
      case "size":
        return this.#known(value) ?? this.#know(value, this.#size(value.value));
      case "coordinate":
        return this.#scene.word(uniforms.coordinate(value.slot, value.stride, value.size));
      default:
        return this.#named(value, () => this.#render(value));
    }
  }

  /** The value in so many lanes. */
  #inLanes(value: Expr, lanes: 1 | 4): string {
    const text = this.text(value);
    return value.lanes === lanes ? text : `${wgslType(value.dtype, 4)}(${text})`;
  }

  #known(value: object): string | undefined {
    for (let scope: Scope | null = this.#scope; scope !== null; scope = scope.outer) {
      const name = scope.names.get(value);
      if (name !== undefined) return name;
    }
    return undefined;
  }

  #know(value: object, name: string): string {
    this.#scope.names.set(value, name);
    return name;
  }

  #named(value: Expr, render: () => string): string {
    const known = this.#nameOf(value);
    if (known !== undefined) return known;
    this.#prepare(value);
    const text = render();
    return this.#inPlace(value) ? `(${text})` : this.#name(value, text);
  }

  /** A name for the value, where it is to be said more than once. */
  #once(value: Expr): string {
    const text = this.text(value);
    return /^\w+$/.test(text) ? text : this.#let(text);
  }

  /** Whether a value is used once, and not so deep in others that it needs a name. */
  #inPlace(value: Expr): boolean {
    return value.kind === "call" && this.#uses.get(value) === 1 && this.#depthOf(value) < MOST_DEEP;
  }

  /** How deep a value's text nests, of which all that has a name is flat. */
  #depthOf(value: Expr): number {
    if (value.kind !== "call" || this.#nameOf(value) !== undefined) return 0;
    const known = this.#depths.get(value);
    if (known !== undefined) return known;
    const depth =
      1 +
      Math.max(0, ...value.args.map((arg) => (this.#uses.get(arg) === 1 ? this.#depthOf(arg) : 0)));
    this.#depths.set(value, depth);
    return depth;
  }

  /** Names the calls that a value needs, each after those it needs itself: an explicit stack, however deep they are. */
  #prepare(root: Expr): void {
    const stack: { value: Expr; next: number }[] = [{ value: root, next: 0 }];
    const visited = new Set<Expr>();
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { value } = top;
      const child = value.kind === "call" ? value.args[top.next++] : undefined;
      if (child === undefined) {
        stack.pop();
        if (value !== root && !this.#inPlace(value)) this.#name(value, this.#render(value));
        continue;
      }
      if (child.kind !== "call" || visited.has(child) || this.#nameOf(child) !== undefined)
        continue;
      visited.add(child);
      stack.push({ value: child, next: 0 });
    }
  }

  #nameOf(value: Expr): string | undefined {
    return value.mutable ? this.#passing.get(value) : this.#known(value);
  }

  #name(value: Expr, text: string): string {
    const name = /^\w+$/.test(text) ? text : this.#let(text);
    if (value.mutable) this.#passing.set(value, name);
    else this.#know(value, name);
    return name;
  }

  #render(value: Expr): string {
    switch (value.kind) {
      case "call":
        return this.#call(value);
      case "at":
        return value.whole ? this.#whole(value.terms) : this.#at(value.terms, value.lanes);
      case "load":
        return this.#load(value.buffer, value.dtype, value.index);
      case "element":
        return `${this.#locals.get(value.array.id)}[${this.text(value.index)}]`;
      case "lane": {
        const lane = typeof value.lane === "number" ? lanes4[value.lane] : this.text(value.lane);
        return typeof value.lane === "number"
          ? `${this.text(value.of)}.${lane}`
          : `${this.text(value.of)}[${lane}]`;
      }
      default:
        return this.text(value);
    }
  }

  #at(terms: readonly AtTerm[], lanes: 1 | 4): string {
    return terms
      .map(({ counter, walk }) => {
        const text = this.#sumsOf(counter)[walk] as string;
        return lanes === 4 && counter.index.lanes === 1 ? `vec4<u32>(${text})` : text;
      })
      .join(" + ");
  }

  #sumsOf(counter: Counter): readonly (string | null)[] {
    for (let scope: Scope | null = this.#scope; scope !== null; scope = scope.outer) {
      const sums = scope.sums.get(counter);
      if (sums !== undefined) return sums;
    }
    return this.#count(counter);
  }

  /** Σ index · what comes after it. */
  #whole(terms: readonly AtTerm[]): string {
    const lanes = terms.some(({ counter }) => counter.index.lanes === 4) ? 4 : 1;
    const parts = this.#flat(terms, 1);
    return parts
      .map(({ text, of }) => (lanes === 4 && of === 1 ? `vec4<u32>(${text})` : text))
      .join(" + ");
  }

  #flat(terms: readonly AtTerm[], per: number): { text: string; of: 1 | 4 }[] {
    return terms.map(({ counter }, i) => {
      const later = terms.slice(i + 1).map((term) => sizeOf(term.counter.layout.dims));
      const tail = later.reduce((a, b) => a * b, 1) / per;
      const { index } = counter;
      const text = this.text(index);
      if (tail === 1) return { text, of: index.lanes };
      const size = this.#number(counter.layout, `after ${per}`, tail);
      const by = index.lanes === 1 ? size : `vec4<u32>(${size})`;
      return { text: `${text} * ${by}`, of: index.lanes };
    });
  }

  /** The number of the four elements that an index is of. */
  #four(index: Extract<Expr, { kind: "at" }>): string {
    const key = index.terms;
    const known = this.#known(key);
    if (known !== undefined) return known;
    const { counter } = index.terms.at(-1) as AtTerm;
    const fours = foursOf(counter.index) as NonNullable<ReturnType<typeof foursOf>>;
    const inner = "number" in fours ? this.text(fours.number) : `(${this.text(fours.first)} >> 2u)`;
    const outer = this.#flat(index.terms, 4)
      .slice(0, -1)
      .map(({ text }) => text);
    const text = [...outer, inner].join(" + ");
    return this.#know(key, /^\w+$/.test(text) ? text : this.#let(text));
  }

  #load(buffer: Buffer, dtype: DType, index: Expr): string {
    const { name, wide, atomic, dtype: kept, first } = this.#scene.bound(buffer);
    const type = storageType(dtype);
    const cast = storageType(kept) !== type;
    const from = (at: string): string => (first === null ? at : `${first} + ${at}`);
    if (isFours(index) && (wide || dtype === "u8") && !atomic) {
      const four = this.#four(index as Extract<Expr, { kind: "at" }>);
      const text = `${name}[${from(four)}]`;
      const word = cast ? `bitcast<vec4<${type}>>(${text})` : text;
      if (dtype === "u8")
        return `(vec4<u32>(${word}) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(0xffu)`;
      if (dtype === "f16") return `vec4<f32>(${word})`;
      return dtype === "bool" ? `${word} != vec4<u32>(0u)` : word;
    }
    const element = (at: string): string => {
      const place = dtype === "u8" ? `${at} >> 2u` : at;
      const inner =
        wide && dtype !== "u8" ? `[${from(`(${at} >> 2u)`)}][${at} & 3u]` : `[${from(place)}]`;
      const read = atomic ? `atomicLoad(&${name}${inner})` : `${name}${inner}`;
      const word = cast ? `bitcast<${type}>(${read})` : read;
      if (dtype === "u8") return `((${word} >> ((${at} & 3u) * 8u)) & 0xffu)`;
      if (dtype === "bool") return `(${word} != 0u)`;
      return dtype === "f16" ? `f32(${word})` : word;
    };
    const at = this.#once(index);
    if (index.lanes === 1) return element(at);
    return `${wgslType(dtype, 4)}(${lanes4.map((lane) => element(`${at}.${lane}`)).join(", ")})`;
  }

  #store(buffer: Buffer, index: Expr, value: Expr): void {
    const { name, wide, atomic, dtype, first } = this.#scene.bound(buffer);
    const from = (at: string): string => (first === null ? at : `${first} + ${at}`);
    const kept = (text: string, lanes: 1 | 4): string => {
      if (dtype !== "bool" && dtype !== "f16") return text;
      const type = dtype === "bool" ? "u32" : "f16";
      return lanes === 1 ? `${type}(${text})` : `vec4<${type}>(${text})`;
    };
    if (isFours(index) && (wide || dtype === "u8") && !atomic) {
      const text = this.#inLanes(value, 4);
      const four = this.#four(index as Extract<Expr, { kind: "at" }>);
      if (dtype === "u8") {
        const bytes = this.#let(`(${text} & vec4<u32>(0xffu)) << vec4<u32>(0u, 8u, 16u, 24u)`);
        const word = lanes4.map((lane) => `${bytes}.${lane}`).join(" | ");
        this.line(`${name}[${from(four)}] = ${word};`);
      } else this.line(`${name}[${from(four)}] = ${kept(text, 4)};`);
      return;
    }
    const one = (at: string, text: string): void => {
      if (dtype !== "u8") {
        this.line(`${name}[${from(at)}] = ${kept(text, 1)};`);
        return;
      }
      // four elements share a word; each has one writer, so the result does not depend on the order
      const word = `&${name}[${from(`(${at} >> 2u)`)}]`;
      const shift = this.#let(`(${at} & 3u) * 8u`);
      this.line(`atomicAnd(${word}, ~(0xffu << ${shift}));`);
      this.line(`atomicOr(${word}, (${text} & 0xffu) << ${shift});`);
    };
    const at = dtype === "u8" || index.lanes === 4 ? this.#once(index) : this.text(index);
    const text = this.#inLanes(value, index.lanes);
    if (index.lanes === 1) {
      one(at, text);
      return;
    }
    const named = /^\w+$/.test(text) ? text : this.#let(text);
    for (const lane of lanes4) one(`${at}.${lane}`, `${named}.${lane}`);
  }

  #call({ fn, args, dtype, lanes: _ }: Extract<Expr, { kind: "call" }>): string {
    const lanes = args.some((arg) => arg.lanes === 4) ? 4 : 1;
    const texts = args.map((arg) => this.#inLanes(arg, lanes));
    const from = (args[fn === "select" ? 1 : 0] ?? { dtype }).dtype;
    const own = (args[0] ?? { dtype }).dtype;
    const shift = args[1]?.kind === "constant" ? args[1].value : null;
    const rendered = renderCall(fn, texts, fn === "select" ? from : own, dtype, lanes, shift);
    if ("text" in rendered) return rendered.text;
    const called = this.#function(rendered.fn, args, dtype, lanes, texts);
    if (!wraps(fn, dtype)) return called;
    return `${called} & ${lanes === 1 ? "0xffu" : "vec4<u32>(0xffu)"}`;
  }

  /** A call of a function, which is declared first if it is not yet. */
  #function(
    name: string,
    args: readonly Expr[],
    result: DType,
    lanes: 1 | 4,
    texts: readonly string[],
  ): string {
    const found = functions[name];
    if (found === undefined) throw new Error(`WGSL: no function ${name}`);
    const width = found.single ? 1 : lanes;
    const declared = width === 1 ? name : `${name}x4`;
    const { declarations } = this.#scene;
    if (!declarations.has(declared)) {
      const params = args.map((arg, id): Local => {
        return { kind: "local", id, dtype: arg.dtype, lanes: width, mutable: false };
      });
      const b = new Builder(params.length);
      const value = found.body(b, ...params);
      const writer = new Writer(this.#scene, countUses(b.statements, [value]));
      for (const [i, param] of params.entries()) writer.name(param, `p${i}`);
      writer.write(b.statements);
      writer.#passing = new Map();
      const returned = writer.#inLanes(value, width);
      const heads = params.map((param, i) => `p${i}: ${wgslType(param.dtype, width)}`);
      const type = wgslType(result, width);
      const text = `fn ${declared}(${heads.join(", ")}) -> ${type} {\n${writer.body}\n  return ${returned};\n}`;
      declarations.add(declared, text.replace("{\n\n", "{\n"));
    }
    if (width === lanes) return `${declared}(${texts.join(", ")})`;
    const names = texts.map((text) => (/^\w+$/.test(text) ? text : this.#let(text)));
    const each = lanes4.map(
      (lane) => `${declared}(${names.map((name) => `${name}.${lane}`).join(", ")})`,
    );
    return `${wgslType(result, 4)}(${each.join(", ")})`;
  }

  #constant(value: number, dtype: DType): string {
    switch (dtype) {
      case "bool":
        return String(value !== 0);
      case "i32":
        return `i32(${value | 0})`;
      case "u32":
        return `${value >>> 0}u`;
      case "u8":
        return `${value & 255}u`;
      default: {
        const rounded = Math.fround(value);
        if (Number.isNaN(rounded)) return this.#special("nan_f32", "infBits | 0x400000u");
        if (!Number.isFinite(rounded)) {
          const text = this.#special("inf_f32", "infBits");
          return rounded < 0 ? `(-${text})` : text;
        }
        if (Object.is(rounded, -0)) return "-0.0f";
        const digits = String(rounded);
        return /[.e]/.test(digits) ? `${digits}f` : `${digits}.0f`;
      }
    }
  }

  /** Through a variable, because a literal, or anything that folds to one, is a compile error. */
  #special(name: string, bits: string): string {
    const { declarations } = this.#scene;
    declarations.add("infBits", "var<private> infBits: u32 = 0x7f800000u;");
    declarations.add(name, `fn ${name}() -> f32 { return bitcast<f32>(${bits}); }`);
    return `${name}()`;
  }
}
