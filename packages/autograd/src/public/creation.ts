export {
  arange,
  type CreateOptions,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  type LogspaceOptions,
  linspace,
  logspace,
  ones,
  onesLike,
  type TensorData,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from "../ops/core/creation.ts";
export {
  bernoulli,
  type DrawOptions,
  defaultGenerator,
  manualSeed,
  type RandomOptions,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
} from "../ops/core/random.ts";
export { Generator } from "../random/generator.ts";
export { RandomState } from "../random/numpy.ts";
