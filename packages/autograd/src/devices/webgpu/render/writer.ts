import type { DType } from "../../../dtype.ts";
import type { Buffer, Expr, LocalArray } from "../../../kernel/expression.ts";
import { fourOf } from "../../../kernel/fours.ts";
import { functionInstance, isSingle } from "../../../kernel/functions/instance.ts";
import type { Local, Loop, Statement } from "../../../kernel/loops.ts";
import { type FindBound, wordOf } from "../../../lower/bindings.ts";
import { nameValues } from "../../../lower/name-values.ts";
import type { Uniforms } from "../../../lower/uniforms.ts";
import { renderCall, wraps } from "./calls.ts";
import { asType, type Declarations, lanes4, wgslType } from "./text.ts";

/** What the code of a dispatch can refer to. */
export interface Scene {
  readonly bound: FindBound;
  readonly uniforms: Uniforms;
  /** The text of a word of the uniforms. */
  word(word: number): string;
  readonly declarations: Declarations;
}

/** Writes statements as WGSL. Values must be trees (`nameValues`). */
export class Writer {
  readonly #scene: Scene;
  #lines: string[] = [];
  #indent = "  ";
  /** Names of workgroup arrays, by id. */
  readonly #shared = new Map<number, string>();
  /** The uniform word of each size. */
  readonly #words = new Map<Expr, string>();
  #temporaries = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  get body(): string {
    return this.#lines.join("\n");
  }

  line(text: string): void {
    this.#lines.push(this.#indent + text);
  }

  write(statements: readonly Statement[]): void {
    for (const statement of statements) this.#statement(statement);
  }

  block(head: string, body: () => void): void {
    this.line(`${head} {`);
    const outer = this.#indent;
    this.#indent += "  ";
    body();
    this.#indent = outer;
    this.line("}");
  }

  #let(text: string): string {
    const name = `t${this.#temporaries++}`;
    this.line(`let ${name} = ${text};`);
    return name;
  }

  #statement(statement: Statement): void {
    switch (statement.do) {
      case "let":
      case "var": {
        const { do: kind, local, value } = statement;
        this.line(`${kind} ${nameOf(local)} = ${this.#inLanes(value, local.lanes)};`);
        return;
      }
      case "set": {
        const { local, value } = statement;
        this.line(`${nameOf(local)} = ${this.#inLanes(value, local.lanes)};`);
        return;
      }
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
        const place = `${this.#arrayName(array)}[${this.text(index)}]`;
        this.line(`${place}${lane === null ? "" : `[${this.text(lane)}]`} = ${text};`);
        return;
      }
      case "for":
        this.#loop(statement);
        return;
      case "while":
        this.block("loop", () => {
          this.line(`if (!(${this.text(statement.condition)})) { break; }`);
          this.write(statement.body);
        });
        return;
      case "if": {
        const condition = this.text(statement.condition);
        if (statement.rare) {
          const far = `t${this.#temporaries++}`;
          const head = `for (var ${far} = ${condition}; ${far}; ${far} = false)`;
          this.block(head, () => this.write(statement.yes));
          return;
        }
        this.block(`if (${condition})`, () => this.write(statement.yes));
        if (statement.no.length > 0) this.block("else", () => this.write(statement.no));
        return;
      }
      case "barrier":
        this.line(`${statement.buffers ? "storageBarrier(); " : ""}workgroupBarrier();`);
        return;
      case "count":
        throw new Error("WGSL: cannot render a counter; call expandCounters first");
    }
  }

  #array(array: LocalArray): void {
    const { dtype, lanes, length, shared, id } = array;
    const type = `array<${wgslType(dtype, lanes)}, ${length}>`;
    if (!shared) {
      this.line(`var v${id}: ${type};`);
      return;
    }
    const { declarations } = this.#scene;
    // parts of a dispatch share the array, since a workgroup runs one part
    const name = `shared${this.#shared.size}_${dtype}x${lanes}_${length}`;
    declarations.add(name, `var<workgroup> ${name}: ${type};`);
    this.#shared.set(id, name);
  }

  #arrayName({ id, shared }: LocalArray): string {
    return shared ? (this.#shared.get(id) as string) : `v${id}`;
  }

  #loop({ local, from, to, step, body }: Loop): void {
    const name = nameOf(local);
    const [start, end] = [this.text(from), this.text(to)];
    const by = typeof step === "number" ? `${step}u` : this.text(step);
    const head = `for (var ${name} = ${start}; ${name} < ${end}; ${name} += ${by})`;
    this.block(head, () => this.write(body));
  }

  /** The value's text as an operand, in parentheses if needed. */
  text(value: Expr): string {
    const text = this.#plain(value);
    return value.kind === "call" && !isName(text) ? `(${text})` : text;
  }

  #plain(value: Expr): string {
    const { uniforms } = this.#scene;
    switch (value.kind) {
      case "constant":
        return this.#constant(value.value, value.dtype);
      case "local":
        return nameOf(value);
      case "param":
        return asType(this.#scene.word(uniforms.parameter(value.slot)), value.dtype);
      case "size":
        return this.#size(value);
      case "coordinate":
        return this.#scene.word(uniforms.coordinate(value.slot, value.stride, value.size));
      case "call":
        return this.#call(value);
      case "load":
        return this.#load(value.buffer, value.dtype, value.index);
      case "element":
        return `${this.#arrayName(value.array)}[${this.text(value.index)}]`;
      case "lane":
        return typeof value.lane === "number"
          ? `${this.text(value.of)}.${lanes4[value.lane]}`
          : `${this.text(value.of)}[${this.text(value.lane)}]`;
      case "at":
        throw new Error("WGSL: cannot render a counter; call expandCounters first");
    }
  }

  #size(size: Extract<Expr, { kind: "size" }>): string {
    const word = this.#words.get(size) ?? this.#scene.word(this.#scene.uniforms.number(size.value));
    this.#words.set(size, word);
    return word;
  }

  /** The value's name; a new one if it has none. */
  #once(value: Expr): string {
    const text = this.#plain(value);
    return isName(text) ? text : this.#let(text);
  }

  /** The value's text with `lanes` lanes. */
  #inLanes(value: Expr, lanes: 1 | 4): string {
    if (value.lanes === lanes) return this.#plain(value);
    return `${wgslType(value.dtype, 4)}(${this.#plain(value)})`;
  }

  #load(buffer: Buffer, dtype: DType, index: Expr): string {
    const { name, type: bound, dtype: kept, first } = this.#scene.bound(buffer);
    const { wide, atomic } = bound;
    const type = wordOf(dtype);
    const cast = wordOf(kept) !== type;
    const from = (at: string): string => (first === null ? at : `${first} + ${at}`);
    const number = fourOf(index);
    if (number !== null && (wide || dtype === "u8") && !atomic) {
      const four = this.text(number);
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
    const twice = index.lanes === 4 || wide || dtype === "u8";
    const at = twice ? this.#once(index) : this.#plain(index);
    if (index.lanes === 1) return element(at);
    return `${wgslType(dtype, 4)}(${lanes4.map((lane) => element(`${at}.${lane}`)).join(", ")})`;
  }

  #store(buffer: Buffer, index: Expr, value: Expr): void {
    const { name, type, dtype, first } = this.#scene.bound(buffer);
    const { wide, atomic } = type;
    const from = (at: string): string => (first === null ? at : `${first} + ${at}`);
    const kept = (text: string, lanes: 1 | 4): string => {
      if (dtype !== "bool" && dtype !== "f16") return text;
      const type = dtype === "bool" ? "u32" : "f16";
      return lanes === 1 ? `${type}(${text})` : `vec4<${type}>(${text})`;
    };
    const number = fourOf(index);
    if (number !== null && (wide || dtype === "u8") && !atomic) {
      const text = this.#inLanes(value, 4);
      const four = this.text(number);
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
      // four threads may write one word, each its own byte, so the order does not matter
      const word = `&${name}[${from(`(${at} >> 2u)`)}]`;
      const shift = this.#let(`(${at} & 3u) * 8u`);
      this.line(`atomicAnd(${word}, ~(0xffu << ${shift}));`);
      this.line(`atomicOr(${word}, (${text} & 0xffu) << ${shift});`);
    };
    const at = dtype === "u8" || index.lanes === 4 ? this.#once(index) : this.#plain(index);
    const text = this.#inLanes(value, index.lanes);
    if (index.lanes === 1) {
      one(at, text);
      return;
    }
    const named = isName(text) ? text : this.#let(text);
    for (const lane of lanes4) one(`${at}.${lane}`, `${named}.${lane}`);
  }

  #call({ fn, args, dtype, lanes: _ }: Extract<Expr, { kind: "call" }>): string {
    const lanes = args.some((arg) => arg.lanes === 4) ? 4 : 1;
    const texts = args.map((arg) =>
      arg.lanes === lanes ? this.text(arg) : this.#inLanes(arg, lanes),
    );
    const from = (args[fn === "select" ? 1 : 0] ?? { dtype }).dtype;
    const own = (args[0] ?? { dtype }).dtype;
    const shift = args[1]?.kind === "constant" ? args[1].value : null;
    const rendered = renderCall(fn, texts, fn === "select" ? from : own, dtype, lanes, shift);
    if ("text" in rendered) return rendered.text;
    const called = this.#function(rendered.fn, args, dtype, lanes, texts);
    if (!wraps(fn, dtype)) return called;
    return `${called} & ${lanes === 1 ? "0xffu" : "vec4<u32>(0xffu)"}`;
  }

  /** A call of a function of `kernel/functions/`, which is declared at its first use. */
  #function(
    name: string,
    args: readonly Expr[],
    result: DType,
    lanes: 1 | 4,
    texts: readonly string[],
  ): string {
    const width = isSingle(name) ? 1 : lanes;
    const declared = width === 1 ? name : `${name}x4`;
    const { declarations } = this.#scene;
    if (!declarations.has(declared)) {
      const dtypes = args.map(({ dtype }) => dtype);
      const { parameters, statements, result: value } = functionInstance(name, dtypes, width);
      const { body, results } = nameValues(statements, [value], parameters.length);
      const writer = new Writer(this.#scene);
      writer.write(body);
      const returned = writer.#inLanes(results[0] as Expr, width);
      const heads = parameters.map((param) => `${nameOf(param)}: ${wgslType(param.dtype, width)}`);
      const type = wgslType(result, width);
      const text = `fn ${declared}(${heads.join(", ")}) -> ${type} {\n${writer.body}\n  return ${returned};\n}`;
      declarations.add(declared, text.replace("{\n\n", "{\n"));
    }
    if (width === lanes) return `${declared}(${texts.join(", ")})`;
    const names = texts.map((text) => (isName(text) ? text : this.#let(text)));
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

  /** A call that reads a variable, since WGSL rejects infinities and NaN as constants. */
  #special(name: string, bits: string): string {
    const { declarations } = this.#scene;
    declarations.add("infBits", "var<private> infBits: u32 = 0x7f800000u;");
    declarations.add(name, `fn ${name}() -> f32 { return bitcast<f32>(${bits}); }`);
    return `${name}()`;
  }
}

const nameOf = ({ id }: Local): string => `v${id}`;
const isName = (text: string): boolean => /^\w+$/.test(text);
