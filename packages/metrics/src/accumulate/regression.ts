import { ArgumentError, full, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkSameShape } from "../check.ts";
import { negativeLogLikelihood, type PerplexityOptions } from "../perplexity.ts";
import { asFloat, tensorsOf, type Values } from "../values.ts";
import { Metric, type Totals } from "./metric.ts";

type Mean = { total: Tensor; count: Tensor };

const mean = ({ total, count }: Totals<Mean>): number =>
  (total[0] as number) / (count[0] as number);

const meanLayout = (): Record<keyof Mean, number[]> => ({ total: [], count: [] });

/** Number of elements as i32 on their device, so that sums over many batches stay exact. */
const countOf = (x: Tensor): Tensor => full([], x.numel(), { dtype: "i32", device: x });

/** Both tensors as floats; throws ShapeError if their shapes differ. */
function pairOf(metric: string, predictions: Values, targets: Values): [p: Tensor, y: Tensor] {
  const given = tensorsOf(metric, { predictions, targets });
  checkSameShape(metric, given.predictions, given.targets);
  return [asFloat(given.predictions), asFloat(given.targets)];
}

/** Mean of all elements of all batches, for example of losses. update(values). */
export class MeanMetric extends Metric<[values: Values], Mean, number> {
  constructor() {
    checkCall("new MeanMetric()", arguments);
    super();
  }

  protected measure(values: Values): Mean {
    checkCall("metric.update(values: any)", arguments);
    const x = asFloat(tensorsOf("MeanMetric", { values }).values);
    return { total: x.sum(), count: countOf(x) };
  }

  protected override layout(): Record<keyof Mean, number[]> {
    return meanLayout();
  }

  protected conclude(totals: Totals<Mean>): number {
    return mean(totals);
  }
}

/**
 * `meanSquaredError` of all elements over batches; its root if `squared` is false.
 * update(predictions, targets).
 */
export class MeanSquaredError extends Metric<[predictions: Values, targets: Values], Mean, number> {
  readonly squared: boolean;

  constructor(options: { readonly squared?: boolean } = {}) {
    checkCall("new MeanSquaredError({ squared: boolean })", arguments);
    const { squared = true } = options;
    super();
    this.squared = squared;
  }

  protected measure(predictions: Values, targets: Values): Mean {
    checkCall("metric.update(predictions: any, targets: any)", arguments);
    const [p, y] = pairOf("MeanSquaredError", predictions, targets);
    return { total: p.sub(y).square().sum(), count: countOf(y) };
  }

  protected override layout(): Record<keyof Mean, number[]> {
    return meanLayout();
  }

  protected conclude(totals: Totals<Mean>): number {
    return this.squared ? mean(totals) : Math.sqrt(mean(totals));
  }
}

/** `meanAbsoluteError` of all elements over batches. update(predictions, targets). */
export class MeanAbsoluteError extends Metric<
  [predictions: Values, targets: Values],
  Mean,
  number
> {
  constructor() {
    checkCall("new MeanAbsoluteError()", arguments);
    super();
  }

  protected measure(predictions: Values, targets: Values): Mean {
    checkCall("metric.update(predictions: any, targets: any)", arguments);
    const [p, y] = pairOf("MeanAbsoluteError", predictions, targets);
    return { total: p.sub(y).abs().sum(), count: countOf(y) };
  }

  protected override layout(): Record<keyof Mean, number[]> {
    return meanLayout();
  }

  protected conclude(totals: Totals<Mean>): number {
    return mean(totals);
  }
}

/**
 * Σ(y − ŷ)², the value that means are counted from, the mean of y, Σ(y − ȳ)² and the number of
 * elements.
 */
type Explained = {
  residual: Tensor;
  origin: Tensor;
  mean: Tensor;
  spread: Tensor;
  count: Tensor;
};

/**
 * `r2Score` of all elements over batches. The variances of batches are merged as in Chan, Golub &
 * LeVeque 1979, so that targets far from 0 lose no precision. update(predictions, targets).
 */
export class R2Score extends Metric<[predictions: Values, targets: Values], Explained, number> {
  constructor() {
    checkCall("new R2Score()", arguments);
    super();
  }

  protected measure(predictions: Values, targets: Values): Explained {
    checkCall("metric.update(predictions: any, targets: any)", arguments);
    const [p, y] = pairOf("R2Score", predictions, targets);
    if (y.numel() === 0) {
      throw new ArgumentError("R2Score.update: the batch is empty\n  hint: leave it out");
    }
    const origin = y.reshape(-1).select(0, 0).clone();
    const shifted = y.sub(origin);
    const distance = shifted.sub(shifted.mean());
    return {
      residual: y.sub(p).square().sum(),
      origin,
      mean: shifted.mean(),
      spread: distance.square().sum(),
      count: countOf(y),
    };
  }

  protected override merge(all: Explained, more: Explained): Explained {
    const [n, m] = [all.count.to("f32"), more.count.to("f32")];
    const share = m.div(n.add(m));
    const gap = more.mean.add(more.origin.sub(all.origin)).sub(all.mean);
    return {
      residual: all.residual.add(more.residual),
      origin: all.origin,
      mean: all.mean.add(gap.mul(share)),
      spread: all.spread.add(more.spread).add(gap.square().mul(n.mul(share))),
      count: all.count.add(more.count),
    };
  }

  protected override layout(): Record<keyof Explained, number[]> {
    return { residual: [], origin: [], mean: [], spread: [], count: [] };
  }

  protected conclude(totals: Totals<Explained>): number {
    const [residual, spread, count] = [totals.residual, totals.spread, totals.count].map(
      (x) => x[0] as number,
    ) as [number, number, number];
    if (count < 2) return Number.NaN;
    if (spread === 0) return residual === 0 ? 1 : 0;
    return 1 - residual / spread;
  }
}

type NegativeLogLikelihood = { total: Tensor; count: Tensor; odd: Tensor };

/** `perplexity` over batches. update(logits, targets). */
export class Perplexity extends Metric<
  [logits: Values, targets: Values],
  NegativeLogLikelihood,
  number
> {
  readonly ignoreIndex: number | null;

  constructor(options: PerplexityOptions = {}) {
    checkCall("new Perplexity({ ignoreIndex: int | null })", arguments);
    const { ignoreIndex = null } = options;
    super();
    this.ignoreIndex = ignoreIndex;
  }

  protected measure(logits: Values, targets: Values): NegativeLogLikelihood {
    checkCall("metric.update(logits: any, targets: any)", arguments);
    const given = tensorsOf("Perplexity", { logits, targets });
    const found = negativeLogLikelihood(
      "Perplexity",
      given.logits,
      given.targets,
      this.ignoreIndex,
    );
    const odd = found.odd?.to("i32").sum() ?? found.count.sub(found.count);
    return { total: found.total, count: found.count, odd };
  }

  protected override layout(): Record<keyof NegativeLogLikelihood, number[]> {
    return { total: [], count: [], odd: [] };
  }

  protected conclude({ odd, ...totals }: Totals<NegativeLogLikelihood>): number {
    if (odd[0] !== 0) {
      throw new ArgumentError(
        `Perplexity.compute: ${odd[0]} targets are not tokens of the vocabulary`,
      );
    }
    return Math.exp(mean(totals));
  }
}
