import {
  arange,
  cat,
  flatten,
  gelu,
  logSoftmax,
  maxPool2d,
  ones,
  relu,
  scaledDotProductAttention,
  softmax,
  split,
  type Tensor,
  tanh,
  tensor,
  zeros,
} from "@wgrad/autograd";
import {
  AdaptiveLogSoftmaxWithLoss,
  type AnyModule,
  BatchNorm2d,
  Conv2d,
  Embedding,
  GRU,
  LayerNorm,
  Linear,
  LSTM,
  Module,
  ModuleList,
  ParameterDict,
  parameter,
  Sigmoid,
  utils,
} from "@wgrad/nn";
import { invoke } from "./call.ts";
import { Unmapped } from "./names.ts";

/** The members of a model that the runner uses. */
export interface Model {
  (...inputs: unknown[]): unknown;
  train(mode?: boolean): unknown;
  parameters(): Tensor[];
  namedParameters(): Iterable<[string, Tensor]>;
  stateDict(): Record<string, Tensor>;
  loadStateDict(state: Record<string, Tensor>): unknown;
}

type Build = (args: Readonly<Record<string, unknown>>) => AnyModule;

/** Models that the files hold as Python source, by class name, ported to TypeScript. */
const ported: Readonly<Record<string, Build>> = {
  LinReg: ({ d }) => new LinReg(d as number),
  Logistic: () => new Logistic(),
  MLP: ({ hidden, act }) => new MLP(hidden as number, act as string),
  TiedAutoencoder: () => new TiedAutoencoder(),
  Seq2SeqAttention: () => new Seq2SeqAttention(),
  TextLSTM: (args) => new TextLSTM(args as unknown as TextLSTMArguments),
  Word2Vec: ({ vocab, dim }) => new Word2Vec(vocab as number, dim as number),
  ConvNet: ({ c1, c2 }) => new ConvNet(c1 as number, c2 as number),
  TinyGPT: (args) => new TinyGPT(args as unknown as TinyGPTArguments),
  Policy: ({ hidden }) => new Policy(hidden as number),
  Adaptive: (args) => new Adaptive(args as unknown as Given),
  Unpool: (args) => new Unpool(args as unknown as Given),
  Params: () => new Params(),
  Packed: (args) => new Packed(args as unknown as Given),
  ParametrizedSymmetric: () => new Parametrized([new Symmetric()]),
  ParametrizedTwice: () => new Parametrized([new Symmetric(), new Exp()]),
};

/** The arguments of a model's constructor, by position and by name. */
interface Given {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** The ported model of a class name. */
export function portedModel(name: string, args: Readonly<Record<string, unknown>>): Model {
  const build = ported[name];
  if (build === undefined) throw new Unmapped(`the model ${name} is not ported`);
  return build(args) as unknown as Model;
}

/** packPaddedSequence, the layer and padPackedSequence, with the final state. */
class Packed extends Module {
  layer: LSTM;
  constructor({ args: [kind, ...sizes], kwargs }: Given) {
    super();
    this.layer = invoke(`nn.${kind}`, { args: [...sizes, kwargs], kwargs: {} }) as LSTM;
  }
  forward(input: Tensor, lengths: Tensor, options: { readonly sorted?: boolean } = {}): Tensor[] {
    const { batchFirst } = this.layer;
    const { packPaddedSequence, padPackedSequence } = utils.rnn;
    const enforceSorted = options.sorted ?? false;
    const packed = packPaddedSequence(input, lengths, { batchFirst, enforceSorted });
    const [out, state] = this.layer(packed) as [utils.rnn.PackedSequence, unknown];
    const [padded] = padPackedSequence(out, { batchFirst });
    return [padded, ...((Array.isArray(state) ? state : [state]) as Tensor[])];
  }
}

class Symmetric extends Module {
  forward(x: Tensor): Tensor {
    return x.triu().add(x.triu(1).mT);
  }
}

class Exp extends Module {
  forward(x: Tensor): Tensor {
    return x.exp();
  }
}

class Parametrized extends Module {
  layer: Linear = new Linear(3, 3);
  constructor(parametrizations: readonly Module[]) {
    super();
    for (const one of parametrizations)
      utils.parametrize.registerParametrization(this.layer, "weight", one);
  }
  forward(x: Tensor): Tensor {
    return this.layer(x);
  }
}

class LinReg extends Module {
  linear: Linear;
  constructor(d: number) {
    super();
    this.linear = new Linear(d, 1);
  }
  forward(x: Tensor): Tensor {
    return this.linear(x);
  }
}

class Logistic extends Module {
  linear: Linear = new Linear(1, 1);
  sigmoid: Sigmoid = new Sigmoid();
  forward(x: Tensor): Tensor {
    return this.sigmoid(this.linear(x));
  }
}

class MLP extends Module {
  fc1: Linear;
  act: Module;
  fc2: Linear;
  constructor(hidden: number, act: string) {
    super();
    this.fc1 = new Linear(64, hidden);
    this.act = invoke(`nn.${act}`, { args: [], kwargs: {} }) as Module;
    this.fc2 = new Linear(hidden, 10);
  }
  forward(x: Tensor): Tensor {
    return this.fc2(this.act(this.fc1(x)));
  }
}

class TiedAutoencoder extends Module {
  enc: Linear = new Linear(6, 3);
  decBias: Tensor = parameter(zeros([6]));
  constructor() {
    super();
    this.registerBuffer("scale", ones([6]));
  }
  forward(x: Tensor): Tensor {
    const h = tanh(this.enc(x));
    const { scale } = this as unknown as { scale: Tensor };
    return h.matmul(this.enc.weight).add(this.decBias).mul(scale);
  }
}

class Seq2SeqAttention extends Module {
  emb: Embedding = new Embedding(9, 5);
  enc: GRU = new GRU(5, 6, { batchFirst: true });
  att: Linear = new Linear(6, 6, { bias: false });
  out: Linear = new Linear(12, 9);
  forward(x: Tensor): Tensor {
    const [h, state] = this.enc(this.emb(x));
    const last = state.select(0, 0);
    const w = softmax(this.att(h).matmul(last.unsqueeze(-1)), 1);
    return this.out(cat([w.mul(h).sum(1), last], -1));
  }
}

interface TextLSTMArguments {
  readonly vocab: number;
  readonly emb: number;
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional: boolean;
}

class TextLSTM extends Module {
  embedding: Embedding;
  lstm: LSTM;
  fc: Linear;
  constructor({ vocab, emb, hidden, layers, bidirectional }: TextLSTMArguments) {
    super();
    this.embedding = new Embedding(vocab, emb, { paddingIdx: 0 });
    this.lstm = new LSTM(emb, hidden, { numLayers: layers, batchFirst: true, bidirectional });
    this.fc = new Linear(hidden * (bidirectional ? 2 : 1), 2);
  }
  forward(x: Tensor): Tensor {
    const [out] = this.lstm(this.embedding(x));
    return this.fc(out.select(1, -1));
  }
}

class Word2Vec extends Module<[Tensor, Tensor], [Tensor, Tensor]> {
  center: Embedding;
  context: Embedding;
  constructor(vocab: number, dim: number) {
    super();
    this.center = new Embedding(vocab, dim);
    this.context = new Embedding(vocab, dim);
  }
  forward(a: Tensor, b: Tensor): [Tensor, Tensor] {
    return [this.center(a), this.context(b)];
  }
}

class ConvNet extends Module {
  conv1: Conv2d;
  bn: BatchNorm2d;
  conv2: Conv2d;
  fc: Linear;
  constructor(c1: number, c2: number) {
    super();
    this.conv1 = new Conv2d(1, c1, 3, { padding: 1, bias: false });
    this.bn = new BatchNorm2d(c1);
    this.conv2 = new Conv2d(c1, c2, 3);
    this.fc = new Linear(c2 * 2 * 2, 10);
  }
  forward(x: Tensor): Tensor {
    const pooled = maxPool2d(relu(this.bn(this.conv1(x))), 2);
    return this.fc(flatten(tanh(this.conv2(pooled)), 1));
  }
}

class Block extends Module {
  heads: number;
  ln1: LayerNorm;
  qkv: Linear;
  proj: Linear;
  ln2: LayerNorm;
  fc1: Linear;
  fc2: Linear;
  constructor(d: number, heads: number) {
    super();
    this.heads = heads;
    this.ln1 = new LayerNorm(d);
    this.qkv = new Linear(d, 3 * d, { bias: false });
    this.proj = new Linear(d, d);
    this.ln2 = new LayerNorm(d);
    this.fc1 = new Linear(d, 4 * d);
    this.fc2 = new Linear(4 * d, d);
  }
  forward(x: Tensor): Tensor {
    const [b, t, c] = x.shape as readonly [number, number, number];
    const [q, k, v] = split(this.qkv(this.ln1(x)), c, 2).map((part) =>
      part.reshape([b, t, this.heads, c / this.heads]).transpose(1, 2),
    ) as [Tensor, Tensor, Tensor];
    const y = scaledDotProductAttention(q, k, v, { isCausal: true });
    const h = x.add(this.proj(y.transpose(1, 2).reshape([b, t, c])));
    return h.add(this.fc2(gelu(this.fc1(this.ln2(h)))));
  }
}

interface TinyGPTArguments {
  readonly vocab: number;
  readonly d: number;
  readonly heads: number;
  readonly layers: number;
  readonly block: number;
}

class TinyGPT extends Module {
  wte: Embedding;
  wpe: Embedding;
  blocks: ModuleList<Block>;
  lnF: LayerNorm;
  head: Linear;
  constructor({ vocab, d, heads, layers, block }: TinyGPTArguments) {
    super();
    this.wte = new Embedding(vocab, d);
    this.wpe = new Embedding(block, d);
    this.blocks = new ModuleList(Array.from({ length: layers }, () => new Block(d, heads)));
    this.lnF = new LayerNorm(d);
    this.head = new Linear(d, vocab, { bias: false });
  }
  forward(idx: Tensor): Tensor {
    let x = this.wte(idx).add(this.wpe(arange(idx.shape[1] as number)));
    for (const block of this.blocks) x = block(x);
    return this.head(this.lnF(x)).reshape([-1, this.head.weight.shape[0] as number]);
  }
}

class Policy extends Module {
  fc1: Linear;
  fc2: Linear;
  constructor(hidden: number) {
    super();
    this.fc1 = new Linear(4, hidden);
    this.fc2 = new Linear(hidden, 2);
  }
  forward(obs: Tensor): Tensor {
    return logSoftmax(this.fc2(tanh(this.fc1(obs))), -1);
  }
}

class Adaptive extends Module<[Tensor, Tensor], Tensor[]> {
  head: AdaptiveLogSoftmaxWithLoss;
  constructor({ args, kwargs }: Given) {
    super();
    const [inFeatures, classes, cutoffs] = args as [number, number, number[]];
    this.head = new AdaptiveLogSoftmaxWithLoss(inFeatures, classes, cutoffs, kwargs);
  }
  forward(input: Tensor, target: Tensor): Tensor[] {
    const { output, loss } = this.head(input, target);
    return [output, loss, this.head.logProb(input), this.head.predict(input)];
  }
}

/** Max pooling with indices, then unpooling. */
class Unpool extends Module<[Tensor, Tensor], Tensor> {
  pool: (x: Tensor) => [Tensor, Tensor];
  unpool: (x: Tensor, indices: Tensor, options: object) => Tensor;
  constructor({ args, kwargs }: Given) {
    super();
    const [dim, ...sizes] = args;
    const make = (name: string, options: object): unknown =>
      invoke(`nn.${name}${dim}d`, { args: sizes, kwargs: { ...kwargs, ...options } });
    this.pool = make("MaxPool", { return_indices: true }) as Unpool["pool"];
    this.unpool = make("MaxUnpool", {}) as Unpool["unpool"];
  }
  forward(x: Tensor, scale: Tensor): Tensor {
    const [y, indices] = this.pool(x);
    return this.unpool(y.mul(scale), indices, { outputSize: x.shape });
  }
}

class Params extends Module {
  p: ParameterDict = new ParameterDict({ B: tensor([1, -1, 0.5]), a: tensor([[0.5, 1, 2]]) });
  forward(x: Tensor): Tensor {
    return x.mul(this.p.get("a") as Tensor).add(this.p.get("B") as Tensor);
  }
}
