/** PyTorch's `torch.nn.utils.parametrizations`. */
export { type OrthogonalMap, type OrthogonalOptions, orthogonal } from "./utils/orthogonal.ts";
export {
  parametrizedSpectralNorm as spectralNorm,
  type SpectralNormOptions,
} from "./utils/spectral-norm.ts";
export { parametrizedWeightNorm as weightNorm } from "./weight-norm.ts";
