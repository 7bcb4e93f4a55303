import { ArgumentError, rand, softmax, type Tensor, zerosLike } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";

/** Settings of gumbelSoftmax. */
export interface GumbelSoftmaxOptions {
  /** The temperature: towards 0 the result is closer to one class (default 1). */
  readonly tau?: number;
  /** Gives 1 for the drawn class and 0 for the rest; the gradient is that of the soft result. */
  readonly hard?: boolean;
  /** The dimension of the classes (the last unless told). */
  readonly dim?: number;
}

/**
 * softmax((logits + G) / τ) with noise G of a Gumbel distribution: a draw of a class that has a
 * gradient. Jang et al. 2017.
 */
export function gumbelSoftmax(logits: Tensor, options: GumbelSoftmaxOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("gumbelSoftmax(logits, { tau: number, hard: boolean, dim: number })", arguments);
  const { tau = 1, hard = false, dim = -1 } = options;
  if (!(tau > 0)) throw new ArgumentError(`gumbelSoftmax: tau is ${tau}\n  hint: above 0`);
  return composite(() => {
    const uniform = rand(logits.shape, { dtype: logits.dtype, device: logits });
    // exponential draws, never 0
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
