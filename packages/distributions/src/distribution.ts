import {
  ArgumentError,
  broadcastTensors,
  noGrad,
  type Shape,
  ShapeError,
  Tensor,
  tensor,
} from "@wgrad/autograd";
import { checkCall, composite, defineKind, describe } from "@wgrad/autograd/plugin";
import { type Constraint, checked } from "./constraints.ts";

/** A parameter: a tensor, or a number for all elements. */
export type Parameter = Tensor | number;

/** Settings that every distribution has. */
export interface DistributionOptions {
  /** Refuses invalid parameters and values (default true). */
  readonly validateArgs?: boolean;
}

/** Arguments of the base constructor. */
export interface DistributionInit {
  readonly batchShape: Shape;
  readonly eventShape?: Shape;
  readonly support: Constraint;
  readonly validateArgs: boolean;
  /** Tensors of shape [batch…, …], by field name. */
  readonly parameters: Readonly<Record<string, Tensor>>;
}

/**
 * Base of every distribution: a batch of `batchShape` independent distributions over events of
 * `eventShape`. A subclass defines sampling, log-density and further properties.
 */
export abstract class Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  readonly support: Constraint;
  protected readonly validates: boolean;
  /** Names of the fields with parameters. */
  protected readonly parameterNames: readonly string[];

  constructor({
    batchShape,
    eventShape = [],
    support,
    validateArgs,
    parameters,
  }: DistributionInit) {
    this.batchShape = batchShape;
    this.eventShape = eventShape;
    this.support = support;
    this.validates = validateArgs;
    this.parameterNames = Object.keys(parameters);
    Object.assign(this, parameters);
  }

  /** Whether `rsample` returns samples with gradients. */
  get hasRsample(): boolean {
    return true;
  }
  get hasEnumerateSupport(): boolean {
    return false;
  }

  get mean(): Tensor {
    return this.missing("mean");
  }
  get variance(): Tensor {
    return this.missing("variance");
  }
  get stddev(): Tensor {
    return this.variance.sqrt();
  }
  get mode(): Tensor {
    return this.missing("mode");
  }

  /** Samples without gradient. → [shape…, batch…, event…] */
  sample(shape: Shape = []): Tensor {
    checkCall("d.sample(shape?: number[])", arguments);
    return noGrad(() => composite(() => this.draw(this.extended(shape)))).detach();
  }

  /**
   * Samples whose gradients flow to the parameters (reparameterized). → [shape…, batch…, event…]
   */
  rsample(shape: Shape = []): Tensor {
    checkCall("d.rsample(shape?: number[])", arguments);
    if (!this.hasRsample) {
      throw new ArgumentError(
        `${this.constructor.name}.rsample: samples of this distribution have no gradient\n  hint: use sample(), and logProb for the score function estimator`,
      );
    }
    return composite(() => this.draw(this.extended(shape)));
  }

  /** Log-density (or log-probability) at values that broadcast to [batch…, event…]. → [batch…] */
  logProb(value: Tensor | number): Tensor {
    checkCall("d.logProb(value: tensor | number)", arguments);
    return composite(() => this.density(this.checkedValue("logProb", value)));
  }

  /** Cumulative distribution function P(X ≤ value). */
  cdf(value: Tensor | number): Tensor {
    checkCall("d.cdf(value: tensor | number)", arguments);
    return composite(() => this.cumulative(this.checkedValue("cdf", value)));
  }

  /** Quantile function, the inverse of `cdf`. */
  icdf(probability: Tensor | number): Tensor {
    checkCall("d.icdf(probability: tensor | number)", arguments);
    return composite(() => this.quantile(this.asTensor(probability)));
  }

  /** Entropy −E log p(X) in nats. → [batch…] */
  entropy(): Tensor {
    checkCall("d.entropy()", arguments);
    return composite(() => this.uncertainty());
  }

  /** exp of the entropy. */
  perplexity(): Tensor {
    checkCall("d.perplexity()", arguments);
    return composite(() => this.uncertainty().exp());
  }

  /**
   * All possible values, along a new first dimension: [n, batch…, event…], or with batch dimensions
   * of size 1 if `expand` is false.
   */
  enumerateSupport(expand = true): Tensor {
    checkCall("d.enumerateSupport(expand?: boolean)", arguments);
    return this.values(expand);
  }

  /** The same distribution with its batch expanded to `batchShape`. */
  expand(batchShape: Shape): this {
    checkCall("d.expand(batchShape: number[])", arguments);
    const own = this as unknown as Readonly<Record<string, Tensor>>;
    const lead = this.batchShape.length;
    const parameters = Object.fromEntries(
      this.parameterNames.map((name) => {
        const x = own[name] as Tensor;
        return [name, x.expand([...batchShape, ...x.shape.slice(lead)])];
      }),
    );
    const copy = Object.create(Object.getPrototypeOf(this)) as this;
    return Object.assign(copy, this, parameters, { batchShape });
  }

  /** Name and parameter shapes. */
  toString(): string {
    const own = this as unknown as Readonly<Record<string, Tensor>>;
    const parts = this.parameterNames.map((name) => `${name}: [${own[name]?.shape.join(", ")}]`);
    return `${this.constructor.name}(${parts.join(", ")})`;
  }

  /** Samples of the full shape [sample…, batch…, event…]. */
  protected abstract draw(shape: Shape): Tensor;
  protected abstract density(value: Tensor): Tensor;
  protected cumulative(_value: Tensor): Tensor {
    return this.missing("cdf");
  }
  protected quantile(_probability: Tensor): Tensor {
    return this.missing("icdf");
  }
  protected uncertainty(): Tensor {
    return this.missing("entropy");
  }
  protected values(_expand: boolean): Tensor {
    return this.missing("enumerateSupport");
  }

  protected missing(what: string): never {
    throw new ArgumentError(`${this.constructor.name}: this distribution has no ${what}`);
  }

  private extended(shape: Shape): Shape {
    return [...shape, ...this.batchShape, ...this.eventShape];
  }

  /** The first parameter, which has the dtype and device of all. */
  protected get like(): Tensor {
    const own = this as unknown as Readonly<Record<string, Tensor>>;
    return own[this.parameterNames[0] as string] as Tensor;
  }

  protected asTensor(value: Tensor | number): Tensor {
    if (value instanceof Tensor) return value;
    return tensor(value, { dtype: this.like.dtype, device: this.like });
  }

  /**
   * Converts a value to a tensor, and checks that it is in the support if arguments are validated.
   */
  protected checkedValue(call: string, given: Tensor | number): Tensor {
    const value = this.asTensor(given);
    const { eventShape } = this;
    const event = value.shape.slice(value.shape.length - eventShape.length);
    const fits =
      value.shape.length >= eventShape.length && event.every((n, d) => n === eventShape[d]);
    if (!fits) {
      throw new ShapeError(
        `${this.constructor.name}.${call}: the shape of a value must end with the event's shape\n  event: [${eventShape.join(", ")}]\n  value: [${value.shape.join(", ")}]`,
      );
    }
    if (!this.validates) return value;
    return checked(`${this.constructor.name}.${call}`, "the value", value, this.support);
  }
}

defineKind("distribution", "a distribution", (value) => value instanceof Distribution);

/** Parameters as tensors of one shape. Numbers take dtype and device of the first tensor. */
export function broadcast<Name extends string>(
  distribution: string,
  given: Readonly<Record<Name, Parameter>>,
): Record<Name, Tensor> & { readonly shape: Shape } {
  const entries = Object.entries(given) as [Name, Parameter][];
  const like = entries.map(([, x]) => x).find((x) => x instanceof Tensor) as Tensor | undefined;
  const tensors = entries.map(([name, x]) => {
    if (x instanceof Tensor) return x.dtype.startsWith("f") ? x : x.to("f32");
    if (typeof x === "number") {
      const dtype = like?.dtype.startsWith("f") ? like.dtype : "f32";
      return tensor(x, { dtype, ...(like && { device: like }) });
    }
    throw new ArgumentError(`${distribution}: ${name} is ${describe(x)}, not a tensor or a number`);
  });
  const all = broadcastTensors(...tensors);
  const named = Object.fromEntries(entries.map(([name], i) => [name, all[i] as Tensor]));
  return { ...named, shape: (all[0] as Tensor).shape } as never;
}

/** The parameters, each checked against its constraint. */
export function constrained<Name extends string>(
  distribution: string,
  parameters: Record<Name, Tensor>,
  constraints: Readonly<Partial<Record<Name, Constraint>>>,
  { validateArgs = true }: DistributionOptions,
): Record<Name, Tensor> {
  if (!validateArgs) return parameters;
  const entries = Object.entries(parameters) as [Name, Tensor][];
  return Object.fromEntries(
    entries.map(([name, x]) => {
      const constraint = constraints[name];
      if (constraint === undefined) return [name, x];
      return [name, checked(distribution, `the parameter ${name}`, x, constraint)];
    }),
  ) as Record<Name, Tensor>;
}
