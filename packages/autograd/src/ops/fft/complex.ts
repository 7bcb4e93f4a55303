import { floatOf, isFloating } from "../../dtype.ts";
import { detail, ShapeError } from "../../errors.ts";
import { checkCall } from "../../signature.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor, resultType } from "../core/apply.ts";
import { stack } from "../core/assembly.ts";
import { cast, constantLike } from "../core/constant.ts";
import { detach, reshape } from "../core/layout.ts";
import { add, mul, neg, sub } from "../math/arithmetic.ts";
import { atan2 } from "../math/binary.ts";
import { eq, logicalAnd, where } from "../math/comparison.ts";
import { div } from "../math/division.ts";
import { vectorNorm } from "../math/statistics.ts";
import { cos, sin } from "../math/unary.ts";
import { sum } from "../shape/broadcast.ts";
import { select } from "../shape/movement.ts";

/** Throws unless the last axis has size 2 (real and imaginary part). Integers become f32. */
export function checkComplex(call: string, x: Tensor): Tensor {
  checkTensor(call, x);
  if (x.shape.length === 0 || x.shape.at(-1) !== 2) {
    throw new ShapeError(
      `${call}: expected complex numbers, [..., 2]: real and imaginary part along the last axis${detail("x", x.shape)}` +
        "\n  hint: convert real numbers with complex(x)",
    );
  }
  return isFloating(x.dtype) ? x : cast(x, floatOf(x.dtype));
}

/** Complex numbers from real and imaginary parts; `imag` is 0 unless given. [...] → [..., 2]. */
export function complex(real: Tensor, imag?: Tensor | null): Tensor {
  checkCall("complex(real, imag?: tensor | null)", arguments);
  checkTensor("complex", real);
  return composite(() => {
    const dtype = floatOf(imag ? resultType("complex", real, imag) : real.dtype);
    const re = cast(real, dtype);
    return stack([re, imag ? cast(imag, dtype) : constantLike(0, re)], -1);
  });
}

/** Complex numbers from absolute value and angle: |z| (cos φ + i sin φ). */
export function polar(abs: Tensor, angle: Tensor): Tensor {
  checkCall("polar(abs, angle)", arguments);
  checkTensor("polar", abs);
  checkTensor("polar", angle);
  return composite(() => complex(mul(abs, cos(angle)), mul(abs, sin(angle))));
}

/** The real part. A view.  [..., 2] → [...]. */
export function real(x: Tensor): Tensor {
  checkCall("real(x)", arguments);
  return select(checkComplex("real", x), -1, 0);
}

/** The imaginary part. A view.  [..., 2] → [...]. */
export function imag(x: Tensor): Tensor {
  checkCall("imag(x)", arguments);
  return select(checkComplex("imag", x), -1, 1);
}

/**
 * Real numbers [..., 2] as complex ones. Both have the same layout, so this checks the last axis
 * and
 * returns a view.
 */
export function viewAsComplex(x: Tensor): Tensor {
  checkCall("viewAsComplex(x)", arguments);
  const made = checkComplex("viewAsComplex", x);
  return reshape(made, made.shape);
}

/**
 * Complex numbers as real ones [..., 2]. Both have the same layout, so this checks the last axis
 * and
 * returns a view.
 */
export function viewAsReal(x: Tensor): Tensor {
  checkCall("viewAsReal(x)", arguments);
  const made = checkComplex("viewAsReal", x);
  return reshape(made, made.shape);
}

/** The complex conjugate, re − i im. */
export function conj(x: Tensor): Tensor {
  checkCall("conj(x)", arguments);
  const z = checkComplex("conj", x);
  return composite(() => conjugate(z));
}

const conjugate = (z: Tensor): Tensor => stack([select(z, -1, 0), neg(select(z, -1, 1))], -1);

/** |z|. The gradient at 0 is 0. [..., 2] → [...]. */
export function abs(x: Tensor): Tensor {
  checkCall("abs(x)", arguments);
  const z = checkComplex("abs", x);
  return composite(() => vectorNorm(z, 2, -1));
}

/** The angle of z in radians, from −π to π. The gradient at 0 is 0. [..., 2] → [...]. */
export function angle(x: Tensor): Tensor {
  checkCall("angle(x)", arguments);
  const z = checkComplex("angle", x);
  return composite(() => {
    const [re, im] = [select(z, -1, 0), select(z, -1, 1)];
    const zero = logicalAnd(eq(re, 0), eq(im, 0));
    const there = noGrad(() => atan2(detach(im), detach(re)));
    return where(zero, there, atan2(im, where(zero, 1, re)));
  });
}

/** a b, elementwise.  [..., 2], [..., 2] → [..., 2]; they broadcast. */
export function multiply(a: Tensor, b: Tensor): Tensor {
  checkCall("multiply(a, b)", arguments);
  const [x, y] = [checkComplex("multiply", a), checkComplex("multiply", b)];
  return composite(() => product(x, y));
}

/** a b, elementwise, without checks. */
export function product(a: Tensor, b: Tensor): Tensor {
  const [p, q] = [select(a, -1, 0), select(a, -1, 1)];
  const [r, s] = [select(b, -1, 0), select(b, -1, 1)];
  return stack([sub(mul(p, r), mul(q, s)), add(mul(p, s), mul(q, r))], -1);
}

/** a / b, elementwise.  [..., 2], [..., 2] → [..., 2]; they broadcast. */
export function divide(a: Tensor, b: Tensor): Tensor {
  checkCall("divide(a, b)", arguments);
  const [x, y] = [checkComplex("divide", a), checkComplex("divide", b)];
  return composite(() => div(product(x, conjugate(y)), sum(mul(y, y), -1, { keepdim: true })));
}
