export {
  CollectiveTimeoutError,
  DistributedError,
  MismatchError,
  RankEndedError,
} from "./errors.ts";
export {
  allGather,
  allReduce,
  barrier,
  broadcast,
  type GroupOption,
  type ReduceOptions,
  reduceScatter,
  type Values,
} from "./group/collectives.ts";
export { allGatherObject, broadcastObject } from "./group/objects.ts";
export type { Backend, ProcessGroup } from "./group/process-group.ts";
export {
  destroyProcessGroup,
  getBackend,
  getRank,
  getWorldSize,
  type InitProcessGroupOptions,
  initProcessGroup,
  isInitialized,
  newGroup,
} from "./group/world.ts";
export { RankFailedError, type SpawnOptions, spawn } from "./launch/spawn.ts";
export {
  type DataParallelOptions,
  DistributedDataParallel,
  type SynchronizeOptions,
} from "./parallel/data-parallel.ts";
export { type MergedMetric, reduceMetric } from "./parallel/metrics.ts";
export { DistributedSampler, type DistributedSamplerOptions } from "./parallel/sampler.ts";
export { SyncBatchNorm, type SyncBatchNormOptions } from "./parallel/sync-batch-norm.ts";
export { type OptimizerClass, ZeroRedundancyOptimizer } from "./parallel/zero.ts";
export type { ReduceOp } from "./protocol/values.ts";
