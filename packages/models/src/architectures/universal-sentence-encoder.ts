import { normalize, relu, type Tensor, tanh, tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { buffer, Embedding, LayerNorm, Linear, Module, ModuleList } from "@wgrad/nn";
import { attend, splitHeads } from "../attention.ts";
import { type Config, Settings } from "../config.ts";

const EPS = 1e-6;

/**
 * Self-attention whose queries, keys and values come from one linear layer.  [batch, length, from]
 * → [batch, length, to]
 */
class Attention extends Module {
  qkv: Linear;
  output: Linear;
  private readonly heads: number;

  constructor(from: number, to: number, heads: number) {
    super();
    this.qkv = new Linear(from, 3 * from);
    this.output = new Linear(from, to);
    this.heads = heads;
  }

  forward(x: Tensor, mask: Tensor): Tensor {
    const [q, k, v] = this.qkv(x)
      .chunk(3, -1)
      .map((part) => splitHeads(part, this.heads)) as [Tensor, Tensor, Tensor];
    return this.output(attend(q, k, v, { mask }).context);
  }
}

/**
 * y = W x + attention(norm(x));  z = y + W₂ relu(W₁ norm(y)). W exists only if the width changes,
 * which is so in the first layer.
 */
class Layer extends Module {
  attentionNorm: LayerNorm;
  attention: Attention;
  residual: Linear | null;
  feedForwardNorm: LayerNorm;
  lin1: Linear;
  lin2: Linear;

  constructor(from: number, to: number, inner: number, heads: number) {
    super();
    this.attentionNorm = new LayerNorm(from, { eps: EPS });
    this.attention = new Attention(from, to, heads);
    this.residual = from === to ? null : new Linear(from, to);
    this.feedForwardNorm = new LayerNorm(to, { eps: EPS });
    this.lin1 = new Linear(to, inner);
    this.lin2 = new Linear(inner, to);
  }

  forward(x: Tensor, mask: Tensor): Tensor {
    const kept = this.residual === null ? x : this.residual(x);
    const y = kept.add(this.attention(this.attentionNorm(x), mask));
    return y.add(this.lin2(relu(this.lin1(this.feedForwardNorm(y)))));
  }
}

/**
 * Position embeddings sin(p fᵢ), then cos(p fᵢ), with fᵢ = 10⁴^(−i / (width/2 − 1)) for each
 * position p: [length, width].
 */
function sinusoids(length: number, width: number): Tensor {
  const half = width / 2;
  const values = new Float32Array(length * width);
  for (let p = 0; p < length; p++) {
    for (let i = 0; i < half; i++) {
      const angle = p * 10_000 ** (-i / (half - 1));
      values[p * width + i] = Math.sin(angle);
      values[p * width + half + i] = Math.cos(angle);
    }
  }
  return tensor(values, { shape: [length, width] });
}

/**
 * The Universal Sentence Encoder Lite: a Transformer over sentence pieces, whose mean goes through
 * a layer with tanh and is normalised to length 1. Cer et al. 2018.  ids: [batch, length]; mask:
 * [batch, length] of 0 and 1 → [batch, 512]. Config: `vocab_size`, `embedding_size`, `hidden_size`,
 * `num_layers`, `num_heads`, `intermediate_size`, `max_position_embeddings`; the defaults are those
 * of the published model.
 */
export class UniversalSentenceEncoder extends Module<[Tensor, Tensor], Tensor> {
  embeddings: Embedding;
  positions: Tensor;
  layers: ModuleList<Layer>;
  output: Linear;
  readonly config: Config;
  /** Maximum number of pieces. */
  readonly maxLength: number;

  constructor(config: Config = {}) {
    checkCall("new UniversalSentenceEncoder(config?: object)", arguments);
    super();
    const settings = new Settings("UniversalSentenceEncoder", config);
    const narrow = settings.number("embedding_size", 256);
    const wide = settings.number("hidden_size", 512);
    const inner = settings.number("intermediate_size", 1536);
    const heads = settings.number("num_heads", 4);
    this.config = config;
    this.maxLength = settings.number("max_position_embeddings", 128);
    this.embeddings = new Embedding(settings.number("vocab_size", 8002), narrow);
    this.positions = buffer(sinusoids(this.maxLength, narrow), { persistent: false });
    this.layers = new ModuleList(
      Array.from(
        { length: settings.number("num_layers", 2) },
        (_, i) => new Layer(i === 0 ? narrow : wide, wide, inner, heads),
      ),
    );
    this.output = new Linear(wide, wide);
  }

  forward(ids: Tensor, mask: Tensor): Tensor {
    const length = ids.shape[1] as number;
    const seen = mask.ne(0); // [batch, length]
    // finite instead of −∞: a sentence without pieces attends to its padding, and its mean is 0
    const scores = where(seen, 0, -1e9).unsqueeze(1).unsqueeze(1);
    // the published graph adds the embeddings twice, once with positions
    let x = this.embeddings(ids)
      .mul(2)
      .add(this.positions.narrow(0, 0, length));
    for (const layer of this.layers) x = layer(x, scores);
    const counted = seen.to("f32").unsqueeze(-1);
    const mean = x.mul(counted).sum(1).div(counted.sum(1).clamp(1));
    return normalize(tanh(this.output(mean)), { dim: 1, eps: EPS });
  }
}
