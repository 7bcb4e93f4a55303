import { ArgumentError } from "../../errors.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { checkFloating } from "../core/constant.ts";
import { dropoutMask } from "../core/random.ts";
import { mul } from "../math/arithmetic.ts";
import { where } from "../math/comparison.ts";

/** Options of `dropout`. */
export interface DropoutOptions {
  /** Probability that an element becomes 0 (0.5). */
  readonly p?: number;
  /** If false, x is returned as it is. */
  readonly training?: boolean;
}

/**
 * y = x / (1 − p) with probability 1 − p, else 0, elementwise, which keeps the expected value. The
 * random mask is drawn when the op is recorded, so a recomputation uses the same one. Srivastava et
 * al. 2014.
 */
export function dropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  if (arguments.length > 1) checkCall("dropout(x, { p: number, training: boolean })", arguments);
  const { p = 0.5, training = true } = options;
  checkTensor("dropout", x);
  if (!(p >= 0 && p <= 1)) {
    throw new ArgumentError(`dropout: p is ${p}\n  hint: a probability from 0 to 1`);
  }
  if (!training || p === 0) return x;
  checkFloating("dropout", x);
  return composite(() => {
    const kept = dropoutMask(x.shape, p, { device: x });
    return where(kept, mul(x, p === 1 ? 1 : 1 / (1 - p)), 0);
  });
}
