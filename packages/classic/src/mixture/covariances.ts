import { eye, linalg, type Tensor } from "@wgrad/autograd";

/**
 * Covariances of the components: a matrix for each ("full"), one matrix for all ("tied"), a
 * variance for each feature ("diag"), or one variance ("spherical").
 */
export type CovarianceType = "full" | "tied" | "diag" | "spherical";

/** A mixture on the device. */
export interface State {
  readonly weights: Tensor;
  readonly means: Tensor;
  readonly covariances: Tensor;
}

/**
 * Axes that transform centred rows to variance 1, and log |Σ|^(−1/2): for each component, or shared
 * by all.
 */
export interface Scales {
  readonly axes: Tensor;
  readonly logDet: Tensor;
}

const isMatrix = (type: CovarianceType): boolean => type === "full" || type === "tied";

/** The shape of the covariances. */
export function covarianceShape(type: CovarianceType, components: number, width: number): number[] {
  return {
    full: [components, width, width],
    tied: [width, width],
    diag: [components, width],
    spherical: [components],
  }[type];
}

/** Number of free parameters of the covariances. */
export function covarianceParameters(
  type: CovarianceType,
  components: number,
  width: number,
): number {
  const matrix = (width * (width + 1)) / 2;
  return {
    full: components * matrix,
    tied: matrix,
    diag: components * width,
    spherical: components,
  }[type];
}

/** log πₖ + log N(x; μₖ, Σₖ): [rows, components]. */
export function logDensities(
  x: Tensor,
  { weights, means }: State,
  { axes, logDet }: Scales,
  type: CovarianceType,
): Tensor {
  const [, width = 0] = x.shape;
  const off = x.unsqueeze(1).sub(means); // [rows, components, features]
  const scaled = isMatrix(type)
    ? off.transpose(0, 1).matmul(axes).transpose(0, 1)
    : off.mul(type === "diag" ? axes : axes.unsqueeze(1));
  const squares = scaled.square().sum(2);
  return squares
    .add(width * Math.log(2 * Math.PI))
    .mul(-0.5)
    .add(logDet)
    .add(weights.log());
}

/** Σ^(−1/2) from covariances. */
export function scalesOf(covariances: Tensor, type: CovarianceType, width: number): Scales {
  if (!isMatrix(type)) return inverseScales(covariances.reciprocal(), type, width);
  const factor = linalg.choleskyEx(covariances).L;
  const identity = eye(covariances.shape.at(-1) as number, { device: covariances.device });
  const inverse = linalg.solveTriangular(factor, identity.expand(...covariances.shape), {
    upper: false,
  });
  const logDet = factor.diagonal({ dim1: -2, dim2: -1 }).log().sum(-1).neg();
  return { axes: inverse.transpose(-2, -1), logDet };
}

/** Σ^(−1/2) from precisions, the inverses of covariances. */
export function inverseScales(precisions: Tensor, type: CovarianceType, width: number): Scales {
  if (isMatrix(type)) {
    const axes = linalg.choleskyEx(precisions).L;
    return { axes, logDet: axes.diagonal({ dim1: -2, dim2: -1 }).log().sum(-1) };
  }
  const axes = precisions.sqrt();
  const logs = axes.log();
  return { axes, logDet: type === "diag" ? logs.sum(1) : logs.mul(width) };
}

/** Added to the total weight of a component, so that it is never 0. */
const LEAST = 1e-10;

/**
 * Weights, means and covariances from the probabilities of the components [rows, components];
 * `least` is added to variances.
 */
export function momentsOf(x: Tensor, shares: Tensor, type: CovarianceType, least: number): State {
  const [rows = 0, width = 0] = x.shape;
  const sizes = shares.sum(0).add(LEAST);
  const means = shares.t().matmul(x).div(sizes.unsqueeze(1));
  const weights = sizes.div(sizes.sum());
  const off = x.sub(means.unsqueeze(1)); // [components, rows, features]
  const weighted = off.mul(shares.t().unsqueeze(2));
  if (isMatrix(type)) {
    const products = weighted.transpose(1, 2).matmul(off);
    const covariances =
      type === "full" ? products.div(sizes.reshape(-1, 1, 1)) : products.sum(0).div(rows);
    return {
      weights,
      means,
      covariances: covariances.add(eye(width, { device: x.device }).mul(least)),
    };
  }
  const variances = weighted.mul(off).sum(1).div(sizes.unsqueeze(1));
  const covariances = type === "diag" ? variances : variances.mean(1);
  return { weights, means, covariances: covariances.add(least) };
}
