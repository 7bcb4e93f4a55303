import {
  type DropoutOptions,
  dropout,
  ones,
  onesLike,
  ShapeError,
  type Tensor,
  where,
} from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";

/** Ones for each channel of x, with `rank` dimensions after the channels; [C, …] is one example. */
function channels(call: string, x: Tensor, rank: number): Tensor {
  const lead = x.shape.length - rank;
  if (lead !== 1 && lead !== 2) {
    throw new ShapeError(
      `${call}: needs an input of ${rank + 1} or ${rank + 2} dimensions, got [${x.shape.join(", ")}]`,
    );
  }
  const shape = x.shape.map((n, d) => (d < lead ? n : 1));
  return ones(shape, { dtype: x.dtype, device: x });
}

function perChannel(call: string, rank: number): Dropout {
  return function (x, options = {}) {
    checkCall(`${call}(x, { p: number, training: boolean })`, arguments);
    const { p = 0.5, training = true } = options;
    const whole = channels(call, x, rank);
    if (!training || p === 0) return x;
    return composite(() => x.mul(dropout(whole, { p })));
  };
}

type Dropout = (x: Tensor, options?: DropoutOptions) => Tensor;

/** Dropout of whole channels. x: [N, C, L] or [C, L].  Tompson et al. 2015. */
export const dropout1d: Dropout = perChannel("dropout1d", 1);

/** Dropout of whole channels. x: [N, C, H, W] or [C, H, W].  Tompson et al. 2015. */
export const dropout2d: Dropout = perChannel("dropout2d", 2);

/** Dropout of whole channels. x: [N, C, D, H, W] or [C, D, H, W].  Tompson et al. 2015. */
export const dropout3d: Dropout = perChannel("dropout3d", 3);

/** −λα, the limit of SELU for x → −∞. */
const SELU_LIMIT = -1.7580993408473766;

/**
 * Sets elements to SELU's lowest value where `kept` is 0, and rescales to keep mean 0 and variance
 * 1.
 */
function dropToLowest(x: Tensor, whole: Tensor, p: number): Tensor {
  if (p === 1) return x.mul(0);
  return composite(() => {
    const scale = 1 / Math.sqrt((SELU_LIMIT ** 2 * p + 1) * (1 - p));
    const kept = dropout(whole, { p }).gt(0);
    return where(kept, x, SELU_LIMIT)
      .mul(scale)
      .add(-SELU_LIMIT * p * scale);
  });
}

/**
 * Dropout for SELU: dropped elements become SELU's lowest value, and mean and variance are kept.
 * Klambauer et al. 2017.
 */
export function alphaDropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  checkCall("alphaDropout(x, { p: number, training: boolean })", arguments);
  const { p = 0.5, training = true } = options;
  return training && p !== 0 ? dropToLowest(x, onesLike(x), p) : x;
}

/** alphaDropout of whole channels. x: [N, C, …].  Klambauer et al. 2017. */
export function featureAlphaDropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  checkCall("featureAlphaDropout(x, { p: number, training: boolean })", arguments);
  const { p = 0.5, training = true } = options;
  const whole = channels("featureAlphaDropout", x, x.shape.length - 2);
  return training && p !== 0 ? dropToLowest(x, whole, p) : x;
}
