import type { Tensor } from "@wgrad/autograd";
import * as metrics from "@wgrad/metrics";
import { decodeAll, fromRecord } from "../call.ts";
import { type Callable, camel, Unmapped } from "../names.ts";
import type { Run } from "../run.ts";

interface Counterpart {
  readonly ours: string;
  /** The settings we have; with others the case is not for us. */
  readonly takes: readonly string[];
}

/** Metrics by the names of those libraries. Ours take predictions first, then targets. */
const counterparts: Readonly<Record<string, Counterpart>> = {
  "sklearn.metrics.accuracy_score": { ours: "accuracy", takes: [] },
  "sklearn.metrics.mean_squared_error": { ours: "meanSquaredError", takes: [] },
  "sklearn.metrics.r2_score": { ours: "r2Score", takes: [] },
  "torchmetrics.functional.classification.binary_accuracy": {
    ours: "binaryAccuracy",
    takes: ["threshold"],
  },
};

const PREDICTIONS = ["y_pred", "preds"];

/** A metric of predictions and targets. */
export async function runMetrics(run: Run): Promise<void> {
  const { item, group } = run;
  const name = item.metric as string;
  const { ours, takes } = counterparts[name] ?? { ours: "", takes: [] };
  const metric = (metrics as Readonly<Record<string, unknown>>)[ours];
  const settings = Object.keys(item.kwargs ?? {});
  if (typeof metric !== "function" || settings.some((setting) => !takes.includes(setting))) {
    throw new Unmapped(
      name,
      `no counterpart of ${name} with ${settings.join(", ") || "no settings"}`,
    );
  }
  const inputs = [...item.inputs].sort(
    (a, b) => Number(PREDICTIONS.includes(b)) - Number(PREDICTIONS.includes(a)),
  );
  const tensors: Tensor[] = inputs.map((input) => fromRecord(group.tensor(item.id, input)));
  const options = Object.fromEntries(
    Object.entries(decodeAll(item.kwargs, new Map())).map(([key, value]) => [camel(key), value]),
  );
  const result = (metric as Callable)(...tensors, ...(settings.length > 0 ? [options] : []));
  await run.check(item.outputs[0] as string, result);
}
