import { arange, cat, ones, randint, randn, stack, type Tensor, tril } from "@wgrad/autograd";
import { BertModel, GPT2LMHeadModel, LlamaForCausalLM } from "@wgrad/models";
import {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  type AnyModule,
  AvgPool1d,
  AvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  CELU,
  ChannelShuffle,
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  Dropout,
  ELU,
  Embedding,
  functional as F,
  Flatten,
  GELU,
  GLU,
  GRU,
  GRUCell,
  GroupNorm,
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  InstanceNorm1d,
  InstanceNorm2d,
  LayerNorm,
  LeakyReLU,
  Linear,
  LocalResponseNorm,
  LogSigmoid,
  LogSoftmax,
  LSTM,
  LSTMCell,
  MaxPool2d,
  MaxPool3d,
  Mish,
  Module,
  ModuleList,
  MultiheadAttention,
  PixelShuffle,
  PReLU,
  ReflectionPad2d,
  ReLU,
  ReLU6,
  ReplicationPad2d,
  RMSNorm,
  RNN,
  RNNCell,
  SELU,
  Sequential,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Softshrink,
  Softsign,
  Tanh,
  Tanhshrink,
  Threshold,
  TransformerEncoderLayer,
  Unflatten,
  Upsample,
  ZeroPad2d,
} from "@wgrad/nn";

/** Multi-head attention in single operations: softmax(Q Kᵀ / √d + mask) V. */
class Attention extends Module {
  qkv = new Linear(16, 48);
  out = new Linear(16, 16);

  forward(x: Tensor): Tensor {
    const [batch, length, width] = x.shape as [number, number, number];
    const heads = (y: Tensor) => y.reshape([batch, length, 4, 4]).transpose(1, 2);
    const [q, k, v] = this.qkv(x).chunk(3, -1).map(heads) as [Tensor, Tensor, Tensor];
    const mask = tril(ones([length, length])).eq(0);
    const scores = q.matmul(k.transpose(-2, -1)).div(2).maskedFill(mask, Number.NEGATIVE_INFINITY);
    return this.out(scores.softmax(-1).matmul(v).transpose(1, 2).reshape([batch, length, width]));
  }
}

class FusedAttention extends Attention {
  override forward(x: Tensor): Tensor {
    const [batch, length, width] = x.shape as [number, number, number];
    const heads = (y: Tensor) => y.reshape([batch, length, 4, 4]).transpose(1, 2);
    const [q, k, v] = this.qkv(x).chunk(3, -1).map(heads) as [Tensor, Tensor, Tensor];
    const y = F.scaledDotProductAttention(q, k, v, { isCausal: true });
    return this.out(y.transpose(1, 2).reshape([batch, length, width]));
  }
}

class Block extends Module {
  ln_1 = new LayerNorm(16);
  attn: Attention;
  ln_2 = new LayerNorm(16);
  mlp = new Sequential(new Linear(16, 64), new GELU(), new Linear(64, 16), new Dropout(0.1));

  constructor(attention: Attention) {
    super();
    this.attn = attention;
  }

  forward(x: Tensor): Tensor {
    const y = x.add(this.attn(this.ln_1(x)));
    return y.add(this.mlp(this.ln_2(y)));
  }
}

class GPT extends Module {
  wte = new Embedding(20, 16);
  wpe = new Embedding(8, 16);
  h: ModuleList;
  ln_f = new LayerNorm(16);

  constructor(attentions: Attention[]) {
    super();
    this.h = new ModuleList(attentions.map((attention) => new Block(attention)));
  }

  forward(ids: Tensor): Tensor {
    const at = arange(ids.shape[1] as number);
    let x = this.wte(ids).add(this.wpe(at));
    for (const block of this.h) x = (block as Block)(x);
    return F.linear(this.ln_f(x), this.wte.weight);
  }
}

/** A classifier of the last output of a recurrent layer. */
class Sentiment extends Module {
  embedding = new Embedding(20, 6);
  lstm = new LSTM(6, 5, { batchFirst: true, numLayers: 2, bidirectional: true });
  head = new Linear(10, 3);

  forward(ids: Tensor): { logits: Tensor; last: Tensor } {
    const [y, [h]] = this.lstm(this.embedding(ids));
    return { logits: this.head(y.select(1, -1)), last: cat([h.select(0, 2), h.select(0, 3)], 1) };
  }
}

/** A network in functional style, as in tutorials. */
class Net extends Module {
  conv1 = new Conv2d(1, 4, 3);
  conv2 = new Conv2d(4, 6, 3, { padding: 1, stride: 2, groups: 2 });
  fc = new Linear(6 * 2 * 2, 5);

  forward(x: Tensor): Tensor {
    const y = F.maxPool2d(F.relu(this.conv1(x)), 2);
    const z = F.relu(
      F.conv2d(y, this.conv2.weight, this.conv2.bias, { padding: 1, stride: 2, groups: 2 }),
    );
    return F.logSoftmax(this.fc(z.flatten(1)), 1);
  }
}

class Functions extends Module {
  scale = new Linear(4, 4, { bias: false });

  forward(x: Tensor, y: Tensor): Tensor[] {
    const a = stack([x, y], 1).mean(1);
    const b = this.scale(y).clamp(-1, 1);
    const c = F.pad(x.sub(y), [1, 2]).narrow(1, 1, 4);
    return [
      a.mul(b).sum(1),
      c.pow(2).add(1).log().sqrt(),
      x.argmax(1),
      x.gt(y).to("f32").mul(a.exp()),
    ];
  }
}

/** Every layer with one tensor as input and output, and the shape of its input. */
const layers: readonly (readonly [() => unknown, readonly number[]])[] = [
  ...[CELU, ELU, GLU, Hardshrink, Hardsigmoid, Hardswish, LogSigmoid, Mish, PReLU, ReLU6, SELU].map(
    (Layer) => [() => new Layer(), [6]] as const,
  ),
  ...[Sigmoid, Softplus, Softshrink, Softsign, Tanhshrink].map(
    (Layer) => [() => new Layer(), [6]] as const,
  ),
  [() => new Threshold(0.1, 2), [6]],
  [() => new LogSoftmax(1), [6]],
  [() => new RMSNorm(6), [6]],
  [() => new Unflatten(1, [2, 3]), [6]],
  [() => new LSTMCell(6, 5), [6]],
  [() => new GRUCell(6, 5), [6]],
  [() => new RNNCell(6, 5), [6]],
  [() => new AvgPool1d(2), [4, 9]],
  [() => new ConvTranspose1d(4, 2, 3, { stride: 2 }), [4, 9]],
  [() => new InstanceNorm1d(4), [4, 9]],
  [() => new Conv2d(4, 6, 1, { stride: 2, bias: false }), [4, 8, 8]],
  [() => new Conv2d(4, 4, 3, { padding: 1, paddingMode: "reflect" }), [4, 8, 8]],
  [() => new Conv2d(4, 8, 3, { dilation: 2, stride: 2, padding: 2 }), [4, 8, 8]],
  [() => new MaxPool2d(3, { stride: 2, padding: 1 }), [4, 8, 8]],
  [() => new MaxPool2d(3, { stride: 2, ceilMode: true }), [4, 8, 8]],
  [() => new AvgPool2d(3, { stride: 2, padding: 1, countIncludePad: false }), [4, 8, 8]],
  [() => new AdaptiveAvgPool2d(1), [4, 8, 8]],
  [() => new AdaptiveAvgPool2d(3), [4, 8, 8]],
  [() => new AdaptiveMaxPool2d(2), [4, 8, 8]],
  [() => new LocalResponseNorm(2), [4, 8, 8]],
  [() => new ReflectionPad2d(1), [4, 8, 8]],
  [() => new ReplicationPad2d(2), [4, 8, 8]],
  [() => new ZeroPad2d(1), [4, 8, 8]],
  [() => new PixelShuffle(2), [4, 8, 8]],
  [() => new ChannelShuffle(2), [4, 8, 8]],
  [() => new Upsample({ scaleFactor: 2 }), [4, 8, 8]],
  [() => new Upsample({ scaleFactor: 2, mode: "bilinear" }), [4, 8, 8]],
  [() => new Conv3d(4, 2, 3, { padding: 1 }), [4, 6, 6, 6]],
  [() => new MaxPool3d(2), [4, 6, 6, 6]],
];

/** A model to export. */
export interface Exported {
  readonly name: string;
  readonly model: () => AnyModule;
  readonly inputs: (batch: number) => Tensor[];
}

const row = (name: string, model: () => unknown, ...shapes: number[][]): Exported => ({
  name,
  model: model as () => AnyModule,
  inputs: (batch) => shapes.map((shape) => randn([batch, ...shape])),
});

const ids = (name: string, model: () => unknown, length: number): Exported => ({
  name,
  model: model as () => AnyModule,
  inputs: (batch) => [randint(20, [batch, length])],
});

/** Models to export, with inputs for a batch. */
export const exportedModels: readonly Exported[] = [
  row(
    "mlp",
    () =>
      new Sequential(
        new Linear(8, 16),
        new ReLU(),
        new Linear(16, 12),
        new Tanh(),
        new Linear(12, 3),
        new Softmax(1),
      ),
    [8],
  ),
  row("functional net", () => new Net(), [1, 10, 10]),
  {
    name: "conv net",
    model: () =>
      new Sequential(
        new Conv2d(3, 6, 3, { padding: 1 }),
        new BatchNorm2d(6),
        new ReLU(),
        new MaxPool2d(2),
        new Conv2d(6, 6, 3, { groups: 6, stride: 2, padding: 1 }),
        new GroupNorm(2, 6),
        new SiLU(),
        new AvgPool2d(2),
        new Flatten(),
        new Dropout(0.5),
        new Linear(24, 4),
      ) as unknown as AnyModule,
    inputs: (batch) => [randn([batch, 3, 16, 16])],
  },
  row(
    "decoder",
    () =>
      new Sequential(
        new ConvTranspose2d(2, 3, 3, { stride: 2, padding: 1, outputPadding: 1 }),
        new InstanceNorm2d(3, { affine: true }),
        new LeakyReLU(),
      ),
    [2, 5, 5],
  ),
  row(
    "signal",
    () => new Sequential(new Conv1d(2, 4, 3), new BatchNorm1d(4), new GELU(), new MaxPool2d(2)),
    [2, 9],
  ),
  ids("lstm", () => new Sentiment(), 7),
  row("gru", () => new GRU(4, 6, { batchFirst: true }), [5, 4]),
  row("rnn", () => new RNN(4, 6, { batchFirst: true, nonlinearity: "relu" }), [5, 4]),
  ids("gpt", () => new GPT([new Attention(), new Attention()]), 8),
  ids("gpt, fused attention", () => new GPT([new FusedAttention()]), 8),
  row(
    "encoder layer",
    () => new TransformerEncoderLayer(16, 4, { batchFirst: true, dimFeedforward: 32 }),
    [6, 16],
  ),
  {
    name: "attention",
    model: () => new MultiheadAttention(8, 2, { batchFirst: true }) as unknown as AnyModule,
    inputs: (batch) => {
      const x = randn([batch, 5, 8]);
      return [x, x, x];
    },
  },
  ids(
    "GPT-2",
    () =>
      new GPT2LMHeadModel({ vocab_size: 20, n_positions: 8, n_embd: 16, n_layer: 2, n_head: 2 }),
    6,
  ),
  ids(
    "Llama",
    () =>
      new LlamaForCausalLM({
        vocab_size: 20,
        hidden_size: 16,
        intermediate_size: 32,
        num_hidden_layers: 1,
        num_attention_heads: 2,
        num_key_value_heads: 1,
        max_position_embeddings: 16,
      }),
    6,
  ),
  ids(
    "BERT",
    () =>
      new BertModel({
        vocab_size: 20,
        hidden_size: 16,
        intermediate_size: 32,
        num_hidden_layers: 1,
        num_attention_heads: 2,
        max_position_embeddings: 16,
        type_vocab_size: 2,
      }),
    6,
  ),
  row("functions", () => new Functions(), [4], [4]),
];

/** Single layers to export. */
export const exportedLayers: readonly Exported[] = layers.map(([layer, shape], i) =>
  row(`layer ${i}`, layer, [...shape]),
);
