import { type DType, isFloating } from "../../dtype.ts";
import type { Scan } from "../../graph/op.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import {
  constant,
  rounded,
  storageType,
  type WgslText,
  type WgslValue,
  wgslType,
} from "../../kernel/wgsl.ts";
import { sizeOf } from "../../shape.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { ofTwo, shapeOf } from "./lines.ts";
import { Position } from "./position.ts";
import { divide } from "./reduce.ts";
import { Shader, type ShaderLimits, type Stage } from "./shader.ts";
import type { Words } from "./words.ts";

/** What is carried along a row. */
interface Carry {
  /** Takes in one element: its value, and its index in the row. */
  take(value: WgslValue, index: string): void;
  /** What stands for all elements taken, to be stored. */
  result(): string;
}

/**
 * A scan: a thread a row. Few long rows are cut into parts: a first dispatch combines each part, a second begins each with what
 * the parts before it come to.
 */
export function scanStages(
  kernel: Kernel,
  words: Words,
  limits: ShaderLimits,
): { stages: Stage[]; scratch: number[] } {
  const step = kernel.steps.at(-1) as KernelStep;
  const operand = step.operands[0] as KernelOperand;
  const { combine } = step.op.meaning as Scan;
  const shape = shapeOf(operand);
  const length = shape.at(-1) as number;
  const outer = shape.slice(0, -1);
  const rows = sizeOf(outer);
  if (rows * length === 0) return { stages: [], scratch: [] };
  const { parts, part } = divide(rows, length);
  const type = step.dtype === "f16" ? "f32" : storageType(step.dtype);

  const overParts = (body: (shader: Shader, row: Row) => void): Stage => {
    const shader = new Shader(kernel, words);
    const { text } = shader;
    return shader.perThread(rows * parts, limits, () => {
      const row = text.let(`thread / ${words.number(parts)}`, 1, "row");
      const number = text.let(`thread - ${row.text} * ${words.number(parts)}`, 1, "part");
      const size = words.number(part);
      const from = text.let(`${number.text} * ${size}`, 1, "from");
      const to = text.let(`min(${from.text} + ${size}, ${words.number(length)})`, 1, "to");
      const load = (index: WgslValue) => {
        const segments = [
          { dims: outer, index: row },
          { dims: [length], index },
        ];
        const at = new Position(words, text, segments, shader.operandReadings(operand));
        at.prepare(0);
        at.prepare(1);
        return shader.operand(operand, at);
      };
      body(shader, { number: row, part: number.text, from: from.text, to: to.text, load });
    });
  };
  const takeAll = (text: WgslText, { from, to, load }: Row, carry: Carry, then: () => void) => {
    text.block(`for (var k = ${from}; k < ${to}; k++)`, () => {
      carry.take(load({ text: "k", lanes: 1 }), "k");
      then();
    });
  };

  const stages: Stage[] = [];
  if (parts > 1) {
    const combineParts = overParts((shader, row) => {
      const carry = carryOf(shader.text, combine, operand.dtype, step.dtype);
      takeAll(shader.text, row, carry, () => {});
      const scratch = shader.bind({ scratch: 0 }, type, true);
      shader.text.line(`${scratch}[thread] = ${carry.result()};`);
    });
    stages.push(combineParts);
  }
  const alongParts = overParts((shader, row) => {
    const { text } = shader;
    const carry = carryOf(text, combine, operand.dtype, step.dtype);
    if (parts > 1) {
      const scratch = shader.bind({ scratch: 0 }, type, false);
      text.block(`for (var p = thread - ${row.part}; p < thread; p++)`, () => {
        const before = text.let(`${scratch}[p]`, 1);
        if (!isArg(combine)) return carry.take(before, "");
        const index = text.let(`u32(${before.text})`, 1);
        carry.take(row.load(index), index.text);
      });
    }
    const start = text.let(`${row.number.text} * ${words.number(length)}`, 1, "start");
    takeAll(text, row, carry, () => {
      const result = rounded({ text: carry.result(), lanes: 1 }, step.dtype, text);
      const stored = shader.stored(result.text, step.dtype);
      text.line(`${shader.output(false)}[${start.text} + k] = ${stored};`);
    });
  });
  stages.push(alongParts);
  return { stages, scratch: parts > 1 ? [rows * parts * 4] : [] };
}

interface Row {
  readonly number: WgslValue;
  readonly part: string;
  readonly from: string;
  readonly to: string;
  load(index: WgslValue): WgslValue;
}

const isArg = (combine: Scan["combine"]): combine is "argmax" | "argmin" =>
  combine === "argmax" || combine === "argmin";

function carryOf(text: WgslText, combine: Scan["combine"], of: DType, result: DType): Carry {
  if (isArg(combine)) return extreme(text, combine, of);
  return combine === "sum" && isFloating(result)
    ? compensatedSum(text)
    : folded(text, combine, result);
}

/** log(eᵃ + eᵇ) without overflow; the difference of equal infinities would be NaN. */
function logOfSum(a: Expr, b: Expr): Expr {
  const rest = e.log1p(e.exp(e.neg(e.abs(e.sub(a, b)))));
  const doubled = e.add(a, e.number(Math.LN2, a));
  return e.select(e.eq(a, b), doubled, e.add(e.max(a, b), rest));
}

function folded(text: WgslText, combine: "sum" | "prod" | "logsumexp", of: DType): Carry {
  const total: WgslValue = { text: text.name("total"), lanes: 1 };
  const start = { sum: 0, prod: 1, logsumexp: -Infinity }[combine];
  const fold = { sum: e.add, prod: e.mul, logsumexp: logOfSum }[combine];
  text.line(`var ${total.text} = ${wgslType(of)}(${constant(start, of, text).text});`);
  return {
    take(value) {
      const next = ofTwo(fold, of, total, value, text);
      text.line(`${total.text} = ${next.text};`);
    },
    result: () => total.text,
  };
}

/** Carries along what rounding lost (Neumaier 1974). */
function compensatedSum(text: WgslText): Carry {
  const total: WgslValue = { text: text.name("total"), lanes: 1 };
  const lost = text.name("lost");
  text.line(`var ${total.text} = 0.0f;`);
  text.line(`var ${lost} = 0.0f;`);
  return {
    take(value) {
      const sum = text.let(`${total.text} + ${value.text}`, 1);
      text.line(`${lost} += ${text.call("rounding_f32", [total, value, sum])};`);
      text.line(`${total.text} = ${sum.text};`);
    },
    // past infinity the rest is NaN
    result: () =>
      `select(${total.text}, ${total.text} + ${lost}, ${text.call("isFinite_f32", [total])})`,
  };
}

/** Index of the extreme, the latest of equals; from a NaN on, of the latest NaN. */
function extreme(text: WgslText, combine: "argmax" | "argmin", of: DType): Carry {
  const best: WgslValue = { text: text.name("best"), lanes: 1 };
  const at = text.name("at");
  const some = text.name("some");
  text.line(`var ${best.text} = ${wgslType(of)}(${of === "bool" ? "false" : "0"});`);
  text.line(`var ${at} = 0u;`);
  text.line(`var ${some} = false;`);
  const fn = combine === "argmax" ? e.ge : e.le;
  // a comparison with NaN may be anything on a device
  const beats = (a: Expr, b: Expr): Expr =>
    isFloating(of) ? e.or(e.isNan(a), e.and(e.not(e.isNan(b)), fn(a, b))) : fn(a, b);
  return {
    take(value, index) {
      const better = ofTwo(beats, of, value, best, text);
      text.block(`if (!${some} || ${better.text})`, () => {
        text.line(`${best.text} = ${value.text};`);
        text.line(`${at} = ${index};`);
        text.line(`${some} = true;`);
      });
    },
    result: () => `i32(${at})`,
  };
}
