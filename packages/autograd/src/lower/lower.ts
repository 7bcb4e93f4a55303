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

/** A kernel as loops: its dispatches in order, and the size in bytes of each scratch buffer. */
export interface LoweredLoops {
  readonly stages: readonly Loops[];
  readonly scratch: readonly number[];
}

/** The step that decides how a kernel is lowered: the anchor, or the last step if there is none. */
export const anchorOf = ({ steps, anchor }: Kernel): KernelStep => steps.at(anchor) as KernelStep;

/** Whether outputs differ in size: one value a row, and one for each element of the row. */
const storesRows = ({ steps, stored }: Kernel): boolean =>
  new Set(stored.map((step) => sizeOf((steps[step] as KernelStep).shape))).size > 1;

/**
 * The parts of a merged kernel, each as a kernel of its own. `first` is the index of its first
 * output in the whole.
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

/** Whether the kernel is one assemble step. On a processor writing part by part is faster. */
const isAssembly = ({ steps }: Kernel): boolean =>
  steps.length === 1 && steps[0]?.op.meaning.kind === "assemble";

/** Puts the operation's name before the message of a LimitError that `make` throws. */
export function atOperation<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof LimitError) error.message = `${name}: ${error.message}`;
    throw error;
  }
}

/** Lowers a kernel without parts. */
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
      throw new Error(
        `${step.op.name}: ${meaning.kind} is evaluated elementwise, not as an anchor`,
      );
    case "custom":
      throw new Error(`${step.op.name}: a custom kernel brings its own code and has no loops`);
    case "source":
      throw new Error(`${step.op.name}: the host writes its data; there is nothing to lower`);
    default:
      throw new DeviceError(`${step.op.name}: there is no lowering for it`);
  }
}

/** A lowered part, and the indices of its first output and scratch buffer in the whole kernel. */
export interface LoweredPart {
  readonly kernel: Kernel;
  readonly firstOutput: number;
  readonly firstScratch: number;
  readonly stages: readonly Loops[];
}

/**
 * Lowers each part of a kernel, or the kernel itself. The parts' scratch buffers are in one list.
 */
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
