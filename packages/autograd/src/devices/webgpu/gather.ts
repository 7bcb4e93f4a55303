import { isFloating } from "../../dtype.ts";
import { constant, splat, type WgslValue, wgslType, widest } from "../../kernel/wgsl.ts";
import { sizeOf } from "../../shape.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { standIn, stridesOf, wrapped } from "./lines.ts";
import { Position } from "./position.ts";
import { Shader, type ShaderLimits, type Stage, shapeOf, wideInputs } from "./shader.ts";
import type { Words } from "./words.ts";

/** A thread makes four consecutive elements: reads their indices, then x at each through its view. */
export function gatherStages(kernel: Kernel, words: Words, limits: ShaderLimits): Stage[] {
  const step = kernel.steps.at(-1) as KernelStep;
  const [x, index] = step.operands as [KernelOperand, KernelOperand];
  const dim = step.attrs[0] as number;
  const size = sizeOf(step.shape);
  if (size === 0) return [];
  const wide = wideInputs(kernel, [index]);
  if ("input" in x.source) wide.delete(x.source.input);
  const shader = new Shader(kernel, words, wide);
  const { text } = shader;
  const stage = shader.overItems(Math.ceil(size / 4), limits, () => {
    const flat = text.let("item * 4u + vec4<u32>(0u, 1u, 2u, 3u)", 4, "i");
    const line = standIn(words, x, stridesOf(x).with(dim, 0));
    const readings = [...shader.operandReadings(index), line];
    const at = new Position(words, text, [{ dims: step.shape, index: flat }], readings, "item");
    at.prepare(0);
    const count = words.number(shapeOf(x)[dim] as number);
    const { place, found } = wrapped(shader.operand(index, at), count, text);
    const start = at.read(line.operand);
    const stride = words.number(stridesOf(x)[dim] as number);
    const from = text.let(`${start.text} + ${place.text} * ${stride}`, widest([start, place]), "i");
    const missing = constant(Number.NaN, step.dtype, text);
    shader.storeFour(chosen(shader.element(x, from), found, missing), "item");
  });
  return [stage];

  function chosen(value: WgslValue, found: WgslValue, missing: WgslValue): WgslValue {
    const lanes = widest([value, found]);
    const four = (one: WgslValue) => splat(one, lanes, step.dtype).text;
    const zero = `${wgslType(step.dtype, lanes)}(${step.dtype === "bool" ? "false" : "0"})`;
    const otherwise = isFloating(step.dtype) ? four(missing) : zero;
    const condition = splat(found, lanes, "bool").text;
    return text.let(`select(${otherwise}, ${four(value)}, ${condition})`, lanes);
  }
}
