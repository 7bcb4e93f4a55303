import { cat, Generator, linalg, randn, type Tensor, tensor } from "@wgrad/autograd";
import { functional as F } from "@wgrad/nn";
import { floats } from "../../worker/numbers.ts";

/** Rounds from nowhere, and from the axes of the map before. */
const ROUNDS = { first: 12, next: 2 };

/**
 * Words on a plane: their vectors at length 1, along the two directions in which the first
 * `frequent` of them vary most (principal components). These are found by orthogonal iteration from
 * where they were the time before, so that the map moves and never flips.
 */
export class WordMap {
  #axes: Float32Array | null = null;

  /** Places in pairs of the words with these numbers. */
  async places(vectors: Tensor, words: readonly number[], frequent: number): Promise<Float32Array> {
    const size = vectors.shape[1] as number;
    const rounds = this.#axes === null ? ROUNDS.first : ROUNDS.next;
    const found = await floats(() => {
      const all = F.normalize(vectors.indexSelect(0, tensor(Int32Array.from(words))), { dim: 1 });
      const some = all.narrow(0, 0, frequent);
      const mean = some.mean(0);
      const centred = some.sub(mean);
      let axes =
        this.#axes === null
          ? randn([size, 2], { generator: new Generator(0) })
          : tensor(this.#axes, { shape: [size, 2] });
      for (let round = 0; round < rounds; round++) {
        const { Q } = linalg.qr(centred.t().matmul(centred.matmul(axes)));
        axes = Q.mul(Q.mul(axes).sum(0).sign());
      }
      return cat([axes.flatten(), all.sub(mean).matmul(axes).flatten()]);
    });
    this.#axes = found.slice(0, 2 * size);
    return found.slice(2 * size);
  }
}
