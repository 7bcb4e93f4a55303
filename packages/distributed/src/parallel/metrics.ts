import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import type { GroupOption } from "../group/collectives.ts";
import { gatherObjects } from "../group/objects.ts";
import { groupOf } from "../group/process-group.ts";
import { theWorld } from "../group/world.ts";

/** A metric whose states can be merged, such as those of `@wgrad/metrics`. */
export interface MergedMetric<Result> {
  compute(): Promise<Result>;
  reset(): void;
  stateDict(): unknown;
  loadStateDict(saved: never): void;
  mergeState(saved: never): void;
}

/**
 * Computes the metric over the batches of all ranks since its reset. Every rank must call it. This
 * rank's metric is unchanged.
 */
export async function reduceMetric<Result>(
  metric: MergedMetric<Result>,
  options: GroupOption = {},
): Promise<Result> {
  checkCall("reduceMetric(metric: any, { group })", arguments);
  const group = groupOf("reduceMetric", options.group, theWorld("reduceMetric"));
  if (typeof metric?.mergeState !== "function") {
    throw new ArgumentError(
      `reduceMetric: ${describe(metric)} has no mergeState(saved)\n  hint: use a metric of @wgrad/metrics, or sum with allReduce`,
    );
  }
  const states = await gatherObjects("allGatherObject", metric.stateDict(), group);
  metric.reset();
  try {
    for (const state of states) metric.mergeState(state as never);
    return await metric.compute();
  } finally {
    metric.loadStateDict(states[group.rank] as never);
  }
}
