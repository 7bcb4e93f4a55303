import { type Tensor, zeros } from "@wgrad/autograd";
import { type SparseRows, WordTokenizer } from "@wgrad/datasets";
import { Embedding, functional as F, init, Module, type Parameter, parameter } from "@wgrad/nn";
import { LBFGS } from "@wgrad/optim";

/** Words of two letters or more, as scikit-learn counts them. */
export const bagTokenizer: WordTokenizer = new WordTokenizer({ pattern: /\b\w\w+\b/g });

/**
 * Logistic regression on weights of words: score = Σ x(word) · w(word) + b, whatever their order. A
 * table of one column holds w, so that only the words of a sentence are looked up.  indices,
 * values: [N, L] → scores [N], above 0 for positive.
 */
export class BagOfWords extends Module<[SparseRows], Tensor> {
  readonly words: Embedding;
  readonly bias: Parameter = parameter(zeros([]));

  constructor(words: number) {
    super();
    this.words = new Embedding(words, 1);
    init.zeros_(this.words.weight);
  }

  override forward({ indices, values }: SparseRows): Tensor {
    return this.words(indices).squeeze(-1).mul(values).sum(1).add(this.bias);
  }
}

/**
 * Minimises scikit-learn's objective, mean cross-entropy + ‖w‖² / (2 C N), by L-BFGS: it is convex,
 * so there is one answer. labels: [N], 0 or 1.
 */
export async function fitBagOfWords(
  model: BagOfWords,
  rows: SparseRows,
  labels: Tensor,
  { C = 1 }: { readonly C?: number } = {},
): Promise<void> {
  const [count = 0] = labels.shape;
  const target = labels.to("f32").keep();
  const optimizer = new LBFGS(model.parameters(), { maxIter: 100, lineSearchFn: "strong_wolfe" });
  await optimizer.step(async () => {
    const penalty = model.words.weight
      .square()
      .sum()
      .div(2 * C * count);
    const loss = F.binaryCrossEntropyWithLogits(model(rows), target).add(penalty);
    optimizer.zeroGrad();
    loss.backward();
    return loss;
  });
  target.dispose();
}
