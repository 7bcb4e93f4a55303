import { type Shape, sameShape, sizeOf } from "../../shape.ts";
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
  const shapeOf = (stored: number): Shape => (kernel.steps[stored] as KernelStep).shape;
  const shader = new Shader(kernel, words, wide, limits.single);
  const { text } = shader;
  const stage = shader.overItems(Math.ceil(size / 4), limits, () => {
    const index = text.let("item * 4u + vec4<u32>(0u, 1u, 2u, 3u)", 4, "i");
    // a view reads over the shape of who reads it, and equally many elements may be called by several shapes
    const positions = new Map<string, Position>();
    const positionOf = (stored: number): Position => {
      const dims = shapeOf(stored);
      const known = positions.get(dims.join());
      if (known !== undefined) return known;
      const alike = kernel.stored.filter((one) => sameShape(shapeOf(one), dims));
      const readings = shader.readings(...alike);
      const at = new Position(words, text, [{ dims, index }], readings, "item");
      at.prepare(0);
      positions.set(dims.join(), at);
      return at;
    };
    // all are read before any is written: a buffer may be both
    const values = kernel.stored.map((stored) => shader.value(stored, positionOf(stored)));
    values.forEach((value, output) => {
      shader.storeFour(value, "item", output);
    });
  });
  return [stage];
}
