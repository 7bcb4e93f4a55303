export {
  cat,
  cat as concat,
  cat as concatenate,
  hstack,
  stack,
  vstack,
  vstack as rowStack,
} from "../ops/core/assembly.ts";
export { clone } from "../ops/core/clone.ts";
export {
  atleast1d,
  atleast2d,
  atleast3d,
  detach,
  type FlattenOptions,
  flatten,
  movedim,
  movedim as moveaxis,
  permute,
  positive,
  ravel,
  reshape,
  squeeze,
  t,
  transpose,
  transpose as swapaxes,
  transpose as swapdims,
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
  argwhere,
  equal,
  maskedFill,
  maskedSelect,
  type NonzeroOptions,
  nonzero,
} from "../ops/indexing/masking.ts";
export { indexPut, indexReduce, maskedScatter, put } from "../ops/indexing/placing.ts";
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
  blockDiag,
  broadcastShapesOf as broadcastShapes,
  type CombinationsOptions,
  cartesianProd,
  columnStack,
  combinations,
  diagflat,
  dstack,
  type MeshgridOptions,
  meshgrid,
} from "../ops/shape/combining.ts";
export {
  type DiagOptions,
  type DiagonalOptions,
  diag,
  diagEmbed,
  diagonal,
  tril,
  triu,
} from "../ops/shape/diagonals.ts";
export {
  chunk,
  flip,
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
  unbind,
} from "../ops/shape/movement.ts";
export {
  diagonalScatter,
  fliplr,
  flipud,
  narrowCopy,
  type SliceScatterOptions,
  selectScatter,
  sliceScatter,
} from "../ops/shape/scattering.ts";
export { dsplit, hsplit, splitWithSizes, vsplit } from "../ops/shape/splitting.ts";
export { type TriangleOptions, trilIndices, triuIndices } from "../ops/shape/triangle.ts";
