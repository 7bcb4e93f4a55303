import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";

/** What a collection asks of its metrics. */
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
 * Metrics that are given the same batches, by name: `new MetricCollection({ accuracy: …, f1: … })`.
 */
export class MetricCollection<Of extends Readonly<Record<string, AnyMetric>>> {
  readonly metrics: Of;

  constructor(metrics: Of) {
    if (arguments.length > 1) checkCall("new MetricCollection(metrics)", arguments);
    for (const [name, metric] of Object.entries(metrics)) {
      if (typeof (metric as Partial<AnyMetric> | null)?.compute === "function") continue;
      throw new ArgumentError(`MetricCollection: ${name} is ${describe(metric)}, not a metric`);
    }
    this.metrics = metrics;
  }

  /** Gives a batch to every metric; nothing is read. */
  update(...inputs: Parameters<Of[keyof Of]["update"]>): void {
    for (const metric of Object.values(this.metrics)) metric.update(...(inputs as never[]));
  }

  /** What every metric says of all batches since the last `reset`, by name. */
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

  /** What the metrics have taken in, by name. */
  stateDict(): Record<string, unknown> {
    if (arguments.length > 0) checkCall("metrics.stateDict()", arguments);
    const states = Object.entries(this.metrics).map(([name, metric]) => [name, metric.stateDict()]);
    return Object.fromEntries(states);
  }

  /**
   * Goes on from what `stateDict()` gave. Throws ArgumentError, and changes nothing, if the names
   * are others.
   */
  loadStateDict(saved: Readonly<Record<string, unknown>>): void {
    if (arguments.length > 1) checkCall("metrics.loadStateDict(saved)", arguments);
    const [own, given] = [this.metrics, saved].map((names) => Object.keys(names).sort().join(", "));
    if (own !== given) {
      throw new ArgumentError(
        `MetricCollection.loadStateDict: the metrics are ${own}, the saved ones ${given}`,
      );
    }
    for (const [name, metric] of Object.entries(this.metrics))
      metric.loadStateDict(saved[name] as never);
  }
}
