import {
  ArgumentError,
  arange,
  broadcastTensors,
  cat,
  diagEmbed,
  digamma,
  lgamma,
  linalg,
  mvlgamma,
  randn,
  type Shape,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { TINY } from "./constants.ts";
import { positive, real } from "./constraints.ts";
import {
  constrained,
  Distribution,
  type DistributionOptions,
  type Parameter,
} from "./distribution.ts";
import { standardGamma } from "./gamma-draws.ts";
import { type CovarianceOptions, MultivariateNormal } from "./multivariate.ts";
import { Beta } from "./unit.ts";

const diagonalOf = (x: Tensor): Tensor => x.diagonal({ dim1: -2, dim2: -1 });

function asTensor(x: Parameter, like: Tensor | null): Tensor {
  if (typeof x !== "number") return x;
  return tensor(x, like === null ? {} : { dtype: like.dtype, device: like });
}

/**
 * Wishart distribution of matrices X = Σᵢ vᵢ vᵢᵀ with ν = df normal vectors vᵢ of covariance Σ: log
 * p = (ν − n − 1)/2 log |X| − ½ tr Σ⁻¹X − …. Pass one of Σ, Σ⁻¹ and its Cholesky factor L.
 */
export class Wishart extends Distribution {
  declare readonly df: Tensor;
  declare readonly scaleTril: Tensor;

  constructor(
    df: Parameter,
    covarianceMatrix?: Tensor | CovarianceOptions | null,
    options: CovarianceOptions = {},
  ) {
    checkCall(
      "new Wishart(df: tensor | number, covarianceMatrix?: tensor | null, { covarianceMatrix, precisionMatrix: tensor | null, scaleTril: tensor | null, validateArgs: boolean })",
      arguments,
    );
    const plain = covarianceMatrix && !("numel" in covarianceMatrix);
    const all: CovarianceOptions = plain
      ? (covarianceMatrix as CovarianceOptions)
      : { ...options, ...(covarianceMatrix && { covarianceMatrix: covarianceMatrix as Tensor }) };
    const matrix = all.covarianceMatrix ?? all.precisionMatrix ?? all.scaleTril;
    if (!matrix) {
      throw new ArgumentError(
        "Wishart: pass exactly one of covarianceMatrix, precisionMatrix and scaleTril",
      );
    }
    const n = matrix.shape.at(-1) as number;
    const nu = asTensor(df, matrix);
    const zero = matrix.narrow(-1, 0, 1).squeeze(-1).detach().mul(0);
    const { scaleTril } = new MultivariateNormal(zero, {
      ...all,
      validateArgs: all.validateArgs ?? true,
    });
    constrained("Wishart", { "df − n + 1": nu.sub(n - 1) }, { "df − n + 1": positive }, all);
    const lead = scaleTril.shape.slice(0, -2);
    const batch = lead.length >= nu.ndim ? lead : nu.shape;
    super({
      batchShape: batch,
      eventShape: [n, n],
      support: real,
      validateArgs: all.validateArgs ?? true,
      parameters: { df: nu.expand(batch), scaleTril: scaleTril.expand([...batch, n, n]) },
    });
  }
  private get size(): number {
    return this.eventShape[0] as number;
  }
  get covarianceMatrix(): Tensor {
    return this.scaleTril.matmul(this.scaleTril.mT);
  }
  override get mean(): Tensor {
    return this.covarianceMatrix.mul(this.df.unsqueeze(-1).unsqueeze(-1));
  }
  override get mode(): Tensor {
    const factor = this.df.sub(this.size + 1);
    return this.covarianceMatrix.mul(factor.unsqueeze(-1).unsqueeze(-1));
  }
  override get variance(): Tensor {
    const v = this.covarianceMatrix;
    const d = diagonalOf(v);
    const pairs = d.unsqueeze(-1).mul(d.unsqueeze(-2));
    return v.square().add(pairs).mul(this.df.unsqueeze(-1).unsqueeze(-1));
  }
  /**
   * L A Aᵀ Lᵀ (Bartlett 1933), where A is lower triangular with normal entries below a diagonal of
   * χ variables.
   */
  protected draw(shape: Shape): Tensor {
    const n = this.size;
    const like = { dtype: this.df.dtype, device: this.df } as const;
    const below = randn(shape, like).tril(-1);
    const degrees = this.df.unsqueeze(-1).sub(arange(n).to(this.df.dtype));
    const chi = standardGamma(degrees.mul(0.5), shape.slice(0, -1)).mul(2).sqrt();
    const factor = this.scaleTril.matmul(below.add(diagEmbed(chi)));
    return factor.matmul(factor.mT);
  }
  private get halfLogDet(): Tensor {
    return diagonalOf(this.scaleTril).log().sum(-1);
  }
  protected density(value: Tensor): Tensor {
    const { df, size: n, scaleTril } = this;
    const norm = df.mul(this.halfLogDet.add((n * Math.LN2) / 2)).add(mvlgamma(df.mul(0.5), n));
    const log = linalg.slogdet(value).logabsdet;
    const [lower, matrix] = broadcastTensors(scaleTril, value) as [Tensor, Tensor];
    const inner = linalg.solveTriangular(lower, matrix, { upper: false });
    const both = linalg.solveTriangular(lower, inner.mT, { upper: false });
    const trace = diagonalOf(both).sum(-1);
    return df
      .sub(n + 1)
      .mul(0.5)
      .mul(log)
      .sub(trace.mul(0.5))
      .sub(norm);
  }
  protected override uncertainty(): Tensor {
    const { df, size: n } = this;
    const half = df.mul(0.5);
    const steps = arange(n).to(df.dtype).mul(0.5);
    const psi = digamma(half.unsqueeze(-1).sub(steps)).sum(-1);
    return this.halfLogDet
      .mul(n + 1)
      .add((n * (n + 1) * Math.LN2) / 2)
      .add(mvlgamma(half, n))
      .sub(
        df
          .sub(n + 1)
          .mul(0.5)
          .mul(psi),
      )
      .add(half.mul(n));
  }
}

/**
 * Cholesky factors of correlation matrices R with a density proportional to |R|^(η − 1)
 * (Lewandowski, Kurowicka & Joe 2009).
 */
export class LKJCholesky extends Distribution {
  declare readonly concentration: Tensor;
  readonly dim: number;

  constructor(dim: number, concentration: Parameter = 1, options: DistributionOptions = {}) {
    checkCall(
      "new LKJCholesky(dim: number, concentration?: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    if (!(Number.isInteger(dim) && dim >= 2))
      throw new ArgumentError(`LKJCholesky: dim is ${dim}\n  hint: a whole number ≥ 2`);
    const given = { concentration: asTensor(concentration, null) };
    const parameters = constrained("LKJCholesky", given, { concentration: positive }, options);
    super({
      batchShape: given.concentration.shape,
      eventShape: [dim, dim],
      support: real,
      validateArgs: options.validateArgs ?? true,
      parameters,
    });
    this.dim = dim;
  }
  override get hasRsample(): boolean {
    return false;
  }
  /** Samples rows on the unit sphere one after another (the onion method). */
  protected draw(shape: Shape): Tensor {
    const { dim, concentration: eta } = this;
    const like = { dtype: eta.dtype, device: eta } as const;
    const marginal = eta.add((dim - 2) / 2).unsqueeze(-1);
    const numbers = arange(dim - 1).to(eta.dtype);
    const offset = cat([tensor([0], like), numbers]);
    const rows = new Beta(offset.add(0.5), marginal.sub(offset.mul(0.5)), { validateArgs: false });
    const lead = shape.slice(0, shape.length - this.batchShape.length - 2);
    const y = rows.sample(lead).unsqueeze(-1);
    const normal = randn(shape, like).tril(-1);
    const size = normal.norm(2, -1, { keepdim: true });
    const sphere = normal.div(size.add(size.eq(0).to(eta.dtype)));
    const w = y.sqrt().mul(sphere);
    return w.add(diagEmbed(w.square().sum(-1).neg().add(1).clamp(TINY).sqrt()));
  }
  protected density(value: Tensor): Tensor {
    const { dim, concentration: eta } = this;
    const less = dim - 1;
    const diagonal = diagonalOf(value).narrow(-1, 1, less);
    const order = arange(2, dim + 1).to(eta.dtype);
    const powers = eta.sub(1).mul(2).add(dim).unsqueeze(-1).sub(order);
    const log = powers.mul(diagonal.log()).sum(-1);
    const alpha = eta.add(less / 2);
    const norm = mvlgamma(alpha.sub(0.5), less).sub(lgamma(alpha).mul(less));
    return log.sub(norm.add((less * Math.log(Math.PI)) / 2));
  }
}
