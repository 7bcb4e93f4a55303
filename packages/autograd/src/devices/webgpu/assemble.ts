import { partStrides } from "../../graph/region.ts";
import { splat, type WgslValue } from "../../kernel/wgsl.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { shapeOf } from "./lines.ts";
import type { LoweringLimits } from "./lower.ts";
import { Position } from "./position.ts";
import { Shader, type ShaderLimits, type Stage, wideInputs } from "./shader.ts";
import type { Words } from "./words.ts";

/** The base (a copy, or zeros), then a dispatch for each part that is written over it. */
export function assembleStages(kernel: Kernel, words: Words, limits: LoweringLimits): Stage[] {
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

  const strides = partStrides(step.attrs, parts.map(shapeOf));
  const regions = parts.map((part, i): Region => {
    return { part, strides: strides[i] as number[], offset: step.scalars[i] as number };
  });
  const filled = regions.filter(({ part }) => sizeOf(shapeOf(part)) > 0);
  for (const some of shared(kernel, step, filled, limits)) {
    if (some.length > 1 || kernel.stored.length > 1)
      stages.push(writeParts(kernel, some, words, limits));
    else if (some.length === 1) stages.push(writePart(kernel, some[0] as Region, words, limits));
  }
  return stages;
}

/** A part, and where it goes: strides in the output, and the parameter that holds where it begins. */
interface Region {
  readonly part: KernelOperand;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Parts of one shape share a dispatch as far as its bindings reach. */
function shared(
  kernel: Kernel,
  step: KernelStep,
  regions: readonly Region[],
  { maxBindings }: LoweringLimits,
): Region[][] {
  const [first] = regions;
  const alike = regions.every(({ part }) =>
    sameShape(shapeOf(part), shapeOf((first as Region).part)),
  );
  if (!alike || step.dtype === "u8") return regions.map((region) => [region]);
  if (kernel.inputs.length + kernel.stored.length <= maxBindings) return [[...regions]];
  const most = kernel.steps.length === 1 ? maxBindings - 1 : 1;
  return Array.from({ length: Math.ceil(regions.length / most) }, (_, i) =>
    regions.slice(i * most, (i + 1) * most),
  );
}

/** Parts of one shape, and what is stored beside them: a thread finds the elements of all at its place. */
function writeParts(
  kernel: Kernel,
  regions: readonly Region[],
  words: Words,
  limits: ShaderLimits,
): Stage {
  const dims = shapeOf((regions[0] as Region).part);
  const size = sizeOf(dims);
  const lanes = size % 4 === 0 ? 4 : 1;
  const extras = kernel.stored.slice(0, -1);
  const roots = [...regions.map(({ part }) => part), ...extras];
  const wide = lanes === 4 ? wideInputs(kernel, roots) : new Set<number>();
  const shader = new Shader(kernel, words, wide);
  const { text } = shader;
  return shader.overItems(size / lanes, limits, () => {
    const index: WgslValue =
      lanes === 4
        ? text.let("item * 4u + vec4<u32>(0u, 1u, 2u, 3u)", 4, "i")
        : { text: "item", lanes };
    const places = regions.map(({ part, strides, offset }) => ({
      operand: { ...part },
      strides,
      offset: words.parameter(offset),
    }));
    const readings = [
      ...regions.flatMap(({ part }) => shader.operandReadings(part)),
      ...shader.readings(...extras),
      ...places,
    ];
    const quad = lanes === 4 ? "item" : null;
    const at = new Position(words, text, [{ dims, index }], readings, quad);
    at.prepare(0);
    // all are read before any is written: a buffer may be both
    const values = regions.map(({ part }) => shader.operand(part, at));
    const beside = extras.map((extra) => shader.value(extra, at));
    beside.forEach((value, output) => {
      if (quad !== null) shader.storeFour(value, quad, output);
      else {
        const { dtype: kind } = shader.storedStep(output);
        text.line(`${shader.output(false, output)}[item] = ${shader.stored(value.text, kind)};`);
      }
    });
    const { dtype } = kernel.steps.at(-1) as KernelStep;
    values.forEach((value, i) => {
      const to = at.read((places[i] as { operand: KernelOperand }).operand);
      const out = shader.output(false);
      const four = splat(value, lanes, dtype).text;
      const each = lanes === 4 ? [".x", ".y", ".z", ".w"] : [""];
      for (const lane of each) {
        text.line(`${out}[${to.text}${lane}] = ${shader.stored(`${four}${lane}`, dtype)};`);
      }
    });
  });
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
  { part, strides, offset }: Region,
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
