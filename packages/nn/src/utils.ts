/** PyTorch's `torch.nn.utils`. */
export {
  type ClipGradNormOptions,
  clipGradNorm_,
  clipGradsWithNorm_,
  clipGradValue_,
  getTotalNorm,
  type TotalNormOptions,
} from "@wgrad/autograd/plugin";
export * as parametrizations from "./parametrizations.ts";
export * as parametrize from "./parametrize.ts";
export * as prune from "./utils/prune.ts";
export * as rnn from "./utils/rnn.ts";
export {
  removeSpectralNorm,
  type SpectralNormOptions,
  spectralNorm,
} from "./utils/spectral-norm.ts";
export { parametersToVector, vectorToParameters } from "./vector.ts";
export { removeWeightNorm, type WeightNormOptions, weightNorm } from "./weight-norm.ts";
