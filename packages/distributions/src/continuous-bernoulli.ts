import { rand, type Shape, type Tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { EPS } from "./constants.ts";
import { unit } from "./constraints.ts";
import { held, OfEvent } from "./counts.ts";
import type { Parameter } from "./distribution.ts";
import { clampedProbs, eventOdds, type OddsOptions, oddsOf } from "./odds.ts";

/** Around ½, where the formulas divide by 0, series stand for them. */
const [LOW, HIGH] = [0.499, 0.501];

/**
 * Numbers between 0 and 1 of a density proportional to λˣ (1 − λ)^(1 − x) (Loaiza-Ganem &
 * Cunningham 2019).
 */
export class ContinuousBernoulli extends OfEvent {
  constructor(probs?: Parameter | OddsOptions | null, options: OddsOptions = {}) {
    checkCall(
      "new ContinuousBernoulli(probs?, { probs, logits, validateArgs: boolean })",
      arguments,
    );
    const odds = oddsOf("ContinuousBernoulli", probs, options);
    const { parameters, shape } = eventOdds("ContinuousBernoulli", odds);
    const validateArgs = odds.options.validateArgs ?? true;
    super({ batchShape: shape, support: unit, validateArgs, parameters: held(parameters) });
  }
  override get hasRsample(): boolean {
    return true;
  }
  private get inside(): Tensor {
    return clampedProbs(this.probs);
  }
  private get isApart(): Tensor {
    return this.inside.le(LOW).logicalOr(this.inside.gt(HIGH));
  }
  /** λ where it is apart from ½, else a place where the formulas hold. */
  private get cut(): Tensor {
    return where(this.isApart, this.inside, LOW);
  }
  private get logNorm(): Tensor {
    const { cut, inside } = this;
    const below = where(cut.le(0.5), cut, 0);
    const above = where(cut.ge(0.5), cut, 1);
    const spread = cut.neg().log1p().sub(cut.log()).abs().log();
    const apart = where(cut.le(0.5), below.mul(-2).log1p(), above.mul(2).sub(1).log());
    const x = inside.sub(0.5).square();
    const near = x
      .mul(104 / 45)
      .add(4 / 3)
      .mul(x)
      .add(Math.LN2);
    return where(this.isApart, spread.sub(apart), near);
  }
  override get mean(): Tensor {
    const { cut } = this;
    const odds = cut.neg().log1p().sub(cut.log());
    const x = this.inside.sub(0.5);
    const near = x
      .square()
      .mul(16 / 45)
      .add(1 / 3)
      .mul(x)
      .add(0.5);
    return where(this.isApart, cut.div(cut.mul(2).sub(1)).add(odds.reciprocal()), near);
  }
  override get variance(): Tensor {
    const { cut } = this;
    const odds = cut.neg().log1p().sub(cut.log());
    const value = cut.mul(cut.sub(1)).div(cut.mul(-2).add(1).square());
    const x = this.inside.sub(0.5).square();
    const near = x
      .mul(-128 / 945)
      .add(1 / 15)
      .mul(x)
      .neg()
      .add(1 / 12);
    return where(this.isApart, value.add(odds.square().reciprocal()), near);
  }
  protected draw(shape: Shape): Tensor {
    const u = rand(shape, { dtype: this.like.dtype, device: this.like });
    return this.quantile(u.clamp(EPS, 1 - EPS));
  }
  protected density(value: Tensor): Tensor {
    return this.crossEntropy(value).neg().add(this.logNorm);
  }
  protected override cumulative(value: Tensor): Tensor {
    const { cut } = this;
    const powers = cut.pow(value).mul(cut.neg().add(1).pow(value.neg().add(1)));
    const apart = powers.add(cut).sub(1).div(cut.mul(2).sub(1));
    return where(value.le(0), 0, where(value.ge(1), 1, where(this.isApart, apart, value)));
  }
  protected override quantile(u: Tensor): Tensor {
    const { cut } = this;
    const less = cut.neg().log1p();
    const shift = u.mul(cut.mul(2).sub(1)).sub(cut).log1p();
    return where(this.isApart, shift.sub(less).div(cut.log().sub(less)), u);
  }
  protected override uncertainty(): Tensor {
    const [no, yes] = [this.inside.neg().log1p(), this.inside.log()];
    return this.mean.mul(no.sub(yes)).sub(this.logNorm).sub(no);
  }
}
