export { flatten, linear, relu, sigmoid, tanh } from "@wgrad/autograd";
export {
  type BinaryCrossEntropyOptions,
  binaryCrossEntropy,
  type LossOptions,
  mseLoss,
  type Reduction,
} from "./functional/loss.ts";
