import { ArgumentError, abs, elu, le, type Tensor, where } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";

/** Settings of celu. */
export interface CeluOptions {
  /** Where the curve ends for low x, negated (default 1). */
  readonly alpha?: number;
}

/** y = max(0, x) + min(0, α (e^(x/α) − 1)), elementwise; any shape.  Barron 2017. */
export function celu(x: Tensor, options: CeluOptions = {}): Tensor {
  if (arguments.length > 1) checkCall("celu(x, { alpha: number })", arguments);
  const { alpha = 1 } = options;
  if (alpha === 0) throw new ArgumentError("celu: alpha is 0, and x is divided by it");
  return composite(() => elu(x.div(alpha)).mul(alpha));
}

/** y = x for |x| > λ, else 0, elementwise; any shape. */
export function hardshrink(x: Tensor, lambd = 0.5): Tensor {
  if (arguments.length > 1) checkCall("hardshrink(x, lambd?: number)", arguments);
  return composite(() => where(le(abs(x), lambd), 0, x));
}
