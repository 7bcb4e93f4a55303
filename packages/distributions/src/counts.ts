import {
  ArgumentError,
  arange,
  bernoulli,
  lgamma,
  rand,
  type Shape,
  type Tensor,
  where,
  xlogy,
} from "@wgrad/autograd";
import { checkCall, knownValues } from "@wgrad/autograd/plugin";
import { TINY } from "./constants.ts";
import { counts, nonnegative, truth, upTo } from "./constraints.ts";
import {
  broadcast,
  constrained,
  Distribution,
  type DistributionOptions,
  type Parameter,
} from "./distribution.ts";
import {
  clampedProbs,
  eventOdds,
  logitsOfProbs,
  type OddsOptions,
  oddsOf,
  softPlus,
} from "./odds.ts";
import { exponentials } from "./positive.ts";

/** Base of distributions with the probability of an event, given as probability or log-odds. */
export abstract class BinaryEvent extends Distribution {
  get probs(): Tensor {
    const own = this as unknown as { readonly heldProbs?: Tensor; readonly heldLogits: Tensor };
    return own.heldProbs ?? own.heldLogits.sigmoid();
  }
  /** Log-odds log p/(1 − p). */
  get logits(): Tensor {
    const own = this as unknown as { readonly heldProbs: Tensor; readonly heldLogits?: Tensor };
    return own.heldLogits ?? logitsOfProbs(own.heldProbs);
  }
  override get hasRsample(): boolean {
    return false;
  }
  protected uniforms(shape: Shape): Tensor {
    return rand(shape, { dtype: this.like.dtype, device: this.like });
  }
  /** Cross-entropy −y log p − (1 − y) log(1 − p), computed from the log-odds. */
  protected crossEntropy(y: Tensor): Tensor {
    const { logits } = this;
    return softPlus(logits).sub(y.mul(logits));
  }
}

/** The parameters under the names of the fields that store them. */
export const storedParameters = (parameters: Record<string, Tensor>): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, x]) => [
      name === "probs" ? "heldProbs" : name === "logits" ? "heldLogits" : name,
      x,
    ]),
  );

/** 1 with probability p, otherwise 0. */
export class Bernoulli extends BinaryEvent {
  constructor(probs?: Parameter | OddsOptions | null, options: OddsOptions = {}) {
    checkCall(
      "new Bernoulli(probs?: tensor | number | null, { probs, logits: tensor | number | null, validateArgs: boolean })",
      arguments,
    );
    const odds = oddsOf("Bernoulli", probs, options);
    const { parameters, shape } = eventOdds("Bernoulli", odds);
    const validateArgs = odds.options.validateArgs ?? true;
    super({
      batchShape: shape,
      support: truth,
      validateArgs,
      parameters: storedParameters(parameters),
    });
  }
  override get hasEnumerateSupport(): boolean {
    return true;
  }
  override get mean(): Tensor {
    return this.probs;
  }
  override get mode(): Tensor {
    const p = this.probs.detach();
    return where(p.eq(0.5), Number.NaN, p.ge(0.5).to(p.dtype));
  }
  override get variance(): Tensor {
    const p = this.probs;
    return p.mul(p.neg().add(1));
  }
  protected draw(shape: Shape): Tensor {
    return bernoulli(this.probs.detach().expand(shape));
  }
  protected density(value: Tensor): Tensor {
    return this.crossEntropy(value).neg();
  }
  protected override uncertainty(): Tensor {
    return this.crossEntropy(this.probs);
  }
  protected override values(expand: boolean): Tensor {
    return supportUpTo(1, this.like, this.batchShape, expand);
  }
}

/** The values 0, 1, …, n, shaped for `enumerateSupport`. */
function supportUpTo(n: number, { dtype }: Tensor, batch: Shape, expand: boolean): Tensor {
  const values = arange(n + 1).to(dtype);
  const lying = values.reshape([n + 1, ...batch.map(() => 1)]);
  return expand ? lying.expand([n + 1, ...batch]) : lying;
}

/** Number of failures before the first success. */
export class Geometric extends BinaryEvent {
  constructor(probs?: Parameter | OddsOptions | null, options: OddsOptions = {}) {
    checkCall(
      "new Geometric(probs?: tensor | number | null, { probs, logits: tensor | number | null, validateArgs: boolean })",
      arguments,
    );
    const odds = oddsOf("Geometric", probs, options);
    const { parameters, shape } = eventOdds("Geometric", odds);
    const validateArgs = odds.options.validateArgs ?? true;
    super({
      batchShape: shape,
      support: counts,
      validateArgs,
      parameters: storedParameters(parameters),
    });
  }
  override get mean(): Tensor {
    return this.probs.reciprocal().sub(1);
  }
  override get mode(): Tensor {
    return this.probs.detach().mul(0);
  }
  override get variance(): Tensor {
    return this.probs.reciprocal().sub(1).div(this.probs);
  }
  protected draw(shape: Shape): Tensor {
    const u = this.uniforms(shape).clamp(TINY);
    return u.log().div(this.probs.neg().log1p()).floor();
  }
  protected density(value: Tensor): Tensor {
    const p = this.probs;
    const rest = where(p.eq(1).logicalAnd(value.eq(0)), 0, p);
    return value.mul(rest.neg().log1p()).add(p.log());
  }
  protected override uncertainty(): Tensor {
    return this.crossEntropy(this.probs).div(this.probs);
  }
}

/** Number of successes in n trials. */
export class Binomial extends BinaryEvent {
  readonly totalCount: number;

  constructor(totalCount = 1, probs?: Parameter | OddsOptions | null, options: OddsOptions = {}) {
    checkCall(
      "new Binomial(totalCount?: number, probs?: tensor | number | null, { probs, logits: tensor | number | null, validateArgs: boolean })",
      arguments,
    );
    checkTotal("Binomial", totalCount);
    const odds = oddsOf("Binomial", probs, options);
    const { parameters, shape } = eventOdds("Binomial", odds);
    const validateArgs = odds.options.validateArgs ?? true;
    super({
      batchShape: shape,
      support: upTo(totalCount),
      validateArgs,
      parameters: storedParameters(parameters),
    });
    this.totalCount = totalCount;
  }
  override get hasEnumerateSupport(): boolean {
    return true;
  }
  override get mean(): Tensor {
    return this.probs.mul(this.totalCount);
  }
  override get mode(): Tensor {
    return this.probs
      .detach()
      .mul(this.totalCount + 1)
      .floor()
      .clamp(0, this.totalCount);
  }
  override get variance(): Tensor {
    const p = this.probs;
    return p.mul(p.neg().add(1)).mul(this.totalCount);
  }
  protected draw(shape: Shape): Tensor {
    return this.uniforms([this.totalCount, ...shape])
      .lt(this.probs)
      .to(this.like.dtype)
      .sum(0);
  }
  protected density(value: Tensor): Tensor {
    const { totalCount: n, logits } = this;
    const total = lgamma(value.mul(0).add(n + 1));
    const ways = total.sub(lgamma(value.add(1))).sub(lgamma(value.neg().add(n + 1)));
    return value.mul(logits).sub(softPlus(logits).mul(n)).add(ways);
  }
  protected override uncertainty(): Tensor {
    const log = this.density(supportUpTo(this.totalCount, this.like, this.batchShape, false));
    return log.exp().mul(log).sum(0).neg();
  }
  protected override values(expand: boolean): Tensor {
    return supportUpTo(this.totalCount, this.like, this.batchShape, expand);
  }
}

export function checkTotal(distribution: string, total: number): void {
  if (Number.isInteger(total) && total >= 0) return;
  throw new ArgumentError(`${distribution}: totalCount is ${total}\n  hint: a whole number ≥ 0`);
}

/** Number of successes of probability p before the r-th failure. */
export class NegativeBinomial extends BinaryEvent {
  declare readonly totalCount: Tensor;

  constructor(
    totalCount: Parameter,
    probs?: Parameter | OddsOptions | null,
    options: OddsOptions = {},
  ) {
    checkCall(
      "new NegativeBinomial(totalCount: tensor | number, probs?: tensor | number | null, { probs, logits: tensor | number | null, validateArgs: boolean })",
      arguments,
    );
    const odds = oddsOf("NegativeBinomial", probs, options);
    const { parameters } = eventOdds("NegativeBinomial", odds);
    const { shape, ...all } = broadcast("NegativeBinomial", { ...parameters, totalCount });
    constrained("NegativeBinomial", all, { totalCount: nonnegative } as never, odds.options);
    const validateArgs = odds.options.validateArgs ?? true;
    super({ batchShape: shape, support: counts, validateArgs, parameters: storedParameters(all) });
  }
  override get mean(): Tensor {
    return this.totalCount.mul(this.logits.exp());
  }
  override get mode(): Tensor {
    return this.totalCount.sub(1).mul(this.logits.exp()).floor().clamp(0);
  }
  override get variance(): Tensor {
    return this.mean.div(this.logits.neg().sigmoid());
  }
  protected draw(shape: Shape): Tensor {
    const known = knownValues(this.totalCount);
    const list = known === null ? null : Array.from(known as ArrayLike<number>);
    if (list === null || !list.every(Number.isInteger)) {
      throw new ArgumentError(
        "NegativeBinomial.sample: needs whole totalCounts that the host knows\n  hint: pass a number, or await totalCount.data() first",
      );
    }
    // draw as many geometric variables as the largest count; each element sums its own number of
    // them
    const most = Math.max(0, ...list);
    const u = this.uniforms([most, ...shape]).clamp(TINY);
    const each = u.log().div(clampedProbs(this.probs).log()).floor();
    const places = arange(most)
      .to(this.like.dtype)
      .reshape([most, ...shape.map(() => 1)]);
    return where(places.lt(this.totalCount), each, 0).sum(0);
  }
  protected density(value: Tensor): Tensor {
    const { totalCount: r, logits } = this;
    const log = r.mul(softPlus(logits).neg()).add(value.mul(softPlus(logits.neg()).neg()));
    const sum = r.add(value);
    const norm = lgamma(value.add(1)).add(lgamma(r)).sub(lgamma(sum));
    return log.sub(where(sum.eq(0), 0, norm));
  }
}

/** Number of events in a unit of time when they occur at a constant rate. */
export class Poisson extends Distribution {
  declare readonly rate: Tensor;

  constructor(rate: Parameter, options: DistributionOptions = {}) {
    checkCall("new Poisson(rate: tensor | number, { validateArgs: boolean })", arguments);
    const { shape, ...given } = broadcast("Poisson", { rate });
    const parameters = constrained("Poisson", given, { rate: nonnegative }, options);
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: shape, support: counts, validateArgs, parameters });
  }
  override get hasRsample(): boolean {
    return false;
  }
  override get mean(): Tensor {
    return this.rate;
  }
  override get mode(): Tensor {
    return this.rate.detach().floor();
  }
  override get variance(): Tensor {
    return this.rate;
  }
  /** Counts the exponential waiting times that fit into the rate. */
  protected draw(shape: Shape): Tensor {
    const known = knownValues(this.rate);
    if (known === null) {
      throw new ArgumentError(
        "Poisson.sample: the number of draws depends on the rate, which has not been computed yet\n  hint: await d.rate.data() first",
      );
    }
    const most = Math.max(0, ...Array.from(known as ArrayLike<number>));
    const count = Math.ceil(most + 12 * Math.sqrt(most) + 16);
    if (count > 4096) {
      throw new ArgumentError(
        `Poisson.sample: the rate ${most} is above 3000\n  hint: use await poisson(rate) of @wgrad/autograd`,
      );
    }
    const times = exponentials([count, ...shape], this.rate).cumsum(0);
    return times.le(this.rate).to(this.rate.dtype).sum(0);
  }
  protected density(value: Tensor): Tensor {
    return xlogy(value, this.rate)
      .sub(this.rate)
      .sub(lgamma(value.add(1)));
  }
}
