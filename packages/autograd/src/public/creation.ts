export {
  type AsTensorOptions,
  asTensor,
  asTensor as asarray,
  fill,
  isFloatingPoint,
  isTensor,
  numel,
  range,
  scalarTensor,
} from "../ops/core/conversion.ts";
export {
  type CreateOptions,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  ones,
  onesLike,
  type TensorData,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from "../ops/core/creation.ts";
export {
  binomial,
  type MultinomialOptions,
  multinomial,
  normal,
  poisson,
  randintLike,
} from "../ops/core/draws.ts";
export { arange, type LogspaceOptions, linspace, logspace } from "../ops/core/progressions.ts";
export {
  bernoulli,
  type DrawOptions,
  defaultGenerator,
  getRngState,
  initialSeed,
  manualSeed,
  type RandomOptions,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
  seed,
  setRngState,
} from "../ops/core/random.ts";
export { Generator } from "../random/generator.ts";
export { RandomState } from "../random/numpy.ts";
