import { DTypeError, LimitError } from "../../../errors.ts";
import type { Part } from "../../../lower/bindings.ts";
import { sizeOfGroup } from "../../../lower/grid.ts";
import { anchorOf, atOperation } from "../../../lower/lower.ts";
import { roundsOf } from "../../../lower/rounds.ts";
import type { Target } from "../../../lower/target.ts";
import { Uniforms, type UniformWords } from "../../../lower/uniforms.ts";
import type { Kernel, Lowered } from "../../device.ts";
import { titleOf } from "../../title.ts";
import type { customStages } from "../custom.ts";
import { renderBatch } from "./batch.ts";
import { renderMerged } from "./merge.ts";
import { renderStage, type Stage, WORDS } from "./stage.ts";

/** The limits that rendering depends on. */
export interface RenderTarget extends Target {
  readonly maxWorkgroups: number;
}

/** A kernel as WGSL: its dispatches in order, which share one uniform block. */
export interface RenderedKernel extends Lowered, UniformWords {
  readonly name: string;
  /** Its operations and the shape of its result, for messages. */
  readonly title: string;
  readonly stages: readonly Stage[];
}

/** Lowers a kernel and renders its shaders. Throws DTypeError or LimitError. */
export function renderKernel(kernel: Kernel, target: RenderTarget): RenderedKernel {
  const step = anchorOf(kernel);
  const { name } = step.op;
  for (const { dtype } of [...kernel.steps, ...kernel.inputs]) {
    if (dtype === "f64") {
      throw new DTypeError(`${name}: f64 lives on the cpu device only\n  hint: x.to("f32")`);
    }
  }
  const uniforms = new Uniforms(kernel.params);
  const { stages, ...rest } = atOperation(name, () => stagesOf(kernel, uniforms, target));
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
    ...rest,
    stages: finished,
    sources: finished.map(({ wgsl }) => wgsl),
    words,
    parameters: uniforms.parameters,
    parameterCount: kernel.params.length,
  };
}

interface Stages extends Pick<Lowered, "scratch" | "threads"> {
  readonly stages: readonly Stage[];
}

function stagesOf(kernel: Kernel, uniforms: Uniforms, target: RenderTarget): Stages {
  const { maxWorkgroups, maxBindings } = target;
  const { meaning } = anchorOf(kernel).op;
  if (kernel.parts.length === 0 && meaning.kind === "custom")
    return (meaning.lowering as typeof customStages)(kernel, uniforms, maxWorkgroups);
  const { rounds, ...rest } = roundsOf(kernel, target);
  const stages = rounds.flatMap((parts) =>
    kernel.batched === true
      ? renderBatch(parts, uniforms, maxWorkgroups, maxBindings)
      : renderRound(parts, uniforms, target),
  );
  return { stages, ...rest };
}

/** Renders parts as one dispatch, or as several if they cannot share one. */
function renderRound(parts: readonly Part[], uniforms: Uniforms, target: RenderTarget): Stage[] {
  const { maxWorkgroups, maxBindings } = target;
  // products need a workgroup size, other parts take any
  const wanted = parts.flatMap(({ loops }) => sizeOfGroup(loops.grid) ?? []);
  const size = wanted[0] ?? 64;
  if (parts.length > 1 && wanted.every((one) => one === size)) {
    const one = renderMerged(parts, size, uniforms, maxWorkgroups, maxBindings);
    if (one !== null) return [one];
  }
  return parts.map((part) => renderStage(part, uniforms, maxWorkgroups));
}
