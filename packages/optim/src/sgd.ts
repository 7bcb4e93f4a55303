import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkNotNegative } from "./check.ts";
import { descent } from "./gradient.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type ParamsInput, withDefaults } from "./parameter-groups.ts";

/** Settings of SGD, with PyTorch's defaults. */
export interface SGDOptions extends BaseOptions {
  /** Step size (default 1e-3). */
  readonly lr: number;
  /** Momentum factor μ (default 0). */
  readonly momentum: number;
  /** Dampening d: the gradient enters the momentum with weight 1 − d (default 0). */
  readonly dampening: number;
  /** L2 penalty λ: adds λ p to the gradient (default 0). */
  readonly weightDecay: number;
  /** Uses Nesterov momentum (default false). */
  readonly nesterov: boolean;
  /** Maximizes the objective instead of minimizing it (default false). */
  readonly maximize: boolean;
}

/** The momentum buffer; absent without momentum. */
export type SGDState = { momentumBuffer: Tensor };

const defaults: SGDOptions = {
  lr: 1e-3,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
};

/**
 * Stochastic gradient descent with momentum (Sutskever et al. 2013) in PyTorch's form:
 *   g ← g + λ p        b ← μ b + (1 − d) g        p ← p − η b, or with Nesterov momentum p − η (g +
 *   μ b)
 * μ is the momentum, d the dampening, λ the weight decay, η the learning rate. The first b is g.
 */
export class SGD extends Optimizer<SGDOptions, SGDState> {
  constructor(params: ParamsInput<SGDOptions>, options: Partial<SGDOptions> = {}) {
    checkCall(
      "new SGD(params: any, { lr: number, momentum: number, dampening: number, weightDecay: number, nesterov: boolean, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: SGDOptions): void {
    super.check(options);
    const { momentum, weightDecay, nesterov, dampening } = options;
    checkNotNegative(this.name, { momentum, weightDecay });
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new ArgumentError(
        `${this.name}: nesterov with momentum ${momentum} and dampening ${dampening}` +
          "\n  hint: nesterov needs momentum above 0 and no dampening",
      );
    }
  }

  protected update(p: Tensor, gradient: Tensor, s: Partial<SGDState>, options: SGDOptions): Tensor {
    const { lr, momentum, dampening, nesterov } = options;
    let g = descent(p, gradient, options);
    if (momentum !== 0) {
      const b = s.momentumBuffer?.mul(momentum).add(g.mul(1 - dampening)) ?? g.clone();
      s.momentumBuffer = b;
      g = nesterov ? g.add(b.mul(momentum)) : b;
    }
    return p.sub(g.mul(lr));
  }
}
