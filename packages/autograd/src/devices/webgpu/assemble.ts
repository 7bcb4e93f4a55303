import type { WgslValue } from "../../kernel/wgsl.ts";
import { sizeOf } from "../../shape.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { Position } from "./position.ts";
import { Shader, type ShaderLimits, type Stage, shapeOf, wideInputs } from "./shader.ts";
import type { Words } from "./words.ts";

/** The base (a copy, or zeros), then a dispatch for each part that is written over it. */
export function assembleStages(kernel: Kernel, words: Words, limits: ShaderLimits): Stage[] {
  const step = kernel.steps.at(-1) as KernelStep;
  const size = sizeOf(step.shape);
  if (size === 0) return [];
  const hasBase = step.attrs[0] === 1;
  const parts = hasBase ? step.operands.slice(1) : step.operands;
  const stages: Stage[] = [];
  // Parts of as many elements as the output cover it: concatenation.
  const covered = parts.reduce((sum, part) => sum + sizeOf(shapeOf(part)), 0) === size;
  const [base] = step.operands;
  const baseInput =
    hasBase && base !== undefined && "input" in base.source ? base.source.input : -1;
  const inPlace = base?.view === null && (kernel.inputs[baseInput]?.inPlace ?? -1) >= 0;
  if (hasBase && !inPlace) stages.push(copyBase(kernel, base as KernelOperand, words, limits));
  else if (!hasBase && !covered) stages.push(fillZeros(kernel, words, limits));

  let at = 1;
  parts.forEach((part, i) => {
    const shape = shapeOf(part);
    const strides = step.attrs.slice(at, at + shape.length);
    at += shape.length;
    if (sizeOf(shape) === 0) return;
    stages.push(writePart(kernel, part, strides, step.scalars[i] as number, words, limits));
  });
  return stages;
}

export function copyBase(
  kernel: Kernel,
  base: KernelOperand,
  words: Words,
  limits: ShaderLimits,
): Stage {
  const step = kernel.steps.at(-1) as KernelStep;
  const shader = new Shader(kernel, words, wideInputs(kernel, [base]));
  const { text } = shader;
  return shader.overItems(Math.ceil(sizeOf(step.shape) / 4), limits, () => {
    const index = text.let("item * 4u + vec4<u32>(0u, 1u, 2u, 3u)", 4, "i");
    const readings = shader.operandReadings(base);
    const at = new Position(words, text, [{ dims: step.shape, index }], readings, "item");
    at.prepare(0);
    shader.storeFour(shader.operand(base, at), "item");
  });
}

function fillZeros(kernel: Kernel, words: Words, limits: ShaderLimits): Stage {
  const step = kernel.steps.at(-1) as KernelStep;
  const shader = new Shader(kernel, words);
  const zero: WgslValue = { text: step.dtype === "bool" ? "false" : "0", lanes: 1 };
  return shader.overItems(Math.ceil(sizeOf(step.shape) / 4), limits, () =>
    shader.storeFour(zero, "item"),
  );
}

function writePart(
  kernel: Kernel,
  part: KernelOperand,
  strides: readonly number[],
  offset: number,
  words: Words,
  limits: ShaderLimits,
): Stage {
  const step = kernel.steps.at(-1) as KernelStep;
  const shader = new Shader(kernel, words);
  const { text } = shader;
  const dims = shapeOf(part);
  return shader.overItems(sizeOf(dims), limits, () => {
    // The region of the output is a view like any other, kept under a stand-in operand.
    const region: KernelOperand = { ...part };
    const readings = [
      ...shader.operandReadings(part),
      { operand: region, strides, offset: words.parameter(offset) },
    ];
    const index: WgslValue = { text: "item", lanes: 1 };
    const at = new Position(words, text, [{ dims, index }], readings);
    at.prepare(0);
    const { text: value } = shader.operand(part, at);
    const to = at.read(region).text;
    if (step.dtype === "u8") {
      // Four elements share a word. Each has one writer, so the result does not depend on the order.
      const word = `&${shader.bind({ output: 0 }, "atomic<u32>", true)}[${to} >> 2u]`;
      const { text: shift } = text.let(`(${to} & 3u) * 8u`, 1, "shift");
      text.line(`atomicAnd(${word}, ~(0xffu << ${shift}));`);
      text.line(`atomicOr(${word}, ${value} << ${shift});`);
      return;
    }
    text.line(`${shader.output(false)}[${to}] = ${shader.stored(value, step.dtype)};`);
  });
}
