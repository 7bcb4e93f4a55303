import { isFloating } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail } from "../../errors.ts";
import { read } from "../../runtime/read.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { asTensor, checkTensor, resultType } from "../core/apply.ts";
import { cast } from "../core/constant.ts";
import { reshape, unsqueeze } from "../core/layout.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { eq, isnan, le, logicalAnd, logicalNot, logicalOr } from "./comparison.ts";
import { all, any } from "./reduction.ts";
import { abs, isfinite } from "./unary.ts";

/** Options of `isclose` and `allclose`. */
export interface ClosenessOptions {
  readonly rtol?: number;
  readonly atol?: number;
  /** If true, NaN is close to NaN. */
  readonly equalNan?: boolean;
}

/**
 * |a − b| ≤ atol + rtol |b|, elementwise, as bool. Infinities are close if they are equal. Both
 * operands have one dtype.
 */
export function isclose(a: Tensor, b: Tensor, options: ClosenessOptions = {}): Tensor {
  checkCall("isclose(a, b, { rtol: number, atol: number, equalNan: boolean })", arguments);
  return closeness("isclose", a, b, options);
}

function closeness(call: string, a: Tensor, b: Tensor, options: ClosenessOptions): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  checkTensor(call, a);
  checkTensor(call, b);
  if (a.dtype !== b.dtype) {
    throw new DTypeError(
      `${call}: both must be of one dtype${detail("a", a.shape, a.dtype)}${detail("b", b.shape, b.dtype)}`,
    );
  }
  if (!(rtol >= 0 && atol >= 0)) {
    throw new ArgumentError(`${call}: rtol and atol must be 0 or more, got ${rtol} and ${atol}`);
  }
  return composite(() => {
    const same = eq(a, b);
    const known =
      equalNan && isFloating(a.dtype) ? logicalOr(same, logicalAnd(isnan(a), isnan(b))) : same;
    if (rtol === 0 && atol === 0) return known;
    const fraction = (x: Tensor): Tensor => (isFloating(x.dtype) ? x : cast(x, "f32"));
    const distance = abs(sub(fraction(a), fraction(b)));
    const within = le(distance, add(mul(abs(fraction(b)), rtol), atol));
    return logicalOr(known, logicalAnd(isfinite(distance), within));
  });
}

/** Returns true if `isclose` holds for all elements. Reads the result from the device. */
export async function allclose(
  a: Tensor,
  b: Tensor,
  options: ClosenessOptions = {},
): Promise<boolean> {
  checkCall("allclose(a, b, { rtol: number, atol: number, equalNan: boolean })", arguments);
  const [close] = await read(composite(() => all(closeness("allclose", a, b, options))));
  return close !== 0;
}

/** Options of `isin`. */
export interface IsinOptions {
  /** Promises that no value occurs twice. It has no effect here. */
  readonly assumeUnique?: boolean;
  /** If true, inverts the result. */
  readonly invert?: boolean;
}

/**
 * Tests whether each element of `elements` is in `testElements`. The result is bool and has the
 * shape
 * of `elements`. One of the two may be a number.
 */
export function isin(
  elements: Tensor | number,
  testElements: Tensor | number,
  options: IsinOptions = {},
): Tensor {
  checkCall(
    "isin(elements: number | tensor, testElements: number | tensor, { assumeUnique: boolean, invert: boolean })",
    arguments,
  );
  const { invert = false } = options;
  const dtype = resultType("isin", elements, testElements);
  if (dtype === "bool") throw new DTypeError("isin: takes numbers, got bool");
  const stream = [elements, testElements].find((x) => typeof x === "object")?.node.stream;
  return composite(() => {
    const values = asTensor(elements, dtype, stream);
    const among = reshape(asTensor(testElements, dtype, stream), [-1]);
    const found = any(eq(unsqueeze(values, -1), among), -1);
    return invert ? logicalNot(found) : found;
  });
}
