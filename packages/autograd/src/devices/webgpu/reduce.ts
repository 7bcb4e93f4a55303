import type { DType } from "../../dtype.ts";
import type { Reduce } from "../../graph/op.ts";
import {
  type Lanes,
  splat,
  storageType,
  type WgslText,
  type WgslValue,
  wgslType,
} from "../../kernel/wgsl.ts";
import { sizeOf } from "../../shape.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { accumulator, cast, extreme } from "./accumulate.ts";
import { shapeOf } from "./lines.ts";
import { Position } from "./position.ts";
import { Shader, type ShaderLimits, type Stage, wideInputs } from "./shader.ts";
import type { Words } from "./words.ts";

type Combine = Reduce["combine"];

/** One row of a reduction: elements `from` to `to` (WGSL, u32) of what `load` gives. */
interface Row {
  readonly from: string;
  readonly to: string;
  /** `from`, `to` and the length divide by four. */
  readonly even: boolean;
  readonly lanes: Lanes;
  load(index: WgslValue): WgslValue;
  /** Of arg-reductions over partial results: the index that a partial result stands for. */
  position?(index: WgslValue): WgslValue;
}

/**
 * A reduction: a thread a row, without barriers. Few long rows are cut into parts whose results a second dispatch
 * combines. The order is fixed by the shape alone, so the same input gives the same bits.
 */
export function reduceStages(
  kernel: Kernel,
  step: KernelStep,
  words: Words,
  limits: ShaderLimits,
): { stages: Stage[]; scratch: number[] } {
  const operand = step.operands[0] as KernelOperand;
  const { combine } = step.op.meaning as Reduce;
  const shape = shapeOf(operand);
  const inner = shape.slice(shape.length - (step.attrs[0] as number));
  const outer = shape.slice(0, shape.length - inner.length);
  const rows = sizeOf(outer);
  const length = sizeOf(inner);
  if (rows === 0) return { stages: [], scratch: [] };

  const isArg = combine === "argmax" || combine === "argmin";
  const of: DType = isArg ? operand.dtype : step.dtype;
  const lanes: Lanes = isArg || length < 8 ? 1 : 4;
  const even = length % 4 === 0;
  const wide = lanes === 4 && even ? wideInputs(kernel, [operand]) : new Set<number>();
  const epilogue = kernel.steps.slice(kernel.steps.indexOf(step) + 1);
  for (const { operands } of epilogue) {
    for (const { source } of operands) if ("input" in source) wide.delete(source.input);
  }
  const { parts, part } = divide(rows, length);

  /** One row, or one part of it, from the operand. */
  const reduceRow = (shader: Shader, row: WgslValue, from: string, to: string): Result => {
    const { text } = shader;
    const counter = text.name("j");
    const index: WgslValue = { text: lanes === 4 ? `${counter}s` : counter, lanes };
    const segments = [
      { dims: outer, index: row },
      { dims: inner, index },
    ];
    let quad: string | null = null;
    if (wide.size > 0) {
      const first = text.let(`${row.text} * ${words.number(length / 4)}`, 1, "i");
      quad = `(${first.text} + (${counter} >> 2u))`;
    }
    const at = new Position(words, text, segments, shader.operandReadings(operand), quad);
    at.prepare(0);
    const load = () => {
      at.prepare(1);
      const value = shader.operand(operand, at);
      return isArg ? value : cast(value, operand.dtype, step.dtype, text);
    };
    return reduce(text, combine, of, counter, { from, to, even, lanes, load });
  };

  if (parts === 1) {
    const shader = new Shader(kernel, words, wide, limits.single);
    const stage = perRow(shader, step, rows, limits, (row) => {
      const result = reduceRow(shader, row, "0u", words.number(length));
      return isArg ? result.at : result.value;
    });
    return { stages: [stage], scratch: [] };
  }

  const first = new Shader(kernel, words, wide, limits.single);
  const { text } = first;
  const type = partialType(of);
  const partial = first.perThread(rows * parts, limits, () => {
    const row = text.let(`thread / ${words.number(parts)}`, 1, "row");
    const size = words.number(part);
    const from = text.let(`(thread - ${row.text} * ${words.number(parts)}) * ${size}`, 1, "from");
    const to = text.let(`min(${from.text} + ${size}, ${words.number(length)})`, 1, "to");
    const result = reduceRow(first, row, from.text, to.text);
    const value = of === "bool" ? `u32(${result.value})` : result.value;
    text.line(`${first.bind({ scratch: 0 }, type, true)}[thread] = ${value};`);
    if (isArg) text.line(`${first.bind({ scratch: 1 }, "u32", true)}[thread] = ${result.at};`);
  });
  const second = new Shader(kernel, words);
  const finalLanes: Lanes = isArg || parts < 8 ? 1 : 4;
  const final = perRow(second, step, rows, limits, (row) => {
    const counter = second.text.name("j");
    const base = second.text.let(`${row.text} * ${words.number(parts)}`, 1, "i");
    const read = (buffer: number, kind: DType) => (index: WgslValue) => {
      const name = second.bind({ scratch: buffer }, partialType(kind), false);
      const element = (j: string) => {
        const word = `${name}[${base.text} + ${j}]`;
        return kind === "bool" ? `(${word} != 0u)` : word;
      };
      if (index.lanes === 1) return second.text.let(element(index.text), 1, "x");
      const each = ["x", "y", "z", "w"].map((c) => element(`${index.text}.${c}`));
      return second.text.let(`${wgslType(kind, 4)}(${each.join(", ")})`, 4, "x");
    };
    const result = reduce(second.text, combine, of, counter, {
      from: "0u",
      to: words.number(parts),
      even: parts % 4 === 0,
      lanes: finalLanes,
      load: read(0, of),
      position: read(1, "u32"),
    });
    return isArg ? result.at : result.value;
  });
  const bytes = rows * parts * 4;
  return { stages: [partial, final], scratch: isArg ? [bytes, bytes] : [bytes] };
}

/** The type of partial results, which are not rounded to halves. */
const partialType = (dtype: DType): string => (dtype === "f16" ? "f32" : storageType(dtype));

/** Into how many parts of how many elements rows are cut; a matter of the shape alone. */
export function divide(rows: number, length: number): { parts: number; part: number } {
  if (rows >= 1024 || length <= 1024) return { parts: 1, part: length };
  const wanted = Math.min(Math.ceil(Math.sqrt(length)), Math.ceil(4096 / rows));
  const part = Math.ceil(length / wanted / 4) * 4;
  return { parts: Math.ceil(length / part), part };
}

/** A thread a row; four rows where the output's elements are bytes, since a word has one writer. */
function perRow(
  shader: Shader,
  step: KernelStep,
  rows: number,
  limits: ShaderLimits,
  value: (row: WgslValue) => string,
): Stage {
  const { text } = shader;
  if (step.dtype !== "u8") {
    return shader.perThread(rows, limits, () => {
      const row: WgslValue = { text: "thread", lanes: 1 };
      const result = text.let(`${wgslType(step.dtype)}(${value(row)})`, 1);
      shader.storeOne(step, result, row);
    });
  }
  return shader.perThread(Math.ceil(rows / 4), limits, () => {
    text.line("var word = 0u;");
    text.block("for (var byte = 0u; byte < 4u; byte++)", () => {
      const row = text.let("thread * 4u + byte", 1, "row");
      text.line(`word |= (${value(row)} & 0xffu) << (byte * 8u);`);
    });
    text.line(`${shader.output(false)}[thread] = word;`);
  });
}

interface Result {
  readonly value: string;
  /** Index of the extreme element, of arg-reductions. */
  readonly at: string;
}

function reduce(text: WgslText, combine: Combine, of: DType, counter: string, row: Row): Result {
  return combine === "argmax" || combine === "argmin"
    ? reduceToPosition(text, combine, of, counter, row)
    : reduceToValue(text, combine, of, counter, row);
}

function reduceToValue(
  text: WgslText,
  combine: Exclude<Combine, "argmax" | "argmin">,
  of: DType,
  counter: string,
  row: Row,
): Result {
  const { lanes } = row;
  const total = accumulator(text, combine, of, lanes);
  const next = lanes === 4 ? `${counter} += 4u` : `${counter}++`;
  text.block(`for (var ${counter} = ${row.from}; ${counter} < ${row.to}; ${next})`, () => {
    if (lanes === 4) text.line(`let ${counter}s = ${counter} + vec4<u32>(0u, 1u, 2u, 3u);`);
    const loaded = row.load({ text: lanes === 4 ? `${counter}s` : counter, lanes });
    let value = splat(loaded, lanes, of);
    if (lanes === 4 && !row.even) {
      value = text.let(
        `select(${total.neutral}, ${value.text}, ${counter}s < vec4<u32>(${row.to}))`,
        lanes,
      );
    }
    total.add(value);
  });
  return { value: total.result().text, at: "" };
}

function reduceToPosition(
  text: WgslText,
  combine: "argmax" | "argmin",
  of: DType,
  counter: string,
  row: Row,
): Result {
  const found = extreme(text, combine, of);
  text.block(`for (var ${counter} = ${row.from}; ${counter} < ${row.to}; ${counter}++)`, () => {
    const index: WgslValue = { text: counter, lanes: 1 };
    const value = row.load(index);
    const position = row.position === undefined ? counter : row.position(index).text;
    found.add(value, position, `${counter} == ${row.from}`);
  });
  return { value: found.best, at: found.at };
}
