import type { Kernel, KernelOperand } from "../devices/device.ts";
import type { Node } from "../graph/node.ts";
import { clashes, join } from "./merge.ts";
import type { Scheduled } from "./schedule.ts";
import { HOLD_CELL, type Trace } from "./trace.ts";

/** The most inputs that all parts of a batch share, such as a step size or a norm. */
const SHARED = 4;

/** The most parts of a batch: their uniforms share a block of 64 KB. */
const MOST = 256;

/**
 * Batches kernels that run the same code on different tensors, if no kernel in between depends on
 * them. Their buffers lie in slabs, so that bindings do not limit their number.
 */
export function batchKernels(trace: Trace, kernels: readonly Scheduled[]): readonly Scheduled[] {
  const result: (Scheduled | null)[] = [...kernels];
  const firstReader = new Map<number, number>();
  for (let k = kernels.length - 1; k >= 0; k--) {
    for (const input of (kernels[k] as Scheduled).inputs) firstReader.set(input, k);
  }
  const latest = new Map<string, { parts: Scheduled[]; joined: Scheduled; at: number }>();
  kernels.forEach((kernel, k) => {
    if (!isRepeatable(trace, kernel)) return;
    const work = workOf(kernel.kernel);
    const open = latest.get(work);
    const waits = (one: Scheduled): boolean =>
      one.stores.some((position) => (firstReader.get(position) ?? k + 1) <= k);
    const ends =
      open === undefined ||
      open.parts.length === MOST ||
      open.parts.some((part) => waits(part) || clashes(trace, part, kernel)) ||
      sharedBy([...open.parts, kernel]) > SHARED;
    if (ends) {
      latest.set(work, { parts: [kernel], joined: kernel, at: k });
      return;
    }
    const { kernel: joined, ...rest } = join(open.joined, kernel);
    open.parts.push(kernel);
    open.joined = { ...rest, kernel: { ...joined, batched: true } };
    result[open.at] = null;
    result[k] = open.joined;
    open.at = k;
  });
  return result.filter((kernel) => kernel !== null);
}

/** Whether a kernel can be part of a batch: it reads whole tensors and stores cells or scalars. */
function isRepeatable(trace: Trace, { kernel, stores, inputs }: Scheduled): boolean {
  const { steps, anchor, rows, parts } = kernel;
  if (parts.length > 0 || (rows !== null && stores.length > 1)) return false;
  if (anchor >= 0 && steps[anchor]?.op.meaning.kind !== "reduce") return false;
  const own = inputs.map((_, i) => isOwn(kernel, i));
  if (!own.includes(true)) return false;
  // an input of one part must be in a slab, so a cell or a kernel must own it; a shared input must
  // not be
  const fits = (input: number, i: number): boolean => {
    const cell = trace.sources[-1 - input]?.node.storage?.holder === "cell";
    return own[i] === true ? cell || input >= 0 : !cell;
  };
  if (!inputs.every(fits)) return false;
  return stores.every((position) => {
    const node = trace.order[position] as Node;
    if (node.dtype !== "f32") return false;
    return anchor < 0 ? trace.holdOf(position) === HOLD_CELL : node.size === 1;
  });
}

/** Whether an input is read element for element, so that it is a different tensor in each part. */
export function isOwn({ steps, inputs }: Kernel, input: number): boolean {
  if (inputs[input]?.dtype !== "f32") return false;
  return steps.every((step) =>
    step.operands.every(({ source, view }) => {
      if (!("input" in source) || source.input !== input) return true;
      return view === null && step.op.meaning.kind !== "gather";
    }),
  );
}

/** The number of inputs that are not read element for element. */
function sharedBy(parts: readonly Scheduled[]): number {
  const shared = new Set<number>();
  for (const { kernel, inputs } of parts) {
    inputs.forEach((input, i) => {
      if (!isOwn(kernel, i)) shared.add(input);
    });
  }
  return shared.size;
}

/** A key that is equal for kernels with the same ops on the same operands, whatever the shapes. */
function workOf({ steps, stored, anchor }: Kernel): string {
  const operand = ({ source, view, dtype }: KernelOperand): string => {
    const from = "input" in source ? `i${source.input}` : `s${source.step}`;
    return `${from}${view === null ? "" : "v"}${dtype}`;
  };
  const all = steps.map(
    ({ op, operands, dtype, scalars }) =>
      `${op.code}(${operands.map(operand).join(" ")})${dtype} ${scalars.length}`,
  );
  return `${all.join(";")}|${stored.join(" ")}|${anchor}`;
}
