import { DTypeError, LimitError } from "../../../errors.ts";
import type { Loops } from "../../../kernel/loops.ts";
import { expandCounters } from "../../../lower/expand.ts";
import { sizeOfGroup } from "../../../lower/grid.ts";
import { anchorOf, atOperation, lowerParts } from "../../../lower/lower.ts";
import { nameValues } from "../../../lower/name-values.ts";
import type { Target } from "../../../lower/target.ts";
import { Uniforms, type UniformWords } from "../../../lower/uniforms.ts";
import type { Kernel, Lowered } from "../../device.ts";
import { titleOf } from "../../title.ts";
import type { customStages } from "../custom.ts";
import { renderBatch } from "./batch.ts";
import { renderMerged } from "./merge.ts";
import { type Part, renderStage, type Stage, WORDS } from "./stage.ts";

/** What rendering must know of the device. */
export interface RenderTarget extends Target {
  readonly maxWorkgroups: number;
}

/** A kernel as WGSL: dispatches in order, which share one uniform block. */
export interface RenderedKernel extends Lowered, UniformWords {
  readonly name: string;
  /** Its operations in order and the shape of what it gives, for messages. */
  readonly title: string;
  readonly stages: readonly Stage[];
}

/**
 * Lowers a kernel and renders its shaders; pure. Throws DTypeError or LimitError for what no shader
 * can do here.
 */
export function renderKernel(kernel: Kernel, target: RenderTarget): RenderedKernel {
  const step = anchorOf(kernel);
  const { name } = step.op;
  for (const { dtype } of [...kernel.steps, ...kernel.inputs]) {
    if (dtype === "f64") {
      throw new DTypeError(`${name}: f64 lives on the cpu device only\n  hint: x.to("f32")`);
    }
  }
  const uniforms = new Uniforms(kernel.params);
  const { stages, scratch } = atOperation(name, () => stagesOf(kernel, uniforms, target));
  for (const { bindings } of stages) {
    if (bindings.length > target.maxBindings) {
      throw new LimitError(
        `${name}: one kernel binds ${bindings.length} buffers; the adapter's ` +
          `maxStorageBuffersPerShaderStage is ${target.maxBindings}\n  hint: combine fewer tensors at once`,
      );
    }
  }
  const words = new Uint32Array(uniforms.vectors * 4);
  words.set(uniforms.fixed);
  const finished = stages.map((stage) => ({
    ...stage,
    wgsl: stage.wgsl.replace(WORDS, String(uniforms.vectors)),
  }));
  return {
    name,
    title: titleOf(kernel),
    scratch,
    stages: finished,
    sources: finished.map(({ wgsl }) => wgsl),
    words,
    parameters: uniforms.parameters,
    parameterCount: kernel.params.length,
  };
}

/** What the offset of a binding is a multiple of. */
const ALIGN = 256;

interface Stages {
  readonly stages: readonly Stage[];
  readonly scratch: readonly number[];
}

function stagesOf(kernel: Kernel, uniforms: Uniforms, target: RenderTarget): Stages {
  const { maxWorkgroups, maxBindings } = target;
  const { meaning } = anchorOf(kernel).op;
  if (kernel.parts.length === 0 && meaning.kind === "custom")
    return (meaning.lowering as typeof customStages)(kernel, uniforms, maxWorkgroups);
  const { parts, scratch } = lowerParts(kernel, target);
  const { offsets, bytes } = sideBySide(scratch);
  const batched = kernel.batched === true;
  const rounds = Math.max(...parts.map((part) => part.stages.length));
  const stages = Array.from({ length: rounds }, (_, round) => {
    const of = parts.flatMap((part): Part[] => {
      const stage = part.stages[round];
      const scratches = offsets.slice(part.firstScratch);
      return stage === undefined ? [] : [{ ...part, loops: finished(stage), scratches }];
    });
    if (batched) return renderBatch(of, uniforms, maxWorkgroups, maxBindings);
    return roundOf(of, uniforms, target);
  });
  return { stages: stages.flat(), scratch: batched && bytes > 0 ? [bytes] : scratch };
}

/** Loops whose indices are arithmetic and whose values are trees. */
function finished(loops: Loops): Loops {
  const { grid, body } = expandCounters(loops);
  return { grid, body: nameValues(body).body };
}

/** Where scratch buffers begin if they are ranges of one. */
function sideBySide(sizes: readonly number[]): { offsets: number[]; bytes: number } {
  let bytes = 0;
  const offsets = sizes.map((size) => {
    const offset = bytes;
    bytes += Math.ceil(size / ALIGN) * ALIGN;
    return offset;
  });
  return { offsets, bytes };
}

/** Parts that share a dispatch. Those that cannot follow one another. */
function roundOf(parts: readonly Part[], uniforms: Uniforms, target: RenderTarget): Stage[] {
  const { maxWorkgroups, maxBindings } = target;
  // a product has a size of workgroup that it wants, the others take any
  const wanted = parts.flatMap(({ loops }) => sizeOfGroup(loops.grid) ?? []);
  const size = wanted[0] ?? 64;
  if (parts.length > 1 && wanted.every((one) => one === size)) {
    const one = renderMerged(parts, size, uniforms, maxWorkgroups, maxBindings);
    if (one !== null) return [one];
  }
  return parts.map((part) => renderStage(part, uniforms, maxWorkgroups));
}
