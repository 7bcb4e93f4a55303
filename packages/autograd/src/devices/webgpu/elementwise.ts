import { sizeOf } from "../../shape.ts";
import type { Kernel, KernelStep } from "../device.ts";
import { Position } from "./position.ts";
import { Shader, type ShaderLimits, type Stage, wideInputs } from "./shader.ts";
import type { Words } from "./words.ts";

/** Steps that are found element by element: a thread makes four consecutive elements. */
export function elementwiseStages(kernel: Kernel, words: Words, limits: ShaderLimits): Stage[] {
  const last = kernel.steps.length - 1;
  const step = kernel.steps[last] as KernelStep;
  const size = sizeOf(step.shape);
  if (size === 0) return [];
  const wide = wideInputs(kernel, kernel.stored);
  const shared = kernel.inputs.findIndex(({ inPlace }, i) => inPlace >= 0 && !wide.has(i));
  if (shared >= 0) {
    throw new Error(`${step.op.name}: input ${shared} is written in place and read through a view`);
  }
  const shader = new Shader(kernel, words, wide);
  const { text } = shader;
  const stage = shader.overItems(Math.ceil(size / 4), limits, () => {
    const index = text.let("item * 4u + vec4<u32>(0u, 1u, 2u, 3u)", 4, "i");
    const segments = [{ dims: step.shape, index }];
    const at = new Position(words, text, segments, shader.readings(...kernel.stored), "item");
    at.prepare(0);
    // all are read before any is written: a buffer may be both
    const values = kernel.stored.map((stored) => shader.value(stored, at));
    values.forEach((value, output) => {
      shader.storeFour(value, "item", output);
    });
  });
  return [stage];
}
