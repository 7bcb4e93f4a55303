import {
  cdist,
  cumsum,
  minimum,
  noGrad,
  oneHot,
  rand,
  randint,
  stack,
  type Tensor,
  where,
} from "@wgrad/autograd";
import type { Training } from "../shared/training.ts";

/**
 * k-means (Lloyd 1982): every row joins the nearest centre, every centre moves to the mean of its rows, until nothing changes.
 * Several starts go side by side; the best is kept. Starts are k-means++ (Arthur & Vassilvitskii 2007).
 */
export class KMeans {
  readonly k: number;
  readonly tries: number;
  #centres: Tensor | null = null;
  #inertias: number[] = [];

  constructor(k: number, { tries = 10 }: { readonly tries?: number } = {}) {
    this.k = k;
    this.tries = tries;
  }

  /** Moves the centres round by round. x: [rows, features]. The loss is the inertia of the best start. */
  async *fit(x: Tensor, { rounds = 100 }: { readonly rounds?: number } = {}): Training {
    this.#centres = noGrad(() => spread(x, this.k, this.tries).keep());
    for (let step = 1; step <= rounds; step++) {
      const { centres, inertias } = noGrad(() => round(x, this.#centres as Tensor));
      this.#centres = centres.keep();
      const before = this.#inertias;
      this.#inertias = Array.from(await inertias.data(), Number);
      yield { step, steps: rounds, loss: noGrad(() => inertias.min()) };
      if (this.#inertias.every((inertia, i) => inertia === before[i])) return;
    }
  }

  /** Σ of squared distances of the rows to their centres, of the best start. */
  get inertia(): number {
    return Math.min(...this.#inertias);
  }

  /** The best start's centres: [k, features]. */
  get centres(): Tensor {
    const best = this.#inertias.indexOf(this.inertia);
    return noGrad(() => (this.#centres as Tensor).select(0, best));
  }

  /** The nearest centre of each row: [rows]. */
  assign(x: Tensor): Tensor {
    return noGrad(() => cdist(x, this.centres).argmin(1));
  }
}

/** Distances² of every row to every start's centres: [tries, rows, k]. */
const distances = (x: Tensor, centres: Tensor): Tensor => cdist(x.unsqueeze(0), centres).square();

/** First centres, each a row drawn with a chance that grows with the square of its distance from those before. */
function spread(x: Tensor, k: number, tries: number): Tensor {
  const rows = x.shape[0] as number;
  const chosen = [x.indexSelect(0, randint(0, rows, [tries]))];
  let nearest = distances(x, stack(chosen, 1)).squeeze(2);
  while (chosen.length < k) {
    const sums = cumsum(nearest, 1);
    const draw = rand([tries, 1]).mul(sums.narrow(1, rows - 1, 1));
    const pick = sums
      .le(draw)
      .sum(1)
      .clamp(0, rows - 1)
      .to("i32");
    const centre = x.indexSelect(0, pick);
    chosen.push(centre);
    nearest = minimum(nearest, distances(x, centre.unsqueeze(1)).squeeze(2));
  }
  return stack(chosen, 1);
}

/** One round of every start; a centre that no row is nearest to stays. */
function round(x: Tensor, centres: Tensor): { centres: Tensor; inertias: Tensor } {
  const squares = distances(x, centres);
  const members = oneHot(squares.argmin(2), centres.shape[1] as number).to("f32"); // [tries, rows, k]
  const counts = members.sum(1).unsqueeze(2);
  const sums = members.transpose(1, 2).matmul(x);
  const moved = where(counts.gt(0), sums.div(counts.clamp(1)), centres);
  return { centres: moved, inertias: squares.amin(2).sum(1) };
}
