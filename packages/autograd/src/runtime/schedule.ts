import type { Device, Kernel, KernelInput, KernelOperand, KernelStep } from "../devices/device.ts";
import type { DType } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import { sizeOf } from "../shape.ts";
import { HOLD_NOTHING, type Trace } from "./trace.ts";

/** A kernel of the plan: which node it stores, what it reads, and where its numbers come from. */
export interface Scheduled {
  readonly kernel: Kernel;
  /** Position in the trace of the node it stores. */
  readonly root: number;
  /** What each kernel input is: a stored node's position, or a source's index as -1 - index. */
  readonly inputs: readonly number[];
  /** Index into the trace's dynamics of each kernel parameter. */
  readonly params: readonly number[];
  /** Inputs read element for element by an elementwise kernel: their buffer may be the output's. */
  readonly aligned: readonly boolean[];
}

export interface ScheduleOptions {
  readonly fuse: boolean;
  /** Buffers a kernel may read. */
  readonly maxInputs: number;
}

/** What a device allows: two bindings are left for the output and a scratch buffer. */
export const scheduleOptions = (device: Device, fuse: boolean): ScheduleOptions => ({
  fuse: fuse && device.fuses,
  maxInputs: device.maxBindings - 2,
});

/** Cuts the trace into kernels. Each node is stored by one kernel or evaluated inside the one that reads it. */
export function schedule(trace: Trace, options: ScheduleOptions): Scheduled[] {
  const groupOf = fuse(trace, options);
  const kernels: Scheduled[] = [];
  for (let i = 0; i < trace.order.length; i++) {
    const node = trace.order[i] as Node;
    if (groupOf[i] !== i || (isFree(node) && trace.holdOf(i) === HOLD_NOTHING)) continue;
    if (node.size > 0) kernels.push(build(trace, groupOf, i));
  }
  return kernels;
}

/** The root whose kernel evaluates each node: itself, or the one kernel that all its readers are in. */
function fuse(trace: Trace, { fuse: enabled, maxInputs }: ScheduleOptions): number[] {
  const { order } = trace;
  const groupOf = order.map((_, i) => i);
  if (!enabled) return groupOf;
  const target = new Array<number>(order.length).fill(-1); // -1 unread, -2 not one group
  const externals = new Map<number, Set<Node>>();
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] as Node;
    const group = target[i] as number;
    const mayJoin =
      group >= 0 &&
      trace.holdOf(i) === HOLD_NOTHING &&
      node.op.meaning.kind === "elementwise" &&
      !isFree(node);
    if (mayJoin) {
      const reads = externals.get(group) as Set<Node>;
      const joined = new Set(reads);
      joined.delete(node);
      for (const input of node.inputs) if (!isFree(input)) joined.add(input);
      if (joined.size <= maxInputs || joined.size <= reads.size) {
        externals.set(group, joined);
        groupOf[i] = group;
      }
    }
    const own = groupOf[i] as number;
    if (own === i) externals.set(i, new Set(node.inputs.filter((input) => !isFree(input))));
    const { kind } = node.op.meaning;
    for (let j = 0; j < node.inputs.length; j++) {
      const input = node.inputs[j] as Node;
      const sourceIndex = trace.sourceOf(i, j);
      if (sourceIndex >= 0) continue;
      const view = node.views[j] ?? null;
      const takes = kind === "elementwise" || kind === "reduce";
      const repeats =
        view === null
          ? node.size > input.size && kind === "elementwise"
          : sizeOf(view.shape) > input.size;
      const at = input.position;
      const known = target[at] as number;
      target[at] = takes && !repeats && (known === -1 || known === own) ? own : -2;
    }
  }
  return groupOf;
}

function build(trace: Trace, groupOf: readonly number[], root: number): Scheduled {
  const steps: KernelStep[] = [];
  const kernelInputs: KernelInput[] = [];
  const inputs: number[] = [];
  const aligned: boolean[] = [];
  const paramTypes: DType[] = [];
  const params: number[] = [];
  const stepOf = new Map<number, number>();
  const members = groupMembers(trace, groupOf, root);
  const misaligned = new Set<number>();
  for (let m = members.length - 1; m >= 0; m--) {
    // readers come later in the order: walking backwards, all of a step's are known when it is reached
    const position = members[m] as number;
    const node = trace.order[position] as Node;
    const straight = node.op.meaning.kind === "elementwise" && !misaligned.has(position);
    node.inputs.forEach((input, j) => {
      const own = trace.sourceOf(position, j) === -1;
      if (own && (!straight || node.views[j] !== null)) misaligned.add(input.position);
    });
  }

  const param = (dynamic: number, dtype: DType): number => {
    paramTypes.push(dtype);
    return params.push(dynamic) - 1;
  };
  const inputNumber = (ref: number, dtype: DType): number => {
    const known = inputs.indexOf(ref);
    if (known >= 0) return known;
    kernelInputs.push({ dtype, inPlace: false });
    aligned.push(true);
    return inputs.push(ref) - 1;
  };

  for (const position of members) {
    const node = trace.order[position] as Node;
    let dynamic = trace.dynamicsOf(position);
    const scalars = node.scalars.map((_, k) => {
      const type = node.op.scalarTypes[k] ?? "u32";
      return param(dynamic++, type === "result" ? node.dtype : type);
    });
    const operands = node.inputs.map((input, j): KernelOperand => {
      const view = node.views[j] ?? null;
      const source = trace.sourceOf(position, j);
      const step = source < 0 ? stepOf.get(input.position) : undefined;
      const offset = view === null ? -1 : param(dynamic++, "u32");
      const base =
        source < 0 || trace.sources[source]?.count === input.size
          ? input.shape
          : (view?.shape ?? input.shape);
      if (step !== undefined) return { source: { step }, dtype: input.dtype, base, view, offset };
      const number = inputNumber(source < 0 ? input.position : -1 - source, input.dtype);
      if (view !== null || misaligned.has(position) || node.op.meaning.kind !== "elementwise")
        aligned[number] = false;
      return { source: { input: number }, dtype: input.dtype, base, view, offset };
    });
    stepOf.set(position, steps.length);
    steps.push({
      op: node.op,
      operands,
      shape: node.shape,
      dtype: node.dtype,
      attrs: node.attrs,
      scalars,
    });
  }
  return {
    kernel: { steps, inputs: kernelInputs, params: paramTypes },
    root,
    inputs,
    params,
    aligned,
  };
}

/** Positions evaluated in the kernel of `root`, in order: its group, and the constants they read. */
function groupMembers(trace: Trace, groupOf: readonly number[], root: number): number[] {
  const members = new Set<number>();
  const stack = [root];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (members.has(at)) continue;
    members.add(at);
    const node = trace.order[at] as Node;
    for (let j = 0; j < node.inputs.length; j++) {
      if (trace.sourceOf(at, j) >= 0) continue;
      const input = (node.inputs[j] as Node).position;
      const free = isFree(trace.order[input] as Node) && trace.holdOf(input) === HOLD_NOTHING;
      if (free || groupOf[input] === root) stack.push(input);
    }
  }
  return [...members].sort((a, b) => a - b);
}
