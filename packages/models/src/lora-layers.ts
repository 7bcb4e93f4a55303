import { ArgumentError, embedding, linear, type Tensor, zeros } from "@wgrad/autograd";
import {
  type AnyModule,
  Conv1d,
  Conv2d,
  Conv3d,
  Embedding,
  functional as F,
  init,
  Linear,
  type Parameter,
  parameter,
} from "@wgrad/nn";
import { Conv1D } from "./conv1d.ts";
import { QuantizedLinear } from "./quantize.ts";

/** The update of a layer: matrices A and B under PEFT's names, and how they are applied. */
export interface Update {
  /** Suffixes of the names of A and B in an adapter file. */
  readonly names: readonly [a: string, b: string];
  readonly a: Parameter;
  readonly b: Parameter;
  /** The unscaled addition to the output of the layer. */
  forward(x: Tensor): Tensor;
  /** The equivalent addition to the weight of the layer. Throws ArgumentError if there is none. */
  delta(): Tensor;
  /** Whether dropout may be applied to the input; not for ids. */
  readonly drops: boolean;
}

type AnyLinear = Linear | Conv1D | QuantizedLinear;
type AnyConv = Conv1d | Conv2d | Conv3d;

const MATRICES = ["lora_A.weight", "lora_B.weight"] as const;

/** Layers that "all-linear" selects. */
export const isLinear = (module: AnyModule): module is AnyLinear =>
  module instanceof Linear || module instanceof Conv1D || module instanceof QuantizedLinear;

const isConv = (module: AnyModule): module is AnyConv =>
  module instanceof Conv1d || module instanceof Conv2d || module instanceof Conv3d;

/**
 * An update of rank r for this layer, initially zero. Throws ArgumentError for layers without an
 * update.
 */
export function updateOf(name: string, layer: AnyModule, r: number): Update {
  if (isLinear(layer)) return linearUpdate(name, layer, r);
  if (layer instanceof Embedding) return embeddingUpdate(layer, r);
  if (isConv(layer)) return convUpdate(name, layer, r);
  throw new ArgumentError(
    `Lora: ${name} is a ${layer.constructor.name}\n  hint: linear layers, embeddings and convolutions can have updates`,
  );
}

const drawn = (shape: readonly number[]): Parameter =>
  parameter(init.kaimingUniform_(zeros(shape), { a: Math.sqrt(5) }));

/** The update B A x. A: [r, in]; B: [out, r]. */
function linearUpdate(name: string, layer: AnyLinear, r: number): Update {
  const [into, out] = sizesOf(layer);
  const [a, b] = [drawn([r, into]), parameter(zeros([out, r]))];
  return {
    names: MATRICES,
    a,
    b,
    drops: true,
    forward: (x) => linear(linear(x, a), b),
    delta() {
      if (layer instanceof QuantizedLinear) {
        throw new ArgumentError(
          `Lora: ${name} has quantized weights, into which no update can be merged\n  hint: keep the adapter unmerged`,
        );
      }
      const update = b.matmul(a);
      return layer instanceof Conv1D ? update.t() : update;
    },
  };
}

/** Input and output features. */
function sizesOf(layer: AnyLinear): readonly [number, number] {
  if (layer instanceof QuantizedLinear) return [layer.inFeatures, layer.outFeatures];
  const [rows, columns] = layer.weight.shape as unknown as [number, number];
  return layer instanceof Conv1D ? [rows, columns] : [columns, rows];
}

/** B times the columns of A for the ids. A: [r, rows of the table], initially 0; B: [width, r]. */
function embeddingUpdate({ weight, paddingIdx }: Embedding, r: number): Update {
  const [rows, width] = weight.shape as unknown as [number, number];
  const [a, b] = [parameter(zeros([r, rows])), parameter(init.normal_(zeros([width, r])))];
  return {
    names: ["lora_embedding_A", "lora_embedding_B"],
    a,
    b,
    drops: false,
    forward: (ids) => linear(embedding(ids, a.t(), { paddingIdx }), b),
    delta: () => b.matmul(a).t(),
  };
}

/**
 * A convolution to r channels with the settings of the layer except groups, then a 1×1 convolution.
 * A: [r, in, …]; B: [out, r / groups, 1, …].
 */
function convUpdate(name: string, layer: AnyConv, r: number): Update {
  const { groups, inChannels, outChannels, options } = layer;
  const kernel = layer.weight.shape.slice(2);
  const dilation = options.dilation as readonly number[];
  if (r % groups !== 0) {
    throw new ArgumentError(
      `Lora: ${name} has ${groups} groups, which do not divide the rank ${r}\n  hint: give it another rank in rankPattern`,
    );
  }
  if (dilation.some((step) => step !== 1))
    throw new ArgumentError(`Lora: ${name} is dilated, which PEFT's update does not support`);
  const convolve = { 1: F.conv1d, 2: F.conv2d, 3: F.conv3d }[kernel.length] as typeof F.conv2d;
  const a = drawn([r, inChannels, ...kernel]);
  const b = parameter(zeros([outChannels, r / groups, ...kernel.map(() => 1)]));
  const { stride, padding } = options;
  return {
    names: MATRICES,
    a,
    b,
    drops: true,
    forward: (x) => convolve(convolve(x, a, null, { stride, padding }), b, null, { groups }),
    delta() {
      if (groups > 1) {
        throw new ArgumentError(
          `Lora: ${name} has ${groups} groups, so its update cannot be merged into its weight\n  hint: keep the adapter unmerged`,
        );
      }
      return b
        .reshape([outChannels, r])
        .matmul(a.reshape([r, -1]))
        .reshape(layer.weight.shape);
    },
  };
}
