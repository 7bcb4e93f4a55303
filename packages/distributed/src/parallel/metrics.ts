import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import type { GroupOption } from "../group/collectives.ts";
import { gatherObjects } from "../group/objects.ts";
import { groupOf } from "../group/process-group.ts";
import { theWorld } from "../group/world.ts";

/** A metric whose states can be put together, as those of `@wgrad/metrics`. */
export interface MergedMetric<Result> {
  compute(): Promise<Result>;
  reset(): void;
  stateDict(): unknown;
  loadStateDict(saved: never): void;
  mergeState(saved: never): void;
}

/** The metric of what all ranks have seen since its reset; every rank calls it. This rank's own goes on as it was. */
export async function reduceMetric<Result>(
  metric: MergedMetric<Result>,
  options: GroupOption = {},
): Promise<Result> {
  checkCall("reduceMetric(metric, { group })", arguments);
  const group = groupOf("reduceMetric", options.group, theWorld("reduceMetric"));
  if (typeof metric?.mergeState !== "function") {
    throw new ArgumentError(
      `reduceMetric: ${describe(metric)} has no mergeState(saved)\n  hint: a metric of @wgrad/metrics, or sums through allReduce`,
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
