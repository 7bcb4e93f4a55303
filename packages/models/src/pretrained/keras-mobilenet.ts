import { noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { TensorRecord } from "@wgrad/autograd/safetensors";
import { MobileNetV2 } from "../architectures/mobilenet-v2.ts";
import type { Config } from "../config.ts";
import { ReaderError } from "../readers/error.ts";

/** Names of a batch norm in Keras and here. */
const NORM: Readonly<Record<string, string>> = {
  gamma: "weight",
  beta: "bias",
  moving_mean: "running_mean",
  moving_variance: "running_var",
};

/** The parts of a block, by Keras's layer names: positions of the convolution and its norm. */
const PARTS: Readonly<Record<string, readonly [string, string]>> = {
  expand: ["0.0", "0.1"],
  depthwise: ["1.0", "1.1"],
  project: ["2", "3"],
};

/**
 * Keras's MobileNetV2 from TensorFlow.js files: the weights of the backbone under Keras's names
 * (`block_1_expand/kernel`). The classifier, which the files lack, is newly initialised. Like
 * Keras, the model pads strides of 2 below and on the right only and adds 10⁻³ to variances.
 */
export function mobileNetV2FromKeras(
  weights: Readonly<Record<string, TensorRecord>>,
  config: Config = {},
): MobileNetV2 {
  checkCall("mobileNetV2FromKeras(weights: object, config?)", arguments);
  const model = new MobileNetV2({ ...config, padding: "keras", norm_eps: 1e-3 });
  const targets = new Map<string, Tensor>(Object.entries(model.stateDict()));
  const missing = new Set(
    [...targets.keys()].filter((key) => key.startsWith("features.") && !key.endsWith("tracked")),
  );
  noGrad(() => {
    for (const [name, record] of Object.entries(weights)) {
      const key = keyOf(name);
      const target = key === null ? undefined : targets.get(key);
      if (key === null || target === undefined) continue;
      target.copy_(inOrder(name, tensor(record.data, { shape: record.shape })));
      missing.delete(key);
    }
  });
  if (missing.size > 0)
    throw new ReaderError(
      `mobileNetV2FromKeras: the weights have no ${[...missing].slice(0, 5).join(", ")}`,
    );
  return model.eval();
}

function keyOf(name: string): string | null {
  const [layer = "", field = ""] = name.split("/");
  const isNorm = /_BN$|_bn$|^bn_/.test(layer);
  const end = isNorm ? NORM[field] : "weight";
  const place = placeOf(layer.replace(/_BN$|_bn$|^bn_/, ""), isNorm);
  return place === null || end === undefined ? null : `features.${place}.${end}`;
}

function placeOf(layer: string, isNorm: boolean): string | null {
  const last = Number(isNorm);
  if (layer === "Conv1") return `0.${last}`;
  if (layer === "Conv_1") return `18.${last}`;
  if (layer === "expanded_conv_depthwise") return `1.conv.0.${last}`;
  if (layer === "expanded_conv_project") return `1.conv.${1 + last}`;
  const block = /^block_(\d+)_(\w+)$/.exec(layer);
  const part = block === null ? undefined : PARTS[block[2] as string];
  return block === null || part === undefined ? null : `${Number(block[1]) + 1}.conv.${part[last]}`;
}

/**
 * Permutes Keras's kernels, which are [height, width, in, out], or [height, width, channels, 1] for
 * depthwise ones.
 */
function inOrder(name: string, value: Tensor): Tensor {
  if (value.shape.length !== 4) return value;
  return name.includes("depthwise_kernel") ? value.permute(2, 3, 0, 1) : value.permute(3, 2, 0, 1);
}
