import { noGrad, rand, randint, tensor } from "@wgrad/autograd";
import { Embedding, init } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import type { Training } from "../shared/training.ts";
import { arrows, columns, move, open, rows } from "./world.ts";

/** Q(s, a): what action a in cell s is worth. Nothing is known at first. */
export function valueTable(): Embedding {
  const q = new Embedding(rows * columns, arrows.length);
  init.zeros_(q.weight);
  return q;
}

export interface TrainSettings {
  readonly steps: number;
  /** Walkers that learn into the same table. */
  readonly walkers: number;
  readonly lr: number;
  /** γ: what a reward one move later is worth now. */
  readonly gamma: number;
  /** Share of moves at random, at the start and at the end. */
  readonly explore: readonly [number, number];
}

/**
 * Q-learning (Watkins 1989): Q(s, a) ← Q(s, a) + α (r + γ maxₐ′ Q(s′, a′) − Q(s, a)). That is a
 * step of gradient descent on half the squared difference, with the target held still.
 */
export async function* train(
  q: Embedding,
  { steps, walkers, lr, gamma, explore: [first, last] }: TrainSettings,
): Training {
  const optimizer = new SGD(q.parameters(), { lr });
  const anywhere = async (): Promise<number[]> => {
    const picks = await randint(0, open.length, [walkers]).data();
    return Array.from(picks, (pick) => open[Number(pick)] as number);
  };
  let cells = await anywhere();

  for (let step = 1; step <= steps; step++) {
    const states = tensor(cells, { dtype: "i32" });
    const best = await noGrad(() => q(states).argmax(1)).data();
    const random = await randint(0, arrows.length, [walkers]).data();
    const coins = await rand([walkers]).data();
    const explore = first + ((last - first) * step) / steps;
    const actions = cells.map((_, i) =>
      Number((coins[i] as number) < explore ? random[i] : best[i]),
    );
    const moves = cells.map((cell, i) => move(cell, actions[i] as number));

    const next = tensor(
      moves.map(({ cell }) => cell),
      { dtype: "i32" },
    );
    const rewards = tensor(moves.map(({ reward }) => reward));
    const goesOn = tensor(moves.map(({ ends }) => Number(!ends)));
    const targets = noGrad(() => q(next).amax(1).mul(goesOn).mul(gamma).add(rewards));
    const taken = tensor(
      actions.map((action) => [action]),
      { dtype: "i32" },
    );
    const values = q(states).gather(1, taken).squeeze(1);
    const loss = values.sub(targets).square().sum().mul(0.5);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();

    const fresh = await anywhere();
    cells = moves.map(({ cell, ends }, i) => (ends ? (fresh[i] as number) : cell));
    yield { step, steps, loss, optimizer };
  }
}
