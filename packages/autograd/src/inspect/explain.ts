import { costOf, nameOf } from "../compile/cost.ts";
import { type Scheduled, schedule } from "../compile/schedule.ts";
import type { Trace } from "../compile/trace.ts";
import type { Device } from "../devices/device.ts";
import type { Handle } from "../graph/handle.ts";
import { COMPUTED, type Node } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import type { View } from "../graph/view.ts";
import type { DeviceStream } from "../runtime/stream.ts";
import { checkCall } from "../signature.ts";

/**
 * What a read of the tensor would run: the graph, its kernels (what each reads, writes and
 * computes), and
 * their shaders. Nothing runs.
 */
export function explain(handle: Handle): string {
  checkCall("explain(handle)", arguments);
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

function kernelText(scheduled: Scheduled, k: number, trace: Trace, backend: Device): string {
  const { kernel, stores } = scheduled;
  const { bytesRead, bytesWritten, flops } = costOf(scheduled, trace, backend);
  const { sources, tuning } = backend.lower(kernel);
  const head = `kernel ${k}: ${nameOf(scheduled, trace)} → ${stores.map((position) => `%${position}`).join(", ")}`;
  const cost = `reads ${bytesRead} B, writes ${bytesWritten} B, ${flops} operations, ${sources.length || 1} dispatch${sources.length > 1 ? "es" : ""}${tuning === undefined ? "" : `; tuned: ${tuning}`}`;
  return [`${head}; ${cost}`, ...sources].join("\n");
}
