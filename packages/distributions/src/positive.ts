import {
  digamma,
  igamma,
  lgamma,
  type Shape,
  type Tensor,
  where,
  xlogy,
  zeros,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { EULER } from "./constants.ts";
import { nonnegative, positive, real } from "./constraints.ts";
import {
  broadcast,
  constrained,
  Distribution,
  type DistributionOptions,
  type Parameter,
} from "./distribution.ts";
import { standardGamma } from "./gamma-draws.ts";
import { Normal } from "./location-scale.ts";

/** Standard exponential samples, drawn as PyTorch does. */
export const exponentials = (shape: Shape, like: Tensor): Tensor =>
  zeros(shape, { dtype: like.dtype, device: like }).exponential_();

/** Exponential distribution: log p = log λ − λ x. */
export class Exponential extends Distribution {
  declare readonly rate: Tensor;

  constructor(rate: Parameter, options: DistributionOptions = {}) {
    checkCall("new Exponential(rate: tensor | number, { validateArgs: boolean })", arguments);
    const { shape, ...given } = broadcast("Exponential", { rate });
    const parameters = constrained("Exponential", given, { rate: positive }, options);
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: shape, support: nonnegative, validateArgs, parameters });
  }
  override get mean(): Tensor {
    return this.rate.reciprocal();
  }
  override get mode(): Tensor {
    return this.rate.detach().mul(0);
  }
  override get stddev(): Tensor {
    return this.rate.reciprocal();
  }
  override get variance(): Tensor {
    return this.rate.pow(-2);
  }
  protected draw(shape: Shape): Tensor {
    return exponentials(shape, this.rate).div(this.rate);
  }
  protected density(value: Tensor): Tensor {
    return this.rate.log().sub(this.rate.mul(value));
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.rate.mul(value).neg().expm1().neg();
  }
  protected override quantile(u: Tensor): Tensor {
    return u.neg().log1p().neg().div(this.rate);
  }
  protected override uncertainty(): Tensor {
    return this.rate.log().neg().add(1);
  }
}

/** Gamma distribution: log p = α log β + (α − 1) log x − β x − log Γ(α). */
export class Gamma extends Distribution {
  declare readonly concentration: Tensor;
  declare readonly rate: Tensor;

  constructor(concentration: Parameter, rate: Parameter, options: DistributionOptions = {}) {
    if (new.target === Gamma)
      checkCall(
        "new Gamma(concentration: tensor | number, rate: tensor | number, { validateArgs: boolean })",
        arguments,
      );
    const name = new.target.name;
    const { shape, ...given } = broadcast(name, { concentration, rate });
    const rules = { concentration: positive, rate: positive };
    const parameters = constrained(name, given, rules, options);
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: shape, support: nonnegative, validateArgs, parameters });
  }
  override get mean(): Tensor {
    return this.concentration.div(this.rate);
  }
  override get mode(): Tensor {
    return this.concentration.sub(1).div(this.rate).clamp(0);
  }
  override get variance(): Tensor {
    return this.concentration.div(this.rate.square());
  }
  protected draw(shape: Shape): Tensor {
    return standardGamma(this.concentration, shape).div(this.rate);
  }
  protected density(value: Tensor): Tensor {
    const { concentration: a, rate: b } = this;
    const power = xlogy(a.sub(1), value);
    return xlogy(a, b).add(power).sub(b.mul(value)).sub(lgamma(a));
  }
  protected override cumulative(value: Tensor): Tensor {
    return igamma(this.concentration.detach(), this.rate.mul(value).detach());
  }
  protected override uncertainty(): Tensor {
    const { concentration: a, rate: b } = this;
    return a
      .sub(b.log())
      .add(lgamma(a))
      .add(a.neg().add(1).mul(digamma(a)));
  }
}

/** χ² distribution with `df` degrees of freedom: Gamma(df/2, ½). */
export class Chi2 extends Gamma {
  constructor(df: Parameter, options: DistributionOptions = {}) {
    checkCall("new Chi2(df: tensor | number, { validateArgs: boolean })", arguments);
    super(typeof df === "number" ? df / 2 : df.mul(0.5), 0.5, options);
  }
  get df(): Tensor {
    return this.concentration.mul(2);
  }
}

/** Pareto distribution: log p = log α + α log m − (α + 1) log x for x ≥ m. */
export class Pareto extends Distribution {
  declare readonly scale: Tensor;
  declare readonly alpha: Tensor;

  constructor(scale: Parameter, alpha: Parameter, options: DistributionOptions = {}) {
    checkCall(
      "new Pareto(scale: tensor | number, alpha: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    const { shape, ...given } = broadcast("Pareto", { scale, alpha });
    const parameters = constrained("Pareto", given, { scale: positive, alpha: positive }, options);
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: shape, support: positive, validateArgs, parameters });
  }
  override get mean(): Tensor {
    const a = this.alpha.clamp(1);
    return a.mul(this.scale).div(a.sub(1));
  }
  override get mode(): Tensor {
    return this.scale;
  }
  override get variance(): Tensor {
    const a = this.alpha.clamp(2);
    return this.scale
      .square()
      .mul(a)
      .div(a.sub(1).square().mul(a.sub(2)));
  }
  protected draw(shape: Shape): Tensor {
    return exponentials(shape, this.scale).div(this.alpha).exp().mul(this.scale);
  }
  protected density(value: Tensor): Tensor {
    const { scale, alpha } = this;
    return alpha.log().add(alpha.mul(scale.log())).sub(alpha.add(1).mul(value.log()));
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.scale.div(value).pow(this.alpha).neg().add(1);
  }
  protected override quantile(u: Tensor): Tensor {
    return u.neg().log1p().neg().div(this.alpha).exp().mul(this.scale);
  }
  protected override uncertainty(): Tensor {
    return this.scale.div(this.alpha).log().add(1).add(this.alpha.reciprocal());
  }
}

/** Weibull distribution: log p = log k/λ + (k − 1) log x/λ − (x/λ)ᵏ. */
export class Weibull extends Distribution {
  declare readonly scale: Tensor;
  declare readonly concentration: Tensor;

  constructor(scale: Parameter, concentration: Parameter, options: DistributionOptions = {}) {
    checkCall(
      "new Weibull(scale: tensor | number, concentration: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    const { shape, ...given } = broadcast("Weibull", { scale, concentration });
    const rules = { scale: positive, concentration: positive };
    const parameters = constrained("Weibull", given, rules, options);
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: shape, support: positive, validateArgs, parameters });
  }
  override get mean(): Tensor {
    return this.scale.mul(lgamma(this.concentration.reciprocal().add(1)).exp());
  }
  override get mode(): Tensor {
    const k = this.concentration;
    return this.scale.mul(k.sub(1).div(k).pow(k.reciprocal()));
  }
  override get variance(): Tensor {
    const inverse = this.concentration.reciprocal();
    const second = lgamma(inverse.mul(2).add(1)).exp();
    const first = lgamma(inverse.add(1)).mul(2).exp();
    return this.scale.square().mul(second.sub(first));
  }
  protected draw(shape: Shape): Tensor {
    return exponentials(shape, this.scale).pow(this.concentration.reciprocal()).mul(this.scale);
  }
  protected density(value: Tensor): Tensor {
    const { scale, concentration: k } = this;
    const z = value.div(scale);
    return k.div(scale).log().add(k.sub(1).mul(z.log())).sub(z.pow(k));
  }
  protected override cumulative(value: Tensor): Tensor {
    return value.div(this.scale).pow(this.concentration).neg().expm1().neg();
  }
  protected override quantile(u: Tensor): Tensor {
    return u.neg().log1p().neg().pow(this.concentration.reciprocal()).mul(this.scale);
  }
  protected override uncertainty(): Tensor {
    const k = this.concentration;
    return k.reciprocal().neg().add(1).mul(EULER).add(this.scale.div(k).log()).add(1);
  }
}

/** Student's t distribution with `df` degrees of freedom. */
export class StudentT extends Distribution {
  declare readonly df: Tensor;
  declare readonly loc: Tensor;
  declare readonly scale: Tensor;

  constructor(
    df: Parameter,
    loc: Parameter = 0,
    scale: Parameter = 1,
    options: DistributionOptions = {},
  ) {
    checkCall(
      "new StudentT(df: tensor | number, loc?: tensor | number, scale?: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    const { shape, ...given } = broadcast("StudentT", { df, loc, scale });
    const rules = { df: positive, loc: real, scale: positive };
    const parameters = constrained("StudentT", given, rules, options);
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: shape, support: real, validateArgs, parameters });
  }
  override get mean(): Tensor {
    return where(this.df.le(1), Number.NaN, this.loc);
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    const { df, scale } = this;
    const finite = scale.square().mul(df.div(where(df.gt(2), df.sub(2), 1)));
    return where(df.gt(2), finite, where(df.gt(1), Infinity, Number.NaN));
  }
  protected draw(shape: Shape): Tensor {
    const sample = shape.slice(0, shape.length - this.batchShape.length);
    const unitNormal = new Normal(this.loc.detach().mul(0), 1, { validateArgs: false });
    const x = unitNormal.sample(sample);
    const z = standardGamma(this.df.mul(0.5), shape).mul(2);
    return this.loc.add(this.scale.mul(x.mul(z.div(this.df).rsqrt())));
  }
  protected density(value: Tensor): Tensor {
    const { df, loc, scale } = this;
    const y = value.sub(loc).div(scale);
    const half = df.add(1).mul(0.5);
    const norm = scale
      .log()
      .add(df.log().mul(0.5))
      .add(0.5 * Math.log(Math.PI))
      .add(lgamma(df.mul(0.5)))
      .sub(lgamma(half));
    return half.neg().mul(y.square().div(df).log1p()).sub(norm);
  }
  protected override uncertainty(): Tensor {
    const { df, scale } = this;
    const [whole, half] = [df.add(1).mul(0.5), df.mul(0.5)];
    const beta = lgamma(half)
      .add(0.5 * Math.log(Math.PI))
      .sub(lgamma(whole));
    const slope = digamma(whole).sub(digamma(half));
    return scale.log().add(whole.mul(slope)).add(df.log().mul(0.5)).add(beta);
  }
}

/** F distribution: the ratio of two χ² variables, each divided by its degrees of freedom. */
export class FisherSnedecor extends Distribution {
  declare readonly df1: Tensor;
  declare readonly df2: Tensor;

  constructor(df1: Parameter, df2: Parameter, options: DistributionOptions = {}) {
    checkCall(
      "new FisherSnedecor(df1: tensor | number, df2: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    const { shape, ...given } = broadcast("FisherSnedecor", { df1, df2 });
    const parameters = constrained(
      "FisherSnedecor",
      given,
      { df1: positive, df2: positive },
      options,
    );
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: shape, support: positive, validateArgs, parameters });
  }
  override get mean(): Tensor {
    return where(this.df2.gt(2), this.df2.div(this.df2.sub(2)), Number.NaN);
  }
  override get mode(): Tensor {
    const { df1, df2 } = this;
    return where(
      df1.gt(2),
      df1
        .sub(2)
        .div(df1)
        .mul(df2.div(df2.add(2))),
      Number.NaN,
    );
  }
  override get variance(): Tensor {
    const { df1, df2 } = this;
    const value = df2
      .square()
      .mul(2)
      .mul(df1.add(df2).sub(2))
      .div(df1.mul(df2.sub(2).square()).mul(df2.sub(4)));
    return where(df2.gt(4), value, Number.NaN);
  }
  protected draw(shape: Shape): Tensor {
    const ratio = (df: Tensor): Tensor => standardGamma(df.mul(0.5), shape).mul(2).div(df);
    return ratio(this.df1).div(ratio(this.df2));
  }
  protected density(value: Tensor): Tensor {
    const { df1, df2 } = this;
    const [a, b] = [df1.mul(0.5), df2.mul(0.5)];
    const ratio = df1.div(df2);
    const constant = lgamma(a.add(b)).sub(lgamma(a)).sub(lgamma(b)).add(a.mul(ratio.log()));
    const shape = a.sub(1).mul(value.log());
    return constant.add(shape).sub(a.add(b).mul(ratio.mul(value).log1p()));
  }
}

/** Distribution of 1/X for X of Gamma(α, β). */
export class InverseGamma extends Distribution {
  declare readonly concentration: Tensor;
  declare readonly rate: Tensor;

  constructor(concentration: Parameter, rate: Parameter, options: DistributionOptions = {}) {
    checkCall(
      "new InverseGamma(concentration: tensor | number, rate: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    const { shape, ...given } = broadcast("InverseGamma", { concentration, rate });
    const rules = { concentration: positive, rate: positive };
    const parameters = constrained("InverseGamma", given, rules, options);
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: shape, support: positive, validateArgs, parameters });
  }
  override get mean(): Tensor {
    const { concentration: a, rate: b } = this;
    return where(a.gt(1), b.div(where(a.gt(1), a.sub(1), 1)), Infinity);
  }
  override get mode(): Tensor {
    return this.rate.div(this.concentration.add(1));
  }
  override get variance(): Tensor {
    const { concentration: a, rate: b } = this;
    const value = b.square().div(
      a
        .sub(1)
        .square()
        .mul(where(a.gt(2), a.sub(2), 1)),
    );
    return where(a.gt(2), value, Infinity);
  }
  protected draw(shape: Shape): Tensor {
    return this.rate.div(standardGamma(this.concentration, shape));
  }
  protected density(value: Tensor): Tensor {
    const { concentration: a, rate: b } = this;
    const log = a.mul(b.log()).sub(lgamma(a)).sub(a.add(1).mul(value.log()));
    return log.sub(b.div(value));
  }
  protected override uncertainty(): Tensor {
    const { concentration: a, rate: b } = this;
    return a
      .add(b.log())
      .add(lgamma(a))
      .sub(a.add(1).mul(digamma(a)));
  }
}
