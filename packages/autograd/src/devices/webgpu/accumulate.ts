import { type DType, isFloating } from "../../dtype.ts";
import type { Reduce } from "../../graph/op.ts";
import { e } from "../../kernel/expression.ts";
import {
  constant,
  type Lanes,
  renderExpression,
  type WgslText,
  type WgslValue,
  wgslType,
} from "../../kernel/wgsl.ts";

export type Combine = Exclude<Reduce["combine"], "argmax" | "argmin">;

/** A result in the making, in a variable of the shader. */
export interface Accumulator {
  /** What changes nothing, in as many lanes. */
  readonly neutral: string;
  /** Takes one value in; to be called inside the loop. */
  add(value: WgslValue): void;
  /** All of it in one lane; to be called after the loop. */
  result(): WgslValue;
}

/** Declares a variable that values are combined into. Sums of f32 keep what rounding loses (Neumaier 1974). */
export function accumulator(
  text: WgslText,
  combine: Combine,
  of: DType,
  lanes: Lanes,
): Accumulator {
  const type = wgslType(of, lanes);
  const neutral = `${type}(${constant(neutralOf(combine, of), of, text).text})`;
  const total = text.name("total");
  text.line(`var ${total} = ${neutral};`);
  const lost = combine === "sum" && isFloating(of) ? text.name("lost") : null;
  if (lost !== null) text.line(`var ${lost} = ${neutral};`);
  const add = (value: WgslValue): void => {
    const before: WgslValue = { text: total, lanes };
    const sum = combined(combine, of, before, value, text);
    if (lost !== null) text.line(`${lost} += ${rounding(before, value, sum, text)};`);
    text.line(`${total} = ${sum.text};`);
  };
  const result = (): WgslValue => {
    let value: WgslValue = { text: total, lanes: 1 };
    const rest = lost === null ? [] : lanes === 1 ? [lost] : [...parts(lost)];
    if (lanes === 4) {
      const both = (a: WgslValue, b: WgslValue) => {
        const sum = combined(combine, of, a, b, text);
        if (lost !== null) rest.push(rounding(a, b, sum, text));
        return sum;
      };
      const [x, y, z, w] = parts(total).map((part) => ({ text: part, lanes: 1 }) as const);
      value = both(both(x as WgslValue, y as WgslValue), both(z as WgslValue, w as WgslValue));
    }
    if (lost === null) return value;
    const whole = text.let(`${value.text} + (${rest.join(" + ")})`, 1);
    // Past infinity the rest is NaN.
    const finite = text.call("isFinite_f32", [value]);
    return text.let(`select(${value.text}, ${whole.text}, ${finite})`, 1);
  };
  return { neutral, add, result };
}

/** The first extreme of values that come one after the other, and its position; NaN is extreme. */
export interface Extreme {
  readonly best: string;
  readonly at: string;
  /** Takes one value in, in one lane; `first` is the condition under which it is the first. */
  add(value: WgslValue, position: string, first: string): void;
}

export function extreme(text: WgslText, combine: "argmax" | "argmin", of: DType): Extreme {
  const best = text.name("best");
  const at = text.name("at");
  text.line(`var ${best} = ${wgslType(of)}(${of === "bool" ? "false" : "0"});`);
  text.line(`var ${at} = 0u;`);
  const fn = combine === "argmax" ? e.gt : e.lt;
  const [a, b] = [e.load(0, of), e.load(1, of)];
  const beats = isFloating(of) ? e.or(fn(a, b), e.and(e.isNan(a), e.not(e.isNan(b)))) : fn(a, b);
  const add = (value: WgslValue, position: string, first: string): void => {
    const leaves = {
      load: (n: number): WgslValue => (n === 0 ? value : { text: best, lanes: 1 }),
      scalar: () => value,
      index: () => value,
    };
    const better = renderExpression(beats, leaves, text);
    text.block(`if (${first} || ${better.text})`, () => {
      text.line(`${best} = ${value.text};`);
      text.line(`${at} = ${position};`);
    });
  };
  return { best, at, add };
}

const parts = (name: string): string[] => ["x", "y", "z", "w"].map((part) => `${name}.${part}`);

const rounding = (a: WgslValue, b: WgslValue, sum: WgslValue, text: WgslText): string =>
  text.call("rounding_f32", [a, b, sum]);

function combined(
  combine: Combine,
  of: DType,
  a: WgslValue,
  b: WgslValue,
  text: WgslText,
): WgslValue {
  const fn = { sum: e.add, prod: e.mul, max: e.max, min: e.min }[combine];
  const leaves = { load: (n: number) => (n === 0 ? a : b), scalar: () => a, index: () => a };
  return renderExpression(fn(e.load(0, of), e.load(1, of)), leaves, text);
}

/** The value that changes nothing. */
function neutralOf(combine: Combine, of: DType): number {
  if (combine === "sum") return 0;
  if (combine === "prod") return 1;
  const largest = combine === "min";
  switch (of) {
    case "i32":
      return largest ? 0x7fffffff : -0x80000000;
    case "u32":
      return largest ? 0xffffffff : 0;
    case "u8":
      return largest ? 255 : 0;
    case "bool":
      return largest ? 1 : 0;
    default:
      return largest ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }
}

/** The value in another dtype. */
export function cast(value: WgslValue, from: DType, to: DType, text: WgslText): WgslValue {
  const leaf = () => value;
  const expression = e.cast(e.load(0, from), to);
  return renderExpression(expression, { load: leaf, scalar: leaf, index: leaf }, text);
}
