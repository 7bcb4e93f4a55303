import type { Device, KernelStep } from "../devices/device.ts";
import type { Handle } from "../graph/handle.ts";
import { COMPUTED, type Node } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import type { View } from "../graph/view.ts";
import { sizeOf } from "../shape.ts";
import { type Scheduled, schedule } from "./schedule.ts";
import type { DeviceStream } from "./stream.ts";
import type { Trace } from "./trace.ts";

/**
 * What reading the tensor now would do: the graph, the kernels it is cut into with what each reads, writes and computes,
 * and their shaders. Nothing runs.
 */
export function explain(handle: Handle): string {
  const { node } = handle.cell;
  const stream = node.stream as DeviceStream;
  const head = `${node.op.name} ${typeOf(node)} on ${stream.device}`;
  if (node.state === COMPUTED) {
    return `${head}: computed, ${node.storage?.holder === "host" ? "on the host" : `in a buffer (${node.storage?.holder})`}`;
  }
  const { trace, options, backend } = stream.preview(node);
  const kernels = schedule(trace, options);
  const graph = trace.order.map((one, i) => `  %${i} = ${nodeLine(one, trace, i)}`);
  const parts = kernels.map((kernel, k) => kernelText(kernel, k, trace, backend));
  const sources = trace.sources.length === 1 ? "1 source" : `${trace.sources.length} sources`;
  return [
    `${head}: ${trace.order.length} nodes, ${sources}, ${kernels.length} kernel${kernels.length === 1 ? "" : "s"}`,
    "graph",
    ...graph,
    ...parts,
  ].join("\n");
}

const typeOf = ({ dtype, shape }: Pick<Node, "dtype" | "shape">): string =>
  `${dtype}[${shape.join(", ")}]`;

function nodeLine(node: Node, trace: Trace, position: number): string {
  const operands = node.inputs.map((input, j) => {
    const source = trace.sourceOf(position, j);
    const name = source < 0 ? `%${input.position}` : `source ${source} ${typeOf(input)}`;
    return `${name}${viewText(node.views[j] ?? null)}`;
  });
  const numbers = isFree(node) ? node.scalars.map(String) : [];
  return `${node.op.name}(${[...operands, ...numbers].join(", ")}) ${typeOf(node)}`;
}

const viewText = (view: View | null): string =>
  view === null ? "" : ` as [${view.shape.join(", ")}] strides [${view.strides.join(", ")}]`;

function kernelText(
  { kernel, stores, inputs }: Scheduled,
  k: number,
  trace: Trace,
  backend: Device,
): string {
  const results = stores.map((position) => trace.order[position] as Node);
  const names = kernel.steps.filter(({ operands }) => operands.length > 0).map(({ op }) => op.name);
  const reads = inputs.map((input, i) => {
    const count =
      input < 0 ? (trace.sources[-1 - input]?.count ?? 0) : (trace.order[input] as Node).size;
    return backend.bytesOf(kernel.inputs[i]?.dtype ?? "f32", count);
  });
  const read = reads.reduce((sum, bytes) => sum + bytes, 0);
  const written = results.reduce((sum, { dtype, size }) => sum + backend.bytesOf(dtype, size), 0);
  const work = kernel.steps.reduce((sum, step) => sum + operations(step), 0);
  const { sources } = backend.lower(kernel);
  const head = `kernel ${k}: ${names.join(" · ") || results[0]?.op.name} → ${stores.map((position) => `%${position}`).join(", ")}`;
  const cost = `reads ${read} B, writes ${written} B, ${work} operations, ${sources.length || 1} dispatch${sources.length > 1 ? "es" : ""}`;
  return [`${head}; ${cost}`, ...sources].join("\n");
}

/** Scalar operations of one step: an element each, or a multiply and an add for every product of a contraction. */
function operations({ op, operands, shape, attrs }: KernelStep): number {
  const out = sizeOf(shape);
  if (operands.length === 0) return 0;
  const [first] = operands;
  const read = sizeOf(first?.view?.shape ?? first?.base ?? []);
  if (op.meaning.kind === "reduce" || op.meaning.kind === "scan") return read;
  if (op.meaning.kind !== "contract") return out;
  const inner = (first?.view?.shape ?? first?.base ?? []).slice(-(attrs[3] ?? 1));
  return 2 * out * sizeOf(inner);
}
