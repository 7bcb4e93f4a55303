import { erf, erfinv, rand, randn, type Shape, type Tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { EPS, EULER, HALF_LOG_2PI, TINY } from "./constants.ts";
import { type Constraint, nonnegative, positive, real } from "./constraints.ts";
import {
  broadcast,
  constrained,
  Distribution,
  type DistributionOptions,
  type Parameter,
} from "./distribution.ts";

/** Base of distributions with location and scale. */
abstract class LocationScale extends Distribution {
  declare readonly loc: Tensor;
  declare readonly scale: Tensor;

  constructor(
    loc: Parameter,
    scale: Parameter,
    options: DistributionOptions,
    support: Constraint = real,
  ) {
    const name = new.target.name;
    const { shape, ...given } = broadcast(name, { loc, scale });
    const parameters = constrained(name, given, { loc: real, scale: positive }, options);
    super({ batchShape: shape, support, validateArgs: options.validateArgs ?? true, parameters });
  }

  protected standardized(value: Tensor): Tensor {
    return value.sub(this.loc).div(this.scale);
  }
}

/** Normal distribution: log p = −(x − μ)²/2σ² − log σ − ½ log 2π. */
export class Normal extends LocationScale {
  constructor(loc: Parameter, scale: Parameter, options: DistributionOptions = {}) {
    checkCall(
      "new Normal(loc: tensor | number, scale: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    super(loc, scale, options);
  }
  override get mean(): Tensor {
    return this.loc;
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get stddev(): Tensor {
    return this.scale;
  }
  override get variance(): Tensor {
    return this.scale.square();
  }
  protected draw(shape: Shape): Tensor {
    const noise = randn(shape, { dtype: this.loc.dtype, device: this.loc });
    return this.loc.add(noise.mul(this.scale));
  }
  protected density(value: Tensor): Tensor {
    return this.standardized(value).square().mul(-0.5).sub(this.scale.log()).sub(HALF_LOG_2PI);
  }
  protected override cumulative(value: Tensor): Tensor {
    return erf(this.standardized(value).div(Math.SQRT2)).add(1).mul(0.5);
  }
  protected override quantile(u: Tensor): Tensor {
    return this.loc.add(this.scale.mul(erfinv(u.mul(2).sub(1))).mul(Math.SQRT2));
  }
  protected override uncertainty(): Tensor {
    return this.scale.log().add(0.5 + HALF_LOG_2PI);
  }
}

/** Laplace distribution: log p = −|x − μ|/b − log 2b. */
export class Laplace extends LocationScale {
  constructor(loc: Parameter, scale: Parameter, options: DistributionOptions = {}) {
    checkCall(
      "new Laplace(loc: tensor | number, scale: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    super(loc, scale, options);
  }
  override get mean(): Tensor {
    return this.loc;
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    return this.scale.square().mul(2);
  }
  protected draw(shape: Shape): Tensor {
    const u = rand(shape, { dtype: this.loc.dtype, device: this.loc })
      .mul(2 - EPS)
      .add(EPS - 1);
    return this.loc.sub(this.scale.mul(u.sign()).mul(u.abs().neg().log1p()));
  }
  protected density(value: Tensor): Tensor {
    return this.standardized(value).abs().neg().sub(this.scale.mul(2).log());
  }
  protected override cumulative(value: Tensor): Tensor {
    const z = this.standardized(value);
    return z.sign().mul(z.abs().neg().expm1()).mul(-0.5).add(0.5);
  }
  protected override quantile(u: Tensor): Tensor {
    const t = u.sub(0.5);
    return this.loc.sub(this.scale.mul(t.sign()).mul(t.abs().mul(-2).log1p()));
  }
  protected override uncertainty(): Tensor {
    return this.scale.mul(2).log().add(1);
  }
}

/** Cauchy distribution: log p = −log πγ − log(1 + ((x − x₀)/γ)²). It has no mean or variance. */
export class Cauchy extends LocationScale {
  constructor(loc: Parameter, scale: Parameter, options: DistributionOptions = {}) {
    checkCall(
      "new Cauchy(loc: tensor | number, scale: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    super(loc, scale, options);
  }
  override get mean(): Tensor {
    return this.loc.detach().mul(Number.NaN);
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    return this.scale.detach().mul(Infinity);
  }
  protected draw(shape: Shape): Tensor {
    const u = rand(shape, { dtype: this.loc.dtype, device: this.loc });
    return this.loc.add(u.sub(0.5).mul(Math.PI).tan().mul(this.scale));
  }
  protected density(value: Tensor): Tensor {
    const z = this.standardized(value);
    return z.square().log1p().neg().sub(this.scale.log()).sub(Math.log(Math.PI));
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.standardized(value).atan().div(Math.PI).add(0.5);
  }
  protected override quantile(u: Tensor): Tensor {
    return u.sub(0.5).mul(Math.PI).tan().mul(this.scale).add(this.loc);
  }
  protected override uncertainty(): Tensor {
    return this.scale.log().add(Math.log(4 * Math.PI));
  }
}

/** Gumbel distribution: log p = y − eʸ − log β, y = (μ − x)/β. */
export class Gumbel extends LocationScale {
  constructor(loc: Parameter, scale: Parameter, options: DistributionOptions = {}) {
    checkCall(
      "new Gumbel(loc: tensor | number, scale: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    super(loc, scale, options);
  }
  override get mean(): Tensor {
    return this.loc.add(this.scale.mul(EULER));
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    return this.scale.square().mul(Math.PI ** 2 / 6);
  }
  protected draw(shape: Shape): Tensor {
    const u = rand(shape, { dtype: this.loc.dtype, device: this.loc }).clamp(TINY, 1 - EPS);
    return this.quantile(u);
  }
  protected density(value: Tensor): Tensor {
    const y = this.standardized(value).neg();
    return y.sub(y.exp()).sub(this.scale.log());
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.standardized(value).neg().exp().neg().exp();
  }
  protected override quantile(u: Tensor): Tensor {
    return this.loc.sub(this.scale.mul(u.log().neg().log()));
  }
  protected override uncertainty(): Tensor {
    return this.scale.log().add(1 + EULER);
  }
}

/** Distribution of exp(X) for normal X. */
export class LogNormal extends LocationScale {
  constructor(loc: Parameter, scale: Parameter, options: DistributionOptions = {}) {
    checkCall(
      "new LogNormal(loc: tensor | number, scale: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    super(loc, scale, options, positive);
  }
  /** The normal distribution of the logarithm. */
  get baseDist(): Normal {
    return new Normal(this.loc, this.scale, { validateArgs: false });
  }
  override get mean(): Tensor {
    return this.loc.add(this.scale.square().mul(0.5)).exp();
  }
  override get mode(): Tensor {
    return this.loc.sub(this.scale.square()).exp();
  }
  override get variance(): Tensor {
    const s = this.scale.square();
    return s.expm1().mul(this.loc.mul(2).add(s).exp());
  }
  protected draw(shape: Shape): Tensor {
    const noise = randn(shape, { dtype: this.loc.dtype, device: this.loc });
    return this.loc.add(noise.mul(this.scale)).exp();
  }
  protected density(value: Tensor): Tensor {
    const y = value.log();
    return this.baseDist.logProb(y).sub(y);
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.baseDist.cdf(value.log());
  }
  protected override quantile(u: Tensor): Tensor {
    return this.baseDist.icdf(u).exp();
  }
  protected override uncertainty(): Tensor {
    return this.baseDist.entropy().add(this.loc);
  }
}

/** Base of distributions of |X|. */
abstract class Half extends Distribution {
  declare readonly scale: Tensor;

  constructor(scale: Parameter, options: DistributionOptions) {
    const name = new.target.name;
    const { shape, ...given } = broadcast(name, { scale });
    const parameters = constrained(name, given, { scale: positive }, options);
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: shape, support: nonnegative, validateArgs, parameters });
  }
  protected abstract get whole(): Distribution;

  override get mode(): Tensor {
    return this.scale.detach().mul(0);
  }
  protected density(value: Tensor): Tensor {
    return where(value.ge(0), this.whole.logProb(value).add(Math.LN2), -Infinity);
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.whole.cdf(value).mul(2).sub(1);
  }
  protected override quantile(u: Tensor): Tensor {
    return this.whole.icdf(u.add(1).mul(0.5));
  }
  protected override uncertainty(): Tensor {
    return this.whole.entropy().sub(Math.LN2);
  }
  protected draw(shape: Shape): Tensor {
    const { whole } = this;
    const sample = shape.slice(0, shape.length - this.batchShape.length);
    return whole.rsample(sample).abs();
  }
}

/** Distribution of |X| for normal X with mean 0. */
export class HalfNormal extends Half {
  constructor(scale: Parameter, options: DistributionOptions = {}) {
    checkCall("new HalfNormal(scale: tensor | number, { validateArgs: boolean })", arguments);
    super(scale, options);
  }
  protected get whole(): Normal {
    return new Normal(0, this.scale, { validateArgs: false });
  }
  override get mean(): Tensor {
    return this.scale.mul(Math.sqrt(2 / Math.PI));
  }
  override get variance(): Tensor {
    return this.scale.square().mul(1 - 2 / Math.PI);
  }
}

/** Distribution of |X| for Cauchy X with location 0. */
export class HalfCauchy extends Half {
  constructor(scale: Parameter, options: DistributionOptions = {}) {
    checkCall("new HalfCauchy(scale: tensor | number, { validateArgs: boolean })", arguments);
    super(scale, options);
  }
  protected get whole(): Cauchy {
    return new Cauchy(0, this.scale, { validateArgs: false });
  }
  override get mean(): Tensor {
    return this.scale.detach().mul(Infinity);
  }
  override get variance(): Tensor {
    return this.scale.detach().mul(Infinity);
  }
}

/** Uniform distribution on [low, high). */
export class Uniform extends Distribution {
  declare readonly low: Tensor;
  declare readonly high: Tensor;

  constructor(low: Parameter, high: Parameter, options: DistributionOptions = {}) {
    checkCall(
      "new Uniform(low: tensor | number, high: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    const { shape, ...given } = broadcast("Uniform", { low, high });
    const { validateArgs = true } = options;
    const width = given.high.sub(given.low);
    constrained("Uniform", { "high − low": width }, { "high − low": positive }, options);
    super({ batchShape: shape, support: real, validateArgs, parameters: given });
  }
  override get mean(): Tensor {
    return this.low.add(this.high).mul(0.5);
  }
  override get mode(): Tensor {
    return this.low.detach().mul(Number.NaN);
  }
  override get stddev(): Tensor {
    return this.high.sub(this.low).div(Math.sqrt(12));
  }
  override get variance(): Tensor {
    return this.high.sub(this.low).square().div(12);
  }
  protected draw(shape: Shape): Tensor {
    const u = rand(shape, { dtype: this.low.dtype, device: this.low });
    return this.low.add(u.mul(this.high.sub(this.low)));
  }
  protected density(value: Tensor): Tensor {
    const inside = value.ge(this.low).logicalAnd(value.lt(this.high));
    return where(inside, 0, -Infinity).sub(this.high.sub(this.low).log());
  }
  protected override cumulative(value: Tensor): Tensor {
    return value.sub(this.low).div(this.high.sub(this.low)).clamp(0, 1);
  }
  protected override quantile(u: Tensor): Tensor {
    return u.mul(this.high.sub(this.low)).add(this.low);
  }
  protected override uncertainty(): Tensor {
    return this.high.sub(this.low).log();
  }
}
