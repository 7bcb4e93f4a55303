import {
  ArgumentError,
  bitwiseAnd,
  bitwiseRightShift,
  linear,
  stack,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type AnyModule, buffer, Linear, Module, type Parameter } from "@wgrad/nn";
import { Conv1D } from "./conv1d.ts";

/** Settings of `quantize`. */
export interface QuantizeOptions {
  /** Bits of each weight: 8 (default) or 4. */
  readonly bits?: 8 | 4;
  /**
   * Number of weights of a row that share a scale (default: the whole row for 8 bits, 32 for 4
   * bits).
   */
  readonly groupSize?: number;
  /** Suffixes of the names of layers that are not quantized, such as a head. */
  readonly skip?: readonly string[];
}

/** Integers that represent weights: w ≈ scale (n − zero). */
interface Packed {
  readonly numbers: Uint8Array;
  readonly scales: Float32Array;
}

/**
 * y = x Wᵀ + b with a frozen W of 8 or 4 bits and a scale for each group of weights of a row. x:
 * […, in] → […, out]. W is dequantized at each use; x gets a gradient, W does not.
 */
export class QuantizedLinear extends Module<[Tensor], Tensor> {
  weight: Tensor;
  scale: Tensor;
  bias: Parameter | null;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly bits: 8 | 4;
  private readonly groups: number;

  /** `values` are the weights of a linear layer, row-major: [out, in]. */
  constructor(
    values: Float32Array,
    shape: readonly [number, number],
    bias: Parameter | null,
    options: { readonly bits?: 8 | 4; readonly groupSize?: number } = {},
  ) {
    checkCall(
      "new QuantizedLinear(values: any, shape: any, bias: tensor | null, { bits: number, groupSize: number })",
      arguments,
    );
    super();
    const [rows, columns] = shape;
    const { bits = 8 } = options;
    if (bits !== 8 && bits !== 4)
      throw new ArgumentError(
        `QuantizedLinear: weights of ${bits} bits are not supported\n  hint: 8 or 4`,
      );
    const size = options.groupSize ?? (bits === 8 ? columns : Math.min(32, columns));
    if (
      !Number.isInteger(size) ||
      size < 1 ||
      columns % size !== 0 ||
      (bits === 4 && columns % 2 !== 0)
    ) {
      throw new ArgumentError(
        `QuantizedLinear: rows of ${columns} weights cannot be split into groups of ${size}\n  hint: use a groupSize that divides the row`,
      );
    }
    const { numbers, scales } = packed(values, size, bits);
    this.inFeatures = columns;
    this.outFeatures = rows;
    this.bits = bits;
    this.groups = columns / size;
    this.weight = buffer(tensor(numbers, { shape: [rows, numbers.length / rows], dtype: "u8" }));
    this.scale = buffer(tensor(scales, { shape: [rows, this.groups, 1] }));
    this.bias = bias;
  }

  /** The dequantized weights: [out, in], f32. */
  dequantized(): Tensor {
    checkCall("layer.dequantized()", arguments);
    const { outFeatures, inFeatures, groups, bits } = this;
    const numbers =
      bits === 8
        ? this.weight.to("f32").sub(128)
        : stack([bitwiseAnd(this.weight, 15), bitwiseRightShift(this.weight, 4)], -1)
            .to("f32")
            .sub(8);
    return numbers
      .reshape([outFeatures, groups, inFeatures / groups])
      .mul(this.scale)
      .reshape([outFeatures, inFeatures]);
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.dequantized(), this.bias);
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bits=${this.bits}`;
  }
}

/**
 * Symmetric quantization: the largest weight of a group is the largest integer. Two 4-bit weights
 * share a byte, the first in the low bits.
 */
function packed(values: Float32Array, size: number, bits: 8 | 4): Packed {
  const most = bits === 8 ? 127 : 7;
  const zero = most + 1;
  const scales = new Float32Array(values.length / size);
  const numbers = new Uint8Array(values.length);
  for (let group = 0; group < scales.length; group++) {
    const own = values.subarray(group * size, (group + 1) * size);
    const largest = own.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const scale = Math.fround(largest / most);
    scales[group] = scale;
    own.forEach((value, i) => {
      numbers[group * size + i] = zero + (scale === 0 ? 0 : Math.round(value / scale));
    });
  }
  if (bits === 8) return { numbers, scales };
  const pairs = new Uint8Array(numbers.length / 2);
  for (let i = 0; i < pairs.length; i++)
    pairs[i] = (numbers[2 * i] as number) | ((numbers[2 * i + 1] as number) << 4);
  return { numbers: pairs, scales };
}

/**
 * Replaces the linear layers of a model by frozen ones of 8 or 4 bits, in place, and freezes the
 * rest: a base for LoRA in a quarter or an eighth of the memory. Embeddings, norms and biases are
 * not quantized.
 *
 * ```ts
 * await quantize(model, { bits: 4, skip: ["lm_head"] });
 * const lora = new Lora(model, { r: 8, targetModules: ["q_proj", "v_proj"] });
 * ```
 */
export async function quantize<M extends AnyModule>(
  model: M,
  options: QuantizeOptions = {},
): Promise<M> {
  checkCall(
    "quantize(model: module, { bits: number, groupSize: number, skip: string[] })",
    arguments,
  );
  const { bits = 8, groupSize, skip = [] } = options;
  const layers = model
    .namedModules()
    .filter(
      ([name, layer]) =>
        isLinear(layer) && !skip.some((end) => name === end || name.endsWith(`.${end}`)),
    );
  if (layers.length === 0)
    throw new ArgumentError("quantize: the model has no linear layers to quantize");
  for (const [name, layer] of layers as [string, Linear | Conv1D][]) {
    const rows = layer instanceof Conv1D ? layer.weight.t() : layer.weight;
    const values = Float32Array.from(await rows.detach().data());
    const shape = rows.shape as unknown as readonly [number, number];
    const made = new QuantizedLinear(values, shape, layer.bias, {
      bits,
      ...(groupSize === undefined ? {} : { groupSize }),
    });
    replace(model, name, layer, made);
  }
  model.requiresGrad_(false);
  return model;
}

const isLinear = (module: AnyModule): module is Linear | Conv1D =>
  module instanceof Linear || module instanceof Conv1D;

/** Replaces a module by another one in the field of its parent. */
function replace(model: AnyModule, path: string, layer: AnyModule, made: AnyModule): void {
  const end = path.lastIndexOf(".");
  const owner = end < 0 ? model : model.getSubmodule(path.slice(0, end));
  const fields = owner as unknown as Record<string, unknown>;
  for (const field of Object.keys(fields)) if (fields[field] === layer) fields[field] = made;
}
