import { ArgumentError, rand, softmax, type Tensor, zerosLike } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";

/** Settings of gumbelSoftmax. */
export interface GumbelSoftmaxOptions {
  /** Temperature: the smaller, the closer the result is to one-hot (default 1). */
  readonly tau?: number;
  /** Returns a one-hot draw; its gradient is that of the soft result. */
  readonly hard?: boolean;
  /** Dimension of the classes (default: the last). */
  readonly dim?: number;
}

/**
 * softmax((logits + G) / τ) with Gumbel noise G: a differentiable draw of a class. Jang et al.
 * 2017.
 */
export function gumbelSoftmax(logits: Tensor, options: GumbelSoftmaxOptions = {}): Tensor {
  checkCall("gumbelSoftmax(logits, { tau: number, hard: boolean, dim: number })", arguments);
  const { tau = 1, hard = false, dim = -1 } = options;
  if (!(tau > 0)) throw new ArgumentError(`gumbelSoftmax: tau is ${tau}\n  hint: above 0`);
  return composite(() => {
    const uniform = rand(logits.shape, { dtype: logits.dtype, device: logits });
    // exponential draws, which are never 0
    const waits = uniform
      .neg()
      .log1p()
      .neg()
      .clamp(2 ** -126);
    const soft = softmax(logits.sub(waits.log()).div(tau), dim);
    if (!hard) return soft;
    const chosen = soft.argmax(dim, { keepdim: true });
    const sharp = zerosLike(soft.detach()).scatter(dim, chosen, 1);
    return sharp.sub(soft.detach()).add(soft);
  });
}
