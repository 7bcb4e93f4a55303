import type { Tensor } from "@wgrad/autograd";
import { CosineEmbeddingLoss, Embedding, functional as F, init, Module } from "@wgrad/nn";

/**
 * Words, and for each the word that stood near it and some that did not: centers [B], others [B, 1
 * + negatives].
 */
export type WordModel = Module<[centers: Tensor, others: Tensor, targets: Tensor], Tensor> & {
  readonly vectors: Embedding;
};

/**
 * One table. The vectors of neighbours are turned towards each other, those of strangers apart
 * until their cosine is `margin`. targets: [B · (1 + negatives)], 1 for a neighbour and −1 for a
 * stranger → the mean loss.
 */
export class CosineWords extends Module<[Tensor, Tensor, Tensor], Tensor> {
  readonly vectors: Embedding;
  readonly criterion: CosineEmbeddingLoss = new CosineEmbeddingLoss({ margin: 0.2 });

  constructor(words: number, features = 64) {
    super();
    this.vectors = new Embedding(words, features);
    init.normal_(this.vectors.weight, { std: 0.1 });
  }

  override forward(centers: Tensor, others: Tensor, targets: Tensor): Tensor {
    const b = this.vectors(others); // [B, 1 + negatives, D]
    const a = this.vectors(centers).unsqueeze(1).expand(b.shape);
    const size = b.shape[2] as number;
    return this.criterion(a.reshape([-1, size]), b.reshape([-1, size]), targets);
  }
}

/**
 * Two tables: a word as center v and as context u. log σ(u·v) for neighbours, log σ(−u·v) for
 * strangers, summed for each center.  Mikolov et al. 2013.
 */
export class SkipGram extends Module<[Tensor, Tensor, Tensor], Tensor> {
  readonly vectors: Embedding;
  readonly contexts: Embedding;

  constructor(words: number, features = 64) {
    super();
    this.vectors = new Embedding(words, features);
    this.contexts = new Embedding(words, features);
    init.normal_(this.vectors.weight, { std: 0.1 });
    init.zeros_(this.contexts.weight);
  }

  override forward(centers: Tensor, others: Tensor, targets: Tensor): Tensor {
    const scores = this.contexts(others).mul(this.vectors(centers).unsqueeze(1)).sum(-1); // [B, 1 + negatives]
    return F.softplus(scores.reshape([-1]).mul(targets).neg())
      .sum()
      .div(centers.shape[0] as number);
  }
}
