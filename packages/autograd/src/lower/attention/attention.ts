import type { Kernel, KernelStep } from "../../devices/device.ts";
import { extentOf } from "../../graph/attention.ts";
import { formOf } from "../../graph/attributes.ts";
import type { Attention } from "../../graph/op.ts";
import type { Loops } from "../../kernel/loops.ts";
import { sizeOf } from "../../shape.ts";
import { shapeOf } from "../index-map.ts";
import type { Target } from "../target.ts";
import type { Call } from "./call.ts";
import { keyLoops, queryLoops } from "./gradients.ts";
import { STATISTICS } from "./matrices.ts";
import { outputLoops } from "./output.ts";
import type { Part } from "./tiles.ts";
import { tilings } from "./tilings.ts";

/**
 * Attention in one dispatch. Its gradients take two: the first is for queries and computes every
 * query's peak and sum again, the second is for keys and values. Scores are never stored; sums have
 * a fixed order.
 */
export function lowerAttention(
  kernel: Kernel,
  step: KernelStep,
  target: Target,
): { stages: Loops[]; scratch: number[] } {
  const { gives } = step.op.meaning as Attention;
  const [query, , value] = step.operands.map(shapeOf) as [number[], number[], number[]];
  const form = formOf(step.attrs);
  const extent = extentOf(query, value);
  const own = tilings[target.class === "software" ? "software" : "gpu"];
  const chosen = target.attention === undefined ? own : [target.attention];
  const call = { kernel, step, form, extent, tilings: chosen };
  const attend = target.attention === undefined ? target.gpu?.attend : undefined;
  const loopsOf = (part: Part, byRows: (call: Call) => Loops): Loops =>
    attend?.(part, call, target) ?? byRows(call);
  if (gives === "output") return { stages: [loopsOf("output", outputLoops)], scratch: [] };
  const stages = [loopsOf("queries", queryLoops)];
  if (form.places[1] != null) stages.push(loopsOf("keys", keyLoops));
  const rows = sizeOf(extent.batch) * extent.queries;
  return { stages, scratch: [rows * STATISTICS * 4] };
}
