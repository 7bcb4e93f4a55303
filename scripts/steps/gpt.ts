import { arange, scaledDotProductAttention, type Tensor } from "@wgrad/autograd";
import { Embedding, functional as F, LayerNorm, Linear, Module, ModuleList } from "@wgrad/nn";
import { GPT as size } from "./workloads.ts";

const { width, heads } = size;

/** x + Attention(LN x), then x + W₂ GELU(W₁ LN x). */
class Block extends Module<[Tensor], Tensor> {
  norm1 = new LayerNorm(width);
  qkv = new Linear(width, 3 * width);
  projection = new Linear(width, width);
  norm2 = new LayerNorm(width);
  up = new Linear(width, 4 * width);
  down = new Linear(4 * width, width);

  override forward(x: Tensor): Tensor {
    const attended = x.add(this.projection(this.attend(this.norm1(x))));
    return attended.add(this.down(F.gelu(this.up(this.norm2(attended)))));
  }

  /** x: [B, T, E] → [B, T, E] */
  private attend(x: Tensor): Tensor {
    const [batch, length] = x.shape as readonly [number, number];
    const split = this.qkv(x).reshape([batch, length, 3, heads, width / heads]);
    const [q, k, v] = split.permute(2, 0, 3, 1, 4).unbind(0) as [Tensor, Tensor, Tensor];
    const mixed = scaledDotProductAttention(q, k, v, { isCausal: true });
    return mixed.transpose(1, 2).reshape([batch, length, width]);
  }
}

/** Characters [B, T] → logits of the next characters [B, T, vocabulary]. */
export class GPT extends Module<[Tensor], Tensor> {
  tokens = new Embedding(size.vocabulary, width);
  positions = new Embedding(size.length, width);
  blocks = new ModuleList(Array.from({ length: size.layers }, () => new Block()));
  norm = new LayerNorm(width);
  head = new Linear(width, size.vocabulary, { bias: false });

  override forward(tokens: Tensor): Tensor {
    let x = this.tokens(tokens).add(this.positions(arange(size.length)));
    for (const block of this.blocks) x = (block as Block)(x);
    return this.head(this.norm(x));
  }
}
