import type { Device, Kernel, KernelInput, KernelOperand, KernelStep } from "../devices/device.ts";
import type { Pass } from "../devices/passes.ts";
import type { DType } from "../dtype.ts";
import { isOnto } from "../graph/attributes.ts";
import type { Node } from "../graph/node.ts";
import { alongAxes, isPadding, movesOf } from "../graph/region.ts";
import { isWhole } from "../graph/view.ts";
import { sameShape } from "../shape.ts";
import { batchKernels } from "./batch.ts";
import { fuse } from "./fuse.ts";
import type { Groups } from "./grouping.ts";
import { looksUp } from "./grouping.ts";
import { mergeKernels } from "./merge.ts";
import type { FuseOptions } from "./passes.ts";
import type { Source, Trace } from "./trace.ts";

/** A kernel of a template: the nodes that it stores, its inputs and its parameters. */
export interface Scheduled {
  readonly kernel: Kernel;
  /** Positions in the trace of the nodes that it stores, in the order of the kernel's `stored`. */
  readonly stores: readonly number[];
  /** The kernel's inputs: a stored node's position, or a source's index as -1 - index. */
  readonly inputs: readonly number[];
  /** For each kernel parameter, its index into the trace's dynamics. */
  readonly params: readonly number[];
  /** Whether an input is read element for element only, so that an output may overwrite it. */
  readonly aligned: readonly boolean[];
  /** The input that an assemble step may overwrite, since no other step reads it; -1 if none. */
  readonly base: number;
}

/** The passes and inputs that a device allows. Two bindings stay free: the result and scratch. */
export const fuseOptions = (device: Device, chosen: ReadonlySet<Pass>): FuseOptions => ({
  passes: new Set(device.passes.filter((pass) => chosen.has(pass))),
  maxInputs: device.maxBindings - 2,
});

/** Divides a trace into kernels. A node is stored by one kernel, or evaluated by its readers'. */
export function schedule(trace: Trace, options: FuseOptions): readonly Scheduled[] {
  const groups = fuse(trace, options);
  const kernels: Scheduled[] = [];
  for (const i of groups.order) {
    if ((trace.order[i] as Node).size > 0) kernels.push(build(trace, groups, i));
  }
  if (!options.passes.has("merges")) return kernels;
  return mergeKernels(trace, batchKernels(trace, kernels), options.maxInputs);
}

function build(trace: Trace, groups: Groups, root: number): Scheduled {
  const steps: KernelStep[] = [];
  const kernelInputs: KernelInput[] = [];
  const inputs: number[] = [];
  const aligned: boolean[] = [];
  const paramTypes: DType[] = [];
  const params: number[] = [];
  const stepOf = new Map<number, number>();
  const members = membersOf(trace, groups, root);
  const misaligned = new Set<number>();
  for (let m = members.length - 1; m >= 0; m--) {
    // backwards, so that all readers of a step are visited before it
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
    kernelInputs.push({ dtype, inPlace: -1 });
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
      const source = trace.sourceOf(position, j);
      const step = source < 0 ? stepOf.get(input.position) : undefined;
      const own = node.views[j] ?? null;
      const size = source < 0 ? input.size : (trace.sources[source] as Source).count;
      // a view that only reshapes is dropped, unless it reads a local step of this kernel
      const inner = step !== undefined && groups.local[input.position] === true;
      const beside = groups.local[position] === true && !looksUp(node, j);
      const renames = inner && !sameShape(node.shape, input.shape);
      const flat = beside && !renames && own !== null && isWhole(own, size);
      const view = flat ? null : own;
      const offset = view === null ? -1 : param(dynamic, "u32");
      if (own !== null) dynamic++;
      const base = flat
        ? node.shape
        : size === input.size
          ? input.shape
          : (view?.shape ?? input.shape);
      if (step !== undefined) {
        const read = { source: { step }, dtype: input.dtype, base, view, offset };
        const padding = view !== null && isPadding(input.op, input.attrs, input.inputs.length);
        const axes = padding ? alongAxes(view, input.shape) : null;
        if (axes !== null) return { ...read, axes };
        const found = inner && view !== null && input.op.meaning.kind === "elementwise";
        const moves = found ? movesOf(view, input.shape) : null;
        return moves === null ? read : { ...read, moves };
      }
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
  const stores = [...(groups.extras.get(root) ?? []), root];
  const stored = stores.map((position) => stepOf.get(position) as number);
  const rows = groups.rowSpaces.get(root) ?? null;
  const anchor = members.findIndex((position) => !groups.local[position]);
  const base = baseOf(steps, anchor);
  return {
    base,
    kernel: { steps, anchor, stored, rows, inputs: kernelInputs, params: paramTypes, parts: [] },
    stores,
    inputs,
    params,
    aligned,
  };
}

/** Positions that the kernel of `root` evaluates, in order: its group, constants and padding. */
function membersOf(trace: Trace, { groupOf, anywhere, extras }: Groups, root: number): number[] {
  const members = new Set<number>();
  const stack = [root, ...(extras.get(root) ?? [])];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (members.has(at)) continue;
    members.add(at);
    const node = trace.order[at] as Node;
    for (let j = 0; j < node.inputs.length; j++) {
      if (trace.sourceOf(at, j) >= 0) continue;
      const input = (node.inputs[j] as Node).position;
      if (anywhere[input] || groupOf[input] === root) stack.push(input);
    }
  }
  return [...members].sort((a, b) => a - b);
}

function baseOf(steps: readonly KernelStep[], anchor: number): number {
  const step = steps[anchor];
  if (step?.op.meaning.kind !== "assemble" || !isOnto(step.attrs)) return -1;
  const [base, ...parts] = step.operands as [KernelOperand, ...KernelOperand[]];
  if (base.view !== null || !("input" in base.source)) return -1;
  const { input } = base.source;
  const others = [...parts, ...steps.flatMap((other) => (other === step ? [] : other.operands))];
  return others.some(({ source }) => "input" in source && source.input === input) ? -1 : input;
}
