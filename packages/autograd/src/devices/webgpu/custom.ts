import type { DType } from "../../dtype.ts";
import { customSizes } from "../../graph/attributes.ts";
import type { Custom } from "../../graph/op.ts";
import { type Binding, type Declared, wordOf } from "../../lower/bindings.ts";
import { fold } from "../../lower/grid.ts";
import type { Uniforms } from "../../lower/uniforms.ts";
import type { Kernel, KernelStep } from "../device.ts";
import type { Stage } from "./render/stage.ts";
import { bufferText } from "./render/text.ts";

/** Wraps a custom kernel's WGSL in declarations of its bindings and an entry point. */
export function customStages(
  kernel: Kernel,
  uniforms: Uniforms,
  maxWorkgroups: number,
): { stages: readonly Stage[]; scratch: readonly number[] } {
  const step = kernel.steps.at(-1) as KernelStep;
  const meaning = step.op.meaning as Custom;
  const { groups, sizes, outputs, scratch } = customSizes(step.attrs, meaning);
  const workgroups = fold(groups, maxWorkgroups);

  // members in the order of the uniform words
  const members: string[] = [];
  const member = (name: string, value: number) => {
    uniforms.number(value);
    members.push(`${name}: u32`);
  };
  member("grid_groups", groups);
  member("grid_width", workgroups[0]);
  for (const [i, name] of meaning.sizes.entries()) member(name, sizes[i] as number);
  for (const [i, name] of meaning.scalars.entries()) {
    const slot = step.scalars[i] as number;
    uniforms.parameter(slot);
    members.push(`${name}: ${wordOf(kernel.params[slot] as DType)}`);
  }

  const declared: Declared[] = [];
  const declare = (name: string, dtype: DType, binding: Binding) => {
    const type = { word: wordOf(dtype), wide: false, atomic: false };
    declared.push({ name, type, ...binding });
  };
  for (const [i, { source, dtype }] of step.operands.entries()) {
    if (!("input" in source))
      throw new Error(`${step.op.name}: operand ${i} of a custom kernel must be a buffer`);
    declare(meaning.inputs[i] as string, dtype, { source, writable: false });
  }
  for (const [i, name] of meaning.outputs.entries()) {
    const { start, size } = outputs[i] as (typeof outputs)[number];
    const range = { offset: 4 * start, size: 4 * size };
    declare(name, step.dtype, { source: { output: 0 }, writable: true, range });
  }
  for (const [i, name] of meaning.scratch.entries()) {
    declare(name, step.dtype, { source: { scratch: i }, writable: true });
  }

  const wgsl = `struct Numbers { ${members.join(", ")} }
@group(0) @binding(0) var<uniform> u: Numbers;
${declared.map(bufferText).join("\n")}
${meaning.wgsl}
@compute @workgroup_size(${meaning.workgroup}) fn main(
  @builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let group = id.y * u.grid_width + id.x;
  if (group < u.grid_groups) { kernel(group * ${meaning.workgroup}u + local, group, local); }
}
`;
  return {
    stages: [{ wgsl, bindings: declared, workgroups }],
    scratch: scratch.map((size) => 4 * Math.max(size, 1)),
  };
}
