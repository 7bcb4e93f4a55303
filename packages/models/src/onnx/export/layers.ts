import type { Tensor } from "@wgrad/autograd";
import {
  type AnyModule,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  GRU,
  LayerNorm,
  Linear,
  LSTM,
  RNN,
} from "@wgrad/nn";
import { FLOAT } from "../types.ts";
import type { Exporter } from "./exporter.ts";
import { writeRecurrent } from "./recurrent.ts";
import type { Written } from "./views.ts";

/** Whether a module is written as a single operator. */
export const isLayer = (module: unknown): boolean =>
  [Linear, LayerNorm, LSTM, GRU, RNN].some((type) => module instanceof type) ||
  [BatchNorm1d, BatchNorm2d, BatchNorm3d, AvgPool1d, AvgPool2d, AvgPool3d].some(
    (type) => module instanceof type,
  ) ||
  [ConvTranspose1d, ConvTranspose2d, ConvTranspose3d].some((type) => module instanceof type);

const float = (x: number) => ({ float: x });

/**
 * Writes a layer and returns the names of its outputs; null if it must be written as single
 * operations.
 */
export function writeLayer(
  exporter: Exporter,
  module: AnyModule,
  inputs: readonly Written[],
): string[] | null {
  const [x] = inputs as [Written];
  const layer: unknown = module;
  if (layer instanceof Linear) return [linear(exporter, layer, x)];
  if (layer instanceof LayerNorm) return [layerNorm(exporter, layer, x)];
  if (layer instanceof LSTM || layer instanceof GRU || layer instanceof RNN)
    return writeRecurrent(exporter, layer, inputs);
  if (layer instanceof BatchNorm1d || layer instanceof BatchNorm2d || layer instanceof BatchNorm3d)
    return batchNorm(exporter, layer, x);
  if (layer instanceof AvgPool1d || layer instanceof AvgPool2d || layer instanceof AvgPool3d)
    return averagePool(exporter, layer, x);
  return transposed(exporter, layer as ConvTranspose2d, x);
}

function linear(exporter: Exporter, { weight, bias }: Linear, x: Written): string {
  const { writer } = exporter;
  const w = exporter.tensor(weight);
  const b = bias === null ? [] : [exporter.tensor(bias)];
  if (x.dims.length === 2) return writer.add("Gemm", [x.name, w, ...b], { transB: 1 });
  const product = writer.add("MatMul", [x.name, writer.add("Transpose", [w], { perm: [1, 0] })]);
  return b.length === 0 ? product : writer.add("Add", [product, ...b]);
}

/** A parameter, or a constant if there is none. */
const orConstant = (exporter: Exporter, x: Tensor | null, size: number[], value: number): string =>
  x === null
    ? exporter.writer.constant(
        FLOAT,
        size,
        new Array<number>(size.reduce((a, b) => a * b, 1)).fill(value),
      )
    : exporter.tensor(x);

function layerNorm(exporter: Exporter, layer: LayerNorm, x: Written): string {
  const { weight, bias, eps, normalizedShape } = layer as LayerNorm & {
    readonly weight: Tensor | null;
    readonly bias: Tensor | null;
  };
  const size = [...normalizedShape];
  const scale = orConstant(exporter, weight, size, 1);
  const inputs = [x.name, scale, ...(bias === null ? [] : [exporter.tensor(bias)])];
  return exporter.writer.add("LayerNormalization", inputs, {
    ...{ axis: -size.length, epsilon: float(eps) },
  });
}

function batchNorm(
  exporter: Exporter,
  layer: BatchNorm1d | BatchNorm2d | BatchNorm3d,
  x: Written,
): string[] | null {
  const { weight, bias, eps, runningMean, runningVar, numFeatures } = layer;
  if (runningMean === null || runningVar === null) return null;
  const inputs = [
    x.name,
    orConstant(exporter, weight, [numFeatures], 1),
    orConstant(exporter, bias, [numFeatures], 0),
    exporter.tensor(runningMean),
    exporter.tensor(runningVar),
  ];
  return [exporter.writer.add("BatchNormalization", inputs, { epsilon: float(eps) })];
}

/** A setting for each axis. */
const each = (setting: number | readonly number[], axes: number): number[] =>
  typeof setting === "number" ? new Array<number>(axes).fill(setting) : [...setting];

function averagePool(
  exporter: Exporter,
  { kernelSize, options }: AvgPool1d | AvgPool2d | AvgPool3d,
  x: Written,
): string[] | null {
  const { stride, padding, ceilMode = false, countIncludePad = true, divisorOverride } = options;
  const axes = x.dims.length - 2;
  if (
    divisorOverride != null ||
    axes < 1 ||
    (typeof kernelSize !== "number" && kernelSize.length !== axes)
  )
    return null;
  const pads = each(padding, axes);
  return [
    exporter.writer.add("AveragePool", [x.name], {
      kernel_shape: each(kernelSize, axes),
      strides: each(stride, axes),
      pads: [...pads, ...pads],
      ceil_mode: ceilMode ? 1 : 0,
      count_include_pad: countIncludePad ? 1 : 0,
    }),
  ];
}

function transposed(exporter: Exporter, layer: ConvTranspose2d, x: Written): string[] {
  const { stride, padding, outputPadding, groups, dilation } = layer.options;
  const axes = layer.weight.shape.length - 2;
  const pads = each(padding as number, axes);
  const bias = layer.bias === null ? [] : [exporter.tensor(layer.bias)];
  return [
    exporter.writer.add("ConvTranspose", [x.name, exporter.tensor(layer.weight), ...bias], {
      ...{ group: groups, strides: each(stride, axes), dilations: each(dilation, axes) },
      ...{ output_padding: each(outputPadding, axes), pads: [...pads, ...pads] },
    }),
  ];
}
