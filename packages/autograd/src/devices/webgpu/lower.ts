import { DeviceError, DTypeError, LimitError } from "../../errors.ts";
import { sizeOf } from "../../shape.ts";
import type { Kernel, KernelStep, Lowered } from "../device.ts";
import { alikeStages } from "./alike.ts";
import { assembleStages } from "./assemble.ts";
import { bundleStages } from "./bundle.ts";
import { contractStages } from "./contract.ts";
import { elementwiseStages } from "./elementwise.ts";
import { reduceStages } from "./reduce.ts";
import { isRowProgram, rowStages } from "./rows.ts";
import { scanStages } from "./scan.ts";
import { scatterStages } from "./scatter.ts";
import { type ShaderLimits, type Stage, WORDS } from "./shader.ts";
import { sortStages } from "./sort.ts";
import { type ParameterWord, Words } from "./words.ts";

export interface LoweringLimits extends ShaderLimits {
  readonly maxBindings: number;
}

/** A kernel as WGSL: dispatches in order, which share one uniform block. */
export interface LoweredKernel extends Lowered {
  readonly name: string;
  /** Its operations in order and the shape of what it gives, for messages. */
  readonly title: string;
  readonly stages: readonly Stage[];
  /** The uniform block, parameters still 0. */
  readonly words: Uint32Array;
  readonly parameters: readonly ParameterWord[];
  readonly parameterCount: number;
}

/** Writes a kernel's shaders; pure. Throws DTypeError or LimitError for what no shader can do here. */
export function lowerKernel(kernel: Kernel, limits: LoweringLimits): LoweredKernel {
  const step = anchorOf(kernel);
  const { name } = step.op;
  for (const { dtype } of [...kernel.steps, ...kernel.inputs]) {
    if (dtype === "f64") {
      throw new DTypeError(`${name}: f64 lives on the cpu device only\n  hint: x.to("f32")`);
    }
  }
  const words = new Words(kernel.params);
  const write = (part: Kernel, into: Words, own: LoweringLimits) =>
    writeStages(part, anchorOf(part), into, own);
  const shared = kernel.alike === true ? alikeStages : bundleStages;
  const { stages, scratch } =
    kernel.parts.length > 0
      ? shared(kernel, words, limits, write)
      : writeStages(kernel, step, words, limits);
  for (const { bindings } of stages) {
    if (bindings.length > limits.maxBindings) {
      throw new LimitError(
        `${name}: one kernel binds ${bindings.length} buffers; the adapter's ` +
          `maxStorageBuffersPerShaderStage is ${limits.maxBindings}\n  hint: combine fewer tensors at once`,
      );
    }
  }
  const block = new Uint32Array(words.vectors * 4);
  block.set(words.fixed);
  const finished = stages.map((stage) => ({
    ...stage,
    wgsl: stage.wgsl.replace(WORDS, String(words.vectors)),
  }));
  return {
    name,
    title: titleOf(kernel),
    scratch,
    stages: finished,
    sources: finished.map(({ wgsl }) => wgsl),
    words: block,
    parameters: words.parameters,
    parameterCount: kernel.params.length,
  };
}

function titleOf({ steps, parts }: Kernel): string {
  const all = [steps, ...parts.map((part) => part.steps)].flat();
  const names = [...new Set(all.map(({ op }) => op.name))];
  const { shape, dtype } = all.at(-1) as KernelStep;
  return `'${names.join("', '")}' [${shape.join(", ")}] ${dtype}`;
}

/** The step that decides the template: the anchor, or the last. */
const anchorOf = ({ steps, anchor }: Kernel): KernelStep => steps.at(anchor) as KernelStep;

/** One value a row beside one for each of its elements: what is found element by element has one size. */
const storesRows = ({ steps, stored }: Kernel): boolean =>
  new Set(stored.map((step) => sizeOf((steps[step] as KernelStep).shape))).size > 1;

function writeStages(
  kernel: Kernel,
  step: KernelStep,
  words: Words,
  limits: LoweringLimits,
): { stages: readonly Stage[]; scratch: readonly number[] } {
  if (kernel.anchor < 0 && !storesRows(kernel))
    return { stages: elementwiseStages(kernel, words, limits), scratch: [] };
  if (isRowProgram(kernel)) return { stages: rowStages(kernel, words, limits), scratch: [] };
  const { meaning } = step.op;
  switch (meaning.kind) {
    case "reduce":
      return reduceStages(kernel, step, words, limits);
    case "contract":
      return contractStages(kernel, step, words, limits);
    case "assemble":
      return { stages: assembleStages(kernel, words, limits), scratch: [] };
    case "elementwise":
    case "gather":
      throw new Error(`${step.op.name}: is found element by element, and no anchor`);
    case "scatter":
      return scatterStages(kernel, step, words, limits);
    case "scan":
      return scanStages(kernel, words, limits);
    case "sort":
      return sortStages(kernel, words, limits);
    case "attention":
      return meaning.lowerings.webgpu(kernel, step, words, limits);
    case "custom":
      return meaning.lowering(kernel, words, limits);
    case "source":
      throw new Error(`${step.op.name}: data from the host is written, not computed`);
    default:
      throw new DeviceError(`${step.op.name}: the webgpu device has no kernel for it`);
  }
}
