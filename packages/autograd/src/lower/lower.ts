import type { Kernel, KernelStep } from "../devices/device.ts";
import { DeviceError, LimitError } from "../errors.ts";
import type { Loops } from "../kernel/loops.ts";
import { sizeOf } from "../shape.ts";
import { lowerAssemble } from "./assemble.ts";
import { lowerContract } from "./contract/contract.ts";
import { lowerElementwise } from "./elementwise.ts";
import { lowerReduce } from "./reduce.ts";
import { isRowProgram, lowerRows } from "./rows.ts";
import { lowerScan } from "./scan.ts";
import { lowerScatter } from "./scatter.ts";
import { lowerSort } from "./sort.ts";
import type { Target } from "./target.ts";

/** A kernel as loops: one dispatch after another, and the bytes of scratch buffers they need. */
export interface LoweredLoops {
  readonly stages: readonly Loops[];
  readonly scratch: readonly number[];
}

/** The step that decides how a kernel is lowered: the anchor, or the last. */
export const anchorOf = ({ steps, anchor }: Kernel): KernelStep => steps.at(anchor) as KernelStep;

/**
 * One value a row beside one for each of its elements: what is found element by element has one
 * size.
 */
const storesRows = ({ steps, stored }: Kernel): boolean =>
  new Set(stored.map((step) => sizeOf((steps[step] as KernelStep).shape))).size > 1;

/**
 * The kernels that share a dispatch, each as if it were alone, and the number that its first output
 * has among those of all.
 */
export function partsOf(kernel: Kernel): { readonly first: number; readonly kernel: Kernel }[] {
  let next = 0;
  return kernel.parts.map((part) => {
    const first = next;
    next += part.stored.length;
    const inputs = kernel.inputs.map((input) => {
      const mine = input.inPlace >= first && input.inPlace < next;
      return { ...input, inPlace: mine ? input.inPlace - first : -1 };
    });
    const places = kernel.places?.slice(first, next) ?? [];
    return { first, kernel: { ...part, inputs, places, params: kernel.params } };
  });
}

/** On a processor an assembly by itself is faster part by part. */
const isAssembly = ({ steps }: Kernel): boolean =>
  steps.length === 1 && steps[0]?.op.meaning.kind === "assemble";

/** A limit that is met says at which operation. */
export function atOperation<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof LimitError) error.message = `${name}: ${error.message}`;
    throw error;
  }
}

/** Lowers a kernel that is not of several parts. */
export function lower(kernel: Kernel, target: Target): LoweredLoops {
  const step = anchorOf(kernel);
  const alone = (stages: readonly Loops[]): LoweredLoops => ({ stages, scratch: [] });
  if (target.processor !== undefined && isAssembly(kernel))
    return alone(lowerAssemble(kernel, target));
  if (kernel.anchor < 0 && !storesRows(kernel)) return alone(lowerElementwise(kernel, target));
  if (isRowProgram(kernel)) return alone(lowerRows(kernel, target));
  const { meaning } = step.op;
  switch (meaning.kind) {
    case "reduce":
      return lowerReduce(kernel, step, target);
    case "contract":
      return lowerContract(kernel, step, target);
    case "assemble":
      return alone(lowerAssemble(kernel, target));
    case "scatter":
      return lowerScatter(kernel, step, target);
    case "scan":
      return lowerScan(kernel);
    case "sort":
      return lowerSort(kernel);
    case "attention":
      return meaning.lowerings.loops(kernel, step, target);
    case "elementwise":
    case "gather":
      throw new Error(`${step.op.name}: is found element by element, and no anchor`);
    case "custom":
      throw new Error(`${step.op.name}: is in its author's words`);
    case "source":
      throw new Error(`${step.op.name}: data from the host is written, not computed`);
    default:
      throw new DeviceError(`${step.op.name}: there is no kernel for it`);
  }
}

/**
 * A part of a kernel that was lowered, and the numbers that its first buffers have in the whole.
 */
export interface LoweredPart {
  readonly kernel: Kernel;
  readonly firstOutput: number;
  readonly firstScratch: number;
  readonly stages: readonly Loops[];
}

/** Lowers each part of a kernel, or the kernel itself; scratch buffers follow one another. */
export function lowerParts(
  kernel: Kernel,
  target: Target,
): { readonly parts: readonly LoweredPart[]; readonly scratch: readonly number[] } {
  const scratch: number[] = [];
  const all = kernel.parts.length > 0 ? partsOf(kernel) : [{ first: 0, kernel }];
  const alone = kernel.parts.length > 0 ? { ...target, merged: true } : target;
  const parts = all.map(({ first, kernel: own }): LoweredPart => {
    const lowered = lower(own, alone);
    const firstScratch = scratch.length;
    scratch.push(...lowered.scratch);
    return { kernel: own, firstOutput: first, firstScratch, stages: lowered.stages };
  });
  return { parts, scratch };
}
