import { type Tensor, zerosLike } from "@wgrad/autograd";
import { type BaseOptions, checkRange, Optimizer, type ParamGroupInput } from "@wgrad/optim";

export interface LionOptions extends BaseOptions {
  /** How much of the past is in the step, and how slowly the past moves (default [0.9, 0.99]). */
  readonly betas: readonly [number, number];
  /** Pulls parameters towards 0, times the rate (default 0). */
  readonly weightDecay: number;
}

type LionState = { momentum: Tensor };

const defaults: LionOptions = { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0 };

/**
 * Lion (Chen et al. 2023, Algorithm 2):
 *   p ← p − η (sign(β₁ m + (1 − β₁) g) + λ p)        m ← β₂ m + (1 − β₂) g
 */
export class Lion extends Optimizer<LionOptions, LionState> {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroupInput<LionOptions>>,
    options: Partial<LionOptions> = {},
  ) {
    super(params, { ...defaults, ...options });
  }

  protected override check(options: LionOptions): void {
    super.check(options);
    for (const beta of options.betas) checkRange(this.name, "betas", beta, 0, 1);
  }

  protected update(
    p: Tensor,
    g: Tensor,
    s: Partial<LionState>,
    { lr, betas: [b1, b2], weightDecay }: LionOptions,
  ): Tensor {
    const m = s.momentum ?? zerosLike(p);
    s.momentum = m.mul(b2).add(g.mul(1 - b2));
    const direction = m
      .mul(b1)
      .add(g.mul(1 - b1))
      .sign();
    return p.sub(direction.add(p.mul(weightDecay)).mul(lr));
  }
}
