import { rand, type Shape, type Tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { EPS } from "./constants.ts";
import { unit } from "./constraints.ts";
import { BinaryEvent, storedParameters } from "./counts.ts";
import type { Parameter } from "./distribution.ts";
import { clampedProbs, eventOdds, type OddsOptions, oddsOf } from "./odds.ts";

/** Between these bounds the formulas divide by almost 0, and series replace them. */
const [LOW, HIGH] = [0.499, 0.501];

/**
 * Distribution on [0, 1] with a density proportional to λˣ (1 − λ)^(1 − x) (Loaiza-Ganem &
 * Cunningham 2019).
 */
export class ContinuousBernoulli extends BinaryEvent {
  constructor(probs?: Parameter | OddsOptions | null, options: OddsOptions = {}) {
    checkCall(
      "new ContinuousBernoulli(probs?: tensor | number | null, { probs, logits: tensor | number | null, validateArgs: boolean })",
      arguments,
    );
    const odds = oddsOf("ContinuousBernoulli", probs, options);
    const { parameters, shape } = eventOdds("ContinuousBernoulli", odds);
    const validateArgs = odds.options.validateArgs ?? true;
    super({
      batchShape: shape,
      support: unit,
      validateArgs,
      parameters: storedParameters(parameters),
    });
  }
  override get hasRsample(): boolean {
    return true;
  }
  private get inside(): Tensor {
    return clampedProbs(this.probs);
  }
  private get isRegular(): Tensor {
    return this.inside.le(LOW).logicalOr(this.inside.gt(HIGH));
  }
  /** λ, or LOW where λ is too close to ½ for the formulas. */
  private get regular(): Tensor {
    return where(this.isRegular, this.inside, LOW);
  }
  private get logNorm(): Tensor {
    const { regular, inside } = this;
    const below = where(regular.le(0.5), regular, 0);
    const above = where(regular.ge(0.5), regular, 1);
    const spread = regular.neg().log1p().sub(regular.log()).abs().log();
    const apart = where(regular.le(0.5), below.mul(-2).log1p(), above.mul(2).sub(1).log());
    const x = inside.sub(0.5).square();
    const near = x
      .mul(104 / 45)
      .add(4 / 3)
      .mul(x)
      .add(Math.LN2);
    return where(this.isRegular, spread.sub(apart), near);
  }
  override get mean(): Tensor {
    const { regular } = this;
    const odds = regular.neg().log1p().sub(regular.log());
    const x = this.inside.sub(0.5);
    const near = x
      .square()
      .mul(16 / 45)
      .add(1 / 3)
      .mul(x)
      .add(0.5);
    return where(this.isRegular, regular.div(regular.mul(2).sub(1)).add(odds.reciprocal()), near);
  }
  override get variance(): Tensor {
    const { regular } = this;
    const odds = regular.neg().log1p().sub(regular.log());
    const value = regular.mul(regular.sub(1)).div(regular.mul(-2).add(1).square());
    const x = this.inside.sub(0.5).square();
    const near = x
      .mul(-128 / 945)
      .add(1 / 15)
      .mul(x)
      .neg()
      .add(1 / 12);
    return where(this.isRegular, value.add(odds.square().reciprocal()), near);
  }
  protected draw(shape: Shape): Tensor {
    const u = rand(shape, { dtype: this.like.dtype, device: this.like });
    return this.quantile(u.clamp(EPS, 1 - EPS));
  }
  protected density(value: Tensor): Tensor {
    return this.crossEntropy(value).neg().add(this.logNorm);
  }
  protected override cumulative(value: Tensor): Tensor {
    const { regular } = this;
    const powers = regular.pow(value).mul(regular.neg().add(1).pow(value.neg().add(1)));
    const apart = powers.add(regular).sub(1).div(regular.mul(2).sub(1));
    return where(value.le(0), 0, where(value.ge(1), 1, where(this.isRegular, apart, value)));
  }
  protected override quantile(u: Tensor): Tensor {
    const { regular } = this;
    const less = regular.neg().log1p();
    const shift = u.mul(regular.mul(2).sub(1)).sub(regular).log1p();
    return where(this.isRegular, shift.sub(less).div(regular.log().sub(less)), u);
  }
  protected override uncertainty(): Tensor {
    const [no, yes] = [this.inside.neg().log1p(), this.inside.log()];
    return this.mean.mul(no.sub(yes)).sub(this.logNorm).sub(no);
  }
}
