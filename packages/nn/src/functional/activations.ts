import { abs, elu, gt, type Tensor, where } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";

/** Settings of celu. */
export interface CeluOptions {
  /** Where the curve ends for low x, negated (default 1). */
  readonly alpha?: number;
}

/** y = max(0, x) + min(0, α (e^(x/α) − 1)), elementwise; any shape.  Barron 2017. */
export function celu(x: Tensor, { alpha = 1 }: CeluOptions = {}): Tensor {
  return composite(() => elu(x.div(alpha)).mul(alpha));
}

/** y = x for |x| > λ, else 0, elementwise; any shape. */
export function hardshrink(x: Tensor, lambd = 0.5): Tensor {
  return composite(() => where(gt(abs(x), lambd), x, 0));
}
