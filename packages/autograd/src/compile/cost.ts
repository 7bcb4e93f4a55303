import type { Device, KernelOperand, KernelStep } from "../devices/device.ts";
import { extentOf } from "../graph/attention.ts";
import { type Attributes, formOf, ranksOf } from "../graph/attributes.ts";
import type { Node } from "../graph/node.ts";
import type { Attention } from "../graph/op.ts";
import type { View } from "../graph/view.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Scheduled } from "./schedule.ts";
import type { Trace } from "./trace.ts";

/** Bytes and operations of one run of a kernel, by its definition. Devices may do less or more. */
export interface Cost {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Scalar operations; a multiply-add counts as two. */
  readonly flops: number;
}

/** A description of a kernel, and its cost. */
export interface KernelInfo extends Cost {
  /** The ops it computes, in order. */
  readonly name: string;
  /** Dtypes and shapes of its outputs. */
  readonly result: string;
  /** The threads with work in each of its dispatches; empty if the device has no threads. */
  readonly threads: readonly number[];
}

export function infoOf(scheduled: Scheduled, trace: Trace, device: Device): KernelInfo {
  const results = scheduled.stores.map((position) => trace.order[position] as Node);
  const result = results.map(({ dtype, shape }) => `${dtype}[${shape.join(", ")}]`).join(", ");
  return {
    name: nameOf(scheduled, trace),
    result,
    threads: [],
    ...costOf(scheduled, trace, device),
  };
}

export function nameOf({ kernel, stores }: Scheduled, trace: Trace): string {
  const names = kernel.steps.filter(({ operands }) => operands.length > 0).map(({ op }) => op.name);
  return names.join(" · ") || (trace.order[stores[0] as number] as Node).op.name;
}

export function costOf({ kernel, stores, inputs }: Scheduled, trace: Trace, device: Device): Cost {
  const touched = inputs.map(() => 0);
  for (const { operands } of kernel.steps) {
    for (const { source, view, base } of operands) {
      if ("input" in source)
        touched[source.input] = (touched[source.input] as number) + reach(view, base);
    }
  }
  let bytesRead = 0;
  inputs.forEach((input, i) => {
    const size =
      input < 0 ? (trace.sources[-1 - input]?.count ?? 0) : (trace.order[input] as Node).size;
    const { dtype } = kernel.inputs[i] as Scheduled["kernel"]["inputs"][number];
    bytesRead += device.bytesOf(dtype, Math.min(size, touched[i] as number));
  });
  let bytesWritten = 0;
  for (const position of stores) {
    const { dtype, size } = trace.order[position] as Node;
    bytesWritten += device.bytesOf(dtype, size);
  }
  const flops = kernel.steps.reduce((sum, step) => sum + operations(step), 0);
  return { bytesRead, bytesWritten, flops };
}

/** The number of elements that a view reads, each counted once. */
export const reach = (view: View | null, base: Shape): number =>
  view === null ? sizeOf(base) : sizeOf(view.shape.filter((_, d) => view.strides[d] !== 0));

/** Scalar operations of one step: one for each element, two for each term of a product. */
export function operations({ op, operands, shape, attrs }: KernelStep): number {
  const out = sizeOf(shape);
  if (operands.length === 0) return 0;
  const [first] = operands;
  const read = sizeOf(first?.view?.shape ?? first?.base ?? []);
  if (op.meaning.kind === "reduce" || op.meaning.kind === "scan") return read;
  if (op.meaning.kind === "attention") return ofAttention(op.meaning, operands, attrs);
  if (op.meaning.kind !== "contract") return out;
  const inner = (first?.view?.shape ?? first?.base ?? []).slice(-ranksOf(attrs)[3]);
  return 2 * out * sizeOf(inner);
}

/** For each query and key that see each other: two products for the output, five for gradients. */
function ofAttention(
  { gives }: Attention,
  [query, , value]: readonly KernelOperand[],
  attrs: Attributes,
): number {
  const shape = (operand: KernelOperand | undefined): Shape =>
    operand?.view?.shape ?? operand?.base ?? [];
  const { batch, queries, keys, width, valueWidth } = extentOf(shape(query), shape(value));
  const first = Math.min(queries, keys);
  const seen = formOf(attrs).causal
    ? (first * (first + 1)) / 2 + (queries - first) * keys
    : queries * keys;
  const pairs = sizeOf(batch) * seen;
  return 2 * pairs * (gives === "output" ? width + valueWidth : 3 * width + 2 * valueWidth);
}

export function totalOf(costs: readonly Cost[]): Cost {
  let [bytesRead, bytesWritten, flops] = [0, 0, 0];
  for (const cost of costs) {
    bytesRead += cost.bytesRead;
    bytesWritten += cost.bytesWritten;
    flops += cost.flops;
  }
  return { bytesRead, bytesWritten, flops };
}
