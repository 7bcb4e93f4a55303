import { isFloating } from "../dtype.ts";
import { ArgumentError, GradError } from "../errors.ts";
import { context } from "../graph/context.ts";
import { Handle, newHandle } from "../graph/handle.ts";
import { lanesOf } from "../graph/lanes.ts";
import type { Node } from "../graph/node.ts";
import { constant, constantLike } from "../ops/core/constant.ts";
import { type Edge, GradFn, type Saved, saved, savedHandle } from "../tape/edge.ts";
import { composite, noGrad } from "../tape/modes.ts";
import { checkWritable } from "../tape/rebind.ts";
import { edgeOf } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";

interface SavedTensor {
  readonly value: Saved;
  readonly handle: Tensor;
  edge: Edge | null;
}

const savedBy = new WeakMap<FunctionContext, readonly SavedTensor[]>();
const constantsOf = new WeakMap<FunctionContext, ReadonlySet<Tensor>>();
const dirtyOf = new WeakMap<FunctionContext, ReadonlySet<Tensor>>();
const leavesGaps = new WeakSet<FunctionContext>();

/**
 * What `forward` passes to `backward`. Tensors go through `saveForBackward`; other properties may
 * be added.
 */
export class FunctionContext {
  /** Whether each argument of `apply` needs a gradient. */
  readonly needsInputGrad: readonly boolean[];
  [own: string]: unknown;

  constructor(needsInputGrad: readonly boolean[]) {
    this.needsInputGrad = needsInputGrad;
  }

  /** Keeps the present values of tensors for `backward`, until the graph is consumed. */
  saveForBackward(...tensors: readonly Tensor[]): void {
    savedBy.set(
      this,
      tensors.map((handle) => ({ value: saved(handle), handle, edge: edgeOf(handle) })),
    );
  }

  /** Marks results that have no gradient. `backward` gets zeros for them. */
  markNonDifferentiable(...results: readonly Tensor[]): void {
    constantsOf.set(this, new Set(results));
  }

  /** Marks arguments that `forward` wrote in place. It must return them. */
  markDirty(...args: readonly Tensor[]): void {
    dirtyOf.set(this, new Set(args));
  }

  /** If false, `backward` gets null instead of zeros for a result without a gradient. */
  setMaterializeGrads(materialize: boolean): void {
    if (materialize) leavesGaps.delete(this);
    else leavesGaps.add(this);
  }

  /** The tensors that were passed to `saveForBackward`. */
  get savedTensors(): Tensor[] {
    return (savedBy.get(this) ?? []).map(({ value, handle, edge }) =>
      savedHandle(value.node as Node, handle.window, edge),
    );
  }
}

/** What the tape needs of a `Function`. */
interface Differentiable {
  readonly name: string;
  /**
   * dL/dargument for every argument of `forward` from dL/dresult. Null for an argument without
   * gradient.
   */
  backward(
    ctx: FunctionContext,
    ...gradients: Tensor[]
  ): Tensor | null | readonly (Tensor | null)[];
}

/** A `Function` whose `forward` takes no context. `setupContext` gets its arguments and result. */
export interface FunctionWithSetup<
  In extends readonly unknown[],
  Out extends Tensor | readonly Tensor[],
> extends Differentiable {
  forward(...args: In): Out;
  setupContext(ctx: FunctionContext, inputs: In, output: Out): void;
}

/** A subclass of `Function` as a value: the `this` of `apply`. */
export interface FunctionClass<
  In extends readonly unknown[],
  Out extends Tensor | readonly Tensor[],
> extends Differentiable {
  /** Computes the result from arguments off the tape. */
  forward(ctx: FunctionContext, ...args: In): Out;
}

/**
 * An operation with a gradient of its own. A subclass has static `forward(ctx, …args)` and
 * `backward(ctx, …gradients)`; `apply` runs it. The gradient is differentiable again if `backward`
 * is written in tensor ops.
 *
 * ```ts
 * class Clip extends Function {
 *   static override forward(ctx: FunctionContext, x: Tensor) {
 *     ctx.saveForBackward(x);
 *     return x.clamp(-1, 1);
 *   }
 *   static override backward(ctx: FunctionContext, dy: Tensor) {
 *     return dy.mul((ctx.savedTensors[0] as Tensor).abs().le(1));
 *   }
 * }
 * const y = Clip.apply(x);
 * ```
 */
// biome-ignore-start lint/complexity: PyTorch's shape: the class, not an instance, is the operation
// biome-ignore lint/suspicious/noShadowRestrictedNames: PyTorch's name, imported where it is wanted
export abstract class Function {
  /** Fills the context, if `forward` takes none: static setupContext(ctx, inputs, output). */
  static readonly setupContext?: (ctx: FunctionContext, inputs: never, output: never) => void;

  static forward(..._args: never[]): Tensor | readonly Tensor[] {
    throw new ArgumentError(
      `${this.name}.forward is not defined\n  hint: define static forward(ctx, …args)`,
    );
  }

  static backward(
    _ctx: FunctionContext,
    ..._gradients: Tensor[]
  ): Tensor | null | readonly (Tensor | null)[] {
    throw new ArgumentError(
      `${this.name}.backward is not defined\n  hint: define static backward(ctx, …gradients)`,
    );
  }

  /** Runs `forward`, and records the result on the tape with `backward` as its gradient. */
  static apply<In extends readonly unknown[], Out extends Tensor | readonly Tensor[]>(
    this: FunctionWithSetup<In, Out>,
    ...args: In
  ): Out;
  static apply<In extends readonly unknown[], Out extends Tensor | readonly Tensor[]>(
    this: FunctionClass<In, Out>,
    ...args: In
  ): Out;
  static apply<In extends readonly unknown[], Out extends Tensor | readonly Tensor[]>(
    this: FunctionClass<In, Out> | FunctionWithSetup<In, Out>,
    ...args: In
  ): Out {
    if (!("setupContext" in this) || this.setupContext === undefined)
      return applyFunction(this as FunctionClass<In, Out>, args);
    const { forward, setupContext } = this as FunctionWithSetup<In, Out>;
    const { name } = this;
    const operation: FunctionClass<In, Out> = {
      name,
      forward: (ctx, ...given) => {
        const output = (forward as (...all: readonly unknown[]) => Out).call(this, ...given);
        setupContext.call(this, ctx, given, output);
        return output;
      },
      backward: (ctx, ...gradients) => this.backward(ctx, ...gradients),
    };
    return applyFunction(operation, args);
  }
}
// biome-ignore-end lint/complexity: as above

/** What `Function.apply` does, for an operation that is not a class. */
export function applyFunction<
  In extends readonly unknown[],
  Out extends Tensor | readonly Tensor[],
>(operation: FunctionClass<In, Out>, args: In): Out {
  const edges = args.map((arg) => (arg instanceof Handle ? edgeOf(arg) : null));
  const ctx = new FunctionContext(edges.map((edge) => edge !== null));
  const versions = args.map((arg) => (arg instanceof Handle ? arg.cell.version : 0));
  const result = composite(() => noGrad(() => operation.forward(ctx, ...args)));
  const outputs = (Array.isArray(result) ? result : [result]) as readonly Tensor[];
  for (const output of outputs) {
    if (!(output instanceof Handle))
      throw new ArgumentError(`${operation.name}.forward must return tensors`);
  }
  const dirty = dirtyOf.get(ctx);
  const written = checkWrites(operation.name, args, versions, outputs, dirty);
  const made = outputs.map((output) =>
    written.has(output) ? output : newHandle(output.cell, output.window),
  );
  const constants = constantsOf.get(ctx);
  if (context.gradMode && edges.some((edge) => edge !== null)) {
    const isTracked = outputs.map(
      (output) => isFloating(output.dtype) && constants?.has(output) !== true,
    );
    track(operation, ctx, args, edges, made, isTracked);
  }
  for (const tensor of savedBy.get(ctx) ?? []) {
    // A saved result is on the tape by now, so that the second derivative goes through it.
    const at = outputs.indexOf(tensor.handle);
    if (at >= 0) tensor.edge = (made[at] as Tensor).edge;
  }
  return (Array.isArray(result) ? made : made[0]) as Out;
}

/** The arguments that `forward` wrote in place. Throws unless it marked and returned them. */
function checkWrites(
  name: string,
  args: readonly unknown[],
  versions: readonly number[],
  outputs: readonly Tensor[],
  dirty: ReadonlySet<Tensor> = new Set(),
): ReadonlySet<Tensor> {
  for (const tensor of dirty) {
    if (args.includes(tensor) && outputs.includes(tensor)) {
      checkWritable(tensor, name);
      if (tensor.base === null || !context.gradMode) continue;
      throw new GradError(
        `${name}: a view cannot be marked dirty\n  hint: write to a clone() of it`,
      );
    }
    throw new ArgumentError(
      `${name}: a tensor that is marked dirty must be an argument of forward, and returned by it`,
    );
  }
  for (const [i, arg] of args.entries()) {
    if (!(arg instanceof Handle) || arg.cell.version === versions[i]) continue;
    if (dirty.has(arg as Tensor) || !context.gradMode || edgeOf(arg) === null) continue;
    throw new GradError(
      `${name}: forward wrote argument ${i} in place\n  hint: call ctx.markDirty(x), and return it`,
    );
  }
  return dirty;
}

/**
 * One tape entry for the operation and one per result. The operation's entry runs when the
 * gradients of
 * all results have arrived.
 */
function track(
  operation: Differentiable,
  ctx: FunctionContext,
  args: readonly unknown[],
  edges: readonly (Edge | null)[],
  outputs: readonly Tensor[],
  isTracked: readonly boolean[],
): void {
  const shapes = args.map((arg) => (arg instanceof Handle ? arg.shape : []));
  let arrived: (Tensor | undefined)[] = [];
  const values = (savedBy.get(ctx) ?? []).map(({ value }) => value);
  const whole = new GradFn(operation.name, edges, shapes, values, () => {
    const gaps = leavesGaps.has(ctx);
    const gradients = outputs.map(
      (output, i) => arrived[i] ?? (gaps ? (null as unknown as Tensor) : constantLike(0, output)),
    );
    arrived = [];
    return gradientsOf(operation, ctx, gradients, edges.length);
  });
  // If the rule keeps a value with lanes, its gradients have lanes too.
  const lanes = args.map((arg) => (arg instanceof Handle ? lanesOf(arg) : []));
  if (context.lanes !== null) whole.lanes = lanes;
  outputs.forEach((output, i) => {
    if (isTracked[i] !== true) return;
    output.edge = new GradFn(`${operation.name}[${i}]`, [whole], [[]], [], (dy) => {
      arrived[i] = dy;
      return [constant(0, "f32", [], dy.node.stream)];
    });
  });
}

function gradientsOf(
  operation: Differentiable,
  ctx: FunctionContext,
  gradients: Tensor[],
  count: number,
): readonly (Tensor | null)[] {
  const result = operation.backward(ctx, ...gradients);
  const list = (Array.isArray(result) ? result : [result]) as readonly (Tensor | null)[];
  if (list.length !== count) {
    throw new ArgumentError(
      `${operation.name}.backward returned ${list.length} gradients for ${count} arguments of forward` +
        "\n  hint: return one per argument, null where none is needed",
    );
  }
  return list;
}
