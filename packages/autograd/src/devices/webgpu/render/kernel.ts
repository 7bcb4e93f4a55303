import { DTypeError, LimitError } from "../../../errors.ts";
import { anchorOf, lower, partsOf } from "../../../lower/lower.ts";
import type { Target } from "../../../lower/target.ts";
import type { Kernel, KernelStep, Lowered } from "../../device.ts";
import type { customStages } from "../custom.ts";
import { type BatchPart, renderBatch } from "./batch.ts";
import { type Part, renderMerged } from "./merge.ts";
import { renderStage, type Stage, sizeOfGroup, WORDS } from "./stage.ts";
import { type ParameterWord, Uniforms } from "./uniforms.ts";

/** What rendering must know of the device. */
export interface RenderTarget extends Target {
  readonly maxWorkgroups: number;
}

/** A kernel as WGSL: dispatches in order, which share one uniform block. */
export interface RenderedKernel extends Lowered {
  readonly name: string;
  /** Its operations in order and the shape of what it gives, for messages. */
  readonly title: string;
  readonly stages: readonly Stage[];
  /** The uniform block, parameters still 0. */
  readonly words: Uint32Array;
  readonly parameters: readonly ParameterWord[];
  readonly parameterCount: number;
}

/** Lowers a kernel and renders its shaders; pure. Throws DTypeError or LimitError for what no shader can do here. */
export function renderKernel(kernel: Kernel, target: RenderTarget): RenderedKernel {
  const step = anchorOf(kernel);
  const { name } = step.op;
  for (const { dtype } of [...kernel.steps, ...kernel.inputs]) {
    if (dtype === "f64") {
      throw new DTypeError(`${name}: f64 lives on the cpu device only\n  hint: x.to("f32")`);
    }
  }
  const uniforms = new Uniforms(kernel.params);
  const { stages, scratch } = named(name, () => stagesOf(kernel, uniforms, target));
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

/** A limit that is met says at which operation. */
function named<T>(name: string, render: () => T): T {
  try {
    return render();
  } catch (error) {
    if (error instanceof LimitError) error.message = `${name}: ${error.message}`;
    throw error;
  }
}

function titleOf({ steps, parts }: Kernel): string {
  const all = [steps, ...parts.map((part) => part.steps)].flat();
  const names = [...new Set(all.map(({ op }) => op.name))];
  const { shape, dtype } = all.at(-1) as KernelStep;
  return `'${names.join("', '")}' [${shape.join(", ")}] ${dtype}`;
}

interface Stages {
  readonly stages: readonly Stage[];
  readonly scratch: readonly number[];
}

function stagesOf(kernel: Kernel, uniforms: Uniforms, target: RenderTarget): Stages {
  const { maxWorkgroups } = target;
  if (kernel.parts.length > 0) {
    return kernel.alike === true
      ? batched(kernel, uniforms, target)
      : merged(kernel, uniforms, target);
  }
  const { meaning } = anchorOf(kernel).op;
  if (meaning.kind === "custom")
    return (meaning.lowering as typeof customStages)(kernel, uniforms, maxWorkgroups);
  const { stages, scratch } = lower(kernel, target);
  return {
    stages: stages.map((loops) => renderStage(loops, kernel, uniforms, maxWorkgroups)),
    scratch,
  };
}

/** Parts stage by stage. What cannot share a dispatch (workgroups of other sizes, too many buffers) follows on its own. */
function merged(kernel: Kernel, uniforms: Uniforms, target: RenderTarget): Stages {
  const scratch: number[] = [];
  const all = partsOf(kernel).map(({ first, kernel: own }) => {
    const lowered = lower(own, target);
    const firstScratch = scratch.length;
    scratch.push(...lowered.scratch);
    return lowered.stages.map((loops): Part => {
      return { loops, kernel: own, firstOutput: first, firstScratch };
    });
  });
  const rounds = Math.max(...all.map((stages) => stages.length));
  const stages = Array.from({ length: rounds }, (_, round) =>
    roundOf(
      all.flatMap((parts) => parts[round] ?? []),
      uniforms,
      target,
    ),
  );
  return { stages: stages.flat(), scratch };
}

function roundOf(parts: readonly Part[], uniforms: Uniforms, target: RenderTarget): Stage[] {
  const { maxWorkgroups, maxBindings } = target;
  // a product has a size of workgroup that it wants, the others take any
  const wanted = parts.flatMap(({ loops }) => sizeOfGroup(loops.grid) ?? []);
  const size = wanted[0] ?? 64;
  if (parts.length > 1 && wanted.every((one) => one === size)) {
    const one = renderMerged(parts, size, uniforms, maxWorkgroups, maxBindings);
    if (one !== null) return [one];
  }
  return parts.map((part) => {
    const stage = renderStage(part.loops, part.kernel, uniforms, maxWorkgroups);
    const bindings = stage.bindings.map((binding) => {
      const { source } = binding;
      if ("output" in source)
        return { ...binding, source: { output: source.output + part.firstOutput } };
      if ("scratch" in source)
        return { ...binding, source: { scratch: source.scratch + part.firstScratch } };
      return binding;
    });
    return { ...stage, bindings };
  });
}

/** Where parts of the scratch buffer begin. */
const ALIGN = 256;

function batched(kernel: Kernel, uniforms: Uniforms, target: RenderTarget): Stages {
  let bytes = 0;
  const all = partsOf(kernel).map(({ first, kernel: own }) => {
    const lowered = lower(own, target);
    const scratches = lowered.scratch.map((size) => {
      const offset = bytes;
      bytes += Math.ceil(size / ALIGN) * ALIGN;
      return offset;
    });
    return lowered.stages.map((loops): BatchPart => {
      return { loops, kernel: own, firstOutput: first, scratches };
    });
  });
  const rounds = Math.max(...all.map((stages) => stages.length));
  const stages = Array.from({ length: rounds }, (_, round) =>
    renderBatch(
      all.flatMap((parts) => parts[round] ?? []),
      uniforms,
      target.maxWorkgroups,
      target.maxBindings,
    ),
  );
  return { stages: stages.flat(), scratch: bytes === 0 ? [] : [bytes] };
}
