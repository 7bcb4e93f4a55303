import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  type CosineSimilarityOptions,
  cosineSimilarity,
  type PairwiseDistanceOptions,
  pairwiseDistance,
} from "../functional.ts";
import { Module } from "../module.ts";

/**
 * y = x₁ · x₂ / (‖x₁‖ ‖x₂‖) along `dim` (default 1), with norms of at least `eps` (default 1e-8). →
 * the shape of x without `dim`.
 */
export class CosineSimilarity extends Module<[x1: Tensor, x2: Tensor], Tensor> {
  readonly dim: number;
  readonly eps: number;

  constructor(options: CosineSimilarityOptions = {}) {
    checkCall("new CosineSimilarity({ dim: number, eps: number })", arguments);
    const { dim = 1, eps = 1e-8 } = options;
    super();
    this.dim = dim;
    this.eps = eps;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, { dim: this.dim, eps: this.eps });
  }
}

/**
 * y = ‖x₁ − x₂ + ε‖ₚ along the last dimension. x₁, x₂: [N, D] or [D] → [N], or [N, 1] with
 * `keepdim`.
 */
export class PairwiseDistance extends Module<[x1: Tensor, x2: Tensor], Tensor> {
  readonly options: Required<PairwiseDistanceOptions>;

  constructor(options: PairwiseDistanceOptions = {}) {
    checkCall("new PairwiseDistance({ p: number, eps: number, keepdim: boolean })", arguments);
    const { p = 2, eps = 1e-6, keepdim = false } = options;
    super();
    this.options = { p, eps, keepdim };
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.options);
  }
}
