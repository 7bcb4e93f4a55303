import {
  type BackwardOptions,
  backward,
  detachInPlace,
  setRequiresGrad,
} from "./autograd/backward.ts";
import {
  gradOf,
  type HookHandle,
  registerHook,
  registerPostAccumulateGradHook,
  retainGrad,
  setGrad,
} from "./autograd/hooks.ts";
import { type DeviceName, isDeviceName } from "./devices/registry.ts";
import { checkDType, type DType, type TypedArray } from "./dtype.ts";
import { ArgumentError, detail } from "./errors.ts";
import { Handle, registerHandle } from "./graph/handle.ts";
import { type NestedValues, nested, print } from "./graph/print.ts";
import { isContiguous } from "./graph/view.ts";
import type { Operand } from "./ops/apply.ts";
import type { DimOption, Dims } from "./ops/arguments.ts";
import { type Sizes, sizesOf } from "./ops/arguments.ts";
import type { AddOptions, DivOptions } from "./ops/arithmetic.ts";
import * as arithmetic from "./ops/arithmetic.ts";
import type { ClampOptions } from "./ops/binary.ts";
import * as binary from "./ops/binary.ts";
import type { ReduceOptions, SumOptions } from "./ops/broadcast.ts";
import * as broadcast from "./ops/broadcast.ts";
import { clone } from "./ops/clone.ts";
import * as columns from "./ops/columns.ts";
import { setStorage } from "./ops/commit.ts";
import * as comparison from "./ops/comparison.ts";
import { cast } from "./ops/constant.ts";
import type { AddmmOptions } from "./ops/contraction.ts";
import * as contraction from "./ops/contraction.ts";
import type { BincountOptions, HistcOptions, UniqueOptions, UniqueResult } from "./ops/counting.ts";
import * as counts from "./ops/counting.ts";
import { hostTensor } from "./ops/creation.ts";
import * as gathering from "./ops/gathering.ts";
import type { IndexAddOptions } from "./ops/index-vector.ts";
import * as indexVector from "./ops/index-vector.ts";
import type { PutOptions } from "./ops/indexing.ts";
import * as indexing from "./ops/indexing.ts";
import * as inplace from "./ops/inplace.ts";
import type { FlattenOptions } from "./ops/layout.ts";
import * as layout from "./ops/layout.ts";
import type { NonzeroOptions } from "./ops/masking.ts";
import * as masking from "./ops/masking.ts";
import * as medians from "./ops/median.ts";
import type { DiagOptions, DiagonalOptions, RollOptions, Rot90Options } from "./ops/movement.ts";
import * as movement from "./ops/movement.ts";
import * as products from "./ops/products.ts";
import type { DrawOptions } from "./ops/random.ts";
import * as random from "./ops/random.ts";
import type { OneDimOptions, ValuesAndIndices } from "./ops/reduction.ts";
import * as reductions from "./ops/reduction.ts";
import type { CumulateOptions, DiffOptions } from "./ops/scan.ts";
import * as scans from "./ops/scan.ts";
import type { ScatterOptions, ScatterReduceOptions } from "./ops/scatter-reduce.ts";
import * as scatters from "./ops/scatter-reduce.ts";
import type { Index } from "./ops/slicing.ts";
import type { SoftmaxOptions } from "./ops/softmax.ts";
import * as softmaxes from "./ops/softmax.ts";
import type { SortOptions, TopkOptions } from "./ops/sorting.ts";
import * as sorting from "./ops/sorting.ts";
import type { NormOptions, VarianceOptions } from "./ops/statistics.ts";
import * as statistics from "./ops/statistics.ts";
import * as strided from "./ops/strided.ts";
import type { NanToNumOptions, RoundOptions } from "./ops/unary.ts";
import * as unary from "./ops/unary.ts";
import * as writes from "./ops/write-by-index.ts";
import { streamFor } from "./runtime/init.ts";
import { dispose, keep, read, realize } from "./runtime/read.ts";
import { type Shape, sizeOf } from "./shape.ts";
import type { Hook } from "./tape/edge.ts";
import { Leaf } from "./tape/edge.ts";
import { edgeOf, isTracked } from "./tape/record.ts";

/**
 * An n-dimensional array on a device, with its place on the tape. Operations record what is to be done and return at once;
 * whatever reads a value is async. A method does what the function of the same name does with the tensor as its first operand:
 * the functions have the equations and shapes.
 */
export class Tensor extends Handle {
  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  numel(): number {
    return sizeOf(this.shape);
  }

  /** The kind of device its values live on. */
  get device(): DeviceName {
    return this.node.stream.device;
  }

  /** The dimensions in reverse order; the transposed matrix. A view. */
  get T(): Tensor {
    return layout.permute(this, [...this.shape.keys()].reverse());
  }

  /** The last two dimensions exchanged. A view. */
  get mT(): Tensor {
    return layout.transpose(this, -2, -1);
  }

  /** Whether operations on it are recorded for `backward`. Setting it makes a leaf, or takes that back; its gradient and hooks stay. */
  get requiresGrad(): boolean {
    return isTracked(this);
  }
  set requiresGrad(requires: boolean) {
    setRequiresGrad(this, requires);
  }

  /** No operation on the tape made it: it accumulates its own gradient, if it requires one. */
  get isLeaf(): boolean {
    const edge = edgeOf(this);
    return edge === null || edge instanceof Leaf;
  }

  /** `retainGrad()` was called: an operation made it, and it keeps its gradient all the same. */
  get retainsGrad(): boolean {
    return this.own?.retains === true && !this.isLeaf;
  }

  /** The accumulated gradient of a leaf (or after `retainGrad()`), or null. */
  get grad(): Tensor | null {
    return gradOf(this);
  }
  set grad(gradient: Tensor | null) {
    setGrad(this, gradient);
  }

  /** Sets `requiresGrad` and returns the tensor; the result of an operation requires one already. */
  requiresGrad_(requires = true): this {
    if (!requires || this.isLeaf) setRequiresGrad(this, requires);
    return this;
  }

  /** Accumulates dL/dleaf into the `.grad` of every leaf this depends on; `gradient` is needed where this is no single number. */
  backward(gradient?: Tensor | null, options?: BackwardOptions): void {
    backward(this, gradient, options);
  }

  /** Calls `hook` with the gradient whenever one is computed; what it returns takes its place. */
  registerHook(hook: Hook): HookHandle {
    return registerHook(this, hook);
  }

  /** Calls `hook` with this leaf whenever a backward has added to its gradient. */
  registerPostAccumulateGradHook(hook: (tensor: Tensor) => void): HookHandle {
    return registerPostAccumulateGradHook(this, hook);
  }

  /** Keeps the gradient of a tensor inside the graph in `.grad`, also after writes to the tensor. */
  retainGrad(): void {
    retainGrad(this);
  }

  /** The same value off the tape; it sees later in-place writes. */
  detach(): Tensor {
    return layout.detach(this);
  }

  /** Takes the tensor off the tape: it is a leaf from here on. */
  detach_(): this {
    detachInPlace(this);
    return this;
  }

  /** A copy in storage of its own, on the tape. */
  clone(): Tensor {
    return clone(this);
  }

  /** The single element as a number (a bool as 1 or 0). Runs pending work. */
  async item(): Promise<number> {
    if (this.numel() !== 1) {
      throw new ArgumentError(
        `item: the tensor has ${this.numel()} elements, not one${detail("tensor", this.shape)}\n  hint: data() or tolist()`,
      );
    }
    const [value] = await read(this);
    return value as number;
  }

  /** A copy of the values in row-major order; bools as bytes 0 and 1. Runs pending work. */
  data(): Promise<TypedArray> {
    return read(this);
  }

  /** The values as nested arrays of numbers or booleans. Runs pending work. */
  async tolist(): Promise<NestedValues> {
    return nested(await read(this), this.shape, this.dtype);
  }

  /** Keeps the value from its computation on, whatever happens to what it was made from, until `dispose()`. */
  keep(): this {
    keep(this);
    return this;
  }

  /** Computes the value now, and keeps it. */
  realize(): this {
    realize(this);
    return this;
  }

  /** Gives the value back: handles on the same value are expired from here on. */
  dispose(): void {
    dispose(this);
  }

  [Symbol.dispose](): void {
    dispose(this);
  }

  /** Whether the elements lie in row-major order without gaps. */
  isContiguous(): boolean {
    return this.window === null || isContiguous(this.window);
  }

  /** Whether the single element is not 0. Runs pending work. */
  async isNonzero(): Promise<boolean> {
    return (await this.item()) !== 0;
  }

  /**
   * The tensor is from here on a name of the other's storage: what is written to one is written to both. Its gradient, hooks and
   * `requiresGrad` stay. PyTorch's `x.data = y` is `noGrad(() => x.set_(y))`.
   */
  set_(source: Tensor): this {
    setStorage(this, source);
    return this;
  }

  /** Another dtype (at once), or the value on another kind of device (as a promise, off the tape). */
  to(dtype: DType): Tensor;
  to(device: DeviceName): Promise<Tensor>;
  to(target: DType | DeviceName): Tensor | Promise<Tensor> {
    if (isDeviceName(target)) return moved(this, target);
    return cast(this, checkDType("to", target));
  }

  /** A tensor is no number while its value is still to be computed: comparisons and arithmetic of JavaScript's own throw. */
  override valueOf(): never {
    return refuseConversion();
  }

  [Symbol.toPrimitive](hint: "string" | "number" | "default"): string {
    return hint === "string" ? print(this) : refuseConversion();
  }

  /** Shape, dtype and device; the values too if they are on the host. */
  override toString(): string {
    return print(this);
  }

  // Elementwise, of one tensor
  neg(): Tensor {
    return arithmetic.neg(this);
  }
  abs(): Tensor {
    return unary.abs(this);
  }
  sign(): Tensor {
    return unary.sign(this);
  }
  exp(): Tensor {
    return unary.exp(this);
  }
  exp2(): Tensor {
    return unary.exp2(this);
  }
  expm1(): Tensor {
    return unary.expm1(this);
  }
  log(): Tensor {
    return unary.log(this);
  }
  log2(): Tensor {
    return unary.log2(this);
  }
  log10(): Tensor {
    return unary.log10(this);
  }
  log1p(): Tensor {
    return unary.log1p(this);
  }
  sqrt(): Tensor {
    return unary.sqrt(this);
  }
  rsqrt(): Tensor {
    return unary.rsqrt(this);
  }
  square(): Tensor {
    return unary.square(this);
  }
  reciprocal(): Tensor {
    return unary.reciprocal(this);
  }
  sin(): Tensor {
    return unary.sin(this);
  }
  cos(): Tensor {
    return unary.cos(this);
  }
  tan(): Tensor {
    return unary.tan(this);
  }
  asin(): Tensor {
    return unary.asin(this);
  }
  acos(): Tensor {
    return unary.acos(this);
  }
  atan(): Tensor {
    return unary.atan(this);
  }
  sinh(): Tensor {
    return unary.sinh(this);
  }
  cosh(): Tensor {
    return unary.cosh(this);
  }
  tanh(): Tensor {
    return unary.tanh(this);
  }
  asinh(): Tensor {
    return unary.asinh(this);
  }
  acosh(): Tensor {
    return unary.acosh(this);
  }
  atanh(): Tensor {
    return unary.atanh(this);
  }
  erf(): Tensor {
    return unary.erf(this);
  }
  sigmoid(): Tensor {
    return unary.sigmoid(this);
  }
  floor(): Tensor {
    return unary.floor(this);
  }
  ceil(): Tensor {
    return unary.ceil(this);
  }
  trunc(): Tensor {
    return unary.trunc(this);
  }
  frac(): Tensor {
    return unary.frac(this);
  }
  relu(): Tensor {
    return unary.relu(this);
  }
  isnan(): Tensor {
    return comparison.isnan(this);
  }
  isinf(): Tensor {
    return unary.isinf(this);
  }
  isfinite(): Tensor {
    return unary.isfinite(this);
  }
  logicalNot(): Tensor {
    return comparison.logicalNot(this);
  }
  bitwiseNot(): Tensor {
    return comparison.bitwiseNot(this);
  }
  round(options?: RoundOptions): Tensor {
    return unary.round(this, options);
  }
  nanToNum(options?: NanToNumOptions): Tensor {
    return unary.nanToNum(this, options);
  }
  clamp(min?: Operand | null | ClampOptions, max?: Operand | null): Tensor {
    return binary.clamp(this, min, max);
  }

  // Elementwise, of two
  add(other: Operand, options?: AddOptions): Tensor {
    return arithmetic.add(this, other, options);
  }
  sub(other: Operand, options?: AddOptions): Tensor {
    return arithmetic.sub(this, other, options);
  }
  rsub(other: Operand, options?: AddOptions): Tensor {
    return arithmetic.rsub(this, other, options);
  }
  mul(other: Operand): Tensor {
    return arithmetic.mul(this, other);
  }
  div(other: Operand, options?: DivOptions): Tensor {
    return arithmetic.div(this, other, options);
  }
  floorDivide(other: Operand): Tensor {
    return arithmetic.floorDivide(this, other);
  }
  pow(other: Operand): Tensor {
    return binary.pow(this, other);
  }
  maximum(other: Operand): Tensor {
    return binary.maximum(this, other);
  }
  minimum(other: Operand): Tensor {
    return binary.minimum(this, other);
  }
  fmod(other: Operand): Tensor {
    return binary.fmod(this, other);
  }
  remainder(other: Operand): Tensor {
    return binary.remainder(this, other);
  }
  lerp(end: Tensor, weight: Operand): Tensor {
    return binary.lerp(this, end, weight);
  }
  trueDivide(other: Operand): Tensor {
    return arithmetic.trueDivide(this, other);
  }
  bitwiseLeftShift(other: Operand): Tensor {
    return comparison.bitwiseLeftShift(this, other);
  }
  bitwiseRightShift(other: Operand): Tensor {
    return comparison.bitwiseRightShift(this, other);
  }
  atan2(other: Operand): Tensor {
    return binary.atan2(this, other);
  }
  eq(other: Operand): Tensor {
    return comparison.eq(this, other);
  }
  ne(other: Operand): Tensor {
    return comparison.ne(this, other);
  }
  lt(other: Operand): Tensor {
    return comparison.lt(this, other);
  }
  le(other: Operand): Tensor {
    return comparison.le(this, other);
  }
  gt(other: Operand): Tensor {
    return comparison.gt(this, other);
  }
  ge(other: Operand): Tensor {
    return comparison.ge(this, other);
  }
  logicalAnd(other: Operand): Tensor {
    return comparison.logicalAnd(this, other);
  }
  logicalOr(other: Operand): Tensor {
    return comparison.logicalOr(this, other);
  }
  logicalXor(other: Operand): Tensor {
    return comparison.logicalXor(this, other);
  }
  bitwiseAnd(other: Operand): Tensor {
    return comparison.bitwiseAnd(this, other);
  }
  bitwiseOr(other: Operand): Tensor {
    return comparison.bitwiseOr(this, other);
  }
  bitwiseXor(other: Operand): Tensor {
    return comparison.bitwiseXor(this, other);
  }
  /** This where `condition` holds, else `other`. */
  where(condition: Tensor, other: Operand): Tensor {
    return comparison.where(condition, this, other);
  }

  // In place
  scatter_(dim: number, index: Tensor, src: Tensor | number, options?: ScatterOptions): Tensor {
    return writes.scatter_(this, dim, index, src, options);
  }
  scatterAdd_(dim: number, index: Tensor, src: Tensor): Tensor {
    return writes.scatterAdd_(this, dim, index, src);
  }
  indexAdd_(dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): Tensor {
    return writes.indexAdd_(this, dim, index, source, options);
  }
  indexCopy_(dim: number, index: Tensor, source: Tensor): Tensor {
    return writes.indexCopy_(this, dim, index, source);
  }
  indexFill_(dim: number, index: Tensor, value: Tensor | number): Tensor {
    return writes.indexFill_(this, dim, index, value);
  }
  maskedFill_(mask: Tensor, value: Operand): Tensor {
    return writes.maskedFill_(this, mask, value);
  }
  add_(other: Operand, options?: AddOptions): Tensor {
    return inplace.add_(this, other, options);
  }
  sub_(other: Operand, options?: AddOptions): Tensor {
    return inplace.sub_(this, other, options);
  }
  mul_(other: Operand): Tensor {
    return inplace.mul_(this, other);
  }
  div_(other: Operand, options?: DivOptions): Tensor {
    return inplace.div_(this, other, options);
  }
  pow_(exponent: Operand): Tensor {
    return inplace.pow_(this, exponent);
  }
  clamp_(min?: Operand | null | ClampOptions, max?: Operand | null): Tensor {
    return inplace.clamp_(this, min, max);
  }
  floorDivide_(other: Operand): Tensor {
    return inplace.floorDivide_(this, other);
  }
  remainder_(other: Operand): Tensor {
    return inplace.remainder_(this, other);
  }
  clampMin_(other: Operand): Tensor {
    return inplace.clampMin_(this, other);
  }
  clampMax_(other: Operand): Tensor {
    return inplace.clampMax_(this, other);
  }
  eq_(other: Operand): Tensor {
    return inplace.eq_(this, other);
  }
  ne_(other: Operand): Tensor {
    return inplace.ne_(this, other);
  }
  lt_(other: Operand): Tensor {
    return inplace.lt_(this, other);
  }
  le_(other: Operand): Tensor {
    return inplace.le_(this, other);
  }
  gt_(other: Operand): Tensor {
    return inplace.gt_(this, other);
  }
  ge_(other: Operand): Tensor {
    return inplace.ge_(this, other);
  }
  copy_(source: Operand): Tensor {
    return inplace.copy_(this, source);
  }
  fill_(value: Operand): Tensor {
    return inplace.fill_(this, value);
  }
  uniform_(low?: number, high?: number, options?: DrawOptions): Tensor {
    return random.uniform_(this, low, high, options);
  }
  normal_(mean?: number, std?: number, options?: DrawOptions): Tensor {
    return random.normal_(this, mean, std, options);
  }
  put_(index: Index | readonly Index[], value: Operand, options?: PutOptions): Tensor {
    return indexing.put_(this, index, value, options);
  }
  sin_(): Tensor {
    return inplace.sin_(this);
  }
  cos_(): Tensor {
    return inplace.cos_(this);
  }
  log_(): Tensor {
    return inplace.log_(this);
  }
  zero_(): Tensor {
    return inplace.zero_(this);
  }
  logicalNot_(): Tensor {
    return inplace.logicalNot_(this);
  }
  relu_(): Tensor {
    return inplace.relu_(this);
  }
  sigmoid_(): Tensor {
    return inplace.sigmoid_(this);
  }
  tanh_(): Tensor {
    return inplace.tanh_(this);
  }
  exp_(): Tensor {
    return inplace.exp_(this);
  }
  sqrt_(): Tensor {
    return inplace.sqrt_(this);
  }
  square_(): Tensor {
    return inplace.square_(this);
  }
  neg_(): Tensor {
    return inplace.neg_(this);
  }
  abs_(): Tensor {
    return inplace.abs_(this);
  }
  round_(): Tensor {
    return inplace.round_(this);
  }

  // Reductions
  sum(dim?: Dims | SumOptions, options?: SumOptions): Tensor {
    return broadcast.sum(this, dim, options);
  }
  mean(dim?: Dims | SumOptions, options?: SumOptions): Tensor {
    return reductions.mean(this, dim, options);
  }
  prod(dim?: Dims | SumOptions, options?: SumOptions): Tensor {
    return reductions.prod(this, dim, options);
  }
  nansum(dim?: Dims | SumOptions, options?: SumOptions): Tensor {
    return statistics.nansum(this, dim, options);
  }
  amax(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
    return reductions.amax(this, dim, options);
  }
  amin(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
    return reductions.amin(this, dim, options);
  }
  all(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
    return reductions.all(this, dim, options);
  }
  any(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
    return reductions.any(this, dim, options);
  }
  countNonzero(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
    return statistics.countNonzero(this, dim, options);
  }
  var(dim?: Dims | VarianceOptions, options?: VarianceOptions): Tensor {
    return statistics.variance(this, dim, options);
  }
  std(dim?: Dims | VarianceOptions, options?: VarianceOptions): Tensor {
    return statistics.std(this, dim, options);
  }
  argmax(dim?: number | null | OneDimOptions, options?: OneDimOptions): Tensor {
    return reductions.argmax(this, dim, options);
  }
  argmin(dim?: number | null | OneDimOptions, options?: OneDimOptions): Tensor {
    return reductions.argmin(this, dim, options);
  }
  max(): Tensor;
  max(other: Tensor): Tensor;
  max(dim: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  max(
    second?: Tensor | number | OneDimOptions,
    options?: OneDimOptions,
  ): Tensor | ValuesAndIndices {
    return reductions.max(this, second as number, options);
  }
  min(): Tensor;
  min(other: Tensor): Tensor;
  min(dim: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  min(
    second?: Tensor | number | OneDimOptions,
    options?: OneDimOptions,
  ): Tensor | ValuesAndIndices {
    return reductions.min(this, second as number, options);
  }
  norm(p?: number | "fro" | null | NormOptions, dim?: Dims, options?: NormOptions): Tensor {
    return statistics.norm(this, p, dim, options);
  }
  logsumexp(dim: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
    return softmaxes.logsumexp(this, dim, options);
  }
  softmax(dim: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor {
    return softmaxes.softmax(this, dim, options);
  }
  logSoftmax(dim: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor {
    return softmaxes.logSoftmax(this, dim, options);
  }

  // Products
  matmul(other: Tensor): Tensor {
    return contraction.matmul(this, other);
  }
  mm(other: Tensor): Tensor {
    return contraction.mm(this, other);
  }
  bmm(other: Tensor): Tensor {
    return contraction.bmm(this, other);
  }
  mv(other: Tensor): Tensor {
    return contraction.mv(this, other);
  }
  dot(other: Tensor): Tensor {
    return contraction.dot(this, other);
  }
  outer(other: Tensor): Tensor {
    return contraction.outer(this, other);
  }
  addmm(a: Tensor, b: Tensor, options?: AddmmOptions): Tensor {
    return contraction.addmm(this, a, b, options);
  }
  baddbmm(a: Tensor, b: Tensor, options?: AddmmOptions): Tensor {
    return contraction.baddbmm(this, a, b, options);
  }
  kron(other: Tensor): Tensor {
    return products.kron(this, other);
  }
  trace(): Tensor {
    return products.trace(this);
  }

  // Shape and order
  reshape(...shape: Sizes): Tensor {
    return layout.reshape(this, sizesOf(shape));
  }
  view(...shape: Sizes): Tensor {
    return layout.view(this, sizesOf(shape));
  }
  viewAs(other: Tensor): Tensor {
    return layout.viewAs(this, other);
  }
  expandAs(other: Tensor): Tensor {
    return broadcast.expandAs(this, other);
  }
  ravel(): Tensor {
    return layout.ravel(this);
  }
  permute(...dims: Sizes): Tensor {
    return layout.permute(this, sizesOf(dims));
  }
  expand(...shape: Sizes): Tensor {
    return broadcast.expand(this, sizesOf(shape));
  }
  broadcastTo(shape: Shape): Tensor {
    return broadcast.broadcastTo(this, shape);
  }
  repeat(...repeats: Sizes): Tensor {
    return movement.repeat(this, sizesOf(repeats));
  }
  tile(...repeats: Sizes): Tensor {
    return movement.tile(this, sizesOf(repeats));
  }
  repeatInterleave(
    repeats: number | Tensor,
    dim?: number | null | DimOption<number | null>,
  ): Tensor {
    return movement.repeatInterleave(this, repeats, dim);
  }
  transpose(dim0: number, dim1: number): Tensor {
    return layout.transpose(this, dim0, dim1);
  }
  swapaxes(dim0: number, dim1: number): Tensor {
    return layout.transpose(this, dim0, dim1);
  }
  t(): Tensor {
    return layout.t(this);
  }
  movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor {
    return layout.movedim(this, source, destination);
  }
  unsqueeze(dim: number): Tensor {
    return layout.unsqueeze(this, dim);
  }
  squeeze(dim?: number | readonly number[] | null): Tensor {
    return layout.squeeze(this, dim);
  }
  flatten(startDim?: number | FlattenOptions, endDim?: number): Tensor {
    return layout.flatten(this, startDim, endDim);
  }
  unflatten(dim: number, sizes: Shape): Tensor {
    return layout.unflatten(this, dim, sizes);
  }
  flip(dims: number | readonly number[]): Tensor {
    return movement.flip(this, dims);
  }
  roll(
    shifts: number | readonly number[],
    dims?: number | readonly number[] | RollOptions,
  ): Tensor {
    return movement.roll(this, shifts, dims);
  }
  rot90(options?: Rot90Options): Tensor {
    return movement.rot90(this, options);
  }
  narrow(dim: number, start: number, length: number): Tensor {
    return movement.narrow(this, dim, start, length);
  }
  select(dim: number, index: number): Tensor {
    return movement.select(this, dim, index);
  }
  split(size: number | readonly number[], dim?: number | DimOption): Tensor[] {
    return movement.split(this, size, dim);
  }
  chunk(chunks: number, dim?: number | DimOption): Tensor[] {
    return movement.chunk(this, chunks, dim);
  }
  tensorSplit(pieces: number | readonly number[], dim?: number | DimOption): Tensor[] {
    return movement.tensorSplit(this, pieces, dim);
  }
  unbind(dim?: number | DimOption): Tensor[] {
    return movement.unbind(this, dim);
  }
  diag(options?: number | DiagOptions): Tensor {
    return movement.diag(this, options);
  }
  diagonal(options?: DiagonalOptions): Tensor {
    return movement.diagonal(this, options);
  }
  diagEmbed(options?: DiagonalOptions): Tensor {
    return movement.diagEmbed(this, options);
  }
  tril(options?: number | DiagOptions): Tensor {
    return movement.tril(this, options);
  }
  triu(options?: number | DiagOptions): Tensor {
    return movement.triu(this, options);
  }
  unfold(dim: number, size: number, step: number): Tensor {
    return columns.unfoldDim(this, dim, size, step);
  }
  contiguous(): Tensor {
    return strided.contiguous(this);
  }
  at(...index: readonly Index[]): Tensor {
    return indexing.at(this, ...index);
  }
  /** `at` with masks among the index. Reads the masks. */
  atMask(...index: readonly Index[]): Promise<Tensor> {
    return indexing.atMask(this, ...index);
  }

  // Choosing by index
  gather(dim: number, index: Tensor): Tensor {
    return gathering.gather(this, dim, index);
  }
  scatter(dim: number, index: Tensor, src: Tensor | number, options?: ScatterOptions): Tensor {
    return scatters.scatter(this, dim, index, src, options);
  }
  scatterAdd(dim: number, index: Tensor, src: Tensor): Tensor {
    return gathering.scatterAdd(this, dim, index, src);
  }
  scatterReduce(
    dim: number,
    index: Tensor,
    src: Tensor,
    reduce: "sum" | "mean" | "prod" | "amax" | "amin",
    options?: ScatterReduceOptions,
  ): Tensor {
    return scatters.scatterReduce(this, dim, index, src, reduce, options);
  }
  take(index: Tensor): Tensor {
    return gathering.take(this, index);
  }
  takeAlongDim(index: Tensor, dim?: number | null | DimOption<number | null>): Tensor {
    return gathering.takeAlongDim(this, index, dim);
  }
  indexSelect(dim: number, index: Tensor): Tensor {
    return indexVector.indexSelect(this, dim, index);
  }
  indexAdd(dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): Tensor {
    return indexVector.indexAdd(this, dim, index, source, options);
  }
  indexCopy(dim: number, index: Tensor, source: Tensor): Tensor {
    return indexVector.indexCopy(this, dim, index, source);
  }
  indexFill(dim: number, index: Tensor, value: Tensor | number): Tensor {
    return indexVector.indexFill(this, dim, index, value);
  }
  maskedFill(mask: Tensor, value: Operand): Tensor {
    return masking.maskedFill(this, mask, value);
  }
  /** The elements where the mask is true, as a vector. Reads the mask. */
  maskedSelect(mask: Tensor): Promise<Tensor> {
    return masking.maskedSelect(this, mask);
  }
  /** Coordinates of the elements that are not 0. Reads the values. */
  nonzero(options: NonzeroOptions & { asTuple: true }): Promise<Tensor[]>;
  nonzero(options?: NonzeroOptions & { asTuple?: false }): Promise<Tensor>;
  nonzero(options?: NonzeroOptions): Promise<Tensor | Tensor[]> {
    return masking.nonzero(this, options as { asTuple?: false });
  }
  /** Whether the other has the same shape and equal elements everywhere. Reads the answer. */
  equal(other: Tensor): Promise<boolean> {
    return masking.equal(this, other);
  }

  // Along one dimension
  logcumsumexp(dim: number | DimOption): Tensor {
    return scans.logcumsumexp(this, dim);
  }
  sort(dim?: number | SortOptions, options?: SortOptions): ValuesAndIndices {
    return sorting.sort(this, dim, options);
  }
  argsort(dim?: number | SortOptions, options?: SortOptions): Tensor {
    return sorting.argsort(this, dim, options);
  }
  topk(k: number, dim?: number | TopkOptions, options?: TopkOptions): ValuesAndIndices {
    return sorting.topk(this, k, dim, options);
  }
  kthvalue(k: number, dim?: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices {
    return medians.kthvalue(this, k, dim, options);
  }
  median(): Tensor;
  median(dim: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  median(dim?: number | OneDimOptions, options?: OneDimOptions): Tensor | ValuesAndIndices {
    return medians.median(this, dim as number, options);
  }
  nanmedian(): Tensor;
  nanmedian(dim: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  nanmedian(dim?: number | OneDimOptions, options?: OneDimOptions): Tensor | ValuesAndIndices {
    return medians.nanmedian(this, dim as number, options);
  }
  /** The different values in order. Reads the values. */
  unique(options?: { returnInverse?: false; returnCounts?: false }): Promise<Tensor>;
  unique(options: UniqueOptions): Promise<UniqueResult>;
  unique(options?: UniqueOptions): Promise<Tensor | UniqueResult> {
    return counts.unique(this, options as UniqueOptions);
  }
  /** How often each whole number occurs. Reads the largest. */
  bincount(options?: BincountOptions): Promise<Tensor> {
    return counts.bincount(this, options);
  }
  histc(options?: HistcOptions): Tensor {
    return counts.histc(this, options);
  }
  cumsum(dim: number | CumulateOptions, options?: CumulateOptions): Tensor {
    return scans.cumsum(this, dim, options);
  }
  cumprod(dim: number | CumulateOptions, options?: CumulateOptions): Tensor {
    return scans.cumprod(this, dim, options);
  }
  cummax(dim: number | DimOption): ValuesAndIndices {
    return scans.cummax(this, dim);
  }
  cummin(dim: number | DimOption): ValuesAndIndices {
    return scans.cummin(this, dim);
  }
  diff(n?: number | DiffOptions, dim?: number, options?: DiffOptions): Tensor {
    return scans.diff(this, n, dim, options);
  }
}

async function moved(x: Tensor, device: DeviceName): Promise<Tensor> {
  const { shape, dtype } = x;
  const values = await read(x);
  return hostTensor(values, shape, dtype, await streamFor(device));
}

function refuseConversion(): never {
  throw new ArgumentError(
    "a tensor has no value yet that JavaScript could compare or compute with" +
      "\n  hint: `await t.item()` for the number, t.gt(3) for a comparison of all elements",
  );
}

registerHandle((cell, window) => new Tensor(cell, window));

// what console.log shows in Node
Object.defineProperty(Tensor.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Tensor): string {
    return print(this);
  },
});
