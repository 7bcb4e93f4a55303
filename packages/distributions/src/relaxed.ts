import { lgamma, logsumexp, rand, type Shape, softmax, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { EPS, TINY } from "./constants.ts";
import { positive, simplex, unit } from "./constraints.ts";
import { BinaryEvent } from "./counts.ts";
import { broadcast, constrained, Distribution, type Parameter } from "./distribution.ts";
import { clampedProbs, classOdds, eventOdds, type OddsOptions, oddsOf, softPlus } from "./odds.ts";

/** Relaxed Bernoulli variable: samples are in [0, 1] and have gradients (Maddison et al. 2017). */
export class RelaxedBernoulli extends BinaryEvent {
  declare readonly temperature: Tensor;

  constructor(
    temperature: Parameter,
    probs?: Parameter | OddsOptions | null,
    options: OddsOptions = {},
  ) {
    checkCall(
      "new RelaxedBernoulli(temperature: tensor | number, probs?: tensor | number | null, { probs, logits: tensor | number | null, validateArgs: boolean })",
      arguments,
    );
    const odds = oddsOf("RelaxedBernoulli", probs, options);
    const { parameters } = eventOdds("RelaxedBernoulli", odds);
    const { shape, ...all } = broadcast("RelaxedBernoulli", { ...parameters, temperature });
    constrained("RelaxedBernoulli", all, { temperature: positive } as never, odds.options);
    const { probs: heldProbs, logits: heldLogits, ...rest } = all as Record<string, Tensor>;
    const own = heldProbs === undefined ? { heldLogits } : { heldProbs };
    const validateArgs = odds.options.validateArgs ?? true;
    super({
      batchShape: shape,
      support: unit,
      validateArgs,
      parameters: { ...own, ...rest } as never,
    });
  }
  override get hasRsample(): boolean {
    return true;
  }
  protected draw(shape: Shape): Tensor {
    const u = clampedProbs(this.uniforms(shape));
    return this.logits.add(u.log().sub(u.neg().log1p())).div(this.temperature).sigmoid();
  }
  protected density(value: Tensor): Tensor {
    const v = clampedProbs(value);
    const x = v.log().sub(v.neg().log1p());
    const diff = this.logits.sub(x.mul(this.temperature));
    const base = this.temperature.log().add(diff).sub(softPlus(diff).mul(2));
    return base.add(softPlus(x)).add(softPlus(x.neg()));
  }
}

/**
 * Relaxed categorical variable: samples are probabilities and have gradients (Jang et al. 2017).
 */
export class RelaxedOneHotCategorical extends Distribution {
  declare readonly temperature: Tensor;

  constructor(
    temperature: Parameter,
    probs?: Tensor | OddsOptions | null,
    options: OddsOptions = {},
  ) {
    checkCall(
      "new RelaxedOneHotCategorical(temperature: tensor | number, probs?: tensor | number | null, { probs, logits: tensor | number | null, validateArgs: boolean })",
      arguments,
    );
    const odds = oddsOf("RelaxedOneHotCategorical", probs, options);
    const parameters = classOdds("RelaxedOneHotCategorical", odds);
    const [[key, x]] = Object.entries(parameters) as [[string, Tensor]];
    const batchShape = x.shape.slice(0, -1);
    const hot =
      typeof temperature === "number"
        ? tensor(temperature, { dtype: x.dtype, device: x })
        : temperature;
    constrained(
      "RelaxedOneHotCategorical",
      { temperature: hot },
      { temperature: positive },
      odds.options,
    );
    super({
      batchShape,
      eventShape: x.shape.slice(-1),
      support: simplex,
      validateArgs: odds.options.validateArgs ?? true,
      parameters: { [key === "probs" ? "heldProbs" : "heldLogits"]: x },
    });
    this.temperature = hot;
  }
  get probs(): Tensor {
    return softmax(this.logits, -1);
  }
  get logits(): Tensor {
    const own = this as unknown as { readonly heldProbs: Tensor; readonly heldLogits?: Tensor };
    return own.heldLogits ?? clampedProbs(own.heldProbs).log();
  }
  protected draw(shape: Shape): Tensor {
    const u = rand(shape, { dtype: this.like.dtype, device: this.like }).clamp(TINY, 1 - EPS);
    return softmax(this.logits.sub(u.log().neg().log()).div(this.temperature), -1);
  }
  protected density(value: Tensor): Tensor {
    const k = this.eventShape[0] as number;
    const y = value.log();
    const size = lgamma(this.temperature.detach().mul(0).add(k)).add(
      this.temperature.log().mul(k - 1),
    );
    const score = this.logits.sub(y.mul(this.temperature));
    const normal = score.sub(logsumexp(score, -1, { keepdim: true })).sum(-1);
    return normal.add(size).sub(y.sum(-1));
  }
}
