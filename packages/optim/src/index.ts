export { Adam, type AdamOptions, type AdamState } from "./adam.ts";
export {
  type BaseOptions,
  checkRange,
  Optimizer,
  type ParamGroup,
  type ParamGroupInput,
} from "./optimizer.ts";
export { SGD, type SGDOptions, type SGDState } from "./sgd.ts";
export type { OptimizerState, OptimizerStateDict } from "./state-dict.ts";
