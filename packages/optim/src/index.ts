export {
  type ClipGradNormOptions,
  clipGradNorm_,
  clipGradsWithNorm_,
  clipGradValue_,
  getTotalNorm,
  type TotalNormOptions,
} from "@wgrad/autograd/plugin";
export { Adadelta, type AdadeltaOptions, type AdadeltaState } from "./adadelta.ts";
export { Adafactor, type AdafactorOptions, type AdafactorState } from "./adafactor.ts";
export { Adagrad, type AdagradOptions, type AdagradState } from "./adagrad.ts";
export { Adam, type AdamOptions, type AdamState } from "./adam.ts";
export { Adamax, type AdamaxOptions, type AdamaxState } from "./adamax.ts";
export { AdamW, type AdamWOptions } from "./adamw.ts";
export { ASGD, type ASGDOptions, type ASGDState } from "./asgd.ts";
export { checkRange } from "./check.ts";
export { GradScaler, type GradScalerOptions, type GradScalerStateDict } from "./grad-scaler.ts";
export { type Closure, LBFGS, type LBFGSOptions } from "./lbfgs.ts";
export { Lion, type LionOptions, type LionState } from "./lion.ts";
export {
  ExponentialMovingAverage,
  type MovingAverageOptions,
  type MovingAverageStateDict,
} from "./moving-average.ts";
export { Muon, type MuonOptions, type MuonState } from "./muon.ts";
export { NAdam, type NAdamOptions, type NAdamState } from "./nadam.ts";
export { Optimizer } from "./optimizer.ts";
export {
  type AnyOptimizer,
  type BaseOptions,
  ParameterGroups,
  type ParamGroup,
  type ParamGroupInput,
  type StepHook,
  type StepHookHandle,
} from "./parameter-groups.ts";
export { RAdam, type RAdamOptions, type RAdamState } from "./radam.ts";
export { RMSprop, type RMSpropOptions, type RMSpropState } from "./rmsprop.ts";
export { Rprop, type RpropOptions, type RpropState } from "./rprop.ts";
export {
  ChainedScheduler,
  type CombinedStateDict,
  SequentialLR,
} from "./schedulers/combined.ts";
export {
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  type CosineOptions,
  type WarmRestartsOptions,
} from "./schedulers/cosine.ts";
export { CyclicLR, type CyclicLROptions } from "./schedulers/cyclic.ts";
export {
  ExponentialLR,
  type Factor,
  type GammaOptions,
  LambdaLR,
  MultiplicativeLR,
  MultiStepLR,
  StepLR,
} from "./schedulers/factors.ts";
export { OneCycleLR, type OneCycleLROptions } from "./schedulers/one-cycle.ts";
export {
  type PlateauStateDict,
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
} from "./schedulers/plateau.ts";
export {
  ConstantLR,
  type ConstantLROptions,
  LinearLR,
  type LinearLROptions,
  PolynomialLR,
  type PolynomialLROptions,
} from "./schedulers/ramps.ts";
export {
  LRScheduler,
  type Rule,
  type RuleContext,
  type Rules,
  type Scheduled,
  type ScheduledGroup,
  type SchedulerOptions,
  type SchedulerStateDict,
} from "./schedulers/scheduler.ts";
export { SWALR, type SWALROptions } from "./schedulers/swa.ts";
export { SGD, type SGDOptions, type SGDState } from "./sgd.ts";
export type { OptimizerState, OptimizerStateDict } from "./state-dict.ts";
