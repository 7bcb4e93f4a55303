import { digamma, lgamma, rand, type Shape, type Tensor, where, xlogy } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { EPS, EULER, TINY } from "./constants.ts";
import { positive, simplex, unit } from "./constraints.ts";
import {
  broadcast,
  constrained,
  Distribution,
  type DistributionOptions,
  type Parameter,
} from "./distribution.ts";
import { standardGamma } from "./gamma-draws.ts";

/** Beta distribution: log p = (α − 1) log x + (β − 1) log(1 − x) − log B(α, β). */
export class Beta extends Distribution {
  declare readonly concentration1: Tensor;
  declare readonly concentration0: Tensor;

  constructor(
    concentration1: Parameter,
    concentration0: Parameter,
    options: DistributionOptions = {},
  ) {
    checkCall(
      "new Beta(concentration1: tensor | number, concentration0: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    const { shape, ...given } = broadcast("Beta", { concentration1, concentration0 });
    const rules = { concentration1: positive, concentration0: positive };
    const parameters = constrained("Beta", given, rules, options);
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: shape, support: unit, validateArgs, parameters });
  }
  private get total(): Tensor {
    return this.concentration1.add(this.concentration0);
  }
  override get mean(): Tensor {
    return this.concentration1.div(this.total);
  }
  override get mode(): Tensor {
    const { concentration1: a, concentration0: b, total } = this;
    const inner = a.sub(1).div(total.sub(2));
    return where(a.gt(1).logicalAnd(b.gt(1)), inner, where(a.gt(b), 1, 0));
  }
  override get variance(): Tensor {
    const { concentration1: a, concentration0: b, total } = this;
    return a.mul(b).div(total.square().mul(total.add(1)));
  }
  protected draw(shape: Shape): Tensor {
    const x = standardGamma(this.concentration1, shape);
    const y = standardGamma(this.concentration0, shape);
    return x.div(x.add(y)).clamp(TINY, 1 - EPS);
  }
  protected density(value: Tensor): Tensor {
    const { concentration1: a, concentration0: b, total } = this;
    const norm = lgamma(total).sub(lgamma(a)).sub(lgamma(b));
    return xlogy(a.sub(1), value)
      .add(xlogy(b.sub(1), value.neg().add(1)))
      .add(norm);
  }
  protected override uncertainty(): Tensor {
    const { concentration1: a, concentration0: b, total } = this;
    return lgamma(a)
      .add(lgamma(b))
      .sub(lgamma(total))
      .sub(a.sub(1).mul(digamma(a)))
      .sub(b.sub(1).mul(digamma(b)))
      .add(total.sub(2).mul(digamma(total)));
  }
}

/** Kumaraswamy distribution: P(X ≤ x) = 1 − (1 − xᵃ)ᵇ. */
export class Kumaraswamy extends Distribution {
  declare readonly concentration1: Tensor;
  declare readonly concentration0: Tensor;

  constructor(
    concentration1: Parameter,
    concentration0: Parameter,
    options: DistributionOptions = {},
  ) {
    checkCall(
      "new Kumaraswamy(concentration1: tensor | number, concentration0: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    const { shape, ...given } = broadcast("Kumaraswamy", { concentration1, concentration0 });
    const rules = { concentration1: positive, concentration0: positive };
    const parameters = constrained("Kumaraswamy", given, rules, options);
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: shape, support: unit, validateArgs, parameters });
  }
  /** E Xⁿ = b B(1 + n/a, b). */
  private moment(n: number): Tensor {
    const { concentration1: a, concentration0: b } = this;
    const first = a.reciprocal().mul(n).add(1);
    const log = lgamma(first)
      .add(lgamma(b))
      .sub(lgamma(first.add(b)));
    return b.mul(log.exp());
  }
  override get mean(): Tensor {
    return this.moment(1);
  }
  override get mode(): Tensor {
    const { concentration1: a, concentration0: b } = this;
    const at = a.sub(1).div(a.mul(b).sub(1)).pow(a.reciprocal());
    return where(a.lt(1).logicalOr(b.lt(1)), Number.NaN, at);
  }
  override get variance(): Tensor {
    return this.moment(2).sub(this.moment(1).square());
  }
  protected draw(shape: Shape): Tensor {
    const u = rand(shape, { dtype: this.like.dtype, device: this.like }).clamp(TINY, 1 - EPS);
    return this.quantile(u);
  }
  protected density(value: Tensor): Tensor {
    const { concentration1: a, concentration0: b } = this;
    const powers = value.pow(a).neg().log1p();
    return a
      .log()
      .add(b.log())
      .add(xlogy(a.sub(1), value))
      .add(b.sub(1).mul(powers));
  }
  protected override cumulative(value: Tensor): Tensor {
    const { concentration1: a, concentration0: b } = this;
    return value.pow(a).neg().add(1).pow(b).neg().add(1);
  }
  protected override quantile(u: Tensor): Tensor {
    const { concentration1: a, concentration0: b } = this;
    return u.neg().add(1).pow(b.reciprocal()).neg().add(1).pow(a.reciprocal());
  }
  protected override uncertainty(): Tensor {
    const { concentration1: a, concentration0: b } = this;
    const harmonic = digamma(b.add(1)).add(EULER);
    const [t1, t0] = [a.reciprocal().neg().add(1), b.reciprocal().neg().add(1)];
    return t0.add(t1.mul(harmonic)).sub(a.log()).sub(b.log());
  }
}

/** Dirichlet distribution over the last dimension: log p = Σ (αᵢ − 1) log xᵢ − log B(α). */
export class Dirichlet extends Distribution {
  declare readonly concentration: Tensor;

  constructor(concentration: Tensor, options: DistributionOptions = {}) {
    checkCall("new Dirichlet(concentration: tensor, { validateArgs: boolean })", arguments);
    const parameters = constrained(
      "Dirichlet",
      { concentration },
      { concentration: positive },
      options,
    );
    const { shape } = concentration;
    super({
      batchShape: shape.slice(0, -1),
      eventShape: shape.slice(-1),
      support: simplex,
      validateArgs: options.validateArgs ?? true,
      parameters,
    });
  }
  private get total(): Tensor {
    return this.concentration.sum(-1, { keepdim: true });
  }
  override get mean(): Tensor {
    return this.concentration.div(this.total);
  }
  override get mode(): Tensor {
    const less = this.concentration.sub(1).clamp(0);
    return less.div(less.sum(-1, { keepdim: true }));
  }
  override get variance(): Tensor {
    const { concentration: a, total } = this;
    return a.mul(total.sub(a)).div(total.square().mul(total.add(1)));
  }
  protected draw(shape: Shape): Tensor {
    const x = standardGamma(this.concentration, shape);
    return x.div(x.sum(-1, { keepdim: true }));
  }
  protected density(value: Tensor): Tensor {
    const a = this.concentration;
    return xlogy(a.sub(1), value)
      .sum(-1)
      .add(lgamma(a.sum(-1)))
      .sub(lgamma(a).sum(-1));
  }
  protected override uncertainty(): Tensor {
    const a = this.concentration;
    const k = a.shape.at(-1) as number;
    const total = a.sum(-1);
    return lgamma(a)
      .sum(-1)
      .sub(lgamma(total))
      .sub(total.neg().add(k).mul(digamma(total)))
      .sub(a.sub(1).mul(digamma(a)).sum(-1));
  }
}
