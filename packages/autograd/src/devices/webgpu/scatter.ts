import type { Scatter } from "../../graph/op.ts";
import { coversLines } from "../../graph/region.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { rounded, storageType, type WgslValue } from "../../kernel/wgsl.ts";
import { contiguousStrides, sizeOf } from "../../shape.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { copyBase } from "./assemble.ts";
import { ofTwo, shapeOf, standIn, stridesOf, withLast, wrapped } from "./lines.ts";
import { Position } from "./position.ts";
import { type BindingSource, Shader, type ShaderLimits, type Stage } from "./shader.ts";
import type { Words } from "./words.ts";

/** Threads that keep a device busy, and how many of them may read the same indices. */
const ENOUGH_THREADS = { gpu: 1024, software: 16 };
const MOST_PARTS = 256;

const combinations: Record<Scatter["combine"], (sofar: Expr, x: Expr) => Expr> = {
  assign: (_, x) => x,
  sum: e.add,
  prod: e.mul,
  max: e.max,
  min: e.min,
};

/**
 * Each thread owns a line of the output along the dimension (of few or long lines a part): it begins as the base, then the thread reads
 * all its indices in order and writes those that fall to it: no atomics, and the order is fixed. Elementwise work on the result follows at
 * once. Where the indices leave some lines out, the base is a dispatch of its own.
 */
export function scatterStages(
  kernel: Kernel,
  step: KernelStep,
  words: Words,
  limits: ShaderLimits,
): { stages: Stage[]; scratch: number[] } {
  const size = sizeOf(step.shape);
  if (size === 0) return { stages: [], scratch: [] };
  const [base, index] = step.operands as [KernelOperand, KernelOperand, KernelOperand];
  const whole = coversLines(step.shape, shapeOf(index), step.attrs[0] as number);
  if (step.dtype === "u8" || !whole) {
    const stages = [copyBase(kernel, base, words, limits)];
    if (sizeOf(shapeOf(index)) > 0) stages.push(write(kernel, step, null, words, limits));
    return { stages, scratch: [] };
  }
  const output = kernel.stored.indexOf(kernel.steps.indexOf(step));
  const apart = output < 0 || kernel.inputs.some(({ inPlace }) => inPlace === output);
  const sums = apart ? { scratch: 0 } : { output };
  return {
    stages: [write(kernel, step, sums, words, limits)],
    scratch: apart ? [size * 4] : [],
  };
}

/** The dispatch of a thread for each line, or part of one. It begins and ends its lines too where it is told what they lie in. */
function write(
  kernel: Kernel,
  step: KernelStep,
  sums: BindingSource | null,
  words: Words,
  limits: ShaderLimits,
): Stage {
  const { combine } = step.op.meaning as Scatter;
  const [base, index, source] = step.operands as [KernelOperand, KernelOperand, KernelOperand];
  const dim = step.attrs[0] as number;
  const sizes = withLast(shapeOf(index), dim);
  const lineDims = sizes.slice(0, -1);
  const lines = sizeOf(lineDims);
  const count = step.shape[dim] as number;
  const indices = sizes.at(-1) as number;
  const threads = limits.software ? ENOUGH_THREADS.software : ENOUGH_THREADS.gpu;
  // a thread has about as many elements as it reads indices
  const wanted = Math.max(threads / lines, sums === null ? 1 : count / Math.max(1, indices));
  const parts = Math.min(count, MOST_PARTS, Math.ceil(wanted));
  const shader = new Shader(kernel, words);
  const { text } = shader;
  return shader.perThread(lines * parts, limits, () => {
    const strides = contiguousStrides(step.shape);
    const line = text.let(`thread / ${words.number(parts)}`, 1, "line");
    const chosen = standIn(words, index, withLast(stridesOf(index), dim));
    const from = standIn(words, source, withLast(stridesOf(source), dim));
    const to = {
      operand: { ...index },
      strides: withLast(strides, dim).with(-1, 0),
      offset: words.number(0),
    };
    const segments = [
      { dims: lineDims, index: line },
      { dims: sizes.slice(-1), index: { text: "j", lanes: 1 as const } },
    ];
    const at = new Position(words, text, segments, [chosen, from, to]);
    at.prepare(0);
    const start = at.read(to.operand).text;
    const stride = words.number(strides[dim] as number);
    const size = words.number(Math.ceil(count / parts));
    const first = text.let(`(thread - ${line.text} * ${words.number(parts)}) * ${size}`, 1, "from");
    const last = text.let(`min(${first.text} + ${size}, ${words.number(count)})`, 1, "to");
    const eachElement = (body: (index: WgslValue) => void): void => {
      const place = text.name("e");
      text.block(`for (var ${place} = ${first.text}; ${place} < ${last.text}; ${place}++)`, () => {
        body(text.let(`${start} + ${place} * ${stride}`, 1, "i"));
      });
    };
    const own = sums === null ? null : shader.bind(sums, storageType(step.dtype), true);
    const out = own ?? shader.output(false);
    const loaded = (at: string): string => {
      if (step.dtype === "bool") return `${out}[${at}] != 0u`;
      return step.dtype === "f16" ? `f32(${out}[${at}])` : `${out}[${at}]`;
    };
    if (own !== null) {
      eachElement((index) => {
        const segments = [{ dims: step.shape, index }];
        const here = new Position(words, text, segments, shader.operandReadings(base));
        here.prepare(0);
        const value = shader.operand(base, here);
        text.line(`${out}[${index.text}] = ${shader.stored(value.text, step.dtype)};`);
      });
    }
    text.block(`for (var j = 0u; j < ${words.number(indices)}; j++)`, () => {
      at.prepare(1);
      const { place, found } = wrapped(
        shader.element(index, at.read(chosen.operand)),
        words.number(count),
        text,
      );
      const mine = `${found.text} && ${place.text} >= ${first.text} && ${place.text} < ${last.text}`;
      text.block(`if (${mine})`, () => {
        const value = shader.element(source, at.read(from.operand));
        const target = text.let(`${start} + ${place.text} * ${stride}`, 1, "i").text;
        const before = combine === "assign" ? value : text.let(loaded(target), 1);
        const joined = ofTwo(combinations[combine], step.dtype, before, value, text);
        const result = combine === "assign" ? joined : rounded(joined, step.dtype, text);
        text.line(`${out}[${target}] = ${shader.stored(result.text, step.dtype)};`);
      });
    });
    if (own === null || kernel.steps.at(-1) === step) return;
    eachElement((index) => shader.storeOne(step, text.let(loaded(index.text), 1), index));
  });
}
