import { extentOf, formOf } from "../../graph/attention.ts";
import type { Attention } from "../../graph/op.ts";
import { sizeOf } from "../../shape.ts";
import type { Kernel, KernelStep } from "../device.ts";
import { tilings } from "./attention/forms.ts";
import { keyStage, queryStage, STATISTICS } from "./attention/gradients.ts";
import { outputStage } from "./attention/output.ts";
import { shapeOf } from "./lines.ts";
import type { ShaderLimits, Stage } from "./shader.ts";
import type { Words } from "./words.ts";

/**
 * Attention in one dispatch, its gradients in two: that of the queries, which finds every query's peak and sum again, then those of
 * keys and values. Scores are in registers, a block at a time; sums are in a fixed order.
 */
export function attentionStages(
  kernel: Kernel,
  step: KernelStep,
  words: Words,
  limits: ShaderLimits,
): { stages: Stage[]; scratch: number[] } {
  const { gives } = step.op.meaning as Attention;
  const [query, , value] = step.operands.map(shapeOf) as [number[], number[], number[]];
  const form = formOf(step.attrs);
  const extent = extentOf(query, value);
  const own = tilings[limits.software ? "software" : "gpu"];
  const chosen = limits.attention === undefined ? own : [limits.attention];
  const call = { kernel, step, words, limits, form, extent, tilings: chosen };
  if (gives === "output") return { stages: [outputStage(call)], scratch: [] };
  const stages = [queryStage(call)];
  if (form.places[1] != null) stages.push(keyStage(call));
  const rows = sizeOf(extent.batch) * extent.queries;
  return { stages, scratch: [rows * STATISTICS * 4] };
}
