export { cat, hstack, stack, vstack } from "../ops/core/assembly.ts";
export { clone } from "../ops/core/clone.ts";
export {
  atleast1d,
  atleast2d,
  atleast3d,
  detach,
  type FlattenOptions,
  flatten,
  movedim,
  permute,
  positive,
  ravel,
  reshape,
  squeeze,
  swapaxes,
  t,
  transpose,
  unflatten,
  unsqueeze,
} from "../ops/core/layout.ts";
export {
  gather,
  scatterAdd,
  take,
  takeAlongDim,
} from "../ops/indexing/gathering.ts";
export {
  type IndexAddOptions,
  indexAdd,
  indexCopy,
  indexFill,
  indexSelect,
} from "../ops/indexing/index-vector.ts";
export { at, atMask, type PutOptions, put_ } from "../ops/indexing/indexing.ts";
export {
  equal,
  maskedFill,
  maskedSelect,
  type NonzeroOptions,
  nonzero,
} from "../ops/indexing/masking.ts";
export {
  type ScatterOptions,
  type ScatterReduceOptions,
  scatter,
  scatterReduce,
} from "../ops/indexing/scatter-reduce.ts";
export {
  ellipsis,
  type Index,
  type IndexList,
  type Slice,
  slice,
} from "../ops/indexing/slicing.ts";
export {
  broadcastTensors,
  broadcastTo,
  expand,
  type ReduceOptions,
  type SumOptions,
  sum,
} from "../ops/shape/broadcast.ts";
export {
  chunk,
  type DiagOptions,
  type DiagonalOptions,
  diag,
  diagEmbed,
  diagonal,
  flip,
  type MeshgridOptions,
  meshgrid,
  narrow,
  type RollOptions,
  type Rot90Options,
  repeatInterleave,
  roll,
  rot90,
  select,
  split,
  tensorSplit,
  tile,
  tril,
  triu,
  unbind,
} from "../ops/shape/movement.ts";
export { type TriangleOptions, trilIndices, triuIndices } from "../ops/shape/triangle.ts";
