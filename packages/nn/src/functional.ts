export { relu, sigmoid, tanh } from "./functional/activation.ts";
export { linear } from "./functional/linear.ts";
export {
  type BinaryCrossEntropyOptions,
  binaryCrossEntropy,
  type LossOptions,
  mseLoss,
  type Reduction,
} from "./functional/loss.ts";
