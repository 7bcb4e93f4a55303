import { checkTensor } from "../ops/core/apply.ts";
import type { Tensor } from "../tensor.ts";

type InPlace = {
  [Name in keyof Tensor]: Tensor[Name] extends (...given: infer Given) => Tensor
    ? (x: Tensor, ...given: Given) => Tensor
    : never;
};

/** A method as a function: abs_(x) is x.abs_(). */
const byMethod = <Name extends keyof Tensor>(name: Name): InPlace[Name] =>
  ((x: Tensor, ...given: never[]): Tensor => {
    checkTensor(name as string, x);
    return (x[name] as (...given: never[]) => Tensor)(...given);
  }) as InPlace[Name];

export const abs_: InPlace["abs_"] = byMethod("abs_");
export const acos_: InPlace["acos_"] = byMethod("acos_");
export const acosh_: InPlace["acosh_"] = byMethod("acosh_");
export const addmv_: InPlace["addmv_"] = byMethod("addmv_");
export const arccos_: InPlace["arccos_"] = byMethod("arccos_");
export const arccosh_: InPlace["arccosh_"] = byMethod("arccosh_");
export const arcsin_: InPlace["arcsin_"] = byMethod("arcsin_");
export const arcsinh_: InPlace["arcsinh_"] = byMethod("arcsinh_");
export const arctan_: InPlace["arctan_"] = byMethod("arctan_");
export const arctanh_: InPlace["arctanh_"] = byMethod("arctanh_");
export const asin_: InPlace["asin_"] = byMethod("asin_");
export const asinh_: InPlace["asinh_"] = byMethod("asinh_");
export const atan_: InPlace["atan_"] = byMethod("atan_");
export const atanh_: InPlace["atanh_"] = byMethod("atanh_");
export const ceil_: InPlace["ceil_"] = byMethod("ceil_");
export const clampMax_: InPlace["clampMax_"] = byMethod("clampMax_");
export const clampMin_: InPlace["clampMin_"] = byMethod("clampMin_");
export const clamp_: InPlace["clamp_"] = byMethod("clamp_");
export const clip_: InPlace["clip_"] = byMethod("clip_");
export const cos_: InPlace["cos_"] = byMethod("cos_");
export const cosh_: InPlace["cosh_"] = byMethod("cosh_");
export const deg2rad_: InPlace["deg2rad_"] = byMethod("deg2rad_");
export const detach_: InPlace["detach_"] = byMethod("detach_");
export const erf_: InPlace["erf_"] = byMethod("erf_");
export const erfc_: InPlace["erfc_"] = byMethod("erfc_");
export const exp2_: InPlace["exp2_"] = byMethod("exp2_");
export const exp_: InPlace["exp_"] = byMethod("exp_");
export const expm1_: InPlace["expm1_"] = byMethod("expm1_");
export const fill_: InPlace["fill_"] = byMethod("fill_");
export const fix_: InPlace["fix_"] = byMethod("fix_");
export const floor_: InPlace["floor_"] = byMethod("floor_");
export const frac_: InPlace["frac_"] = byMethod("frac_");
export const gcd_: InPlace["gcd_"] = byMethod("gcd_");
export const i0_: InPlace["i0_"] = byMethod("i0_");
export const indexPut_: InPlace["indexPut_"] = byMethod("indexPut_");
export const lcm_: InPlace["lcm_"] = byMethod("lcm_");
export const ldexp_: InPlace["ldexp_"] = byMethod("ldexp_");
export const log10_: InPlace["log10_"] = byMethod("log10_");
export const log1p_: InPlace["log1p_"] = byMethod("log1p_");
export const log2_: InPlace["log2_"] = byMethod("log2_");
export const log_: InPlace["log_"] = byMethod("log_");
export const logit_: InPlace["logit_"] = byMethod("logit_");
export const nanToNum_: InPlace["nanToNum_"] = byMethod("nanToNum_");
export const neg_: InPlace["neg_"] = byMethod("neg_");
export const negative_: InPlace["negative_"] = byMethod("negative_");
export const rad2deg_: InPlace["rad2deg_"] = byMethod("rad2deg_");
export const reciprocal_: InPlace["reciprocal_"] = byMethod("reciprocal_");
export const relu_: InPlace["relu_"] = byMethod("relu_");
export const round_: InPlace["round_"] = byMethod("round_");
export const rsqrt_: InPlace["rsqrt_"] = byMethod("rsqrt_");
export const sigmoid_: InPlace["sigmoid_"] = byMethod("sigmoid_");
export const sin_: InPlace["sin_"] = byMethod("sin_");
export const sinc_: InPlace["sinc_"] = byMethod("sinc_");
export const sinh_: InPlace["sinh_"] = byMethod("sinh_");
export const sqrt_: InPlace["sqrt_"] = byMethod("sqrt_");
export const square_: InPlace["square_"] = byMethod("square_");
export const tan_: InPlace["tan_"] = byMethod("tan_");
export const tanh_: InPlace["tanh_"] = byMethod("tanh_");
export const trunc_: InPlace["trunc_"] = byMethod("trunc_");
export const xlogy_: InPlace["xlogy_"] = byMethod("xlogy_");
export const zero_: InPlace["zero_"] = byMethod("zero_");
