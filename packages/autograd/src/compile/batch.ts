import type { Kernel, KernelOperand } from "../devices/device.ts";
import type { Node } from "../graph/node.ts";
import { clashes, join } from "./merge.ts";
import type { Scheduled } from "./schedule.ts";
import { HOLD_CELL, type Trace } from "./trace.ts";

/** Buffers that the parts of one kernel read, each the same in every part: step sizes, a norm. */
const SHARED = 4;

/** Parts of one kernel: their numbers share a uniform block of 64 KB. */
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

/** Work on whole tensors that ends in cells, or in single numbers. */
function isRepeatable(trace: Trace, { kernel, stores, inputs }: Scheduled): boolean {
  const { steps, anchor, rows, parts } = kernel;
  if (parts.length > 0 || (rows !== null && stores.length > 1)) return false;
  if (anchor >= 0 && steps[anchor]?.op.meaning.kind !== "reduce") return false;
  const own = inputs.map((_, i) => isOwn(kernel, i));
  if (!own.includes(true)) return false;
  // a buffer that one part reads is placed in a slab if a cell or a kernel owns it; one that all
  // parts read is not
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

/** Read element for element: another tensor in each part. */
export function isOwn({ steps, inputs }: Kernel, input: number): boolean {
  if (inputs[input]?.dtype !== "f32") return false;
  return steps.every((step) =>
    step.operands.every(({ source, view }) => {
      if (!("input" in source) || source.input !== input) return true;
      return view === null && step.op.meaning.kind !== "gather";
    }),
  );
}

/** How many buffers the parts read that do not lie beside the others. */
function sharedBy(parts: readonly Scheduled[]): number {
  const shared = new Set<number>();
  for (const { kernel, inputs } of parts) {
    inputs.forEach((input, i) => {
      if (!isOwn(kernel, i)) shared.add(input);
    });
  }
  return shared.size;
}

/** Equal for kernels whose steps are the same ops on the same operands, whatever the shapes. */
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
