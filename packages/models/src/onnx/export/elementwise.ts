import type { ElementType } from "../types.ts";
import { BOOL, FLOAT, INT64, typeOf } from "../types.ts";
import type { AttributeValue, Writer } from "./writer.ts";

/** The input of a function that writes an elementwise operation. */
export interface Element {
  readonly writer: Writer;
  readonly inputs: readonly string[];
  readonly scalars: readonly number[];
  /** Element type of the result. */
  readonly type: ElementType;
}

type Write = (element: Element) => string;

const one = (opType: string, attributes: Readonly<Record<string, AttributeValue>> = {}): Write => {
  return ({ writer, inputs }) => writer.add(opType, inputs, attributes);
};

/** Several operators with one input each, applied in order. */
const chain =
  (...opTypes: string[]): Write =>
  ({ writer, inputs }) =>
    opTypes.reduce((x, opType) => writer.add(opType, [x]), inputs[0] as string);

/** The negated result of an operator. */
const not =
  (opType: string): Write =>
  ({ writer, inputs }) =>
    writer.add("Not", [writer.add(opType, inputs)]);

const number = ({ writer, type }: Element, x: number): string =>
  writer.constant(type.fraction ? type : type === BOOL ? FLOAT : type, [], [x]);

const scaled = (element: Element, x: string, by: number): string =>
  by === 1 ? x : element.writer.add("Mul", [x, number(element, by)]);

const float = (x: number): AttributeValue => ({ float: x });

/** How each elementwise operation is written. */
export const elements: Readonly<Record<string, Write>> = {
  abs: one("Abs"),
  acos: one("Acos"),
  acosh: one("Acosh"),
  add: one("Add"),
  asin: one("Asin"),
  asinh: one("Asinh"),
  atan: one("Atan"),
  atanh: one("Atanh"),
  ceil: one("Ceil"),
  clampMax: one("Min"),
  clampMin: one("Max"),
  copy: ({ inputs }) => inputs[0] as string,
  cos: one("Cos"),
  cosh: one("Cosh"),
  div: one("Div"),
  elu(element) {
    const [alpha, scale] = element.scalars as [number, number];
    return scaled(element, one("Elu", { alpha: float(alpha) })(element), scale);
  },
  eq: one("Equal"),
  erf: one("Erf"),
  exp: one("Exp"),
  exp2: (element) => element.writer.add("Pow", [number(element, 2), element.inputs[0] as string]),
  expm1: (element) =>
    element.writer.add("Sub", [element.writer.add("Exp", element.inputs), number(element, 1)]),
  floor: one("Floor"),
  fmod: one("Mod", { fmod: 1 }),
  ge: one("GreaterOrEqual"),
  gt: one("Greater"),
  hardsigmoid: one("HardSigmoid", { alpha: float(1 / 6), beta: float(0.5) }),
  hardswish: one("HardSwish"),
  hardtanh(element) {
    const [low, high] = element.scalars.map((x) => number(element, x)) as [string, string];
    return element.writer.add("Clip", [element.inputs[0] as string, low, high]);
  },
  isnan: one("IsNaN"),
  le: one("LessOrEqual"),
  leakyRelu: (element) => one("LeakyRelu", { alpha: float(element.scalars[0] as number) })(element),
  log: one("Log"),
  log1p: (element) =>
    element.writer.add("Log", [element.writer.add("Add", [...element.inputs, number(element, 1)])]),
  log2: (element) => scaled(element, element.writer.add("Log", element.inputs), Math.LOG2E),
  logicalAnd: one("And"),
  logicalNot: one("Not"),
  logicalOr: one("Or"),
  logicalXor: one("Xor"),
  logsigmoid: chain("Neg", "Softplus", "Neg"),
  /** c' = σ(f) c + σ(i) tanh g */
  lstmCell({ writer, inputs }) {
    const [i, f, g, c] = inputs as [string, string, string, string];
    const gate = (x: string, y: string): string =>
      writer.add("Mul", [writer.add("Sigmoid", [x]), y]);
    return writer.add("Add", [gate(f, c), gate(i, writer.add("Tanh", [g]))]);
  },
  /** h' = σ(o) tanh c' */
  lstmHidden({ writer, inputs }) {
    const [o, c] = inputs as [string, string];
    return writer.add("Mul", [writer.add("Sigmoid", [o]), writer.add("Tanh", [c])]);
  },
  lt: one("Less"),
  maximum: one("Max"),
  minimum: one("Min"),
  mul: one("Mul"),
  ne: not("Equal"),
  neg: one("Neg"),
  pow: one("Pow"),
  reciprocal: one("Reciprocal"),
  relu: one("Relu"),
  round: one("Round"),
  rsqrt: chain("Sqrt", "Reciprocal"),
  safeSqrt: one("Sqrt"),
  sigmoid: one("Sigmoid"),
  sign: one("Sign"),
  sin: one("Sin"),
  sinh: one("Sinh"),
  softplus(element) {
    const beta = element.scalars[0] as number;
    const x = scaled(element, element.inputs[0] as string, beta);
    return scaled(element, element.writer.add("Softplus", [x]), 1 / beta);
  },
  softshrink(element) {
    const by = float(element.scalars[0] as number);
    return one("Shrink", { lambd: by, bias: by })(element);
  },
  sqrt: one("Sqrt"),
  square: ({ writer, inputs: [x] }) => writer.add("Mul", [x as string, x as string]),
  sub: one("Sub"),
  tan: one("Tan"),
  tanh: one("Tanh"),
  threshold(element) {
    const [x, writer] = [element.inputs[0] as string, element.writer];
    const [limit, value] = element.scalars.map((y) => number(element, y)) as [string, string];
    return writer.add("Where", [writer.add("Greater", [x, limit]), x, value]);
  },
  where: one("Where"),
};

/** Writes a cast; null if it is not one. */
export function writeCast(name: string, { writer, inputs }: Element): string | null {
  const dtype = /^cast to (\w+)$/.exec(name)?.[1];
  if (dtype === undefined) return null;
  const to = dtype === "i32" ? INT64 : typeOf(dtype as "f32");
  return writer.add("Cast", inputs, { to: to.code });
}
