import type { Operand } from "../ops/core/apply.ts";
import * as layout from "../ops/core/layout.ts";
import type { AddOptions } from "../ops/math/arithmetic.ts";
import * as arithmetic from "../ops/math/arithmetic.ts";
import type { ClampOptions, ProductOptions } from "../ops/math/binary.ts";
import * as binary from "../ops/math/binary.ts";
import type { ClosenessOptions } from "../ops/math/closeness.ts";
import * as closeness from "../ops/math/closeness.ts";
import * as comparison from "../ops/math/comparison.ts";
import type { DivOptions } from "../ops/math/division.ts";
import * as division from "../ops/math/division.ts";
import * as divisors from "../ops/math/divisors.ts";
import * as errorFunction from "../ops/math/error-function.ts";
import type { MantissaAndExponent } from "../ops/math/float-parts.ts";
import * as floatParts from "../ops/math/float-parts.ts";
import * as gamma from "../ops/math/gamma.ts";
import * as geometry from "../ops/math/geometry.ts";
import type { LogitOptions } from "../ops/math/logarithms.ts";
import * as logarithms from "../ops/math/logarithms.ts";
import type { NanToNumOptions, RoundOptions } from "../ops/math/unary.ts";
import * as unary from "../ops/math/unary.ts";
import * as activations from "../ops/nn/activations.ts";
import type { Tensor } from "../tensor.ts";
import type { Table } from "./table.ts";

/** Elementwise operations. */
export interface MathMethods {
  neg(): Tensor;
  abs(): Tensor;
  sign(): Tensor;
  exp(): Tensor;
  exp2(): Tensor;
  expm1(): Tensor;
  log(): Tensor;
  log2(): Tensor;
  log10(): Tensor;
  log1p(): Tensor;
  sqrt(): Tensor;
  rsqrt(): Tensor;
  square(): Tensor;
  reciprocal(): Tensor;
  sin(): Tensor;
  cos(): Tensor;
  tan(): Tensor;
  asin(): Tensor;
  acos(): Tensor;
  atan(): Tensor;
  sinh(): Tensor;
  cosh(): Tensor;
  tanh(): Tensor;
  asinh(): Tensor;
  acosh(): Tensor;
  atanh(): Tensor;
  erf(): Tensor;
  erfc(): Tensor;
  erfinv(): Tensor;
  lgamma(): Tensor;
  digamma(): Tensor;
  polygamma(n: number): Tensor;
  mvlgamma(p: number): Tensor;
  sinc(): Tensor;
  logit(eps?: number | null | LogitOptions): Tensor;
  sigmoid(): Tensor;
  floor(): Tensor;
  ceil(): Tensor;
  trunc(): Tensor;
  frac(): Tensor;
  relu(): Tensor;
  isnan(): Tensor;
  isinf(): Tensor;
  isfinite(): Tensor;
  logicalNot(): Tensor;
  bitwiseNot(): Tensor;
  round(options?: RoundOptions): Tensor;
  nanToNum(options?: NanToNumOptions): Tensor;
  clamp(min?: Operand | null | ClampOptions, max?: Operand | null): Tensor;
  add(other: Operand, options?: AddOptions): Tensor;
  sub(other: Operand, options?: AddOptions): Tensor;
  rsub(other: Operand, options?: AddOptions): Tensor;
  mul(other: Operand): Tensor;
  div(other: Operand, options?: DivOptions): Tensor;
  floorDivide(other: Operand): Tensor;
  pow(other: Operand): Tensor;
  maximum(other: Operand): Tensor;
  minimum(other: Operand): Tensor;
  fmod(other: Operand): Tensor;
  remainder(other: Operand): Tensor;
  lerp(end: Tensor, weight: Operand): Tensor;
  trueDivide(other: Operand): Tensor;
  bitwiseLeftShift(other: Operand): Tensor;
  bitwiseRightShift(other: Operand): Tensor;
  atan2(other: Operand): Tensor;
  xlogy(other: Operand): Tensor;
  logaddexp(other: Operand): Tensor;
  logaddexp2(other: Operand): Tensor;
  eq(other: Operand): Tensor;
  ne(other: Operand): Tensor;
  lt(other: Operand): Tensor;
  le(other: Operand): Tensor;
  gt(other: Operand): Tensor;
  ge(other: Operand): Tensor;
  logicalAnd(other: Operand): Tensor;
  logicalOr(other: Operand): Tensor;
  logicalXor(other: Operand): Tensor;
  bitwiseAnd(other: Operand): Tensor;
  bitwiseOr(other: Operand): Tensor;
  bitwiseXor(other: Operand): Tensor;
  positive(): Tensor;
  deg2rad(): Tensor;
  rad2deg(): Tensor;
  signbit(): Tensor;
  isposinf(): Tensor;
  isneginf(): Tensor;
  frexp(): MantissaAndExponent;
  clampMin(min: Operand): Tensor;
  clampMax(max: Operand): Tensor;
  floatPower(other: Operand): Tensor;
  copysign(other: Operand): Tensor;
  hypot(other: Operand): Tensor;
  fmax(other: Tensor): Tensor;
  fmin(other: Tensor): Tensor;
  gcd(other: Tensor): Tensor;
  lcm(other: Tensor): Tensor;
  ldexp(other: Tensor): Tensor;
  heaviside(values: Tensor): Tensor;
  prelu(weight: Tensor): Tensor;
  hardshrink(lambd?: number): Tensor;
  addcmul(a: Tensor, b: Tensor, options?: ProductOptions): Tensor;
  addcdiv(a: Tensor, b: Tensor, options?: ProductOptions): Tensor;
  isclose(other: Tensor, options?: ClosenessOptions): Tensor;
  /** Whether all elements are close to the other's. Reads the result. */
  allclose(other: Tensor, options?: ClosenessOptions): Promise<boolean>;
}

export const mathMethods: Table<MathMethods> = {
  neg: arithmetic.neg,
  abs: unary.abs,
  sign: unary.sign,
  exp: unary.exp,
  exp2: unary.exp2,
  expm1: unary.expm1,
  log: unary.log,
  log2: unary.log2,
  log10: unary.log10,
  log1p: unary.log1p,
  sqrt: unary.sqrt,
  rsqrt: unary.rsqrt,
  square: unary.square,
  reciprocal: unary.reciprocal,
  sin: unary.sin,
  cos: unary.cos,
  tan: unary.tan,
  asin: unary.asin,
  acos: unary.acos,
  atan: unary.atan,
  sinh: unary.sinh,
  cosh: unary.cosh,
  tanh: unary.tanh,
  asinh: unary.asinh,
  acosh: unary.acosh,
  atanh: unary.atanh,
  erf: unary.erf,
  erfc: errorFunction.erfc,
  erfinv: errorFunction.erfinv,
  lgamma: gamma.lgamma,
  digamma: gamma.digamma,
  polygamma: (x, n, ...more) => gamma.polygamma(n, x, ...(more as [])),
  mvlgamma: gamma.mvlgamma,
  sinc: unary.sinc,
  logit: logarithms.logit,
  sigmoid: unary.sigmoid,
  floor: unary.floor,
  ceil: unary.ceil,
  trunc: unary.trunc,
  frac: unary.frac,
  relu: unary.relu,
  isnan: comparison.isnan,
  isinf: unary.isinf,
  isfinite: unary.isfinite,
  logicalNot: comparison.logicalNot,
  bitwiseNot: comparison.bitwiseNot,
  round: unary.round,
  nanToNum: unary.nanToNum,
  clamp: binary.clamp,
  add: arithmetic.add,
  sub: arithmetic.sub,
  rsub: arithmetic.rsub,
  mul: arithmetic.mul,
  div: division.div,
  floorDivide: division.floorDivide,
  pow: binary.pow,
  maximum: binary.maximum,
  minimum: binary.minimum,
  fmod: division.fmod,
  remainder: division.remainder,
  lerp: binary.lerp,
  trueDivide: arithmetic.trueDivide,
  bitwiseLeftShift: comparison.bitwiseLeftShift,
  bitwiseRightShift: comparison.bitwiseRightShift,
  atan2: binary.atan2,
  xlogy: logarithms.xlogy,
  logaddexp: logarithms.logaddexp,
  logaddexp2: logarithms.logaddexp2,
  eq: comparison.eq,
  ne: comparison.ne,
  lt: comparison.lt,
  le: comparison.le,
  gt: comparison.gt,
  ge: comparison.ge,
  logicalAnd: comparison.logicalAnd,
  logicalOr: comparison.logicalOr,
  logicalXor: comparison.logicalXor,
  bitwiseAnd: comparison.bitwiseAnd,
  bitwiseOr: comparison.bitwiseOr,
  bitwiseXor: comparison.bitwiseXor,
  positive: layout.positive,
  deg2rad: geometry.deg2rad,
  rad2deg: geometry.rad2deg,
  signbit: floatParts.signbit,
  isposinf: floatParts.isposinf,
  isneginf: floatParts.isneginf,
  frexp: floatParts.frexp,
  clampMin: binary.clampMin,
  clampMax: binary.clampMax,
  floatPower: binary.floatPower,
  copysign: floatParts.copysign,
  hypot: geometry.hypot,
  fmax: geometry.fmax,
  fmin: geometry.fmin,
  gcd: divisors.gcd,
  lcm: divisors.lcm,
  ldexp: floatParts.ldexp,
  heaviside: floatParts.heaviside,
  prelu: activations.prelu,
  hardshrink: activations.hardshrink,
  addcmul: binary.addcmul,
  addcdiv: binary.addcdiv,
  isclose: closeness.isclose,
  allclose: closeness.allclose,
};
