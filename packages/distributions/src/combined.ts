import { ArgumentError, logSoftmax, logsumexp, type Shape, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Categorical } from "./categorical.ts";
import { type Constraint, real } from "./constraints.ts";
import { Distribution, type DistributionOptions } from "./distribution.ts";
import { sumLast } from "./sum-last.ts";
import type { Transform } from "./transforms.ts";

/**
 * Treats the last batch dimensions as event dimensions, so that log-densities are summed over them.
 */
export class Independent<D extends Distribution = Distribution> extends Distribution {
  readonly baseDist: D;
  readonly reinterpretedBatchNdims: number;

  constructor(baseDist: D, reinterpretedBatchNdims: number, options: DistributionOptions = {}) {
    checkCall(
      "new Independent(baseDist: distribution, reinterpretedBatchNdims: number, { validateArgs: boolean })",
      arguments,
    );
    const { batchShape: batch } = baseDist;
    if (!(reinterpretedBatchNdims >= 0 && reinterpretedBatchNdims <= batch.length)) {
      throw new ArgumentError(
        `Independent: cannot reinterpret ${reinterpretedBatchNdims} dimensions of a batch [${batch.join(", ")}]`,
      );
    }
    const split = batch.length - reinterpretedBatchNdims;
    super({
      batchShape: batch.slice(0, split),
      eventShape: [...batch.slice(split), ...baseDist.eventShape],
      support: baseDist.support,
      validateArgs: options.validateArgs ?? true,
      parameters: {},
    });
    this.baseDist = baseDist;
    this.reinterpretedBatchNdims = reinterpretedBatchNdims;
  }
  override get hasRsample(): boolean {
    return this.baseDist.hasRsample;
  }
  override get hasEnumerateSupport(): boolean {
    return this.reinterpretedBatchNdims === 0 && this.baseDist.hasEnumerateSupport;
  }
  override get mean(): Tensor {
    return this.baseDist.mean;
  }
  override get mode(): Tensor {
    return this.baseDist.mode;
  }
  override get variance(): Tensor {
    return this.baseDist.variance;
  }
  override expand(batchShape: Shape): this {
    checkCall("d.expand(batchShape: number[])", arguments);
    const { reinterpretedBatchNdims: n, baseDist } = this;
    const own = baseDist.batchShape.slice(baseDist.batchShape.length - n);
    return new Independent(baseDist.expand([...batchShape, ...own]), n, {
      validateArgs: this.validates,
    }) as unknown as this;
  }
  protected override get like(): Tensor {
    return (this.baseDist as unknown as { readonly like: Tensor }).like;
  }
  protected draw(shape: Shape): Tensor {
    const { baseDist: base } = this;
    const sample = shape.slice(0, shape.length - base.batchShape.length - base.eventShape.length);
    return base.hasRsample ? base.rsample(sample) : base.sample(sample);
  }
  protected override checkedValue(_: string, given: Tensor | number): Tensor {
    return this.asTensor(given); // the base distribution checks the value
  }
  protected density(value: Tensor): Tensor {
    return sumLast(this.baseDist.logProb(value), this.reinterpretedBatchNdims);
  }
  protected override uncertainty(): Tensor {
    return sumLast(this.baseDist.entropy(), this.reinterpretedBatchNdims);
  }
  protected override values(expand: boolean): Tensor {
    if (!this.hasEnumerateSupport) return this.missing("enumerateSupport");
    return this.baseDist.enumerateSupport(expand);
  }
  override toString(): string {
    return `Independent(${this.baseDist}, ${this.reinterpretedBatchNdims})`;
  }
}

/** Distribution of a base distribution's samples after a sequence of transforms. */
export class TransformedDistribution extends Distribution {
  readonly baseDist: Distribution;
  readonly transforms: readonly Transform[];

  constructor(
    baseDist: Distribution,
    transforms: Transform | readonly Transform[],
    options: DistributionOptions = {},
  ) {
    checkCall(
      "new TransformedDistribution(baseDist: distribution, transforms: any, { validateArgs: boolean })",
      arguments,
    );
    const list = (Array.isArray(transforms) ? transforms : [transforms]) as readonly Transform[];
    const shape = [...baseDist.batchShape, ...baseDist.eventShape];
    const dims = Math.max(baseDist.eventShape.length, ...list.map(({ eventDim }) => eventDim));
    if (dims > shape.length) {
      throw new ArgumentError(
        `TransformedDistribution: the transforms need events of ${dims} dimensions, but samples have shape [${shape.join(", ")}]`,
      );
    }
    const split = shape.length - dims;
    super({
      batchShape: shape.slice(0, split),
      eventShape: shape.slice(split),
      support: real,
      validateArgs: options.validateArgs ?? true,
      parameters: {},
    });
    this.baseDist = baseDist;
    this.transforms = list;
  }
  override get hasRsample(): boolean {
    return this.baseDist.hasRsample;
  }
  override expand(batchShape: Shape): this {
    checkCall("d.expand(batchShape: number[])", arguments);
    const extra = this.eventShape.slice(
      0,
      this.eventShape.length - this.baseDist.eventShape.length,
    );
    return new TransformedDistribution(
      this.baseDist.expand([...batchShape, ...extra]),
      this.transforms,
      { validateArgs: this.validates },
    ) as unknown as this;
  }
  protected override get like(): Tensor {
    return (this.baseDist as unknown as { readonly like: Tensor }).like;
  }
  protected draw(shape: Shape): Tensor {
    const { baseDist: base } = this;
    const sample = shape.slice(0, shape.length - base.batchShape.length - base.eventShape.length);
    const x = base.hasRsample ? base.rsample(sample) : base.sample(sample);
    return this.transforms.reduce((y, transform) => transform(y), x);
  }
  protected density(value: Tensor): Tensor {
    let dims = this.eventShape.length;
    let y = value;
    let log: Tensor | null = null;
    for (const transform of this.transforms.toReversed()) {
      const x = transform.inv(y);
      const own = sumLast(transform.logAbsDetJacobian(x, y), dims - transform.eventDim).neg();
      log = log === null ? own : log.add(own);
      y = x;
    }
    dims -= this.baseDist.eventShape.length;
    const base = sumLast(this.baseDist.logProb(y), dims);
    return log === null ? base : base.add(log);
  }
  /** Maps a probability u to 1 − u if the transforms are decreasing. */
  private orient(u: Tensor): Tensor {
    const sign = this.transforms.reduce<Tensor | number>((all, { sign: own }) => {
      if (typeof all === "number") return typeof own === "number" ? all * own : own.mul(all);
      return all.mul(own);
    }, 1);
    if (sign === 1) return u;
    return u.sub(0.5).mul(sign).add(0.5);
  }
  protected override cumulative(value: Tensor): Tensor {
    const x = this.transforms.reduceRight((y, transform) => transform.inv(y), value);
    return this.orient(this.baseDist.cdf(x));
  }
  protected override quantile(u: Tensor): Tensor {
    const x = this.baseDist.icdf(this.orient(u));
    return this.transforms.reduce((y, transform) => transform(y), x);
  }
  override toString(): string {
    return `TransformedDistribution(${this.baseDist}, ${this.transforms.length} transforms)`;
  }
}

/**
 * Mixture of distributions of one family. The components are along the last batch dimension of
 * `componentDistribution`.
 */
export class MixtureSameFamily extends Distribution {
  readonly mixtureDistribution: Categorical;
  readonly componentDistribution: Distribution;

  constructor(
    mixtureDistribution: Categorical,
    componentDistribution: Distribution,
    options: DistributionOptions = {},
  ) {
    checkCall(
      "new MixtureSameFamily(mixtureDistribution: distribution, componentDistribution: distribution, { validateArgs: boolean })",
      arguments,
    );
    const { batchShape, eventShape } = componentDistribution;
    const count = mixtureDistribution.numEvents;
    if (batchShape.at(-1) !== count) {
      throw new ArgumentError(
        `MixtureSameFamily: ${count} weights do not match the last dimension of the components' batch shape [${batchShape.join(", ")}]`,
      );
    }
    super({
      batchShape: batchShape.slice(0, -1),
      eventShape,
      support: componentDistribution.support as Constraint,
      validateArgs: options.validateArgs ?? true,
      parameters: {},
    });
    this.mixtureDistribution = mixtureDistribution;
    this.componentDistribution = componentDistribution;
  }
  override get hasRsample(): boolean {
    return false;
  }
  private get place(): number {
    return -1 - this.eventShape.length;
  }
  /** The mixture weights, shaped to broadcast with values of the components. */
  private get weights(): Tensor {
    const { probs } = this.mixtureDistribution;
    return probs.reshape([...probs.shape, ...this.eventShape.map(() => 1)]);
  }
  override get mean(): Tensor {
    return this.weights.mul(this.componentDistribution.mean).sum(this.place);
  }
  override get variance(): Tensor {
    const { mean, variance } = this.componentDistribution;
    const inside = this.weights.mul(variance).sum(this.place);
    const center = this.mean.unsqueeze(this.place);
    return inside.add(this.weights.mul(mean.sub(center).square()).sum(this.place));
  }
  override expand(batchShape: Shape): this {
    checkCall("d.expand(batchShape: number[])", arguments);
    const { mixtureDistribution: mixture, componentDistribution: components } = this;
    return new MixtureSameFamily(
      mixture.expand(batchShape),
      components.expand([...batchShape, mixture.numEvents]),
      { validateArgs: this.validates },
    ) as unknown as this;
  }
  protected override get like(): Tensor {
    return (this.componentDistribution as unknown as { readonly like: Tensor }).like;
  }
  protected draw(shape: Shape): Tensor {
    const { mixtureDistribution: mixture, componentDistribution: components } = this;
    const events = this.eventShape.length;
    const sample = shape.slice(0, shape.length - this.batchShape.length - events);
    const chosen = mixture.sample(sample);
    const all = components.sample(sample);
    const at = chosen.reshape([...chosen.shape, 1, ...this.eventShape.map(() => 1)]);
    const index = at.expand([...chosen.shape, 1, ...this.eventShape]);
    return all.gather(all.ndim + this.place, index).squeeze(this.place);
  }
  protected override checkedValue(_: string, given: Tensor | number): Tensor {
    return this.asTensor(given); // the components check the value
  }
  protected density(value: Tensor): Tensor {
    const each = this.componentDistribution.logProb(value.unsqueeze(this.place));
    return logsumexp(each.add(logSoftmax(this.mixtureDistribution.logits, -1)), -1);
  }
  protected override cumulative(value: Tensor): Tensor {
    const each = this.componentDistribution.cdf(value.unsqueeze(this.place));
    return each.mul(this.mixtureDistribution.probs).sum(-1);
  }
  override toString(): string {
    return `MixtureSameFamily(${this.mixtureDistribution}, ${this.componentDistribution})`;
  }
}
