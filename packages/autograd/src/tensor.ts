import { type BackwardOptions, backward } from "./autograd/backward.ts";
import {
  disposeGradient,
  gradOf,
  type HookHandle,
  registerHook,
  registerPostAccumulateGradHook,
  retainGrad,
  setGrad,
} from "./autograd/hooks.ts";
import { detachInPlace, setRequiresGrad } from "./autograd/leaves.ts";
import { type DeviceName, isDeviceName } from "./devices/registry.ts";
import { checkDType, type DType, type TypedArray } from "./dtype.ts";
import { ArgumentError, DeviceError, detail } from "./errors.ts";
import { Handle, registerHandle } from "./graph/handle.ts";
import { type NestedValues, nested, print } from "./graph/print.ts";
import { isContiguous } from "./graph/view.ts";
import { addMethods, type TensorMethods } from "./methods/methods.ts";
import type { Operand } from "./ops/core/apply.ts";
import { clone } from "./ops/core/clone.ts";
import { setStorage } from "./ops/core/commit.ts";
import { cast } from "./ops/core/constant.ts";
import { hostTensor } from "./ops/core/creation.ts";
import * as layout from "./ops/core/layout.ts";
import * as comparison from "./ops/math/comparison.ts";
import * as movement from "./ops/shape/movement.ts";
import { streamFor } from "./runtime/init.ts";
import { dispose, keep, read, realize } from "./runtime/read.ts";
import { sizeOf } from "./shape.ts";
import { checkCall } from "./signature.ts";
import type { Hook } from "./tape/edge.ts";
import { Leaf } from "./tape/edge.ts";
import { edgeOf, isTracked } from "./tape/record.ts";

/**
 * An n-dimensional array on a device, with its place on the tape. Operations are recorded and
 * return at
 * once; methods that read values are async. A method does what the function of the same name does
 * with
 * the tensor as its first operand; the functions document equations and shapes.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the operations' methods are added below
export class Tensor extends Handle {
  /** The number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** The number of elements. */
  numel(): number {
    if (arguments.length > 0) checkCall("x.numel()", arguments);
    return sizeOf(this.shape);
  }

  /** The name of the device that its values are on. */
  get device(): DeviceName {
    return this.node.stream.device;
  }

  /** The dimensions in reverse order; the transpose of a matrix. A view. */
  get T(): Tensor {
    return layout.permute(this, [...this.shape.keys()].reverse());
  }

  /** Swaps the last two dimensions. A view. */
  get mT(): Tensor {
    return layout.transpose(this, -2, -1);
  }

  /**
   * Whether operations on it are recorded on the tape. Setting it to true makes a leaf, to false
   * reverts
   * that; the gradient stays.
   */
  get requiresGrad(): boolean {
    return isTracked(this);
  }
  set requiresGrad(requires: boolean) {
    setRequiresGrad(this, requires);
  }

  /**
   * True if no operation on the tape made it. Then it accumulates its own gradient, if it requires
   * one.
   */
  get isLeaf(): boolean {
    const edge = edgeOf(this);
    return edge === null || edge instanceof Leaf;
  }

  /**
   * True if `retainGrad()` was called on the result of an operation, so that it keeps its gradient.
   */
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

  /** Sets `requiresGrad` and returns the tensor. */
  requiresGrad_(requires = true): this {
    checkCall("x.requiresGrad_(requires?: boolean)", arguments);
    if (!requires || !this.requiresGrad) setRequiresGrad(this, requires);
    return this;
  }

  /**
   * Accumulates dL/dleaf into `.grad` of every leaf. A tensor with more than one element needs
   * `gradient`.
   */
  backward(gradient?: Tensor | null, options?: BackwardOptions): void {
    checkCall(
      "x.backward(gradient?, { retainGraph: boolean, createGraph: boolean, inputs })",
      arguments,
    );
    backward(this, gradient, options);
  }

  /**
   * Calls `hook` with each gradient of this tensor. If it returns a tensor, that replaces the
   * gradient.
   */
  registerHook(hook: Hook): HookHandle {
    checkCall("x.registerHook(hook: function)", arguments);
    return registerHook(this, hook);
  }

  /** Calls `hook` with this leaf after each backward that added to its gradient. */
  registerPostAccumulateGradHook(hook: (tensor: Tensor) => void): HookHandle {
    checkCall("x.registerPostAccumulateGradHook(hook: function)", arguments);
    return registerPostAccumulateGradHook(this, hook);
  }

  /** Keeps the gradient of a non-leaf in `.grad`, also after in-place writes. */
  retainGrad(): void {
    if (arguments.length > 0) checkCall("x.retainGrad()", arguments);
    retainGrad(this);
  }

  /** The same value off the tape. It sees later in-place writes. */
  detach(): Tensor {
    if (arguments.length > 0) checkCall("x.detach()", arguments);
    return layout.detach(this);
  }

  /** Takes the tensor off the tape. It becomes a leaf. */
  detach_(): this {
    if (arguments.length > 0) checkCall("x.detach_()", arguments);
    detachInPlace(this);
    return this;
  }

  /** A copy in storage of its own, on the tape. */
  clone(): Tensor {
    if (arguments.length > 0) checkCall("x.clone()", arguments);
    return clone(this);
  }

  /** The single element as a number (a bool as 1 or 0). Runs pending work. */
  async item(): Promise<number> {
    if (arguments.length > 0) checkCall("x.item()", arguments);
    if (this.numel() !== 1) {
      throw new ArgumentError(
        `item: the tensor has ${this.numel()} elements, not one${detail("tensor", this.shape)}\n  hint: use data() or tolist()`,
      );
    }
    const [value] = await read(this);
    return value as number;
  }

  /** A copy of the values in row-major order; a bool is a byte 0 or 1. Runs pending work. */
  data(): Promise<TypedArray> {
    if (arguments.length > 0) checkCall("x.data()", arguments);
    return read(this);
  }

  /** The values as nested arrays of numbers or booleans. Runs pending work. */
  async tolist(): Promise<NestedValues> {
    if (arguments.length > 0) checkCall("x.tolist()", arguments);
    return nested(await read(this), this.shape, this.dtype);
  }

  /** Keeps the value until `dispose()`, even if its inputs change. */
  keep(): this {
    if (arguments.length > 0) checkCall("x.keep()", arguments);
    keep(this);
    return this;
  }

  /** Computes the value now and keeps it. */
  realize(): this {
    if (arguments.length > 0) checkCall("x.realize()", arguments);
    realize(this);
    return this;
  }

  /** Frees the value, and the gradient of a leaf. Other handles on the same value expire. */
  dispose(): void {
    if (arguments.length > 0) checkCall("x.dispose()", arguments);
    disposeGradient(this);
    dispose(this);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Whether the elements are in row-major order without gaps. */
  isContiguous(): boolean {
    if (arguments.length > 0) checkCall("x.isContiguous()", arguments);
    return this.window === null || isContiguous(this.window);
  }

  /** Whether the single element is not 0. Runs pending work. */
  async isNonzero(): Promise<boolean> {
    if (arguments.length > 0) checkCall("x.isNonzero()", arguments);
    return (await this.item()) !== 0;
  }

  /**
   * From now on the tensor shares the other's storage: a write to one is a write to both. Its
   * gradient,
   * hooks and `requiresGrad` stay. PyTorch's `x.data = y` is `noGrad(() => x.set_(y))`.
   */
  set_(source: Tensor): this {
    if (arguments.length > 1) checkCall("x.set_(source)", arguments);
    setStorage(this, source);
    return this;
  }

  /**
   * Converts to another dtype or that of another tensor (at once), or copies the value to another
   * device (as
   * a promise, off the tape). Returns the tensor itself if nothing changes.
   */
  to(dtype: DType): Tensor;
  to(device: DeviceName): Promise<Tensor>;
  to(other: Tensor): Tensor;
  to(target: DType | DeviceName | Tensor): Tensor | Promise<Tensor> {
    if (arguments.length > 1) checkCall("x.to(target: any)", arguments);
    if (isDeviceName(target)) return moved(this, target);
    if (target instanceof Tensor) {
      if (target.device === this.device) return cast(this, target.dtype);
      throw new DeviceError(
        `to: the other tensor is on device ${target.device}\n  hint: (await x.to("${target.device}")).to("${target.dtype}")`,
      );
    }
    return cast(this, checkDType("to", target));
  }

  /**
   * Throws: a pending tensor is not a number, so JavaScript's comparisons and arithmetic do not
   * work.
   */
  override valueOf(): never {
    return refuseConversion();
  }

  /** Throws: JSON.stringify cannot wait for the values. */
  toJSON(): never {
    throw new ArgumentError(
      "a tensor cannot be converted to JSON, because its values are pending\n  hint: use await x.tolist() for nested arrays",
    );
  }

  [Symbol.toPrimitive](hint: "string" | "number" | "default"): string {
    return hint === "string" ? print(this) : refuseConversion();
  }

  /** The slices along the first dimension, as views: for (const row of x), const [a, b] = x. */
  [Symbol.iterator](): Iterator<Tensor> {
    if (this.shape.length === 0) {
      throw new ArgumentError(
        "cannot iterate over a 0-d tensor\n  hint: use await x.item() for its number",
      );
    }
    return parts(this);
  }

  /** Shape, dtype and device; also the values if they are on the host. */
  override toString(): string {
    return print(this);
  }

  /** This tensor where `condition` is true, else `other`. */
  where(condition: Tensor, other: Operand): Tensor {
    checkCall("x.where(condition, other: operand)", arguments);
    return comparison.where(condition, this, other);
  }
}

export interface Tensor extends TensorMethods {}

addMethods(Tensor.prototype);

/** Yields slices one by one, so that an early exit costs nothing. */
function* parts(x: Tensor): Generator<Tensor> {
  const [length = 0] = x.shape;
  for (let i = 0; i < length; i++) yield movement.part(x, i);
}

async function moved(x: Tensor, device: DeviceName): Promise<Tensor> {
  const stream = await streamFor(device);
  if (x.node.stream === stream) return x;
  return hostTensor(await read(x), x.shape, x.dtype, stream);
}

function refuseConversion(): never {
  throw new ArgumentError(
    "JavaScript cannot compare or compute with a tensor, because its value is pending" +
      "\n  hint: `await t.item()` for the number, t.gt(3) for a comparison of all elements",
  );
}

registerHandle((cell, window) => new Tensor(cell, window));

// console.log in Node shows this
Object.defineProperty(Tensor.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Tensor): string {
    return print(this);
  },
});

// a notebook of Deno shows this
Object.defineProperty(Tensor.prototype, Symbol.for("Jupyter.display"), {
  async value(this: Tensor): Promise<Readonly<Record<string, string>>> {
    return (await import("./methods/display.ts")).display(this);
  },
});
