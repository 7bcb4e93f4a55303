import {
  ArgumentError,
  abs,
  elu,
  ge,
  le,
  leakyRelu,
  rand,
  type Tensor,
  where,
} from "@wgrad/autograd";
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

/** Settings of rrelu. */
export interface RreluOptions {
  /** Bounds of the slopes for negative x (default 1/8 and 1/3). */
  readonly lower?: number;
  readonly upper?: number;
  /** Draws a slope for each element; else (the default) their mean is taken. */
  readonly training?: boolean;
}

/** y = x for x ≥ 0, else a x, with a drawn from [lower, upper); elementwise; any shape.  Xu et al. 2015. */
export function rrelu(x: Tensor, options: RreluOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("rrelu(x, { lower: number, upper: number, training: boolean })", arguments);
  const { lower = 1 / 8, upper = 1 / 3, training = false } = options;
  if (!(lower <= upper)) throw new ArgumentError(`rrelu: lower ${lower} is above upper ${upper}`);
  return composite(() => {
    if (!training) return leakyRelu(x, { negativeSlope: (lower + upper) / 2 });
    const slopes = rand(x.shape, { dtype: x.dtype, device: x })
      .mul(upper - lower)
      .add(lower);
    return where(ge(x, 0), x, x.mul(slopes));
  });
}
