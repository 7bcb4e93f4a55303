import type { Scatter } from "../../graph/op.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { rounded } from "../../kernel/wgsl.ts";
import { contiguousStrides, sizeOf } from "../../shape.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { copyBase } from "./assemble.ts";
import { ofTwo, shapeOf, standIn, stridesOf, withLast, wrapped } from "./lines.ts";
import { Position } from "./position.ts";
import { Shader, type ShaderLimits, type Stage } from "./shader.ts";
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
 * The base, then a dispatch in which each thread owns a line of the output along the dimension (where there are few, a part of a
 * line), reads all its indices in order and writes those that fall to it: no atomics, and the order is fixed.
 */
export function scatterStages(kernel: Kernel, words: Words, limits: ShaderLimits): Stage[] {
  const step = kernel.steps.at(-1) as KernelStep;
  if (sizeOf(step.shape) === 0) return [];
  const [base, index, source] = step.operands as [KernelOperand, KernelOperand, KernelOperand];
  const stages = [copyBase(kernel, base, words, limits)];
  if (sizeOf(shapeOf(index)) > 0) stages.push(write(kernel, index, source, words, limits));
  return stages;
}

function write(
  kernel: Kernel,
  index: KernelOperand,
  source: KernelOperand,
  words: Words,
  limits: ShaderLimits,
): Stage {
  const step = kernel.steps.at(-1) as KernelStep;
  const { combine } = step.op.meaning as Scatter;
  const dim = step.attrs[0] as number;
  const sizes = withLast(shapeOf(index), dim);
  const lineDims = sizes.slice(0, -1);
  const lines = sizeOf(lineDims);
  const count = step.shape[dim] as number;
  const threads = limits.software ? ENOUGH_THREADS.software : ENOUGH_THREADS.gpu;
  const parts = Math.min(count, MOST_PARTS, Math.ceil(threads / lines));
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
    const size = words.number(Math.ceil(count / parts));
    const first = text.let(`(thread - ${line.text} * ${words.number(parts)}) * ${size}`, 1, "from");
    text.block(`for (var j = 0u; j < ${words.number(sizes.at(-1) as number)}; j++)`, () => {
      at.prepare(1);
      const { place, found } = wrapped(
        shader.element(index, at.read(chosen.operand)),
        words.number(count),
        text,
      );
      const mine = `${found.text} && ${place.text} >= ${first.text} && ${place.text} < ${first.text} + ${size}`;
      text.block(`if (${mine})`, () => {
        const value = shader.element(source, at.read(from.operand));
        const stride = words.number(strides[dim] as number);
        const target = text.let(`${at.read(to.operand).text} + ${place.text} * ${stride}`, 1, "i");
        const out = shader.output(false);
        const stored = `${out}[${target.text}]`;
        const loaded = { bool: `${stored} != 0u`, f16: `f32(${stored})` } as Record<string, string>;
        const before = combine === "assign" ? value : text.let(loaded[step.dtype] ?? stored, 1);
        const joined = ofTwo(combinations[combine], step.dtype, before, value, text);
        const result = combine === "assign" ? joined : rounded(joined, step.dtype, text);
        text.line(`${stored} = ${shader.stored(result.text, step.dtype)};`);
      });
    });
  });
}
