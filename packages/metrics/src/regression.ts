import { noGrad, sort, type Tensor, where } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";
import { checkChoice, checkSameShape } from "./check.ts";

/** Settings of metrics of several outputs. */
export interface MultioutputOptions {
  /** Of [n, outputs]: the mean over all outputs, or each one's ("raw_values": [outputs]) (default "uniform_average"). */
  readonly multioutput?: "uniform_average" | "raw_values";
}

/** Settings of meanSquaredError. */
export interface MeanSquaredErrorOptions extends MultioutputOptions {
  /** Whether the root is left off (default true). */
  readonly squared?: boolean;
}

type Outputs = MultioutputOptions["multioutput"];

/** The metric of each output, an example along dimension 0 and the rest outputs, or their mean. */
function perOutput(
  name: string,
  predictions: Tensor,
  targets: Tensor,
  multioutput: Outputs,
  metric: (predictions: Tensor, targets: Tensor) => Tensor,
): Tensor {
  checkSameShape(name, predictions, targets);
  checkChoice(name, "multioutput", multioutput, ["uniform_average", "raw_values"]);
  return noGrad(() =>
    composite(() => {
      const rows = (x: Tensor): Tensor => x.reshape(x.shape[0] ?? 1, -1);
      const each = metric(rows(predictions), rows(targets));
      return multioutput === "raw_values" ? each : each.mean();
    }),
  );
}

/** Mean of (prediction − target)², or its root. Shapes must be equal. → 0-d, or one for each output. */
export function meanSquaredError(
  predictions: Tensor,
  targets: Tensor,
  { multioutput = "uniform_average", squared = true }: MeanSquaredErrorOptions = {},
): Tensor {
  return perOutput("meanSquaredError", predictions, targets, multioutput, (p, y) => {
    const mean = p.sub(y).square().mean(0);
    return squared ? mean : mean.sqrt();
  });
}

/** √ of the mean of (prediction − target)². Shapes must be equal. → 0-d, or one for each output. */
export function rootMeanSquaredError(
  predictions: Tensor,
  targets: Tensor,
  options: MultioutputOptions = {},
): Tensor {
  const { multioutput = "uniform_average" } = options;
  return perOutput("rootMeanSquaredError", predictions, targets, multioutput, (p, y) =>
    p.sub(y).square().mean(0).sqrt(),
  );
}

/** Mean of |prediction − target|. Shapes must be equal. → 0-d, or one for each output. */
export function meanAbsoluteError(
  predictions: Tensor,
  targets: Tensor,
  { multioutput = "uniform_average" }: MultioutputOptions = {},
): Tensor {
  return perOutput("meanAbsoluteError", predictions, targets, multioutput, (p, y) =>
    p.sub(y).abs().mean(0),
  );
}

/** Median of |prediction − target|; of an even number the mean of the middle two. → 0-d, or one for each output. */
export function medianAbsoluteError(
  predictions: Tensor,
  targets: Tensor,
  { multioutput = "uniform_average" }: MultioutputOptions = {},
): Tensor {
  return perOutput("medianAbsoluteError", predictions, targets, multioutput, (p, y) => {
    const { values } = sort(p.sub(y).abs(), 0);
    const last = (values.shape[0] as number) - 1;
    return values
      .select(0, Math.floor(last / 2))
      .add(values.select(0, Math.ceil(last / 2)))
      .div(2);
  });
}

/** Mean of |prediction − target| / |target|, a fraction; a target of 0 counts as 2⁻⁵². → 0-d, or one for each output. */
export function meanAbsolutePercentageError(
  predictions: Tensor,
  targets: Tensor,
  { multioutput = "uniform_average" }: MultioutputOptions = {},
): Tensor {
  return perOutput("meanAbsolutePercentageError", predictions, targets, multioutput, (p, y) =>
    p
      .sub(y)
      .abs()
      .div(y.abs().clamp(2 ** -52))
      .mean(0),
  );
}

/** The largest |prediction − target|. Shapes must be equal. → 0-d. */
export function maxError(predictions: Tensor, targets: Tensor): Tensor {
  checkSameShape("maxError", predictions, targets);
  return noGrad(() => composite(() => predictions.sub(targets).abs().amax()));
}

/** 1 − residual / total; where there is nothing to explain, 1 for a perfect prediction and else 0. */
function explained(residual: Tensor, total: Tensor): Tensor {
  const constant = where(residual.eq(0), 1, 0);
  return where(total.eq(0), constant, residual.div(total).neg().add(1));
}

/**
 * R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)²: 1 is perfect, 0 is no better than the mean of the targets. Of targets that do not
 * vary it is 1 if they are met exactly, else 0, as in scikit-learn. → 0-d, or one for each output.
 */
export function r2Score(
  predictions: Tensor,
  targets: Tensor,
  { multioutput = "uniform_average" }: MultioutputOptions = {},
): Tensor {
  return perOutput("r2Score", predictions, targets, multioutput, (p, y) =>
    explained(y.sub(p).square().sum(0), y.sub(y.mean(0)).square().sum(0)),
  );
}

/** 1 − Var(y − ŷ) / Var(y): as R², but a constant error costs nothing. → 0-d, or one for each output. */
export function explainedVarianceScore(
  predictions: Tensor,
  targets: Tensor,
  { multioutput = "uniform_average" }: MultioutputOptions = {},
): Tensor {
  const spread = (x: Tensor): Tensor => x.sub(x.mean(0)).square().sum(0);
  return perOutput("explainedVarianceScore", predictions, targets, multioutput, (p, y) =>
    explained(spread(y.sub(p)), spread(y)),
  );
}
