import { type DType, grad, type Tensor } from "@wgrad/autograd";
import { isFloating } from "../../src/dtype.ts";
import { currentStream } from "../../src/graph/context.ts";
import type { Node } from "../../src/graph/node.ts";
import type { Op } from "../../src/graph/op.ts";
import { type Edge, GradFn } from "../../src/tape/edge.ts";
import { edgeOf } from "../../src/tape/record.ts";
import type { OpCase } from "./harness.ts";
import { make } from "./inputs.ts";

/** What tells ops of one name apart. */
export const keyOf = ({ name, meaning, gradient }: Op): string =>
  `${name} (${meaning.kind}${gradient === undefined ? "" : ", differentiable"})`;

/** Which ops a row of the tables brings to its tests. */
export interface Reached {
  /**
   * Recorded at all, in the forward or its gradient: compared between devices, and tried for leaks.
   */
  readonly recorded: Set<string>;
  /** On the tape of a row that is checked to first order. */
  readonly first: Set<string>;
  /** The same to second order. */
  readonly second: Set<string>;
  /** Gave a fraction from fractions without a gradient: the tape ends there. */
  readonly cut: Set<string>;
  /** Dtypes of results, by op and device. */
  readonly dtypes: Map<string, Record<"cpu" | "webgpu", Set<DType>>>;
}

export const nothingReached = (): Reached => ({
  recorded: new Set(),
  first: new Set(),
  second: new Set(),
  cut: new Set(),
  dtypes: new Map(),
});

/** Records a row and its gradient, and notes what that reaches. Nothing is computed. */
export function trace(item: OpCase, float: "f16" | "f32" | "f64", reached: Reached): void {
  const { skip = {}, inputs } = item;
  const { pending } = currentStream();
  if (pending.length > 1000) currentStream().flush([]);
  const before = pending.length;
  const { operands, leaves } = make(inputs, { device: "cpu", float });
  const result = item.op(...operands);
  const outputs = (Array.isArray(result) ? result : [result]) as readonly Tensor[];
  const ends = outputs.filter((output) => output.requiresGrad);
  const tape = entriesBelow(ends);
  // differences say nothing of halves, whose gradients are compared with those of singles
  if (ends.length > 0 && float !== "f16") {
    const total = ends.map((end) => end.sum()).reduce((a, b) => a.add(b));
    const slopes = grad(total, leaves, { createGraph: true, allowUnused: true }).filter(
      (slope: Tensor | null) => slope !== null,
    );
    if (!skip.gradcheck) for (const name of tape) reached.first.add(name);
    if (!skip.gradgradcheck) {
      const again = entriesBelow(slopes);
      for (const name of again) reached.first.add(name);
      for (const name of [...tape, ...again]) reached.second.add(name);
    }
  }
  note(pending.slice(before), reached, float !== "f64" && !skip.webgpu ? BOTH : ["cpu"]);
}

const BOTH = ["cpu", "webgpu"] as const;

/** Names of the ops on the tape that leads to these tensors. */
export function entriesBelow(tensors: readonly Tensor[]): Set<string> {
  const names = new Set<string>();
  const seen = new Set<Edge | null>([null]);
  const waiting = tensors.map(edgeOf);
  while (waiting.length > 0) {
    const edge = waiting.pop() as Edge | null;
    if (seen.has(edge)) continue;
    seen.add(edge);
    if (!(edge instanceof GradFn)) continue;
    names.add(edge.name);
    waiting.push(...edge.edges);
  }
  return names;
}

function note(
  nodes: readonly Node[],
  { recorded, cut, dtypes }: Reached,
  devices: readonly ("cpu" | "webgpu")[],
): void {
  const seen = new Set<Node>();
  const waiting = [...nodes];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const key = keyOf(node.op);
    recorded.add(key);
    const seenHere = dtypes.get(key) ?? { cpu: new Set(), webgpu: new Set() };
    dtypes.set(key, seenHere);
    for (const device of devices) seenHere[device].add(node.dtype);
    waiting.push(...node.inputs);
    const fractions = node.inputs.some(({ dtype }) => isFloating(dtype));
    if (fractions && isFloating(node.dtype) && node.op.gradient === undefined)
      cut.add(node.op.name);
  }
}
