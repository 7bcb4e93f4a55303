import { ArgumentError, ge, leakyRelu, rand, type Tensor, where } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";

/** Settings of rrelu. */
export interface RreluOptions {
  /** Bounds of the slope for negative x (default 1/8 and 1/3). */
  readonly lower?: number;
  readonly upper?: number;
  /** Draws a slope for each element. Otherwise the mean of the bounds is used (default). */
  readonly training?: boolean;
}

/**
 * y = x for x ≥ 0, else a x, with a drawn from [lower, upper); elementwise; any shape.  Xu et al.
 * 2015.
 */
export function rrelu(x: Tensor, options: RreluOptions = {}): Tensor {
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
