import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { bfloat16 } from "./bfloat16.ts";
import { checkNotNegative } from "./check.ts";
import { Optimizer } from "./optimizer.ts";
import {
  type BaseOptions,
  type ParamGroupInput,
  type ParamsInput,
  withDefaults,
} from "./parameter-groups.ts";
import { persistentZeros } from "./persistent-zeros.ts";

/** Settings of Muon, with PyTorch's defaults. */
export interface MuonOptions extends BaseOptions {
  /** Step size (default 1e-3). */
  readonly lr: number;
  /** Weight decay λ: multiplies the parameter by 1 − lr · weightDecay (default 0.1). */
  readonly weightDecay: number;
  /** Decay rate of the running mean of the gradient (default 0.95). */
  readonly momentum: number;
  /** Uses Nesterov momentum (default true). */
  readonly nesterov: boolean;
  /** Coefficients a, b and c of the Newton–Schulz iteration (default [3.4445, −4.775, 2.0315]). */
  readonly nsCoefficients: readonly [number, number, number];
  /** Added to the norm for numerical stability (default 1e-7). */
  readonly eps: number;
  /** Number of Newton–Schulz iterations (default 5). */
  readonly nsSteps: number;
  /**
   * Factor on the step size for an [m, n] matrix: "original" (default, also null) is √max(1, m/n),
   * "match_rms_adamw" is 0.2 √max(m, n).
   */
  readonly adjustLrFn: "original" | "match_rms_adamw" | null;
}

/** The running mean of the gradient. */
export type MuonState = { momentumBuffer: Tensor };

const defaults: MuonOptions = {
  lr: 1e-3,
  weightDecay: 0.1,
  momentum: 0.95,
  nesterov: true,
  nsCoefficients: [3.4445, -4.775, 2.0315],
  eps: 1e-7,
  nsSteps: 5,
  adjustLrFn: null,
};

/**
 * Muon (Jordan et al. 2024), for matrix parameters: each step is the running mean of the gradient,
 * made nearly orthogonal by a Newton–Schulz iteration.
 *   B ← μ B + (1 − μ) g        O = NS((1 − μ) g + μ B), or NS(B) without nesterov        p ← (1 − η
 *   λ) p − η' O
 *   NS(X): X ← X / ‖X‖, then X ← a X + (b X Xᵀ + c (X Xᵀ)²) X, `nsSteps` times
 * The iteration rounds to bfloat16, as PyTorch's does. Train biases and embeddings with another
 * optimizer.
 */
export class Muon extends Optimizer<MuonOptions, MuonState> {
  constructor(params: ParamsInput<MuonOptions>, options: Partial<MuonOptions> = {}) {
    checkCall(
      'new Muon(params: any, { lr: number, weightDecay: number, momentum: number, nesterov: boolean, nsCoefficients: list, eps: number, nsSteps: number, adjustLrFn: "original" | "match_rms_adamw" | null })',
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  override addParamGroup(group: ParamGroupInput<MuonOptions>): void {
    checkCall("optimizer.addParamGroup(group: any)", arguments);
    super.addParamGroup(group);
    const odd = this.paramGroups.at(-1)?.params.find(({ shape }) => shape.length !== 2);
    if (odd === undefined) return;
    this.paramGroups.pop();
    throw new ArgumentError(
      `${this.name}: takes matrices, got a parameter [${odd.shape.join(", ")}]\n  hint: train biases, norms and embeddings with AdamW`,
    );
  }

  protected override check(options: MuonOptions): void {
    super.check(options);
    const { weightDecay, momentum, eps, nsSteps, nsCoefficients, adjustLrFn } = options;
    checkNotNegative(this.name, { weightDecay, momentum, eps, nsSteps });
    if (nsCoefficients.length !== 3 || !Number.isInteger(nsSteps) || nsSteps >= 100) {
      throw new ArgumentError(
        `${this.name}: nsCoefficients must be three numbers and nsSteps a whole number below 100, got [${nsCoefficients.join(", ")}] and ${nsSteps}`,
      );
    }
    if (adjustLrFn !== null && adjustLrFn !== "original" && adjustLrFn !== "match_rms_adamw") {
      throw new ArgumentError(
        `${this.name}: adjustLrFn is ${adjustLrFn}\n  hint: "original", "match_rms_adamw" or null`,
      );
    }
  }

  protected override initial(p: Tensor): Partial<MuonState> {
    return { momentumBuffer: persistentZeros(p) };
  }

  protected update(p: Tensor, g: Tensor, s: Partial<MuonState>, options: MuonOptions): Tensor {
    const { lr, weightDecay, momentum, nesterov, adjustLrFn } = options;
    const mean = (s.momentumBuffer as Tensor).mul(momentum).add(g.mul(1 - momentum));
    s.momentumBuffer = mean;
    const ahead = nesterov ? g.mul(1 - momentum).add(mean.mul(momentum)) : mean;
    const [m, n] = p.shape as readonly [number, number];
    const scale =
      adjustLrFn === "match_rms_adamw"
        ? 0.2 * Math.sqrt(Math.max(m, n))
        : Math.sqrt(Math.max(1, m / n));
    return p.mul(1 - lr * weightDecay).sub(orthogonalized(ahead, options).mul(lr * scale));
  }
}

/** Moves the singular values of `x` to about 1 and keeps its singular vectors. */
function orthogonalized(x: Tensor, { nsCoefficients, nsSteps, eps }: MuonOptions): Tensor {
  const [a, b, c] = nsCoefficients;
  const [m, n] = x.shape as readonly [number, number];
  let y = bfloat16(m > n ? x.T : x);
  y = bfloat16(y.div(bfloat16(y.square().sum().sqrt()).clamp(eps)));
  for (let i = 0; i < nsSteps; i++) {
    const gram = bfloat16(y.matmul(y.T));
    const change = bfloat16(gram.mul(b).add(gram.matmul(gram).mul(c)));
    y = bfloat16(y.mul(a).add(change.matmul(y)));
  }
  return (m > n ? y.T : y).to(x.dtype);
}
