import type { DType } from "../dtype.ts";
import { roundToHalf } from "../half.ts";
import type { Expr, Intrinsic } from "./expression.ts";
import { wgslFunctions } from "./wgsl-functions.ts";

/** One element a thread, or four consecutive ones in a vec4. */
export type Lanes = 1 | 4;

/** A WGSL expression that may be written more than once: a name, a literal, or a cheap access. */
export interface WgslValue {
  readonly text: string;
  readonly lanes: Lanes;
}

/** What the leaves of an expression are in a shader. */
export interface WgslLeaves {
  load(input: number): WgslValue;
  scalar(slot: number): WgslValue;
  index(): WgslValue;
}

/** The type of a value in a shader's arithmetic; a byte is a u32 there, and a half an f32, rounded when an operation is done. */
export function wgslType(dtype: DType, lanes: Lanes = 1): string {
  const type = dtype === "u8" ? "u32" : dtype === "f16" ? "f32" : dtype;
  return lanes === 1 ? type : `vec4<${type}>`;
}

/** The type of a buffer's elements: a bool is a u32, and bytes come four to a word. */
export const storageType = (dtype: DType): string =>
  dtype === "bool" || dtype === "u8" ? "u32" : dtype;

/** Zero, or false, in as many lanes. */
export const zeroOf = (dtype: DType, lanes: Lanes): string =>
  `${wgslType(dtype, lanes)}(${dtype === "bool" ? "false" : "0"})`;

/** Shader text in the making: lines in nested blocks, fresh names, and the functions they call. */
export class WgslText {
  #block: Block = { lines: [], known: new Map(), outer: null, indent: "  " };
  #names = 0;
  readonly #functions = new Set<string>();

  /** A name that nothing else in this shader has. */
  name(prefix: string): string {
    const name = `${prefix}${this.#names++}`;
    return /^[iuf](16|32|64)$/.test(name) ? this.name(prefix) : name; // those are types
  }

  line(text: string): void {
    this.#block.lines.push(this.#block.indent + text);
  }

  /** Names a value, so that it is computed once. */
  let(text: string, lanes: Lanes, prefix = "v"): WgslValue {
    const name = this.name(prefix);
    this.line(`let ${name} = ${text};`);
    return { text: name, lanes };
  }

  /** `head { body }`; what the body names is not known after it. */
  block(head: string, body: () => void): void {
    const outer = this.#block;
    this.#block = { lines: [], known: new Map(), outer, indent: `${outer.indent}  ` };
    body();
    const { lines } = this.#block;
    this.#block = outer;
    outer.lines.push(`${outer.indent}${head} {`, ...lines, `${outer.indent}}`);
  }

  /** Whether there is a value under this key in this block or one around it. */
  knows(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  #find(key: string): WgslValue | undefined {
    for (let block: Block | null = this.#block; block !== null; block = block.outer) {
      const value = block.known.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** The value made under this key in this block or one around it, made now if there is none. */
  once(key: string, make: () => WgslValue): WgslValue {
    const known = this.#find(key);
    if (known !== undefined) return known;
    const value = make();
    this.#block.known.set(key, value);
    return value;
  }

  /** A call of a function that the shader will declare. */
  call(fn: string, args: readonly WgslValue[]): string {
    const lanes = widest(args);
    const wide = wgslFunctions[fn]?.anyWidth ?? false;
    if (lanes === 1 || wide) {
      const name = lanes === 1 ? fn : `${fn}x4`;
      this.#declare(fn, lanes);
      return `${name}(${args.map((arg) => arg.text).join(", ")})`;
    }
    this.#declare(fn, 1);
    const each = ["x", "y", "z", "w"].map(
      (part) => `${fn}(${args.map((arg) => part1(arg, part)).join(", ")})`,
    );
    return `vec4(${each.join(", ")})`;
  }

  /** A declaration before all functions that call what it names. */
  declare(text: string): void {
    this.#functions.add(text);
  }

  #declare(fn: string, lanes: Lanes): void {
    const found = wgslFunctions[fn];
    if (found === undefined) throw new Error(`WGSL: no function ${fn}`);
    const width: Lanes = found.anyWidth ? lanes : 1;
    for (const needed of found.needs) this.#declare(needed, width);
    const code = width === 4 && found.wide !== undefined ? found.wide : found.code;
    this.#functions.add(functionText(code, width));
  }

  /** Declarations of the functions called, each after those it needs. */
  get functions(): string[] {
    return [...this.#functions];
  }

  get body(): string {
    return this.#block.lines.join("\n");
  }
}

interface Block {
  readonly lines: string[];
  readonly known: Map<string, WgslValue>;
  readonly outer: Block | null;
  readonly indent: string;
}

function functionText(code: string, lanes: Lanes): string {
  const type = (name: string) => (lanes === 1 ? name : `vec4<${name}>`);
  return code
    .replaceAll(/\$([FUIB])/g, (_, letter: string) => type(letters[letter] as string))
    .replaceAll(/(\w)\$/g, lanes === 1 ? "$1" : "$1x4");
}
const letters: Record<string, string> = { F: "f32", U: "u32", I: "i32", B: "bool" };

const part1 = (value: WgslValue, part: string): string =>
  value.lanes === 1 ? value.text : `${value.text}.${part}`;

export const widest = (values: readonly WgslValue[]): Lanes =>
  values.some((value) => value.lanes === 4) ? 4 : 1;

/** The value in this many lanes. */
export function splat(value: WgslValue, lanes: Lanes, dtype: DType): WgslValue {
  if (value.lanes === lanes) return value;
  return { text: `${wgslType(dtype, 4)}(${value.text})`, lanes };
}

/** The value as this dtype holds it: one of f16 is rounded, which arithmetic in f32 leaves to be done. */
export function rounded(value: WgslValue, dtype: DType, text: WgslText): WgslValue {
  if (dtype !== "f16") return value;
  return text.let(text.call("half_f32", [value]), value.lanes);
}

/** Calls whose result is one of their arguments, but for its sign, or a whole number of no more digits. */
const keepsHalves: ReadonlySet<Intrinsic> = new Set(
  "neg abs sign floor ceil round trunc max min select".split(" ") as Intrinsic[],
);

/** Whether the value of this expression is a half already where these inputs are, so that nothing need be rounded. */
export function isHalf(expr: Expr, input: (n: number) => boolean): boolean {
  if (expr.dtype === "bool") return true;
  if (expr.kind === "load") return expr.dtype === "f16" && input(expr.input);
  if (expr.kind === "constant") return Object.is(roundToHalf(expr.value), expr.value);
  if (expr.kind !== "call") return false;
  const from = expr.args[0] as Expr;
  if (expr.fn === "cast") return isHalf(from, input);
  return keepsHalves.has(expr.fn) && expr.args.every((arg) => isHalf(arg, input));
}

/** A literal of the dtype; what has no literal is called for. */
export function constant(value: number, dtype: DType, text: WgslText): WgslValue {
  return { text: literal(value, dtype, text), lanes: 1 };
}

function literal(value: number, dtype: DType, text: WgslText): string {
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
      if (Number.isNaN(rounded)) return text.call("nan_f32", []);
      if (!Number.isFinite(rounded)) return `${rounded < 0 ? "-" : ""}${text.call("inf_f32", [])}`;
      if (Object.is(rounded, -0)) return "-0.0f";
      const digits = String(rounded);
      return /[.e]/.test(digits) ? `${digits}f` : `${digits}.0f`;
    }
  }
}

/** Writes an expression; each shared part is computed once. */
export function renderExpression(root: Expr, leaves: WgslLeaves, text: WgslText): WgslValue {
  const known = new Map<Expr, WgslValue>();
  const render = (expr: Expr): WgslValue => {
    let value = known.get(expr);
    if (value === undefined) {
      value = renderOne(expr, render, leaves, text);
      known.set(expr, value);
    }
    return value;
  };
  return render(root);
}

function renderOne(
  expr: Expr,
  render: (expr: Expr) => WgslValue,
  leaves: WgslLeaves,
  text: WgslText,
): WgslValue {
  switch (expr.kind) {
    case "load":
      return leaves.load(expr.input);
    case "scalar":
      return leaves.scalar(expr.slot);
    case "index":
      return leaves.index();
    case "constant":
      return constant(expr.value, expr.dtype, text);
    case "call": {
      const rendered = expr.args.map(render);
      const lanes = widest(rendered);
      const args = rendered.map((arg, i) => splat(arg, lanes, (expr.args[i] as Expr).dtype));
      const from = (expr.args[0] as Expr).dtype;
      const call = renderCall(expr.fn, args, from, expr.dtype, lanes, text);
      const wraps = expr.dtype === "u8" && wrapping.has(expr.fn);
      return text.let(wraps ? `(${call}) & ${bits("0xffu", lanes)}` : call, lanes);
    }
  }
}

/** Calls whose u32 result may leave the range of a byte. */
const wrapping: ReadonlySet<Intrinsic> = new Set(["add", "sub", "mul", "neg", "pow", "shiftLeft"]);

const bits = (word: string, lanes: Lanes): string => (lanes === 1 ? word : `vec4<u32>(${word})`);

/** Written alike for every dtype they take. */
const infix: Partial<Record<Intrinsic, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  eq: "==",
  ne: "!=",
  and: "&",
  or: "|",
  xor: "!=",
  bitAnd: "&",
  bitOr: "|",
  bitXor: "^",
};

/** What arithmetic on bool means, as PyTorch has it. */
const boolInfix: Partial<Record<Intrinsic, string>> = {
  add: "|",
  mul: "&",
  max: "|",
  min: "&",
  sub: "!=",
  bitXor: "!=",
};

/** Built in, and safe as they are. */
const builtIn: ReadonlySet<Intrinsic> = new Set(["abs", "floor", "ceil", "trunc", "round"]);

/** Functions of wgsl-functions.ts that integers have too. */
const declaredForIntegers: ReadonlySet<Intrinsic> = new Set(["div", "rem", "pow", "mulHigh"]);

function renderCall(
  fn: Intrinsic,
  args: readonly WgslValue[],
  from: DType,
  to: DType,
  lanes: Lanes,
  text: WgslText,
): string {
  const [a, b, c] = args.map((arg) => arg.text) as [string, string, string];
  const type = wgslType(from);
  const integer = type === "i32" || type === "u32";
  switch (fn) {
    case "select":
      return `select(${c}, ${b}, ${a})`;
    case "cast":
      return renderCast(args[0] as WgslValue, from, to, text);
    case "bitcast":
      return `bitcast<${wgslType(to, lanes)}>(${a})`;
    case "not":
      return `!${a}`;
    case "neg":
      return type === "u32" ? `${bits("0u", lanes)} - ${a}` : `-(${a})`;
    case "isNan":
      if (type === "f32") return text.call("isNan_f32", args);
      return lanes === 1 ? "false" : "vec4<bool>(false)";
    case "shiftLeft":
    case "shiftRight": {
      const count = `(bitcast<${wgslType("u32", lanes)}>(${b}) & ${bits("31u", lanes)})`;
      return `${a} ${fn === "shiftLeft" ? "<<" : ">>"} ${count}`;
    }
    case "sign":
      if (type === "u32") return `min(${a}, ${bits("1u", lanes)})`;
      return type === "i32" ? `sign(${a})` : text.call("sign_f32", args);
    case "max":
    case "min":
      if (integer) return `${fn}(${a}, ${b})`;
  }
  if (type === "bool") {
    const operator = boolInfix[fn];
    if (operator !== undefined) return `${a} ${operator} ${b}`;
    if (fn === "lt") return `!${a} & ${b}`;
    if (fn === "gt") return `${a} & !${b}`;
    if (fn === "le") return `!${a} | ${b}`;
    if (fn === "ge") return `${a} | !${b}`;
    if (fn === "abs") return a;
  }
  if (integer && declaredForIntegers.has(fn)) return text.call(`${fn}_${type}`, args);
  if (integer && (fn === "floor" || fn === "ceil" || fn === "trunc" || fn === "round")) return a;
  if (builtIn.has(fn)) return `${fn}(${a})`;
  const guarded = type === "f32" && (fn === "eq" || fn === "ne");
  const operator = guarded ? undefined : infix[fn];
  if (operator !== undefined) return `${a} ${operator} ${b}`;
  if (type !== "f32") throw new Error(`WGSL: no ${fn} of ${from}`);
  return text.call(`${fn}_f32`, args);
}

function renderCast(x: WgslValue, from: DType, to: DType, text: WgslText): string {
  const { text: a, lanes } = x;
  const target = wgslType(to, lanes);
  if (from === "bool") return `${target}(${a})`;
  const fraction = wgslType(from) === "f32";
  if (to === "bool") {
    // By bits, since NaN is true and a comparison with it may be anything.
    if (fraction) {
      const word = `bitcast<${wgslType("u32", lanes)}>(${a})`;
      return `(${word} & ${bits("0x7fffffffu", lanes)}) != ${bits("0u", lanes)}`;
    }
    return `${a} != ${wgslType(from, lanes)}(0)`;
  }
  const type = wgslType(to);
  const whole = fraction && type !== "f32" ? text.call(`${type}_f32`, [x]) : `${target}(${a})`;
  return to === "u8" ? `${whole} & ${bits("0xffu", lanes)}` : whole;
}
