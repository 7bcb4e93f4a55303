import { fullLike, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkNotNegative } from "./check.ts";
import { descent } from "./gradient.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type ParamsInput, withDefaults } from "./parameter-groups.ts";

/** Settings of Adagrad, with PyTorch's defaults. */
export interface AdagradOptions extends BaseOptions {
  /** Step size (default 1e-2). */
  readonly lr: number;
  /** Decay of the step size: ηₜ = η / (1 + (t − 1) · lrDecay) (default 0). */
  readonly lrDecay: number;
  /** L2 penalty λ: adds λ p to the gradient (default 0). */
  readonly weightDecay: number;
  /** Initial value of the sum of squares (default 0). */
  readonly initialAccumulatorValue: number;
  /** Added to the denominator for numerical stability (default 1e-10). */
  readonly eps: number;
  /** Maximizes the objective instead of minimizing it (default false). */
  readonly maximize: boolean;
}

/** The sum of all squared gradients. */
export type AdagradState = { sum: Tensor };

const defaults: AdagradOptions = {
  lr: 1e-2,
  lrDecay: 0,
  weightDecay: 0,
  initialAccumulatorValue: 0,
  eps: 1e-10,
  maximize: false,
};

/**
 * Adagrad (Duchi et al. 2011):
 *   G ← G + g²        p ← p − ηₜ g / (√G + ε)        ηₜ = η / (1 + (t − 1) · lrDecay)
 */
export class Adagrad extends Optimizer<AdagradOptions, AdagradState> {
  constructor(params: ParamsInput<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    checkCall(
      "new Adagrad(params: any, { lr: number, lrDecay: number, weightDecay: number, initialAccumulatorValue: number, eps: number, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: AdagradOptions): void {
    super.check(options);
    const { lrDecay, weightDecay, initialAccumulatorValue, eps } = options;
    checkNotNegative(this.name, { lrDecay, weightDecay, initialAccumulatorValue, eps });
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    s: Partial<AdagradState>,
    options: AdagradOptions,
    t: number,
  ): Tensor {
    const { lr, lrDecay, initialAccumulatorValue, eps } = options;
    const g = descent(p, gradient, options);
    const sum = (s.sum ?? fullLike(p, initialAccumulatorValue)).add(g.square());
    s.sum = sum;
    return p.sub(g.div(sum.sqrt().add(eps)).mul(lr / (1 + (t - 1) * lrDecay)));
  }
}
