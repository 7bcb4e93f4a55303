import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { normalizeDim, type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { withDim } from "../core/arguments.ts";
import { checkedFractions } from "../core/bounds.ts";
import { cast, checkFloating, constant } from "../core/constant.ts";
import { movedim, reshape } from "../core/layout.ts";
import { gatherAlong } from "../indexing/gathering.ts";
import { expand, keptShape, sum } from "../shape/broadcast.ts";
import { mul, sub } from "./arithmetic.ts";
import { clampMin, lerp } from "./binary.ts";
import { gt, isnan, logicalNot, where } from "./comparison.ts";
import type { OneDimOptions } from "./reduction.ts";
import { sort } from "./sorting.ts";
import { ceil, floor, round } from "./unary.ts";

/** Options of `quantile` and `nanquantile`. */
export interface QuantileOptions extends OneDimOptions {
  /** How to get a value between two elements: "linear" interpolates, the others choose one. */
  readonly interpolation?: "linear" | "lower" | "higher" | "midpoint" | "nearest";
}

const ways = ["linear", "lower", "higher", "midpoint", "nearest"];

function quantiles(
  call: string,
  skipsNaN: boolean,
  x: Tensor,
  q: Tensor | number,
  { dim = null, keepdim = false, interpolation = "linear" }: QuantileOptions,
): Tensor {
  checkTensor(call, x);
  checkFloating(call, x);
  if (x.dtype === "f16")
    throw new DTypeError(
      `${call}: does not support f16 (nor does PyTorch)\n  hint: x.to("f32") first`,
    );
  if (!ways.includes(interpolation)) {
    throw new ArgumentError(
      `${call}: interpolation must be one of ${ways.join(", ")}, got ${interpolation}`,
    );
  }
  const wanted = typeof q === "number" ? constant(q, x.dtype, [], x.node.stream) : q;
  checkTensor(call, wanted);
  if (wanted.dtype !== x.dtype) {
    throw new DTypeError(`${call}: q must have x's dtype, ${x.dtype}; got ${wanted.dtype}`);
  }
  if (wanted.shape.length > 1) {
    throw new ShapeError(`${call}: q must be a number or a vector${detail("q", wanted.shape)}`);
  }
  const noFraction = (value: number): ArgumentError =>
    new ArgumentError(`${call}: q must be from 0 to 1, got ${value}`);
  if (typeof q === "number" && !(q >= 0 && q <= 1)) throw noFraction(q);
  const at = dim === null ? null : normalizeDim(call, dim, x.shape.length);
  if (sizeOf(x.shape) === 0) {
    throw new ArgumentError(`${call}: expected at least one element${detail("x", x.shape)}`);
  }
  return composite(() => {
    const lines =
      at === null ? reshape(x, [-1]) : x.shape.length === 0 ? reshape(x, [1]) : movedim(x, at, -1);
    const last = lines.shape.length - 1;
    const n = lines.shape[last] as number;
    const share = reshape(checkedFractions(wanted, { from: 0, to: 1 }, noFraction), [-1]);
    const { values } = sort(lines, last);
    const missing = isnan(lines);
    const whole = skipsNaN
      ? mul(
          share,
          clampMin(sub(cast(sum(logicalNot(missing), last, { keepdim: true }), x.dtype), 1), 0),
        )
      : where(gt(sum(missing, last, { keepdim: true }), 0), n - 1, mul(share, n - 1));
    const shape: Shape = lines.shape.with(last, share.shape[0] as number);
    const rank = expand(
      interpolation === "lower"
        ? floor(whole)
        : interpolation === "higher"
          ? ceil(whole)
          : interpolation === "nearest"
            ? round(whole)
            : whole,
      shape,
    );
    const chosen = (place: Tensor): Tensor => gatherAlong(values, last, cast(place, "i32"));
    const below = floor(rank);
    const found =
      interpolation === "linear" || interpolation === "midpoint"
        ? lerp(
            chosen(below),
            chosen(ceil(rank)),
            interpolation === "linear" ? sub(rank, below) : 0.5,
          )
        : chosen(rank);
    const first = movedim(found, last, 0);
    const rest = keepdim
      ? keptShape(x.shape, at === null ? [...x.shape.keys()] : [at])
      : first.shape.slice(1);
    return reshape(first, wanted.shape.length === 0 ? rest : [first.shape[0] as number, ...rest]);
  });
}

/**
 * The q-quantile of all elements, or of each slice along `dim`. q is from 0 to 1, a number or a
 * vector (whose dimension comes first in the result). NaN for a slice that contains NaN.
 */
export function quantile(
  x: Tensor,
  q: Tensor | number,
  dim?: number | null | QuantileOptions,
  options?: QuantileOptions,
): Tensor {
  checkCall(
    'quantile(x, q: number | tensor, dim?: number | null, { dim, keepdim: boolean, interpolation: "linear" | "lower" | "higher" | "midpoint" | "nearest" })',
    arguments,
  );
  return quantiles("quantile", false, x, q, withDim<number | null, QuantileOptions>(dim, options));
}

/** `quantile` of the elements that are not NaN. NaN if all are. */
export function nanquantile(
  x: Tensor,
  q: Tensor | number,
  dim?: number | null | QuantileOptions,
  options?: QuantileOptions,
): Tensor {
  checkCall(
    'nanquantile(x, q: number | tensor, dim?: number | null, { dim, keepdim: boolean, interpolation: "linear" | "lower" | "higher" | "midpoint" | "nearest" })',
    arguments,
  );
  return quantiles(
    "nanquantile",
    true,
    x,
    q,
    withDim<number | null, QuantileOptions>(dim, options),
  );
}
