import {
  arange,
  lgamma,
  multinomial,
  type Shape,
  type Tensor,
  tensor,
  oneHot as toOneHot,
  where,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { countsOf, oneHot, upTo } from "./constraints.ts";
import { Binomial, checkTotal } from "./counts.ts";
import { Distribution } from "./distribution.ts";
import { clampedProbs, classOdds, type OddsOptions, oddsOf, probsOfLogits } from "./odds.ts";

/**
 * Base of distributions over categories along the last dimension, given probabilities or logits.
 */
abstract class CategoricalBase extends Distribution {
  constructor(
    name: string,
    given: ReturnType<typeof oddsOf>,
    support: (events: number) => Distribution["support"],
    isVector: boolean,
  ) {
    const parameters = classOdds(name, given);
    const [[key, x]] = Object.entries(parameters) as [[string, Tensor]];
    super({
      batchShape: x.shape.slice(0, -1),
      eventShape: isVector ? x.shape.slice(-1) : [],
      support: support(x.shape.at(-1) as number),
      validateArgs: given.options.validateArgs ?? true,
      parameters: { [key === "probs" ? "heldProbs" : "heldLogits"]: x },
    });
  }
  get probs(): Tensor {
    const own = this as unknown as { readonly heldProbs?: Tensor; readonly heldLogits: Tensor };
    return own.heldProbs ?? probsOfLogits(own.heldLogits);
  }
  /** Log-probabilities. */
  get logits(): Tensor {
    const own = this as unknown as { readonly heldProbs: Tensor; readonly heldLogits?: Tensor };
    return own.heldLogits ?? clampedProbs(own.heldProbs).log();
  }
  get numEvents(): number {
    return this.like.shape.at(-1) as number;
  }
  override get hasRsample(): boolean {
    return false;
  }
  /** Indices of sampled categories. → [count…, batch…] */
  protected indices(sample: Shape): Tensor {
    const count = sample.reduce((a, b) => a * b, 1);
    const events = this.numEvents;
    const rows = this.probs.detach().reshape([-1, events]);
    const drawn = multinomial(rows, count, { replacement: true });
    return drawn.T.reshape([...sample, ...this.batchShape]);
  }
  protected entropyOfEvent(): Tensor {
    const logits = this.logits.clamp(-3.4e38);
    return logits.mul(this.probs).sum(-1).neg();
  }
}

/** Distribution over the categories of the last dimension. Samples are indices (i32). */
export class Categorical extends CategoricalBase {
  constructor(probs?: Tensor | OddsOptions | null, options: OddsOptions = {}) {
    checkCall(
      "new Categorical(probs?: tensor | number | null, { probs, logits: tensor | number | null, validateArgs: boolean })",
      arguments,
    );
    super("Categorical", oddsOf("Categorical", probs, options), (n) => upTo(n - 1), false);
  }
  override get hasEnumerateSupport(): boolean {
    return true;
  }
  override get mean(): Tensor {
    return this.probs.detach().sum(-1).mul(Number.NaN);
  }
  override get variance(): Tensor {
    return this.probs.detach().sum(-1).mul(Number.NaN);
  }
  override get mode(): Tensor {
    return this.like.detach().argmax(-1);
  }
  protected draw(shape: Shape): Tensor {
    return this.indices(shape.slice(0, shape.length - this.batchShape.length));
  }
  protected override asTensor(value: Tensor | number): Tensor {
    if (typeof value === "number") return tensor(value, { dtype: "i32", device: this.like });
    return value;
  }
  protected density(value: Tensor): Tensor {
    const { logits } = this;
    const index = value.to("i32");
    const shape = broadcastShape(index.shape, this.batchShape);
    const all = logits.expand([...shape, this.numEvents]);
    return all.gather(-1, index.expand(shape).unsqueeze(-1)).squeeze(-1);
  }
  protected override uncertainty(): Tensor {
    return this.entropyOfEvent();
  }
  protected override values(expand: boolean): Tensor {
    const n = this.numEvents;
    const lying = arange(n, { dtype: "i32" }).reshape([n, ...this.batchShape.map(() => 1)]);
    return expand ? lying.expand([n, ...this.batchShape]) : lying;
  }
}

function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) =>
    Math.max(a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1),
  );
}

/** Distribution over the categories of the last dimension. Samples are one-hot rows. */
export class OneHotCategorical extends CategoricalBase {
  constructor(probs?: Tensor | OddsOptions | null, options: OddsOptions = {}) {
    if (new.target === OneHotCategorical)
      checkCall(
        "new OneHotCategorical(probs?: tensor | number | null, { probs, logits: tensor | number | null, validateArgs: boolean })",
        arguments,
      );
    const { name } = new.target;
    super(name, oddsOf(name, probs, options), () => oneHot, true);
  }
  override get hasEnumerateSupport(): boolean {
    return true;
  }
  override get mean(): Tensor {
    return this.probs;
  }
  override get mode(): Tensor {
    return this.row(this.probs.detach().argmax(-1));
  }
  override get variance(): Tensor {
    const p = this.probs;
    return p.mul(p.neg().add(1));
  }
  private row(index: Tensor): Tensor {
    return toOneHot(index, this.numEvents).to(this.like.dtype);
  }
  protected draw(shape: Shape): Tensor {
    return this.row(this.indices(shape.slice(0, shape.length - this.batchShape.length - 1)));
  }
  protected density(value: Tensor): Tensor {
    const { logits } = this;
    return where(value.eq(0), 0, logits.mul(value)).sum(-1);
  }
  protected override uncertainty(): Tensor {
    return this.entropyOfEvent();
  }
  protected override values(expand: boolean): Tensor {
    const n = this.numEvents;
    const rows = this.row(arange(n, { dtype: "i32" }));
    const lying = rows.reshape([n, ...this.batchShape.map(() => 1), n]);
    return expand ? lying.expand([n, ...this.batchShape, n]) : lying;
  }
}

/**
 * `OneHotCategorical` with straight-through samples: their gradient flows to the probabilities
 * (Bengio et al. 2013).
 */
export class OneHotCategoricalStraightThrough extends OneHotCategorical {
  constructor(probs?: Tensor | OddsOptions | null, options: OddsOptions = {}) {
    checkCall(
      "new OneHotCategoricalStraightThrough(probs?: tensor | number | null, { probs, logits: tensor | number | null, validateArgs: boolean })",
      arguments,
    );
    super(probs, options);
  }
  override get hasRsample(): boolean {
    return true;
  }
  protected override draw(shape: Shape): Tensor {
    const { probs } = this;
    return super.draw(shape).add(probs.sub(probs.detach()));
  }
}

/** Number of times that each category occurs in n draws. */
export class Multinomial extends CategoricalBase {
  readonly totalCount: number;

  constructor(totalCount = 1, probs?: Tensor | OddsOptions | null, options: OddsOptions = {}) {
    checkCall(
      "new Multinomial(totalCount?: number, probs?: tensor | number | null, { probs, logits: tensor | number | null, validateArgs: boolean })",
      arguments,
    );
    checkTotal("Multinomial", totalCount);
    super("Multinomial", oddsOf("Multinomial", probs, options), () => countsOf(totalCount), true);
    this.totalCount = totalCount;
  }
  override get mean(): Tensor {
    return this.probs.mul(this.totalCount);
  }
  override get variance(): Tensor {
    const p = this.probs;
    return p.mul(p.neg().add(1)).mul(this.totalCount);
  }
  protected draw(shape: Shape): Tensor {
    const sample = shape.slice(0, shape.length - this.batchShape.length - 1);
    const each = toOneHot(this.indices([this.totalCount, ...sample]), this.numEvents);
    return each.to(this.like.dtype).sum(0);
  }
  protected density(value: Tensor): Tensor {
    const { logits } = this;
    const ways = lgamma(value.sum(-1).add(1)).sub(lgamma(value.add(1)).sum(-1));
    return ways.add(where(value.eq(0), 0, logits.mul(value)).sum(-1));
  }
  protected override uncertainty(): Tensor {
    const n = this.totalCount;
    const binomial = new Binomial(n, this.probs, { validateArgs: false });
    const support = binomial.enumerateSupport(false).narrow(0, 1, n);
    const weighted = binomial
      .logProb(support)
      .exp()
      .mul(lgamma(support.add(1)));
    const total = lgamma(tensor(n + 1, { dtype: this.like.dtype, device: this.like }));
    return this.entropyOfEvent()
      .mul(n)
      .sub(total)
      .add(weighted.sum([0, -1]));
  }
}
