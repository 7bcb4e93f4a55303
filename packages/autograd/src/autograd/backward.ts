import { ArgumentError, detail, GradError, ShapeError } from "../errors.ts";
import { context, isOutside } from "../graph/context.ts";
import { type Node, PENDING, SLOT } from "../graph/node.ts";
import { stack } from "../ops/core/assembly.ts";
import { cast, constantLike } from "../ops/core/constant.ts";
import { select } from "../ops/shape/movement.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { checkCall } from "../signature.ts";
import { beginAt, type Edge, GradFn, Leaf, ownOf } from "../tape/edge.ts";
import { callHook } from "../tape/hooks.ts";
import { edgeOf, retainAt } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";
import { accumulate } from "./accumulate.ts";
import { type GraphOptions, inEngine, ownedResult, runTape } from "./engine.ts";

/** Options of `backward`. */
export interface BackwardOptions extends GraphOptions {
  /** The tensors whose gradients are computed and kept, leaves or not. Default: every leaf. */
  readonly inputs?: Tensor | readonly Tensor[];
}

/** Options of `grad`. */
export interface GradOptions extends GraphOptions {
  /** dL/doutputs. Needed for outputs with more than one element. */
  readonly gradOutputs?: readonly (Tensor | null)[];
  /**
   * If true, returns null instead of throwing for an input that the outputs do not depend on.
   * Default:
   * `materializeGrads`.
   */
  readonly allowUnused?: boolean;
  /** If true, returns zeros for an input that the outputs do not depend on. */
  readonly materializeGrads?: boolean;
  /**
   * If true, the first dimension of `gradOutputs` is a batch. Each input's gradients are stacked
   * along a
   * new first dimension.
   */
  readonly isGradsBatched?: boolean;
}

/** Accumulates dL/dleaf into `.grad` of every leaf that `root` depends on, or of `inputs` only. */
export function backward(
  root: Tensor,
  gradient?: Tensor | null,
  { inputs, ...options }: BackwardOptions = {},
): void {
  if (context.lanes !== null && context.lanes.stack.length > 0) {
    throw new GradError(
      "backward: inside vmap there are no leaves that accumulate gradients\n  hint: use grad or vjp of @wgrad/autograd/func",
    );
  }
  const edge = startEdge("backward", root);
  const targets = inputs === undefined ? null : new Set(inputEdges(inputs));
  retainTarget(root.cell.node);
  const seed = seedOf("backward", root, gradient);
  const arrived = runTape([[edge, seed]], targets, options);
  const createGraph = options.createGraph === true;
  const filled = [...arrived.keys()].filter((end) => end instanceof Leaf);
  inEngine(createGraph, () => {
    for (const leaf of filled) accumulate(leaf, arrived.get(leaf) as Tensor, createGraph);
    for (const { after, tensor } of filled)
      for (const hook of [...(after ?? [])]) callHook(() => hook(tensor as Tensor));
  });
}

/** The tape entries whose gradients are wanted. Results of operations retain theirs. */
function inputEdges(inputs: Tensor | readonly Tensor[]): Edge[] {
  const list = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Tensor[];
  if (list.length === 0) {
    throw new ArgumentError("backward: inputs is empty\n  hint: omit it for every leaf");
  }
  return list.map((input, i) => {
    const edge = edgeOf(input);
    if (edge === null) {
      throw new GradError(
        `backward: input ${i} does not require grad${detail("input", input.shape)}\n  hint: set input.requiresGrad = true before use`,
      );
    }
    if (edge instanceof GradFn) retainAt(edge, ownOf(input));
    return edge;
  });
}

/** dL/dinputs of the sum of the outputs, weighted by `gradOutputs`. It does not change `.grad`. */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): Tensor[] {
  checkCall(
    "grad(outputs: tensor | tensor[], inputs: tensor | tensor[], { gradOutputs: tensor | array | null, retainGraph: boolean, createGraph: boolean, allowUnused: boolean, materializeGrads: boolean, isGradsBatched: boolean })",
    arguments,
  );
  if (options.isGradsBatched === true) return batchedGradients(outputs, inputs, options);
  const ends = (Array.isArray(outputs) ? outputs : [outputs]) as readonly Tensor[];
  const wanted = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Tensor[];
  const { gradOutputs, materializeGrads = false, allowUnused = materializeGrads } = options;
  if (materializeGrads && !allowUnused) {
    throw new ArgumentError(
      "grad: allowUnused cannot be false if materializeGrads is true\n  hint: omit allowUnused",
    );
  }
  const starts = ends.map((output, i): readonly [Edge, Tensor] => {
    retainTarget(output.cell.node);
    return [startEdge("grad", output), seedOf("grad", output, gradOutputs?.[i])];
  });
  const targets = wanted.map((input) => {
    const edge = edgeOf(input);
    if (edge === null)
      throw new GradError(
        "grad: an input does not require grad\n  hint: set input.requiresGrad = true before use",
      );
    return edge;
  });
  const arrived = runTape(starts, new Set(targets), options);
  return targets.map((target, i) => {
    const found = arrived.get(target);
    if (found === undefined) {
      if (materializeGrads) {
        const zeros = inEngine(false, () => constantLike(0, wanted[i] as Tensor));
        if (options.createGraph === true) beginAt(zeros); // a leaf, as in PyTorch
        return zeros;
      }
      if (allowUnused) return null as unknown as Tensor;
      throw new GradError(
        `grad: input ${i} was not used to compute the outputs\n  hint: pass { allowUnused: true } to get null for it`,
      );
    }
    const { node } = found.cell;
    node.visible = node.terminal = context.opDepth === 0;
    node.outside = isOutside();
    return ownedResult(found);
  });
}

/** Computes the gradients for each of a batch of gradients of the outputs. */
function batchedGradients(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  { isGradsBatched: _, ...options }: GradOptions,
): Tensor[] {
  const { gradOutputs = [], createGraph = false, retainGraph = createGraph } = options;
  const given = gradOutputs.filter((one) => one !== null);
  const sizes = new Set(given.map(({ shape }) => shape[0]));
  const [count = 0] = sizes;
  if (given.length !== gradOutputs.length || sizes.size !== 1 || count === 0) {
    throw new ArgumentError(
      "grad: with isGradsBatched, every gradOutput must be a tensor whose first dimension is the batch, of one size",
    );
  }
  const rows = Array.from({ length: count }, (_, i) =>
    grad(outputs, inputs, {
      ...options,
      gradOutputs: given.map((one) => select(one, 0, i)),
      retainGraph: retainGraph || i < count - 1,
    }),
  );
  const columns = (rows[0] as Tensor[]).map((_, k) => rows.map((row) => row[k] ?? null));
  return columns.map((column) =>
    column[0] === null ? (null as unknown as Tensor) : stack(column as Tensor[]),
  );
}

function startEdge(call: string, root: Tensor): Edge {
  const edge = edgeOf(root);
  if (edge === null) {
    throw new GradError(
      `${call}: the tensor does not require grad and has no graph${detail("tensor", root.shape)}` +
        "\n  hint: compute it from a tensor with requiresGrad, outside noGrad",
    );
  }
  return edge;
}

function retainTarget(node: Node): void {
  if (node.state === PENDING && node.keep < SLOT) node.keep = SLOT;
}

function seedOf(call: string, root: Tensor, gradient: Tensor | null | undefined): Tensor {
  if (gradient === null || gradient === undefined) {
    if (sizeOf(root.shape) !== 1) {
      throw new GradError(
        `${call}: without a gradient the tensor must have one element${detail("tensor", root.shape)}` +
          "\n  hint: reduce it first (.sum(), .mean()), or pass the gradient",
      );
    }
    return inEngine(false, () => constantLike(1, root));
  }
  if (!sameShape(gradient.shape, root.shape)) {
    throw new ShapeError(
      `${call}: the gradient must have the shape of the tensor${detail("tensor", root.shape)}${detail("gradient", gradient.shape)}`,
    );
  }
  if (gradient.dtype === root.dtype) return gradient;
  return inEngine(false, () => cast(gradient, root.dtype));
}
