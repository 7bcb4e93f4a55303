import { ArgumentError, cat, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  Conv2d,
  Dropout,
  init,
  LayerNorm,
  Linear,
  Module,
  ModuleList,
  type Parameter,
  parameter,
} from "@wgrad/nn";
import { activationOf } from "../activations.ts";
import { attend, splitHeads } from "../attention.ts";
import { type Config, labelCount, Settings } from "../config.ts";
import { initialize } from "../initialize.ts";
import { type BaseOutput, classLoss, type LogitsOutput, Trace, type Wanted } from "../outputs.ts";

/** Options of a call with labels. */
export interface ViTOptions extends Wanted {
  /** Class indices. */
  readonly labels?: Tensor | null;
}

class Patches extends Module {
  projection: Conv2d;

  constructor(settings: Settings, width: number) {
    super();
    const size = settings.number("patch_size", 16);
    const channels = settings.number("num_channels", 3);
    this.projection = new Conv2d(channels, width, size, { stride: size });
  }

  /** [batch, channels, height, width] → [batch, patches, width] */
  forward(images: Tensor): Tensor {
    return this.projection(images).flatten(2).transpose(1, 2);
  }
}

class Embeddings extends Module {
  clsToken: Parameter;
  positionEmbeddings: Parameter;
  patchEmbeddings: Patches;
  dropout: Dropout;
  private readonly sides: readonly [number, number, number];

  constructor(settings: Settings, width: number) {
    super();
    const [side, patch] = [settings.number("image_size", 224), settings.number("patch_size", 16)];
    const count = Math.floor(side / patch) ** 2;
    this.clsToken = parameter(init.normal_(zeros([1, 1, width]), { std: 0.02 }));
    this.positionEmbeddings = parameter(init.normal_(zeros([1, count + 1, width]), { std: 0.02 }));
    this.patchEmbeddings = new Patches(settings, width);
    this.dropout = new Dropout(settings.number("hidden_dropout_prob", 0));
    this.sides = [settings.number("num_channels", 3), side, side];
  }

  forward(images: Tensor): Tensor {
    const [batch = 0, ...sizes] = images.shape;
    if (String(sizes) !== String(this.sides)) {
      throw new ArgumentError(
        `ViT: needs images [batch, ${this.sides.join(", ")}]\n  images: [${images.shape.join(", ")}]\n  hint: resize them first`,
      );
    }
    const patches = this.patchEmbeddings(images);
    const first = this.clsToken.expand(batch, -1, -1);
    return this.dropout(cat([first, patches], 1).add(this.positionEmbeddings));
  }
}

class Attention extends Module {
  qProj: Linear;
  kProj: Linear;
  vProj: Linear;
  oProj: Linear;
  private readonly heads: number;
  private readonly dropoutP: number;

  constructor(settings: Settings, width: number) {
    super();
    const bias = settings.boolean("qkv_bias", true);
    this.qProj = new Linear(width, width, { bias });
    this.kProj = new Linear(width, width, { bias });
    this.vProj = new Linear(width, width, { bias });
    this.oProj = new Linear(width, width);
    this.heads = settings.number("num_attention_heads");
    this.dropoutP = settings.number("attention_probs_dropout_prob", 0);
  }

  forward(x: Tensor, trace: Trace): Tensor {
    const [q, k, v] = [this.qProj, this.kProj, this.vProj].map((layer) =>
      splitHeads(layer(x), this.heads),
    ) as [Tensor, Tensor, Tensor];
    const dropoutP = this.training ? this.dropoutP : 0;
    const options = { mask: null, dropoutP, weights: trace.wantsWeights };
    const { context, weights } = attend(q, k, v, options);
    trace.weights(weights);
    return this.oProj(context);
  }
}

class MLP extends Module {
  fc1: Linear;
  fc2: Linear;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(settings: Settings, width: number) {
    super();
    const inner = settings.number("intermediate_size");
    this.fc1 = new Linear(width, inner);
    this.fc2 = new Linear(inner, width);
    this.activation = activationOf("ViT", settings.string("hidden_act", "gelu"));
  }

  forward(x: Tensor): Tensor {
    return this.fc2(this.activation(this.fc1(x)));
  }
}

class Layer extends Module {
  attention: Attention;
  mlp: MLP;
  layernormBefore: LayerNorm;
  layernormAfter: LayerNorm;
  dropout: Dropout;

  constructor(settings: Settings, width: number, eps: number) {
    super();
    this.attention = new Attention(settings, width);
    this.mlp = new MLP(settings, width);
    this.layernormBefore = new LayerNorm(width, { eps });
    this.layernormAfter = new LayerNorm(width, { eps });
    this.dropout = new Dropout(settings.number("hidden_dropout_prob", 0));
  }

  forward(x: Tensor, trace: Trace): Tensor {
    const attended = x.add(this.dropout(this.attention(this.layernormBefore(x), trace)));
    return attended.add(this.dropout(this.mlp(this.layernormAfter(attended))));
  }
}

/**
 * ViT without a head. Dosovitskiy et al. 2021.
 * images: [batch, channels, height, width] → lastHiddenState: [batch, 1 + patches, hidden_size].
 */
export class ViTModel extends Module {
  static readonly prefix = "vit";
  embeddings: Embeddings;
  layers: ModuleList<Layer>;
  layernorm: LayerNorm;
  readonly config: Config;

  constructor(config: Config) {
    checkCall("new ViTModel(config: object)", arguments);
    super();
    const settings = new Settings("ViT", config);
    const width = settings.number("hidden_size");
    const eps = settings.number("layer_norm_eps", 1e-12);
    this.config = config;
    this.embeddings = new Embeddings(settings, width);
    const count = settings.number("num_hidden_layers");
    this.layers = new ModuleList(
      Array.from({ length: count }, () => new Layer(settings, width, eps)),
    );
    this.layernorm = new LayerNorm(width, { eps });
    initialize(this, settings.number("initializer_range", 0.02));
  }

  forward(images: Tensor, options: Wanted = {}): BaseOutput {
    checkCall(
      "ViTModel(images, { outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const trace = new Trace(options);
    let x = trace.state(this.embeddings(images));
    for (const layer of this.layers) x = trace.state(layer(x, trace));
    const { hiddenStates, attentions } = trace;
    return { lastHiddenState: this.layernorm(x), hiddenStates, attentions };
  }
}

/** ViT with a classifier on the first token. */
export class ViTForImageClassification extends Module {
  static readonly prefix = "vit";
  vit: ViTModel;
  classifier: Linear;
  readonly config: Config;

  constructor(config: Config) {
    checkCall("new ViTForImageClassification(config: object)", arguments);
    super();
    const settings = new Settings("ViT", config);
    this.config = config;
    this.vit = new ViTModel(config);
    this.classifier = new Linear(settings.number("hidden_size"), labelCount(settings));
    initialize(this.classifier, settings.number("initializer_range", 0.02));
  }

  forward(images: Tensor, options: ViTOptions = {}): LogitsOutput {
    checkCall(
      "ViTForImageClassification(images, { labels, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const { labels = null, ...body } = options;
    const { lastHiddenState, hiddenStates, attentions } = this.vit(images, body);
    const logits = this.classifier(lastHiddenState.select(1, 0));
    return { logits, loss: labels && classLoss(logits, labels), hiddenStates, attentions };
  }
}
