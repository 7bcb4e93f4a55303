import { pad, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { BatchNorm2d, Conv2d, Dropout, init, Linear, Module, ReLU6, Sequential } from "@wgrad/nn";
import { type Config, labelCount, Settings } from "../config.ts";

/** The nearest multiple that is at least nine tenths of `channels`. */
function rounded(channels: number, multiple: number): number {
  const near = Math.max(multiple, Math.floor((channels + multiple / 2) / multiple) * multiple);
  return near < 0.9 * channels ? near + multiple : near;
}

/** Settings of convolutions and norms. */
interface Style {
  /** Keras pads below and on the right only if the stride is 2. */
  readonly keras: boolean;
  readonly eps: number;
}

/** A convolution that pads below and on the right only. */
class PaddedConv2d extends Conv2d {
  override forward(x: Tensor): Tensor {
    return super.forward(pad(x, [0, 1, 0, 1]));
  }
}

/** A convolution with its norm and ReLU6. */
function convolution(
  style: Style,
  from: number,
  to: number,
  size: number,
  stride = 1,
  groups = 1,
): Sequential {
  const beside = style.keras && stride === 2;
  const padding = beside ? 0 : (size - 1) / 2;
  const Convolution = beside ? PaddedConv2d : Conv2d;
  return new Sequential(
    new Convolution(from, to, size, { stride, padding, groups, bias: false }),
    new BatchNorm2d(to, { eps: style.eps }),
    new ReLU6(),
  );
}

/**
 * Expands by 1×1, filters each channel by 3×3 and projects by 1×1; adds its input if the size does
 * not change.
 */
class InvertedResidual extends Module {
  conv: Sequential;
  private readonly adds: boolean;

  constructor(style: Style, from: number, to: number, stride: number, expansion: number) {
    super();
    const wide = Math.round(from * expansion);
    const layers = [
      convolution(style, wide, wide, 3, stride, wide),
      new Conv2d(wide, to, 1, { bias: false }),
      new BatchNorm2d(to, { eps: style.eps }),
    ];
    this.conv = new Sequential(
      ...(expansion === 1 ? [] : [convolution(style, from, wide, 1)]),
      ...layers,
    );
    this.adds = stride === 1 && from === to;
  }

  forward(x: Tensor): Tensor {
    return this.adds ? x.add(this.conv(x)) : this.conv(x);
  }
}

/** Expansion, channels, blocks and stride of each stage, as in the paper. */
const STAGES: readonly (readonly number[])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/**
 * torchvision's MobileNetV2. Sandler et al. 2018. images: [batch, channels, height, width] →
 * logits: [batch, classes]. Config: `width_mult`, `round_nearest`, `dropout`, `num_classes`,
 * `in_channels`, `inverted_residual_setting`; `padding` ("torch" or "keras") and `norm_eps` for
 * weights from Keras.
 */
export class MobileNetV2 extends Module<[Tensor], Tensor> {
  static readonly prefix = "";
  features: Sequential;
  classifier: Sequential;
  readonly config: Config;

  constructor(config: Config) {
    checkCall("new MobileNetV2(config: object)", arguments);
    super();
    const settings = new Settings("MobileNetV2", config);
    const [multiplier, nearest] = [
      settings.number("width_mult", 1),
      settings.number("round_nearest", 8),
    ];
    const stages = (config.inverted_residual_setting ?? STAGES) as typeof STAGES;
    this.config = config;
    settings.only("padding", ["torch", "keras"]);
    const style = {
      keras: settings.string("padding", "torch") === "keras",
      eps: settings.number("norm_eps", 1e-5),
    };
    let channels = rounded(32 * multiplier, nearest);
    const last = rounded(1280 * Math.max(1, multiplier), nearest);
    const layers: Module[] = [
      convolution(style, settings.number("in_channels", 3), channels, 3, 2),
    ];
    for (const [expansion = 1, width = 1, blocks = 1, stride = 1] of stages) {
      const to = rounded(width * multiplier, nearest);
      for (let i = 0; i < blocks; i++) {
        layers.push(new InvertedResidual(style, channels, to, i === 0 ? stride : 1, expansion));
        channels = to;
      }
    }
    this.features = new Sequential(...layers, convolution(style, channels, last, 1));
    const classes = settings.has("id2label")
      ? labelCount(settings)
      : settings.number("num_classes", 1000);
    this.classifier = new Sequential(
      new Dropout(settings.number("dropout", 0.2)),
      new Linear(last, classes),
    );
    for (const module of this.modules())
      if (module instanceof Conv2d)
        init.kaimingNormal_(module.weight, { mode: "fan_out", nonlinearity: "relu" });
  }

  forward(images: Tensor): Tensor {
    return this.classifier(this.features(images).mean([2, 3]));
  }
}
