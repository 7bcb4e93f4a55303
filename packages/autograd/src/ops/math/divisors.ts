import { isFloating } from "../../dtype.ts";
import { DTypeError } from "../../errors.ts";
import { e } from "../../kernel/expression.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { type BinaryOp, binary, checkTensor, resultType } from "../core/apply.ts";
import { elementwise } from "../core/define.ts";
import { mul } from "./arithmetic.ts";
import { maximum } from "./binary.ts";
import { div } from "./division.ts";
import { abs } from "./unary.ts";

function greatest(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

const divisor: BinaryOp = binary(
  elementwise({
    name: "gcd",
    reference: greatest as (...values: number[]) => number,
    expression: (a, b) => e.gcd(a, b),
  }),
);

function checkWhole(call: string, a: Tensor, b: Tensor): void {
  checkTensor(call, a);
  checkTensor(call, b);
  const dtype = resultType(call, a, b);
  if (isFloating(dtype) || dtype === "bool") {
    throw new DTypeError(`${call}: takes integers, got ${a.dtype} and ${b.dtype}`);
  }
}

/** The greatest common divisor of integers, elementwise: 0 or more. */
export function gcd(a: Tensor, b: Tensor): Tensor {
  checkCall("gcd(a, b)", arguments);
  checkWhole("gcd", a, b);
  return divisor(a, b);
}

/** The least common multiple of integers, elementwise: 0 or more. */
export function lcm(a: Tensor, b: Tensor): Tensor {
  checkCall("lcm(a, b)", arguments);
  checkWhole("lcm", a, b);
  return composite(() => {
    const common = maximum(divisor(a, b), 1);
    return abs(mul(div(a, common, { roundingMode: "trunc" }), b));
  });
}
