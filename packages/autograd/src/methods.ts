import type { Operand } from "./ops/core/apply.ts";
import type { DimOption, Dims } from "./ops/core/arguments.ts";
import { type Sizes, sizesOf } from "./ops/core/arguments.ts";
import * as inplace from "./ops/core/inplace.ts";
import type { FlattenOptions } from "./ops/core/layout.ts";
import * as layout from "./ops/core/layout.ts";
import type { DrawOptions } from "./ops/core/random.ts";
import * as random from "./ops/core/random.ts";
import * as strided from "./ops/core/strided.ts";
import * as gathering from "./ops/indexing/gathering.ts";
import type { IndexAddOptions } from "./ops/indexing/index-vector.ts";
import * as indexVector from "./ops/indexing/index-vector.ts";
import type { PutOptions } from "./ops/indexing/indexing.ts";
import * as indexing from "./ops/indexing/indexing.ts";
import type { NonzeroOptions } from "./ops/indexing/masking.ts";
import * as masking from "./ops/indexing/masking.ts";
import type { ScatterOptions, ScatterReduceOptions } from "./ops/indexing/scatter-reduce.ts";
import * as scatters from "./ops/indexing/scatter-reduce.ts";
import type { Index } from "./ops/indexing/slicing.ts";
import * as writes from "./ops/indexing/write-by-index.ts";
import type { AddOptions, DivOptions } from "./ops/math/arithmetic.ts";
import * as arithmetic from "./ops/math/arithmetic.ts";
import type { ClampOptions } from "./ops/math/binary.ts";
import * as binary from "./ops/math/binary.ts";
import * as comparison from "./ops/math/comparison.ts";
import type { AddmmOptions } from "./ops/math/contraction.ts";
import * as contraction from "./ops/math/contraction.ts";
import type {
  BincountOptions,
  HistcOptions,
  UniqueOptions,
  UniqueResult,
} from "./ops/math/counting.ts";
import * as counts from "./ops/math/counting.ts";
import * as medians from "./ops/math/median.ts";
import * as products from "./ops/math/products.ts";
import type { OneDimOptions, ValuesAndIndices } from "./ops/math/reduction.ts";
import * as reductions from "./ops/math/reduction.ts";
import type { CumulateOptions, DiffOptions } from "./ops/math/scan.ts";
import * as scans from "./ops/math/scan.ts";
import type { SortOptions, TopkOptions } from "./ops/math/sorting.ts";
import * as sorting from "./ops/math/sorting.ts";
import type { NormOptions, VarianceOptions } from "./ops/math/statistics.ts";
import * as statistics from "./ops/math/statistics.ts";
import type { NanToNumOptions, RoundOptions } from "./ops/math/unary.ts";
import * as unary from "./ops/math/unary.ts";
import * as columns from "./ops/nn/columns.ts";
import type { SoftmaxOptions } from "./ops/nn/softmax.ts";
import * as softmaxes from "./ops/nn/softmax.ts";
import type { ReduceOptions, SumOptions } from "./ops/shape/broadcast.ts";
import * as broadcast from "./ops/shape/broadcast.ts";
import type {
  DiagOptions,
  DiagonalOptions,
  RollOptions,
  Rot90Options,
} from "./ops/shape/movement.ts";
import * as movement from "./ops/shape/movement.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** What a tensor does by operations: the function of the same name with the tensor as its first operand, which has equation and shapes. */
export interface TensorMethods {
  // Elementwise, of one tensor
  neg(): Tensor;
  abs(): Tensor;
  sign(): Tensor;
  exp(): Tensor;
  exp2(): Tensor;
  expm1(): Tensor;
  log(): Tensor;
  log2(): Tensor;
  log10(): Tensor;
  log1p(): Tensor;
  sqrt(): Tensor;
  rsqrt(): Tensor;
  square(): Tensor;
  reciprocal(): Tensor;
  sin(): Tensor;
  cos(): Tensor;
  tan(): Tensor;
  asin(): Tensor;
  acos(): Tensor;
  atan(): Tensor;
  sinh(): Tensor;
  cosh(): Tensor;
  tanh(): Tensor;
  asinh(): Tensor;
  acosh(): Tensor;
  atanh(): Tensor;
  erf(): Tensor;
  sigmoid(): Tensor;
  floor(): Tensor;
  ceil(): Tensor;
  trunc(): Tensor;
  frac(): Tensor;
  relu(): Tensor;
  isnan(): Tensor;
  isinf(): Tensor;
  isfinite(): Tensor;
  logicalNot(): Tensor;
  bitwiseNot(): Tensor;
  round(options?: RoundOptions): Tensor;
  nanToNum(options?: NanToNumOptions): Tensor;
  clamp(min?: Operand | null | ClampOptions, max?: Operand | null): Tensor;

  // Elementwise, of two
  add(other: Operand, options?: AddOptions): Tensor;
  sub(other: Operand, options?: AddOptions): Tensor;
  rsub(other: Operand, options?: AddOptions): Tensor;
  mul(other: Operand): Tensor;
  div(other: Operand, options?: DivOptions): Tensor;
  floorDivide(other: Operand): Tensor;
  pow(other: Operand): Tensor;
  maximum(other: Operand): Tensor;
  minimum(other: Operand): Tensor;
  fmod(other: Operand): Tensor;
  remainder(other: Operand): Tensor;
  lerp(end: Tensor, weight: Operand): Tensor;
  trueDivide(other: Operand): Tensor;
  bitwiseLeftShift(other: Operand): Tensor;
  bitwiseRightShift(other: Operand): Tensor;
  atan2(other: Operand): Tensor;
  eq(other: Operand): Tensor;
  ne(other: Operand): Tensor;
  lt(other: Operand): Tensor;
  le(other: Operand): Tensor;
  gt(other: Operand): Tensor;
  ge(other: Operand): Tensor;
  logicalAnd(other: Operand): Tensor;
  logicalOr(other: Operand): Tensor;
  logicalXor(other: Operand): Tensor;
  bitwiseAnd(other: Operand): Tensor;
  bitwiseOr(other: Operand): Tensor;
  bitwiseXor(other: Operand): Tensor;

  // In place
  scatter_(
    dim: number,
    index: Tensor,
    src: Tensor | number | boolean,
    options?: ScatterOptions,
  ): Tensor;
  scatterAdd_(dim: number, index: Tensor, src: Tensor): Tensor;
  indexAdd_(dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): Tensor;
  indexCopy_(dim: number, index: Tensor, source: Tensor): Tensor;
  indexFill_(dim: number, index: Tensor, value: Tensor | number): Tensor;
  maskedFill_(mask: Tensor, value: Operand): Tensor;
  add_(other: Operand, options?: AddOptions): Tensor;
  sub_(other: Operand, options?: AddOptions): Tensor;
  mul_(other: Operand): Tensor;
  div_(other: Operand, options?: DivOptions): Tensor;
  pow_(exponent: Operand): Tensor;
  clamp_(min?: Operand | null | ClampOptions, max?: Operand | null): Tensor;
  floorDivide_(other: Operand): Tensor;
  remainder_(other: Operand): Tensor;
  clampMin_(other: Operand): Tensor;
  clampMax_(other: Operand): Tensor;
  eq_(other: Operand): Tensor;
  ne_(other: Operand): Tensor;
  lt_(other: Operand): Tensor;
  le_(other: Operand): Tensor;
  gt_(other: Operand): Tensor;
  ge_(other: Operand): Tensor;
  copy_(source: Operand): Tensor;
  fill_(value: Operand): Tensor;
  uniform_(low?: number, high?: number, options?: DrawOptions): Tensor;
  normal_(mean?: number, std?: number, options?: DrawOptions): Tensor;
  put_(index: Index | readonly Index[], value: Operand, options?: PutOptions): Tensor;
  sin_(): Tensor;
  cos_(): Tensor;
  log_(): Tensor;
  zero_(): Tensor;
  logicalNot_(): Tensor;
  relu_(): Tensor;
  sigmoid_(): Tensor;
  tanh_(): Tensor;
  exp_(): Tensor;
  sqrt_(): Tensor;
  square_(): Tensor;
  neg_(): Tensor;
  abs_(): Tensor;
  round_(): Tensor;

  // Reductions
  sum(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
  mean(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
  prod(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
  nansum(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
  amax(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
  amin(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
  all(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
  any(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
  countNonzero(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
  var(dim?: Dims | VarianceOptions, options?: VarianceOptions): Tensor;
  std(dim?: Dims | VarianceOptions, options?: VarianceOptions): Tensor;
  argmax(dim?: number | null | OneDimOptions, options?: OneDimOptions): Tensor;
  argmin(dim?: number | null | OneDimOptions, options?: OneDimOptions): Tensor;
  max(): Tensor;
  max(other: Tensor): Tensor;
  max(dim: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  min(): Tensor;
  min(other: Tensor): Tensor;
  min(dim: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  norm(p?: number | "fro" | null | NormOptions, dim?: Dims, options?: NormOptions): Tensor;
  logsumexp(dim: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
  softmax(dim: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor;
  logSoftmax(dim: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor;

  // Products
  matmul(other: Tensor): Tensor;
  mm(other: Tensor): Tensor;
  bmm(other: Tensor): Tensor;
  mv(other: Tensor): Tensor;
  dot(other: Tensor): Tensor;
  outer(other: Tensor): Tensor;
  addmm(a: Tensor, b: Tensor, options?: AddmmOptions): Tensor;
  baddbmm(a: Tensor, b: Tensor, options?: AddmmOptions): Tensor;
  kron(other: Tensor): Tensor;
  trace(): Tensor;

  // Shape and order
  reshape(...shape: Sizes): Tensor;
  view(...shape: Sizes): Tensor;
  viewAs(other: Tensor): Tensor;
  expandAs(other: Tensor): Tensor;
  ravel(): Tensor;
  permute(...dims: Sizes): Tensor;
  expand(...shape: Sizes): Tensor;
  broadcastTo(shape: Shape): Tensor;
  repeat(...repeats: Sizes): Tensor;
  tile(...repeats: Sizes): Tensor;
  repeatInterleave(
    repeats: number | Tensor,
    dim?: number | null | DimOption<number | null>,
  ): Tensor;
  transpose(dim0: number, dim1: number): Tensor;
  swapaxes(dim0: number, dim1: number): Tensor;
  t(): Tensor;
  movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
  unsqueeze(dim: number): Tensor;
  squeeze(dim?: number | readonly number[] | null): Tensor;
  flatten(startDim?: number | FlattenOptions, endDim?: number): Tensor;
  unflatten(dim: number, sizes: Shape): Tensor;
  flip(dims: number | readonly number[]): Tensor;
  roll(shifts: number | readonly number[], dims?: number | readonly number[] | RollOptions): Tensor;
  rot90(options?: Rot90Options): Tensor;
  narrow(dim: number, start: number, length: number): Tensor;
  select(dim: number, index: number): Tensor;
  split(size: number | readonly number[], dim?: number | DimOption): Tensor[];
  chunk(chunks: number, dim?: number | DimOption): Tensor[];
  tensorSplit(pieces: number | readonly number[], dim?: number | DimOption): Tensor[];
  unbind(dim?: number | DimOption): Tensor[];
  diag(options?: number | DiagOptions): Tensor;
  diagonal(options?: DiagonalOptions): Tensor;
  diagEmbed(options?: DiagonalOptions): Tensor;
  tril(options?: number | DiagOptions): Tensor;
  triu(options?: number | DiagOptions): Tensor;
  unfold(dim: number, size: number, step: number): Tensor;
  contiguous(): Tensor;
  at(...index: readonly Index[]): Tensor;

  /** `at` with masks among the index. Reads the masks. */
  atMask(...index: readonly Index[]): Promise<Tensor>;

  // Choosing by index
  gather(dim: number, index: Tensor): Tensor;
  scatter(
    dim: number,
    index: Tensor,
    src: Tensor | number | boolean,
    options?: ScatterOptions,
  ): Tensor;
  scatterAdd(dim: number, index: Tensor, src: Tensor): Tensor;
  scatterReduce(
    dim: number,
    index: Tensor,
    src: Tensor,
    reduce: "sum" | "mean" | "prod" | "amax" | "amin",
    options?: ScatterReduceOptions,
  ): Tensor;
  take(index: Tensor): Tensor;
  takeAlongDim(index: Tensor, dim?: number | null | DimOption<number | null>): Tensor;
  indexSelect(dim: number, index: Tensor): Tensor;
  indexAdd(dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): Tensor;
  indexCopy(dim: number, index: Tensor, source: Tensor): Tensor;
  indexFill(dim: number, index: Tensor, value: Tensor | number): Tensor;
  maskedFill(mask: Tensor, value: Operand): Tensor;

  /** The elements where the mask is true, as a vector. Reads the mask. */
  maskedSelect(mask: Tensor): Promise<Tensor>;

  /** Coordinates of the elements that are not 0. Reads the values. */
  nonzero(options: NonzeroOptions & { asTuple: true }): Promise<Tensor[]>;
  nonzero(options?: NonzeroOptions & { asTuple?: false }): Promise<Tensor>;

  /** Whether the other has the same shape and equal elements everywhere. Reads the answer. */
  equal(other: Tensor): Promise<boolean>;

  // Along one dimension
  logcumsumexp(dim: number | DimOption): Tensor;
  sort(dim?: number | SortOptions, options?: SortOptions): ValuesAndIndices;
  argsort(dim?: number | SortOptions, options?: SortOptions): Tensor;
  topk(k: number, dim?: number | TopkOptions, options?: TopkOptions): ValuesAndIndices;
  kthvalue(k: number, dim?: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  median(): Tensor;
  median(dim: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  nanmedian(): Tensor;
  nanmedian(dim: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;

  /** The different values in order. Reads the values. */
  unique(options?: { returnInverse?: false; returnCounts?: false }): Promise<Tensor>;
  unique(options: UniqueOptions): Promise<UniqueResult>;

  /** How often each whole number occurs. Reads the largest. */
  bincount(options?: BincountOptions): Promise<Tensor>;
  histc(options?: HistcOptions): Tensor;
  cumsum(dim: number | CumulateOptions, options?: CumulateOptions): Tensor;
  cumprod(dim: number | CumulateOptions, options?: CumulateOptions): Tensor;
  cummax(dim: number | DimOption): ValuesAndIndices;
  cummin(dim: number | DimOption): ValuesAndIndices;
  diff(n?: number | DiffOptions, dim?: number, options?: DiffOptions): Tensor;
}

type Sized = "reshape" | "view" | "permute" | "expand" | "repeat" | "tile";

/** Given what the method is given, whatever that is: the function refuses what is too much. */
const methods: {
  readonly [Name in Exclude<keyof TensorMethods, Sized>]: (
    x: Tensor,
    ...given: Parameters<TensorMethods[Name]>
  ) => ReturnType<TensorMethods[Name]>;
} = {
  neg: arithmetic.neg,
  abs: unary.abs,
  sign: unary.sign,
  exp: unary.exp,
  exp2: unary.exp2,
  expm1: unary.expm1,
  log: unary.log,
  log2: unary.log2,
  log10: unary.log10,
  log1p: unary.log1p,
  sqrt: unary.sqrt,
  rsqrt: unary.rsqrt,
  square: unary.square,
  reciprocal: unary.reciprocal,
  sin: unary.sin,
  cos: unary.cos,
  tan: unary.tan,
  asin: unary.asin,
  acos: unary.acos,
  atan: unary.atan,
  sinh: unary.sinh,
  cosh: unary.cosh,
  tanh: unary.tanh,
  asinh: unary.asinh,
  acosh: unary.acosh,
  atanh: unary.atanh,
  erf: unary.erf,
  sigmoid: unary.sigmoid,
  floor: unary.floor,
  ceil: unary.ceil,
  trunc: unary.trunc,
  frac: unary.frac,
  relu: unary.relu,
  isnan: comparison.isnan,
  isinf: unary.isinf,
  isfinite: unary.isfinite,
  logicalNot: comparison.logicalNot,
  bitwiseNot: comparison.bitwiseNot,
  round: unary.round,
  nanToNum: unary.nanToNum,
  clamp: binary.clamp,
  add: arithmetic.add,
  sub: arithmetic.sub,
  rsub: arithmetic.rsub,
  mul: arithmetic.mul,
  div: arithmetic.div,
  floorDivide: arithmetic.floorDivide,
  pow: binary.pow,
  maximum: binary.maximum,
  minimum: binary.minimum,
  fmod: binary.fmod,
  remainder: binary.remainder,
  lerp: binary.lerp,
  trueDivide: arithmetic.trueDivide,
  bitwiseLeftShift: comparison.bitwiseLeftShift,
  bitwiseRightShift: comparison.bitwiseRightShift,
  atan2: binary.atan2,
  eq: comparison.eq,
  ne: comparison.ne,
  lt: comparison.lt,
  le: comparison.le,
  gt: comparison.gt,
  ge: comparison.ge,
  logicalAnd: comparison.logicalAnd,
  logicalOr: comparison.logicalOr,
  logicalXor: comparison.logicalXor,
  bitwiseAnd: comparison.bitwiseAnd,
  bitwiseOr: comparison.bitwiseOr,
  bitwiseXor: comparison.bitwiseXor,
  scatter_: writes.scatter_,
  scatterAdd_: writes.scatterAdd_,
  indexAdd_: writes.indexAdd_,
  indexCopy_: writes.indexCopy_,
  indexFill_: writes.indexFill_,
  maskedFill_: writes.maskedFill_,
  add_: inplace.add_,
  sub_: inplace.sub_,
  mul_: inplace.mul_,
  div_: inplace.div_,
  pow_: inplace.pow_,
  clamp_: inplace.clamp_,
  floorDivide_: inplace.floorDivide_,
  remainder_: inplace.remainder_,
  clampMin_: inplace.clampMin_,
  clampMax_: inplace.clampMax_,
  eq_: inplace.eq_,
  ne_: inplace.ne_,
  lt_: inplace.lt_,
  le_: inplace.le_,
  gt_: inplace.gt_,
  ge_: inplace.ge_,
  copy_: inplace.copy_,
  fill_: inplace.fill_,
  uniform_: random.uniform_,
  normal_: random.normal_,
  put_: indexing.put_,
  sin_: inplace.sin_,
  cos_: inplace.cos_,
  log_: inplace.log_,
  zero_: inplace.zero_,
  logicalNot_: inplace.logicalNot_,
  relu_: inplace.relu_,
  sigmoid_: inplace.sigmoid_,
  tanh_: inplace.tanh_,
  exp_: inplace.exp_,
  sqrt_: inplace.sqrt_,
  square_: inplace.square_,
  neg_: inplace.neg_,
  abs_: inplace.abs_,
  round_: inplace.round_,
  sum: broadcast.sum,
  mean: reductions.mean,
  prod: reductions.prod,
  nansum: statistics.nansum,
  amax: reductions.amax,
  amin: reductions.amin,
  all: reductions.all,
  any: reductions.any,
  countNonzero: statistics.countNonzero,
  var: statistics.variance,
  std: statistics.std,
  argmax: reductions.argmax,
  argmin: reductions.argmin,
  max: reductions.max,
  min: reductions.min,
  norm: statistics.norm,
  logsumexp: softmaxes.logsumexp,
  softmax: softmaxes.softmax,
  logSoftmax: softmaxes.logSoftmax,
  matmul: contraction.matmul,
  mm: contraction.mm,
  bmm: contraction.bmm,
  mv: contraction.mv,
  dot: contraction.dot,
  outer: contraction.outer,
  addmm: contraction.addmm,
  baddbmm: contraction.baddbmm,
  kron: products.kron,
  trace: products.trace,
  viewAs: layout.viewAs,
  expandAs: broadcast.expandAs,
  ravel: layout.ravel,
  broadcastTo: broadcast.broadcastTo,
  repeatInterleave: movement.repeatInterleave,
  transpose: layout.transpose,
  swapaxes: layout.transpose,
  t: layout.t,
  movedim: layout.movedim,
  unsqueeze: layout.unsqueeze,
  squeeze: layout.squeeze,
  flatten: layout.flatten,
  unflatten: layout.unflatten,
  flip: movement.flip,
  roll: movement.roll,
  rot90: movement.rot90,
  narrow: movement.narrow,
  select: movement.select,
  split: movement.split,
  chunk: movement.chunk,
  tensorSplit: movement.tensorSplit,
  unbind: movement.unbind,
  diag: movement.diag,
  diagonal: movement.diagonal,
  diagEmbed: movement.diagEmbed,
  tril: movement.tril,
  triu: movement.triu,
  unfold: columns.unfoldDim,
  contiguous: strided.contiguous,
  at: indexing.at,
  atMask: indexing.atMask,
  gather: gathering.gather,
  scatter: scatters.scatter,
  scatterAdd: gathering.scatterAdd,
  scatterReduce: scatters.scatterReduce,
  take: gathering.take,
  takeAlongDim: gathering.takeAlongDim,
  indexSelect: indexVector.indexSelect,
  indexAdd: indexVector.indexAdd,
  indexCopy: indexVector.indexCopy,
  indexFill: indexVector.indexFill,
  maskedFill: masking.maskedFill,
  maskedSelect: masking.maskedSelect,
  nonzero: masking.nonzero,
  equal: masking.equal,
  logcumsumexp: scans.logcumsumexp,
  sort: sorting.sort,
  argsort: sorting.argsort,
  topk: sorting.topk,
  kthvalue: medians.kthvalue,
  median: medians.median,
  nanmedian: medians.nanmedian,
  unique: counts.unique,
  bincount: counts.bincount,
  histc: counts.histc,
  cumsum: scans.cumsum,
  cumprod: scans.cumprod,
  cummax: scans.cummax,
  cummin: scans.cummin,
  diff: scans.diff,
};

/** Given a list of sizes, in whatever way it is written: x.view(2, 3) or x.view([2, 3]). */
const sized: Readonly<Record<Sized, (x: Tensor, sizes: Shape) => Tensor>> = {
  reshape: layout.reshape,
  view: layout.view,
  permute: layout.permute,
  expand: broadcast.expand,
  repeat: movement.repeat,
  tile: movement.tile,
};

type Method = (x: Tensor, ...given: unknown[]) => unknown;

/** Puts the methods where every tensor finds them. */
export function addMethods(prototype: object): void {
  for (const [name, fn] of Object.entries(methods as unknown as Readonly<Record<string, Method>>)) {
    add(prototype, name, function (...given) {
      return fn(this, ...given);
    });
  }
  for (const [name, fn] of Object.entries(sized)) {
    add(prototype, name, function (...sizes) {
      return fn(this, sizesOf(sizes as unknown as Sizes));
    });
  }
}

function add(
  prototype: object,
  name: string,
  value: (this: Tensor, ...given: unknown[]) => unknown,
): void {
  Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
}
