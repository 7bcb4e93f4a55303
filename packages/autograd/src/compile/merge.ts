import type { Kernel, KernelOperand, KernelStep } from "../devices/device.ts";
import type { Scheduled } from "./schedule.ts";
import { HOLD_CELL, type Trace } from "./trace.ts";

/** The greatest distance, in kernels, of two kernels that may share a dispatch. */
const REACH = 8;

/**
 * Merges kernels that share an input into one dispatch, if no kernel in between depends on the
 * earlier one. Examples are the gradients of a weight and of its bias.
 */
export function mergeKernels(
  trace: Trace,
  kernels: readonly Scheduled[],
  maxInputs: number,
): readonly Scheduled[] {
  const result: (Scheduled | null)[] = [...kernels];
  const firstReader = new Map<number, number>();
  for (let k = kernels.length - 1; k >= 0; k--) {
    for (const input of (kernels[k] as Scheduled).inputs) firstReader.set(input, k);
  }
  for (let k = 0; k < kernels.length; k++) {
    for (let j = k - 1; j >= Math.max(0, k - REACH); j--) {
      const [early, late] = [result[j], result[k]] as [Scheduled | null, Scheduled];
      if (early === null || !joinable(early) || !joinable(late)) continue;
      const waits = early.stores.some((position) => (firstReader.get(position) ?? k + 1) <= k);
      if (waits || !shares(early, late) || clashes(trace, early, late)) continue;
      const both = join(early, late);
      if (both.inputs.length + both.stores.length > maxInputs + 2 + inPlace(trace, both)) continue;
      result[k] = both;
      result[j] = null;
    }
  }
  return result.filter((kernel) => kernel !== null);
}

/** Whether a kernel can share a dispatch, by its family. */
function joinable({ kernel }: Scheduled): boolean {
  if (kernel.batched === true) return false;
  const parts = kernel.parts.length === 0 ? [kernel] : kernel.parts;
  return parts.every(({ steps, anchor }) => {
    const kind = anchor < 0 ? "elementwise" : (steps[anchor] as KernelStep).op.meaning.kind;
    return kind === "elementwise" || kind === "reduce" || kind === "contract";
  });
}

const shares = (a: Scheduled, b: Scheduled): boolean =>
  a.inputs.some((input) => b.inputs.includes(input));

/**
 * Whether one kernel writes a cell that the other reads. In one dispatch their order is undefined.
 */
export function clashes(trace: Trace, a: Scheduled, b: Scheduled): boolean {
  return writesWhatIsRead(trace, a, b) || writesWhatIsRead(trace, b, a);
}

function writesWhatIsRead(trace: Trace, writer: Scheduled, reader: Scheduled): boolean {
  return writer.stores.some((position) => {
    if (trace.holdOf(position) !== HOLD_CELL) return false;
    const buffer = trace.order[position]?.cell?.home?.buffer;
    return reader.inputs.some((input) => {
      const storage = input < 0 ? trace.sources[-1 - input]?.node.storage : null;
      return storage?.holder === "cell" && storage.buffer === buffer;
    });
  });
}

/** The number of inputs that outputs overwrite, which need no binding of their own. */
function inPlace(trace: Trace, { stores, inputs, aligned }: Scheduled): number {
  return inputs.filter((input, i) => {
    const storage = input < 0 ? trace.sources[-1 - input]?.node.storage : null;
    if (aligned[i] !== true || storage?.holder !== "cell") return false;
    return stores.some((position) => {
      const home = trace.order[position]?.cell?.home;
      return trace.holdOf(position) === HOLD_CELL && home?.buffer === storage.buffer;
    });
  }).length;
}

export function join(a: Scheduled, b: Scheduled): Scheduled {
  const inputs = [...a.inputs];
  const aligned = [...a.aligned];
  const kernelInputs = [...a.kernel.inputs];
  const numberOf = b.inputs.map((input, i) => {
    const known = inputs.indexOf(input);
    if (known >= 0) {
      aligned[known] = false;
      return known;
    }
    aligned.push(b.aligned[i] === true);
    kernelInputs.push(b.kernel.inputs[i] as Kernel["inputs"][number]);
    return inputs.push(input) - 1;
  });
  const params = a.params.length;
  const parts = [
    ...partsOf(a.kernel),
    ...partsOf(b.kernel).map((part) => renumber(part, numberOf, params)),
  ];
  const steps = a.kernel.steps.length;
  const shifted = renumber(b.kernel, numberOf, params, steps);
  return {
    base: -1,
    kernel: {
      steps: [...a.kernel.steps, ...shifted.steps],
      anchor: -1,
      stored: [...a.kernel.stored, ...shifted.stored],
      rows: null,
      inputs: kernelInputs,
      params: [...a.kernel.params, ...b.kernel.params],
      parts,
    },
    stores: [...a.stores, ...b.stores],
    inputs,
    params: [...a.params, ...b.params],
    aligned,
  };
}

const partsOf = (kernel: Kernel): readonly Kernel[] =>
  kernel.parts.length === 0 ? [kernel] : kernel.parts;

/** The kernel with new numbers for its inputs, parameters and steps. */
function renumber(kernel: Kernel, inputs: readonly number[], params: number, steps = 0): Kernel {
  const operand = (one: KernelOperand): KernelOperand => ({
    ...one,
    source:
      "input" in one.source
        ? { input: inputs[one.source.input] as number }
        : { step: one.source.step + steps },
    offset: one.offset < 0 ? -1 : one.offset + params,
  });
  return {
    ...kernel,
    steps: kernel.steps.map((step) => ({
      ...step,
      operands: step.operands.map(operand),
      scalars: step.scalars.map((slot) => slot + params),
    })),
    stored: kernel.stored.map((step) => step + steps),
  };
}
