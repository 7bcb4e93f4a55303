import { ArgumentError, sigmoid, softmax, softplus, type Tensor, tanh } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";
import { EPS } from "./constants.ts";
import { sumLast } from "./sum-last.ts";

export interface Transform {
  /** Maps x to y. */
  (x: Tensor): Tensor;
  readonly eventDim: number;
}

/**
 * An invertible function with its Jacobian: `t(x)`, `t.inv(y)`, `t.logAbsDetJacobian(x, y)`. A
 * subclass defines `forward`, `inverse` and `stretch`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor returns the function that the interface says it is
export abstract class Transform {
  /** Number of dimensions of one event; 0 for an elementwise transform. */
  get eventDim(): number {
    return 0;
  }

  constructor() {
    const self = ((x: Tensor): Tensor => {
      checkCall("transform(x: tensor)", [x]);
      return composite(() => self.forward(x));
    }) as unknown as this;
    Object.setPrototypeOf(self, new.target.prototype);
    for (const own of ["name", "length"]) delete (self as unknown as Record<string, unknown>)[own];
    // biome-ignore lint/correctness/noConstructorReturn: this makes a transform callable
    return self;
  }

  /** Sign of dy/dx; null if the transform is not monotonic. */
  get sign(): Tensor | number {
    return 1;
  }

  /** Maps y to x. */
  inv(y: Tensor): Tensor {
    checkCall("transform.inv(y: tensor)", arguments);
    return composite(() => this.inverse(y));
  }

  /** log |det dy/dx|, per event of `eventDim` dimensions. */
  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    checkCall("transform.logAbsDetJacobian(x: tensor, y: tensor)", arguments);
    return composite(() => this.stretch(x, y));
  }

  abstract forward(x: Tensor): Tensor;
  protected abstract inverse(y: Tensor): Tensor;
  protected abstract stretch(x: Tensor, y: Tensor): Tensor;
}

/** y = eˣ */
export class ExpTransform extends Transform {
  constructor() {
    checkCall("new ExpTransform()", arguments);
    super();
  }
  forward(x: Tensor): Tensor {
    return x.exp();
  }
  protected inverse(y: Tensor): Tensor {
    return y.log();
  }
  protected stretch(x: Tensor): Tensor {
    return x.add(0);
  }
}

/** y = σ(x) */
export class SigmoidTransform extends Transform {
  constructor() {
    checkCall("new SigmoidTransform()", arguments);
    super();
  }
  forward(x: Tensor): Tensor {
    return sigmoid(x).clamp(2 ** -126, 1 - EPS);
  }
  protected inverse(y: Tensor): Tensor {
    const inside = y.clamp(2 ** -126, 1 - EPS);
    return inside.log().sub(inside.neg().log1p());
  }
  protected stretch(x: Tensor): Tensor {
    return softplus(x.neg()).neg().sub(softplus(x));
  }
}

/** y = tanh x */
export class TanhTransform extends Transform {
  constructor() {
    checkCall("new TanhTransform()", arguments);
    super();
  }
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
  protected inverse(y: Tensor): Tensor {
    return y.atanh();
  }
  protected stretch(x: Tensor): Tensor {
    return x
      .neg()
      .add(Math.LN2)
      .sub(softplus(x.mul(-2)))
      .mul(2);
  }
}

/** y = log(1 + eˣ) */
export class SoftplusTransform extends Transform {
  constructor() {
    checkCall("new SoftplusTransform()", arguments);
    super();
  }
  forward(x: Tensor): Tensor {
    return softplus(x);
  }
  protected inverse(y: Tensor): Tensor {
    return y.neg().expm1().neg().log().add(y);
  }
  protected stretch(x: Tensor): Tensor {
    return softplus(x.neg()).neg();
  }
}

/** y = loc + scale · x, with scale ≠ 0. */
export class AffineTransform extends Transform {
  readonly loc: Tensor | number;
  readonly scale: Tensor | number;
  private readonly dims: number;

  constructor(
    loc: Tensor | number,
    scale: Tensor | number,
    options: { readonly eventDim?: number } = {},
  ) {
    checkCall(
      "new AffineTransform(loc: tensor | number, scale: tensor | number, { eventDim: number })",
      arguments,
    );
    super();
    this.loc = loc;
    this.scale = scale;
    this.dims = options.eventDim ?? 0;
  }
  override get eventDim(): number {
    return this.dims;
  }
  override get sign(): Tensor | number {
    return typeof this.scale === "number" ? Math.sign(this.scale) : this.scale.sign();
  }
  forward(x: Tensor): Tensor {
    return x.mul(this.scale).add(this.loc);
  }
  protected inverse(y: Tensor): Tensor {
    return y.sub(this.loc).div(this.scale);
  }
  protected stretch(x: Tensor): Tensor {
    const size =
      typeof this.scale === "number"
        ? x
            .detach()
            .mul(0)
            .add(Math.log(Math.abs(this.scale)))
        : this.scale.abs().log().expand(x.shape);
    return sumLast(size, this.eventDim);
  }
}

/** y = xᵖ for x > 0. */
export class PowerTransform extends Transform {
  readonly exponent: Tensor | number;

  constructor(exponent: Tensor | number) {
    checkCall("new PowerTransform(exponent: tensor | number)", arguments);
    super();
    this.exponent = exponent;
  }
  override get sign(): Tensor | number {
    return typeof this.exponent === "number" ? Math.sign(this.exponent) : this.exponent.sign();
  }
  forward(x: Tensor): Tensor {
    return x.pow(this.exponent);
  }
  protected inverse(y: Tensor): Tensor {
    const { exponent } = this;
    return y.pow(typeof exponent === "number" ? 1 / exponent : exponent.reciprocal());
  }
  protected stretch(x: Tensor, y: Tensor): Tensor {
    return y.mul(this.exponent).div(x).abs().log();
  }
}

/** y = |x|. The inverse returns the positive of the two solutions. */
export class AbsTransform extends Transform {
  constructor() {
    checkCall("new AbsTransform()", arguments);
    super();
  }
  forward(x: Tensor): Tensor {
    return x.abs();
  }
  protected inverse(y: Tensor): Tensor {
    return y;
  }
  protected stretch(): Tensor {
    throw new ArgumentError("AbsTransform: the transform is not one-to-one, so it has no Jacobian");
  }
}

/** y = softmax x over the last dimension. The inverse returns one of many solutions. */
export class SoftmaxTransform extends Transform {
  override get eventDim(): number {
    return 1;
  }
  constructor() {
    checkCall("new SoftmaxTransform()", arguments);
    super();
  }
  forward(x: Tensor): Tensor {
    return softmax(x, -1);
  }
  protected inverse(y: Tensor): Tensor {
    return y.log();
  }
  protected stretch(): Tensor {
    throw new ArgumentError(
      "SoftmaxTransform: the transform is not one-to-one, so it has no Jacobian",
    );
  }
}

/** Transforms applied one after another. */
export class ComposeTransform extends Transform {
  readonly parts: readonly Transform[];

  constructor(parts: readonly Transform[]) {
    checkCall("new ComposeTransform(parts: array)", arguments);
    super();
    this.parts = [...parts];
  }
  override get eventDim(): number {
    return Math.max(0, ...this.parts.map(({ eventDim }) => eventDim));
  }
  override get sign(): Tensor | number {
    return this.parts.reduce<Tensor | number>((all, { sign }) => {
      if (typeof all === "number") return typeof sign === "number" ? all * sign : sign.mul(all);
      return all.mul(sign);
    }, 1);
  }
  forward(x: Tensor): Tensor {
    return this.parts.reduce((y, part) => part(y), x);
  }
  protected inverse(y: Tensor): Tensor {
    return this.parts.reduceRight((x, part) => part.inv(x), y);
  }
  protected stretch(x: Tensor): Tensor {
    let at = x;
    let total: Tensor | null = null;
    for (const part of this.parts) {
      const next = part(at);
      const own = sumLast(part.logAbsDetJacobian(at, next), this.eventDim - part.eventDim);
      total = total === null ? own : total.add(own);
      at = next;
    }
    return total ?? x.mul(0);
  }
}
