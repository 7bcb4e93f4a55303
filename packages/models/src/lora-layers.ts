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
import { Conv1D } from "./architectures/gpt2.ts";
import { QuantizedLinear } from "./quantize.ts";

/** The update beside a layer: matrices A and B under PEFT's names, and what they do. */
export interface Update {
  /** Ends of A's and B's names in an adapter's file. */
  readonly names: readonly [a: string, b: string];
  readonly a: Parameter;
  readonly b: Parameter;
  /** What is added to the layer's output for its input, unscaled. */
  forward(x: Tensor): Tensor;
  /** What is added to the layer's weight instead. Throws ArgumentError where there is no such thing. */
  delta(): Tensor;
  /** Whether the input may be dropped: ids may not. */
  readonly drops: boolean;
}

type AnyLinear = Linear | Conv1D | QuantizedLinear;
type AnyConv = Conv1d | Conv2d | Conv3d;

const MATRICES = ["lora_A.weight", "lora_B.weight"] as const;

/** Layers of products: what "all-linear" means. */
export const isLinear = (module: AnyModule): module is AnyLinear =>
  module instanceof Linear || module instanceof Conv1D || module instanceof QuantizedLinear;

const isConv = (module: AnyModule): module is AnyConv =>
  module instanceof Conv1d || module instanceof Conv2d || module instanceof Conv3d;

/** The update of rank r beside this layer, which begins as nothing. Throws ArgumentError for layers that have none. */
export function updateOf(name: string, layer: AnyModule, r: number): Update {
  if (isLinear(layer)) return linearUpdate(name, layer, r);
  if (layer instanceof Embedding) return embeddingUpdate(layer, r);
  if (isConv(layer)) return convUpdate(name, layer, r);
  throw new ArgumentError(
    `Lora: ${name} is a ${layer.constructor.name}\n  hint: updates stand beside linear layers, embeddings and convolutions`,
  );
}

const drawn = (shape: readonly number[]): Parameter =>
  parameter(init.kaimingUniform_(zeros(shape), { a: Math.sqrt(5) }));

/** B A x. A: [r, in]; B: [out, r]. */
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
          `Lora: ${name} has weights of few bits, which take no update\n  hint: the adapter stands beside them`,
        );
      }
      const update = b.matmul(a);
      return layer instanceof Conv1D ? update.t() : update;
    },
  };
}

/** Features in and out. */
function sizesOf(layer: AnyLinear): readonly [number, number] {
  if (layer instanceof QuantizedLinear) return [layer.inFeatures, layer.outFeatures];
  const [rows, columns] = layer.weight.shape as unknown as [number, number];
  return layer instanceof Conv1D ? [rows, columns] : [columns, rows];
}

/** B times the columns of A that the ids name. A: [r, rows of the table]; B: [width, r]. Here it is A that begins as 0. */
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

/** A convolution to r channels, as the layer's own but for its groups, and one of 1×1. A: [r, in, …]; B: [out, r / groups, 1, …]. */
function convUpdate(name: string, layer: AnyConv, r: number): Update {
  const { groups, inChannels, outChannels, options } = layer;
  const kernel = layer.weight.shape.slice(2);
  const dilation = options.dilation as readonly number[];
  if (r % groups !== 0) {
    throw new ArgumentError(
      `Lora: ${name} has ${groups} groups, which a rank of ${r} does not fall into\n  hint: rankPattern gives it another rank`,
    );
  }
  if (dilation.some((step) => step !== 1))
    throw new ArgumentError(`Lora: ${name} is dilated, and PEFT's update beside it is not`);
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
          `Lora: ${name} has ${groups} groups: its update fits no weight of its shape\n  hint: the adapter stands beside it`,
        );
      }
      return b
        .reshape([outChannels, r])
        .matmul(a.reshape([r, -1]))
        .reshape(layer.weight.shape);
    },
  };
}
