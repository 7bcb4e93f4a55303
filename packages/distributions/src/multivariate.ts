import { ArgumentError, eye, linalg, randn, type Shape, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { HALF_LOG_2PI } from "./constants.ts";
import { positive, real } from "./constraints.ts";
import { constrained, Distribution, type DistributionOptions } from "./distribution.ts";

const { cholesky, solveTriangular } = linalg;

/** The common broadcast shape of batches. */
function batchOf(...shapes: readonly Shape[]): number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, i) =>
    Math.max(...shapes.map((shape) => shape[i - rank + shape.length] ?? 1)),
  );
}

const diagonalOf = (x: Tensor): Tensor => x.diagonal({ dim1: -2, dim2: -1 });

/** Squared Mahalanobis distance |L⁻¹ d|² for lower triangular L; batches broadcast. */
function mahalanobis(lower: Tensor, diff: Tensor): Tensor {
  const batch = batchOf(lower.shape.slice(0, -2), diff.shape.slice(0, -1));
  const n = lower.shape.at(-1) as number;
  const a = lower.expand([...batch, n, n]);
  const b = diff.expand([...batch, n]).unsqueeze(-1);
  return solveTriangular(a, b, { upper: false }).squeeze(-1).square().sum(-1);
}

/** The covariance of a multivariate normal: exactly one of three matrices. */
export interface CovarianceOptions extends DistributionOptions {
  readonly covarianceMatrix?: Tensor | null;
  readonly precisionMatrix?: Tensor | null;
  /** Lower triangular L with Σ = L Lᵀ, with a positive diagonal. */
  readonly scaleTril?: Tensor | null;
}

/**
 * Multivariate normal distribution: log p = −½ (x − μ)ᵀ Σ⁻¹ (x − μ) − log |L| − k/2 log 2π. Pass
 * one of Σ, Σ⁻¹ and L.
 */
export class MultivariateNormal extends Distribution {
  declare readonly loc: Tensor;
  /** Cholesky factor L of Σ = L Lᵀ. */
  declare readonly scaleTril: Tensor;

  constructor(
    loc: Tensor,
    covarianceMatrix?: Tensor | CovarianceOptions | null,
    options: CovarianceOptions = {},
  ) {
    checkCall(
      "new MultivariateNormal(loc: tensor, covarianceMatrix?: tensor | null, { covarianceMatrix, precisionMatrix: tensor | null, scaleTril: tensor | null, validateArgs: boolean })",
      arguments,
    );
    const plain = covarianceMatrix && !("numel" in covarianceMatrix);
    const all: CovarianceOptions = plain
      ? (covarianceMatrix as CovarianceOptions)
      : { ...options, ...(covarianceMatrix && { covarianceMatrix: covarianceMatrix as Tensor }) };
    const { covarianceMatrix: sigma, precisionMatrix: precision, scaleTril } = all;
    const given = [sigma, precision, scaleTril].filter(Boolean) as Tensor[];
    const [matrix] = given;
    if (given.length !== 1 || matrix === undefined || loc.ndim < 1) {
      throw new ArgumentError(
        "MultivariateNormal: takes a mean vector and exactly one of covarianceMatrix, precisionMatrix and scaleTril",
      );
    }
    const n = loc.shape.at(-1) as number;
    if (matrix.ndim < 2 || matrix.shape.at(-1) !== n || matrix.shape.at(-2) !== n) {
      throw new ArgumentError(
        `MultivariateNormal: the matrix is [${matrix.shape.join(", ")}], but the mean has ${n} elements`,
      );
    }
    const batch = batchOf(loc.shape.slice(0, -1), matrix.shape.slice(0, -2));
    const lower = sigma ? cholesky(sigma) : precision ? lowerOfPrecision(precision) : matrix;
    const { validateArgs = true } = all;
    if (scaleTril) {
      const diagonal = diagonalOf(lower);
      constrained("MultivariateNormal", { diagonal }, { diagonal: positive }, all);
    }
    super({
      batchShape: batch,
      eventShape: [n],
      support: real,
      validateArgs,
      parameters: { loc: loc.expand([...batch, n]), scaleTril: lower.expand([...batch, n, n]) },
    });
  }
  get covarianceMatrix(): Tensor {
    return this.scaleTril.matmul(this.scaleTril.mT);
  }
  get precisionMatrix(): Tensor {
    const n = this.eventShape[0] as number;
    const one = eye(n, { dtype: this.loc.dtype, device: this.loc });
    const inverse = solveTriangular(this.scaleTril, one.expand(this.scaleTril.shape), {
      upper: false,
    });
    return inverse.mT.matmul(inverse);
  }
  override get mean(): Tensor {
    return this.loc;
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    return this.scaleTril.square().sum(-1);
  }
  protected draw(shape: Shape): Tensor {
    const noise = randn(shape, { dtype: this.loc.dtype, device: this.loc });
    return this.loc.add(this.scaleTril.matmul(noise.unsqueeze(-1)).squeeze(-1));
  }
  private get halfLogDet(): Tensor {
    return diagonalOf(this.scaleTril).log().sum(-1);
  }
  protected density(value: Tensor): Tensor {
    const n = this.eventShape[0] as number;
    const distance = mahalanobis(this.scaleTril, value.sub(this.loc));
    return distance
      .mul(-0.5)
      .sub(this.halfLogDet)
      .sub(n * HALF_LOG_2PI);
  }
  protected override uncertainty(): Tensor {
    const n = this.eventShape[0] as number;
    return this.halfLogDet.add(n * (0.5 + HALF_LOG_2PI));
  }
}

/** L with L Lᵀ = P⁻¹. Flips the Cholesky factor of the flipped P, which avoids the inverse. */
function lowerOfPrecision(precision: Tensor): Tensor {
  const turned = cholesky(precision.flip([-2, -1])).flip([-2, -1]).mT;
  const n = precision.shape.at(-1) as number;
  const one = eye(n, { dtype: precision.dtype, device: precision }).expand(precision.shape);
  return solveTriangular(turned, one, { upper: false });
}

/**
 * Multivariate normal with covariance W Wᵀ + diag D. Its cost grows with the number of columns of
 * W.
 */
export class LowRankMultivariateNormal extends Distribution {
  declare readonly loc: Tensor;
  declare readonly covFactor: Tensor;
  declare readonly covDiag: Tensor;

  constructor(loc: Tensor, covFactor: Tensor, covDiag: Tensor, options: DistributionOptions = {}) {
    checkCall(
      "new LowRankMultivariateNormal(loc: tensor, covFactor: tensor, covDiag: tensor, { validateArgs: boolean })",
      arguments,
    );
    const n = loc.shape.at(-1) as number;
    if (covFactor.ndim < 2 || covFactor.shape.at(-2) !== n || covDiag.shape.at(-1) !== n) {
      throw new ArgumentError(
        `LowRankMultivariateNormal: a mean of ${n} elements needs covFactor [${n}, r] and covDiag [${n}], got [${covFactor.shape.join(", ")}] and [${covDiag.shape.join(", ")}]`,
      );
    }
    const batch = batchOf(
      loc.shape.slice(0, -1),
      covFactor.shape.slice(0, -2),
      covDiag.shape.slice(0, -1),
    );
    const rank = covFactor.shape.at(-1) as number;
    const given = {
      loc: loc.expand([...batch, n]),
      covFactor: covFactor.expand([...batch, n, rank]),
      covDiag: covDiag.expand([...batch, n]),
    };
    const parameters = constrained(
      "LowRankMultivariateNormal",
      given,
      { covDiag: positive },
      options,
    );
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: batch, eventShape: [n], support: real, validateArgs, parameters });
  }
  /** Cholesky factor of the capacitance matrix 1 + Wᵀ D⁻¹ W. */
  private get capacitance(): Tensor {
    const { covFactor: w, covDiag: d } = this;
    const rank = w.shape.at(-1) as number;
    const one = eye(rank, { dtype: w.dtype, device: w });
    return cholesky(w.div(d.unsqueeze(-1)).mT.matmul(w).add(one));
  }
  get covarianceMatrix(): Tensor {
    const { covFactor: w, covDiag: d } = this;
    const n = this.eventShape[0] as number;
    const one = eye(n, { dtype: w.dtype, device: w });
    return w.matmul(w.mT).add(one.mul(d.unsqueeze(-1)));
  }
  get scaleTril(): Tensor {
    return cholesky(this.covarianceMatrix);
  }
  override get mean(): Tensor {
    return this.loc;
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    return this.covFactor.square().sum(-1).add(this.covDiag);
  }
  protected draw(shape: Shape): Tensor {
    const like = { dtype: this.loc.dtype, device: this.loc } as const;
    const rank = this.covFactor.shape.at(-1) as number;
    const few = randn([...shape.slice(0, -1), rank], like);
    const many = randn(shape, like);
    return this.loc
      .add(this.covFactor.matmul(few.unsqueeze(-1)).squeeze(-1))
      .add(this.covDiag.sqrt().mul(many));
  }
  private logDet(lower: Tensor): Tensor {
    return diagonalOf(lower).log().sum(-1).mul(2).add(this.covDiag.log().sum(-1));
  }
  protected density(value: Tensor): Tensor {
    const { covFactor: w, covDiag: d } = this;
    const n = this.eventShape[0] as number;
    const lower = this.capacitance;
    const diff = value.sub(this.loc);
    const scaled = diff.div(d);
    const across = w.mT.matmul(scaled.unsqueeze(-1)).squeeze(-1);
    const distance = diff.mul(scaled).sum(-1).sub(mahalanobis(lower, across));
    return distance
      .add(this.logDet(lower))
      .mul(-0.5)
      .sub(n * HALF_LOG_2PI);
  }
  protected override uncertainty(): Tensor {
    const n = this.eventShape[0] as number;
    return this.logDet(this.capacitance)
      .mul(0.5)
      .add(n * (0.5 + HALF_LOG_2PI));
  }
}
