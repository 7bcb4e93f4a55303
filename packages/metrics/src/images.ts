import {
  ArgumentError,
  arange,
  conv2d,
  pad,
  ShapeError,
  stack,
  type Tensor,
  where,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkChoice, checkSameShape } from "./check.ts";
import { measured } from "./labels.ts";
import { asFloat, tensorsOf, type Values } from "./values.ts";

/** Reduction over images: mean, sum, or one value per image. */
export type ImageReduction = "mean" | "sum" | "none";

function imagesOf(metric: string, predictions: Values, targets: Values): readonly [Tensor, Tensor] {
  const given = tensorsOf(metric, { predictions, targets });
  checkSameShape(metric, given.predictions, given.targets);
  if (given.targets.ndim !== 4) {
    throw new ShapeError(
      `${metric}: takes images [N, C, H, W]\n  targets: [${given.targets.shape.join(", ")}]`,
    );
  }
  return [asFloat(given.predictions), asFloat(given.targets)];
}

function reduced(metric: string, each: Tensor, reduction: ImageReduction): Tensor {
  checkChoice(metric, "reduction", reduction, ["mean", "sum", "none"]);
  if (reduction === "none") return each;
  return reduction === "mean" ? each.mean() : each.sum();
}

/** Settings of peakSignalNoiseRatio. */
export interface PsnrOptions {
  /**
   * Range of the values: the difference of greatest and least value, or [least, greatest], to which
   * values are clamped; null takes the range of the targets.
   */
  readonly dataRange?: number | readonly [least: number, greatest: number] | null;
  /** Base of the logarithm (default 10). */
  readonly base?: number;
  /**
   * Dimensions of one image, to get a value per image; null treats all elements as one image
   * (default null).
   */
  readonly dim?: number | readonly number[] | null;
  readonly reduction?: ImageReduction;
}

/**
 * Peak signal-to-noise ratio 10 log₁₀(range² / mean (prediction − target)²) in decibels.
 * Predictions come first, then targets. → 0-d, or one per image.
 */
export function peakSignalNoiseRatio(
  predictions: Values,
  targets: Values,
  options: PsnrOptions = {},
): Tensor {
  checkCall(
    'peakSignalNoiseRatio(predictions: any, targets: any, { dataRange: number | list | null, base: number, dim: number | number[] | null, reduction: "mean" | "sum" | "none" })',
    arguments,
  );
  const { dataRange = null, base = 10, dim = null, reduction = "mean" } = options;
  const metric = "peakSignalNoiseRatio";
  return measured(() => {
    const given = tensorsOf(metric, { predictions, targets });
    checkSameShape(metric, given.predictions, given.targets);
    let [p, y] = [asFloat(given.predictions), asFloat(given.targets)];
    let range: Tensor | number = typeof dataRange === "number" ? dataRange : 0;
    if (dataRange === null) range = y.amax().sub(y.amin());
    else if (typeof dataRange !== "number") {
      const [least, greatest] = dataRange;
      [p, y] = [p.clamp(least, greatest), y.clamp(least, greatest)];
      range = greatest - least;
    }
    const error = p.sub(y).square().mean(dim);
    const squared = typeof range === "number" ? error.mul(0).add(range ** 2) : range.square();
    return reduced(
      metric,
      squared
        .div(error)
        .log()
        .mul(10 / Math.log(base)),
      reduction,
    );
  });
}

/** Settings of structuralSimilarity. */
export interface SsimOptions {
  /** Difference of greatest and least value; null takes that of the images (default null). */
  readonly dataRange?: number | null;
  /** Standard deviation of the Gaussian window (default 1.5). */
  readonly sigma?: number;
  /**
   * Uses a Gaussian window that extends 3.5 σ to each side; if false, a uniform one of `kernelSize`
   * (default true).
   */
  readonly gaussianKernel?: boolean;
  /** Size of the uniform window (default 11). */
  readonly kernelSize?: number;
  /** Constants that stabilize the divisions, relative to the range (default 0.01 and 0.03). */
  readonly k1?: number;
  readonly k2?: number;
  readonly reduction?: ImageReduction;
}

/** Means, variances and covariance in a window around every element. */
interface Local {
  readonly meanP: Tensor;
  readonly meanY: Tensor;
  readonly varP: Tensor;
  readonly varY: Tensor;
  readonly covariance: Tensor;
}

function gaussian(size: number, sigma: number, like: Tensor): Tensor {
  const place = arange(size, { dtype: "f32", device: like }).sub((size - 1) / 2);
  const weights = place.div(sigma).square().mul(-0.5).exp();
  return weights.div(weights.sum());
}

function localOf(metric: string, p: Tensor, y: Tensor, line: Tensor, border: number): Local {
  const [n, c, height, width] = p.shape as readonly [number, number, number, number];
  if (Math.min(height, width) <= 2 * border) {
    throw new ShapeError(
      `${metric}: images of ${height} × ${width} are smaller than the window of ${2 * border + 1}`,
    );
  }
  const size = line.shape[0] as number;
  const window = line.unsqueeze(1).mul(line).reshape(1, 1, size, size);
  const all = stack([p, y, p.square(), y.square(), p.mul(y)], 0).reshape(-1, 1, height, width);
  const margin = (size - 1) / 2;
  const around = pad(all, [border, border, border, border], { mode: "reflect" });
  const seen = conv2d(around, window, null).reshape(5, n, c, height + 2 * (border - margin), -1);
  const [meanP, meanY, squareP, squareY, product] = [0, 1, 2, 3, 4].map((i) =>
    seen.select(0, i),
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  return {
    meanP,
    meanY,
    varP: squareP.sub(meanP.square()).clamp(0),
    varY: squareY.sub(meanY.square()).clamp(0),
    covariance: product.sub(meanP.mul(meanY)),
  };
}

/**
 * Structural similarity (Wang et al. 2004): similarity of luminance, contrast and structure around
 * every element; 1 for equal images. Predictions come first, then targets; both [N, C, H, W]. →
 * 0-d, or [N].
 */
export function structuralSimilarity(
  predictions: Values,
  targets: Values,
  options: SsimOptions = {},
): Tensor {
  checkCall(
    'structuralSimilarity(predictions: any, targets: any, { dataRange: number | null, sigma: number, gaussianKernel: boolean, kernelSize: number, k1: number, k2: number, reduction: "mean" | "sum" | "none" })',
    arguments,
  );
  const { dataRange = null, sigma = 1.5, gaussianKernel = true, kernelSize = 11 } = options;
  const { k1 = 0.01, k2 = 0.03, reduction = "mean" } = options;
  const metric = "structuralSimilarity";
  if (kernelSize % 2 !== 1 || !(sigma > 0)) {
    throw new ArgumentError(
      `${metric}: kernelSize is ${kernelSize}, sigma ${sigma}\n  hint: kernelSize must be odd and sigma above 0`,
    );
  }
  return measured(() => {
    const [p, y] = imagesOf(metric, predictions, targets);
    const size = gaussianKernel ? Math.floor(3.5 * sigma + 0.5) * 2 + 1 : kernelSize;
    const flat = arange(size, { dtype: "f32", device: p })
      .mul(0)
      .add(1 / size);
    const line = gaussianKernel ? gaussian(size, sigma, p) : flat;
    const local = localOf(metric, p, y, line, (size - 1) / 2);
    const spread = (x: Tensor): Tensor => x.amax().sub(x.amin());
    const range: Tensor =
      dataRange === null ? spread(p).maximum(spread(y)) : p.sum().mul(0).add(dataRange);
    const [c1, c2] = [range.mul(k1).square(), range.mul(k2).square()];
    const { meanP, meanY, varP, varY, covariance } = local;
    const above = meanP.mul(meanY).mul(2).add(c1).mul(covariance.mul(2).add(c2));
    const below = meanP.square().add(meanY.square()).add(c1).mul(varP.add(varY).add(c2));
    return reduced(metric, above.div(below).flatten(1).mean(1), reduction);
  });
}

/** Settings of image metrics that only have a reduction. */
export interface ImageOptions {
  readonly reduction?: ImageReduction;
}

/**
 * Universal image quality index (Wang & Bovik 2002): 4 cov μp μy / ((σp² + σy²)(μp² + μy²)) in a
 * Gaussian window of 11 × 11 elements. Predictions come first, then targets; both [N, C, H, W]. →
 * 0-d, or one value per element.
 */
export function universalImageQualityIndex(
  predictions: Values,
  targets: Values,
  options: ImageOptions = {},
): Tensor {
  checkCall(
    'universalImageQualityIndex(predictions: any, targets: any, { reduction: "mean" | "sum" | "none" })',
    arguments,
  );
  const metric = "universalImageQualityIndex";
  return measured(() => {
    const [p, y] = imagesOf(metric, predictions, targets);
    const { meanP, meanY, varP, varY, covariance } = localOf(metric, p, y, gaussian(11, 1.5, p), 5);
    const above = meanP.mul(meanY).mul(covariance).mul(4);
    const below = meanP
      .square()
      .add(meanY.square())
      .mul(varP.add(varY))
      .add(2 ** -23);
    // exclude the border, whose windows see reflected padding, as torchmetrics does
    const inner = [-1, -2].reduce(
      (x, dim) => x.narrow(dim, 5, (x.shape.at(dim) as number) - 10),
      above.div(below),
    );
    return reduced(metric, inner, options.reduction ?? "mean");
  });
}

/**
 * Total variation of each image: the sum of absolute differences of vertical and horizontal
 * neighbours. images: [N, C, H, W]. → 0-d, or [N].
 */
export function totalVariation(images: Values, options: ImageOptions = {}): Tensor {
  checkCall('totalVariation(images: any, { reduction: "mean" | "sum" | "none" })', arguments);
  const metric = "totalVariation";
  return measured(() => {
    const { images: given } = tensorsOf(metric, { images });
    if (given.ndim !== 4)
      throw new ShapeError(
        `${metric}: takes images [N, C, H, W]\n  images: [${given.shape.join(", ")}]`,
      );
    const x = asFloat(given);
    const steps = (dim: number): Tensor => x.diff(1, dim).abs().flatten(1).sum(1);
    return reduced(metric, steps(2).add(steps(3)), options.reduction ?? "sum");
  });
}

/**
 * Angle in radians between the channel vectors of prediction and target, averaged over all
 * elements. Predictions come first, then targets; both [N, C, H, W]. → 0-d, or [N, H, W].
 */
export function spectralAngleMapper(
  predictions: Values,
  targets: Values,
  options: ImageOptions = {},
): Tensor {
  checkCall(
    'spectralAngleMapper(predictions: any, targets: any, { reduction: "mean" | "sum" | "none" })',
    arguments,
  );
  const metric = "spectralAngleMapper";
  return measured(() => {
    const [p, y] = imagesOf(metric, predictions, targets);
    const size = (x: Tensor): Tensor => x.square().sum(1).sqrt();
    const cosine = p
      .mul(y)
      .sum(1)
      .div(size(p).mul(size(y)))
      .clamp(-1, 1);
    return reduced(
      metric,
      where(cosine.isnan(), Number.NaN, cosine.acos()),
      options.reduction ?? "mean",
    );
  });
}
