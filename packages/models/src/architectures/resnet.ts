import { relu, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  init,
  Linear,
  MaxPool2d,
  Module,
  Sequential,
} from "@wgrad/nn";
import { type Config, labelCount, Settings } from "../config.ts";

const conv = (from: number, to: number, size: number, stride = 1): Conv2d =>
  new Conv2d(from, to, size, { stride, padding: (size - 1) / 2, bias: false });

/** A 1×1 convolution and its norm if a block changes the size; else null. */
function shortcut(from: number, to: number, stride: number): Sequential | null {
  if (stride === 1 && from === to) return null;
  return new Sequential(conv(from, to, 1, stride), new BatchNorm2d(to));
}

/** Two 3×3 convolutions with a shortcut: ResNet-18 and 34. */
class BasicBlock extends Module {
  static readonly expansion = 1;
  conv1: Conv2d;
  bn1: BatchNorm2d;
  conv2: Conv2d;
  bn2: BatchNorm2d;
  downsample: Sequential | null;

  constructor(from: number, width: number, stride: number) {
    super();
    this.conv1 = conv(from, width, 3, stride);
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = conv(width, width, 3);
    this.bn2 = new BatchNorm2d(width);
    this.downsample = shortcut(from, width, stride);
  }

  forward(x: Tensor): Tensor {
    const y = this.bn2(this.conv2(relu(this.bn1(this.conv1(x)))));
    return relu(y.add(this.downsample === null ? x : this.downsample(x)));
  }
}

/** 1×1, 3×3 and 1×1 convolutions with a shortcut: ResNet-50 and deeper. */
class Bottleneck extends Module {
  static readonly expansion = 4;
  conv1: Conv2d;
  bn1: BatchNorm2d;
  conv2: Conv2d;
  bn2: BatchNorm2d;
  conv3: Conv2d;
  bn3: BatchNorm2d;
  downsample: Sequential | null;

  constructor(from: number, width: number, stride: number) {
    super();
    const to = width * Bottleneck.expansion;
    this.conv1 = conv(from, width, 1);
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = conv(width, width, 3, stride);
    this.bn2 = new BatchNorm2d(width);
    this.conv3 = conv(width, to, 1);
    this.bn3 = new BatchNorm2d(to);
    this.downsample = shortcut(from, to, stride);
  }

  forward(x: Tensor): Tensor {
    const narrow = relu(this.bn2(this.conv2(relu(this.bn1(this.conv1(x))))));
    const y = this.bn3(this.conv3(narrow));
    return relu(y.add(this.downsample === null ? x : this.downsample(x)));
  }
}

/**
 * torchvision's ResNet. He et al. 2016; the 3×3 convolution has the stride. images: [batch,
 * channels, height, width] → logits: [batch, classes]. Config: `block` ("basic" or "bottleneck"),
 * `layers`, `widths`, `num_classes`, `in_channels`.
 */
export class ResNet extends Module<[Tensor], Tensor> {
  static readonly prefix = "";
  conv1: Conv2d;
  bn1: BatchNorm2d;
  maxpool: MaxPool2d;
  layer1: Sequential;
  layer2: Sequential;
  layer3: Sequential;
  layer4: Sequential;
  avgpool: AdaptiveAvgPool2d;
  fc: Linear;
  readonly config: Config;

  constructor(config: Config) {
    checkCall("new ResNet(config: object)", arguments);
    super();
    const settings = new Settings("ResNet", config);
    settings.only("block", ["basic", "bottleneck"]);
    const Block = settings.string("block", "basic") === "basic" ? BasicBlock : Bottleneck;
    const counts = settings.numbers("layers", [2, 2, 2, 2]);
    const widths = settings.numbers("widths", [64, 128, 256, 512]);
    this.config = config;
    let channels = widths[0] as number;
    this.conv1 = new Conv2d(settings.number("in_channels", 3), channels, 7, {
      stride: 2,
      padding: 3,
      bias: false,
    });
    this.bn1 = new BatchNorm2d(channels);
    this.maxpool = new MaxPool2d(3, { stride: 2, padding: 1 });
    const stage = (i: number): Sequential => {
      const width = widths[i] as number;
      const blocks = Array.from({ length: counts[i] as number }, (_, at) => {
        const block = new Block(channels, width, at === 0 && i > 0 ? 2 : 1);
        channels = width * Block.expansion;
        return block;
      });
      return new Sequential(...blocks);
    };
    this.layer1 = stage(0);
    this.layer2 = stage(1);
    this.layer3 = stage(2);
    this.layer4 = stage(3);
    this.avgpool = new AdaptiveAvgPool2d(1);
    this.fc = new Linear(
      channels,
      settings.has("id2label") ? labelCount(settings) : settings.number("num_classes", 1000),
    );
    for (const module of this.modules())
      if (module instanceof Conv2d)
        init.kaimingNormal_(module.weight, { mode: "fan_out", nonlinearity: "relu" });
  }

  /** The output of the last stage: [batch, channels, height, width]. */
  features(images: Tensor): Tensor {
    checkCall("model.features(images)", arguments);
    const x = this.maxpool(relu(this.bn1(this.conv1(images))));
    return this.layer4(this.layer3(this.layer2(this.layer1(x))));
  }

  forward(images: Tensor): Tensor {
    return this.fc(this.avgpool(this.features(images)).flatten(1));
  }
}
