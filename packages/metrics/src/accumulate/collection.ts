import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";

/** What a collection needs of its metrics. */
interface AnyMetric {
  update(...inputs: never[]): void;
  compute(): Promise<unknown>;
  reset(): void;
  stateDict(): unknown;
  loadStateDict(saved: never): void;
}

type Results<Of extends Readonly<Record<string, AnyMetric>>> = {
  -readonly [Name in keyof Of]: Awaited<ReturnType<Of[Name]["compute"]>>;
};

/**
 * Named metrics that all receive the same batches: `new MetricCollection({ accuracy: …, f1: … })`.
 */
export class MetricCollection<Of extends Readonly<Record<string, AnyMetric>>> {
  readonly metrics: Of;

  constructor(metrics: Of) {
    checkCall("new MetricCollection(metrics: object)", arguments);
    for (const [name, metric] of Object.entries(metrics)) {
      if (typeof (metric as Partial<AnyMetric> | null)?.compute === "function") continue;
      throw new ArgumentError(`MetricCollection: ${name} is ${describe(metric)}, not a metric`);
    }
    this.metrics = metrics;
  }

  /** Passes a batch to every metric, without reading it. */
  update(...inputs: Parameters<Of[keyof Of]["update"]>): void {
    for (const metric of Object.values(this.metrics)) metric.update(...(inputs as never[]));
  }

  /** Computes every metric over all batches since the last `reset`, by name. */
  async compute(): Promise<Results<Of>> {
    if (arguments.length > 0) checkCall("metrics.compute()", arguments);
    const entries = await Promise.all(
      Object.entries(this.metrics).map(async ([name, metric]) => [name, await metric.compute()]),
    );
    return Object.fromEntries(entries) as Results<Of>;
  }

  /** Forgets all batches. */
  reset(): void {
    if (arguments.length > 0) checkCall("metrics.reset()", arguments);
    for (const metric of Object.values(this.metrics)) metric.reset();
  }

  /** The states of the metrics, by name. */
  stateDict(): Record<string, unknown> {
    if (arguments.length > 0) checkCall("metrics.stateDict()", arguments);
    const states = Object.entries(this.metrics).map(([name, metric]) => [name, metric.stateDict()]);
    return Object.fromEntries(states);
  }

  /**
   * Restores what `stateDict()` returned. Throws ArgumentError if the names differ; nothing is then
   * changed.
   */
  loadStateDict(saved: Readonly<Record<string, unknown>>): void {
    checkCall("metrics.loadStateDict(saved: object)", arguments);
    const [own, given] = [this.metrics, saved].map((names) => Object.keys(names).sort().join(", "));
    if (own !== given) {
      throw new ArgumentError(
        `MetricCollection.loadStateDict: the metrics are ${own}, but the saved ones are ${given}`,
      );
    }
    for (const [name, metric] of Object.entries(this.metrics))
      metric.loadStateDict(saved[name] as never);
  }
}
