import type { Expr, Lanes } from "../../../kernel/expression.ts";
import { arithmeticOf } from "../../../kernel/natives.ts";
import type { Op } from "../encode.ts";
import { callFunction } from "./functions.ts";
import { ofInteger } from "./integers.ts";
import type { Call } from "./lanewise.ts";
import { typeOf } from "./types.ts";
import type { ValueWriter } from "./values.ts";

/** Intrinsics of f32 that are one instruction, for one lane and for four. */
const ofFloats: Readonly<Record<string, readonly [Op, Op]>> = {
  add: ["f32.add", "f32x4.add"],
  sub: ["f32.sub", "f32x4.sub"],
  mul: ["f32.mul", "f32x4.mul"],
  div: ["f32.div", "f32x4.div"],
  nativeDiv: ["f32.div", "f32x4.div"],
  neg: ["f32.neg", "f32x4.neg"],
  abs: ["f32.abs", "f32x4.abs"],
  floor: ["f32.floor", "f32x4.floor"],
  ceil: ["f32.ceil", "f32x4.ceil"],
  trunc: ["f32.trunc", "f32x4.trunc"],
  round: ["f32.nearest", "f32x4.nearest"],
  sqrt: ["f32.sqrt", "f32x4.sqrt"],
  nativeSqrt: ["f32.sqrt", "f32x4.sqrt"],
  eq: ["f32.eq", "f32x4.eq"],
  nativeEq: ["f32.eq", "f32x4.eq"],
  ne: ["f32.ne", "f32x4.ne"],
  lt: ["f32.lt", "f32x4.lt"],
  le: ["f32.le", "f32x4.le"],
  gt: ["f32.gt", "f32x4.gt"],
  ge: ["f32.ge", "f32x4.ge"],
};

const ofInts = (sign: "s" | "u"): Readonly<Record<string, readonly [Op, Op]>> => ({
  add: ["i32.add", "i32x4.add"],
  sub: ["i32.sub", "i32x4.sub"],
  mul: ["i32.mul", "i32x4.mul"],
  bitAnd: ["i32.and", "v128.and"],
  bitOr: ["i32.or", "v128.or"],
  bitXor: ["i32.xor", "v128.xor"],
  eq: ["i32.eq", "i32x4.eq"],
  nativeEq: ["i32.eq", "i32x4.eq"],
  ne: ["i32.ne", "i32x4.ne"],
  lt: [`i32.lt_${sign}`, `i32x4.lt_${sign}`],
  le: [`i32.le_${sign}`, `i32x4.le_${sign}`],
  gt: [`i32.gt_${sign}`, `i32x4.gt_${sign}`],
  ge: [`i32.ge_${sign}`, `i32x4.ge_${sign}`],
});

const ofBools: Readonly<Record<string, readonly [Op, Op]>> = {
  and: ["i32.and", "v128.and"],
  or: ["i32.or", "v128.or"],
  xor: ["i32.xor", "v128.xor"],
  eq: ["i32.eq", "i32x4.eq"],
  ne: ["i32.ne", "i32x4.ne"],
};

const tables = { f32: ofFloats, i32: ofInts("s"), u32: ofInts("u"), bool: ofBools } as const;

/** Pushes the result of a call, in the call's lanes. */
export function emitCall(writer: ValueWriter, call: Call): void {
  const { code } = writer;
  const { fn, args, dtype } = call;
  const lanes: Lanes = call.lanes;
  const four = lanes === 4;
  const push = (i: number): void => writer.push(args[i] as Expr, lanes);
  const [first] = args;
  const from = first === undefined ? "u32" : arithmeticOf(first.dtype);
  switch (fn) {
    case "thread":
    case "group":
    case "local":
      code.get(writer.places[fn]);
      return;
    case "iota":
      writer.vectorWords([0, 1, 2, 3]);
      return;
    case "any":
      writer.push(first as Expr, (first as Expr).lanes);
      if ((first as Expr).lanes === 4) code.op("v128.any_true");
      return;
    case "subgroupFirst":
    case "subgroupSum":
      throw new Error(`wasm: cannot render ${fn}: there are no subgroups`);
    case "select":
      push(1);
      push(2);
      push(0);
      code.op(four ? "v128.bitselect" : "select");
      return;
    case "not":
      push(0);
      code.op(four ? "v128.not" : "i32.eqz");
      return;
    case "bitcast":
      push(0);
      if (!four) {
        const to = arithmeticOf(dtype);
        if (from === "f32" && to !== "f32") code.op("i32.reinterpret_f32");
        if (from !== "f32" && to === "f32") code.op("f32.reinterpret_i32");
      }
      return;
    case "nativeInt":
    case "nativeUnsigned":
      push(0);
      truncate(writer, four, fn === "nativeInt");
      return;
    case "cast":
      cast(writer, call, from);
      return;
    case "isNan":
      if (from !== "f32") {
        if (four) writer.vectorConstant(0, "bool");
        else code.i32(0);
        return;
      }
      pushTwice(writer, first as Expr, lanes);
      code.op(four ? "f32x4.ne" : "f32.ne");
      return;
    case "isFinite":
      push(0);
      code.op(four ? "f32x4.abs" : "f32.abs");
      if (four) writer.vectorConstant(Number.POSITIVE_INFINITY, "f32");
      else code.f32(Number.POSITIVE_INFINITY);
      code.op(four ? "f32x4.lt" : "f32.lt");
      return;
  }
  if (from === "f32" && fused(writer, call)) return;
  const native = tables[from][fn];
  if (native !== undefined) {
    for (const i of args.keys()) push(i);
    code.op(native[four ? 1 : 0]);
    asByte(writer, call);
    return;
  }
  if (from === "f32" ? ofFloat(writer, call) : ofInteger(writer, call, from)) {
    asByte(writer, call);
    return;
  }
  callFunction(writer, `${fn}_${from}`, call);
  asByte(writer, call);
}

/** Cuts a u8 result to its low eight bits. */
function asByte(writer: ValueWriter, { dtype, lanes }: Call): void {
  if (dtype !== "u8") return;
  if (lanes === 4) writer.vectorConstant(255, "u32");
  else writer.code.i32(255);
  writer.code.op(lanes === 4 ? "v128.and" : "i32.and");
}

/** Writes a · b + c or c − a · b as a fused instruction, if `relaxed` allows it. */
function fused(writer: ValueWriter, { fn, args, lanes }: Call): boolean {
  if (!writer.relaxed || lanes !== 4 || (fn !== "add" && fn !== "sub")) return false;
  const [a, b] = args as [Expr, Expr];
  const product = (value: Expr): value is Call =>
    value.kind === "call" && value.fn === "mul" && value.lanes === 4 && !writer.isShared(value);
  const [factors, rest] = product(b) ? [b, a] : fn === "add" && product(a) ? [a, b] : [null, a];
  if (factors === null) return false;
  for (const factor of factors.args) writer.push(factor, 4);
  writer.push(rest, 4);
  writer.code.op(fn === "add" ? "f32x4.relaxed_madd" : "f32x4.relaxed_nmadd");
  return true;
}

function pushTwice(writer: ValueWriter, value: Expr, lanes: Lanes): void {
  const local = writer.local(lanes === 4 ? "v128" : typeOf(value.dtype));
  writer.push(value, lanes);
  writer.code.tee(local);
  writer.code.get(local);
}

function truncate(writer: ValueWriter, four: boolean, signed: boolean): void {
  if (!four) writer.code.truncate(signed);
  else writer.code.op(signed ? "i32x4.trunc_sat_f32x4_s" : "i32x4.trunc_sat_f32x4_u");
}

function cast(writer: ValueWriter, call: Call, from: string): void {
  const { code } = writer;
  const { args, dtype, lanes } = call;
  const four = lanes === 4;
  const to = arithmeticOf(dtype);
  const [value] = args as [Expr];
  if (to === "bool") {
    writer.push(value, lanes);
    if (from === "bool") return;
    if (from === "f32") {
      if (four) writer.vectorConstant(0, "f32");
      else code.f32(0);
      code.op(four ? "f32x4.ne" : "f32.ne");
      return;
    }
    if (four) writer.vectorConstant(0, "u32");
    else code.i32(0);
    code.op(four ? "i32x4.ne" : "i32.ne");
    return;
  }
  if (to === "f32") {
    writer.push(value, lanes);
    if (from === "f32") return;
    if (from === "bool" && four) {
      writer.vectorConstant(1, "f32");
      code.op("v128.and");
      return;
    }
    const sign = from === "i32" ? "s" : "u";
    code.op(four ? `f32x4.convert_i32x4_${sign}` : `f32.convert_i32_${sign}`);
    return;
  }
  if (from === "f32") {
    if (to === "i32") {
      writer.push(value, lanes);
      truncate(writer, four, true);
    } else callFunction(writer, "u32_f32", call);
  } else {
    writer.push(value, lanes);
    if (from === "bool" && four) {
      writer.vectorConstant(1, "u32");
      code.op("v128.and");
    }
  }
  asByte(writer, call);
}

/** Writes intrinsics of f32 that take a few instructions. Returns false for others. */
function ofFloat(writer: ValueWriter, { fn, args, lanes }: Call): boolean {
  const { code } = writer;
  const four = lanes === 4;
  const [a, b] = args as [Expr, Expr];
  switch (fn) {
    case "nativeMax":
    case "nativeMin":
      writer.push(a, lanes);
      writer.push(b, lanes);
      if (fn === "nativeMax") code.op(four ? "f32x4.pmax" : "f32.max");
      else code.op(four ? "f32x4.pmin" : "f32.min");
      return true;
    case "max":
    case "min": {
      writer.push(a, lanes);
      writer.push(b, lanes);
      if (!four) {
        code.op(fn === "max" ? "f32.max" : "f32.min");
        return true;
      }
      // pmax gives the first operand if either is NaN; the mask adds NaN of the second
      const second = writer.local("v128");
      code.tee(second);
      code.op(fn === "max" ? "f32x4.pmax" : "f32x4.pmin");
      code.get(second);
      code.get(second);
      code.op("f32x4.ne");
      code.op("v128.or");
      return true;
    }
    case "rsqrt":
      if (four) writer.vectorConstant(1, "f32");
      else code.f32(1);
      writer.push(a, lanes);
      code.op(four ? "f32x4.sqrt" : "f32.sqrt");
      code.op(four ? "f32x4.div" : "f32.div");
      return true;
    default:
      return false;
  }
}
