import { full, type Tensor } from "@wgrad/autograd";
import { checkSameShape } from "../check.ts";
import { type PerplexityOptions, surprise } from "../perplexity.ts";
import { Metric, type Totals } from "./metric.ts";

type Mean = { total: Tensor; count: Tensor };

const mean = ({ total, count }: Totals<Mean>): number =>
  (total[0] as number) / (count[0] as number);

/** Number of elements, on the elements' device; whole, so that many batches add up. */
const countOf = (x: Tensor): Tensor => full([], x.numel(), { dtype: "i32", device: x });

/** The mean of all elements of all batches: of losses, say. */
export class MeanMetric extends Metric<[values: Tensor], Mean, number> {
  protected measure(values: Tensor): Mean {
    return { total: values.sum(), count: countOf(values) };
  }

  protected conclude(totals: Totals<Mean>): number {
    return mean(totals);
  }
}

/** `meanSquaredError` over batches, of all elements; its root unless `squared`. */
export class MeanSquaredError extends Metric<[predictions: Tensor, targets: Tensor], Mean, number> {
  readonly squared: boolean;

  constructor({ squared = true }: { readonly squared?: boolean } = {}) {
    super();
    this.squared = squared;
  }

  protected measure(predictions: Tensor, targets: Tensor): Mean {
    checkSameShape("MeanSquaredError", predictions, targets);
    return { total: predictions.sub(targets).square().sum(), count: countOf(targets) };
  }

  protected conclude(totals: Totals<Mean>): number {
    return this.squared ? mean(totals) : Math.sqrt(mean(totals));
  }
}

/** `meanAbsoluteError` over batches, of all elements. */
export class MeanAbsoluteError extends Metric<
  [predictions: Tensor, targets: Tensor],
  Mean,
  number
> {
  protected measure(predictions: Tensor, targets: Tensor): Mean {
    checkSameShape("MeanAbsoluteError", predictions, targets);
    return { total: predictions.sub(targets).abs().sum(), count: countOf(targets) };
  }

  protected conclude(totals: Totals<Mean>): number {
    return mean(totals);
  }
}

type Explained = { residual: Tensor; total: Tensor; squares: Tensor; count: Tensor };

/** `r2Score` over batches, of all elements. The mean and the squares of targets are summed in f32: centre targets far from 0. */
export class R2Score extends Metric<[predictions: Tensor, targets: Tensor], Explained, number> {
  protected measure(predictions: Tensor, targets: Tensor): Explained {
    checkSameShape("R2Score", predictions, targets);
    return {
      residual: targets.sub(predictions).square().sum(),
      total: targets.sum(),
      squares: targets.square().sum(),
      count: countOf(targets),
    };
  }

  protected conclude(totals: Totals<Explained>): number {
    const [residual, total, squares, count] = [
      totals.residual,
      totals.total,
      totals.squares,
      totals.count,
    ].map((x) => x[0] as number) as [number, number, number, number];
    const spread = squares - total ** 2 / count;
    if (spread <= 0) return residual === 0 ? 1 : 0;
    return 1 - residual / spread;
  }
}

type Surprise = { total: Tensor; count: Tensor };

/** `perplexity` over batches. */
export class Perplexity extends Metric<[logits: Tensor, targets: Tensor], Surprise, number> {
  readonly ignoreIndex: number | null;

  constructor({ ignoreIndex = null }: PerplexityOptions = {}) {
    super();
    this.ignoreIndex = ignoreIndex;
  }

  protected measure(logits: Tensor, targets: Tensor): Surprise {
    return surprise("Perplexity", logits, targets, this.ignoreIndex);
  }

  protected conclude(totals: Totals<Surprise>): number {
    return Math.exp(mean(totals));
  }
}
