/** PyTorch's `torch.special`. */
export { i0, i0e, i1, i1e } from "../ops/math/bessel.ts";
export { entr, xlog1py } from "../ops/math/entropy.ts";
export { erfc, erfinv } from "../ops/math/error-function.ts";
export {
  digamma,
  digamma as psi,
  lgamma as gammaln,
  mvlgamma as multigammaln,
  polygamma,
} from "../ops/math/gamma.ts";
export { igamma as gammainc, igammac as gammaincc } from "../ops/math/incomplete-gamma.ts";
export { logit, xlogy } from "../ops/math/logarithms.ts";
export { erfcx, logNdtr, ndtr, ndtri } from "../ops/math/normal-distribution.ts";
export { erf, exp2, expm1, log1p, round, sigmoid as expit, sinc } from "../ops/math/unary.ts";
export { zeta } from "../ops/math/zeta.ts";
export { logSoftmax, logsumexp, softmax } from "../ops/nn/softmax.ts";
