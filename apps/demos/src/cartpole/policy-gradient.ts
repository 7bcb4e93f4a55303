import { noGrad, rand, type Tensor, tensor } from "@wgrad/autograd";
import { buffer, functional as F, Linear, Module, Sequential, Tanh } from "@wgrad/nn";
import { Adam, LinearLR } from "@wgrad/optim";
import type { Training } from "../shared/training.ts";
import { CartPole } from "./environment.ts";
import { freshCarts, type OnEpisode, observe } from "./play.ts";

/**
 * Which way to push (two scores), and what is still to be won (in hundreds of pushes), from what
 * the cart sees.
 */
export class PolicyAndValue extends Module<[Tensor], [scores: Tensor, values: Tensor]> {
  policy: Sequential = new Sequential(new Linear(4, 64), new Tanh(), new Linear(64, 2));
  value: Sequential = new Sequential(new Linear(4, 64), new Tanh(), new Linear(64, 1));

  readonly scale: Tensor = buffer(tensor(CartPole.SCALE));

  override forward(states: Tensor): [scores: Tensor, values: Tensor] {
    const x = states.mul(this.scale);
    return [this.policy(x), this.value(x).squeeze(1)];
  }
}

export interface PolicyGradientSettings {
  readonly iterations: number;
  /** Episodes played side by side in an iteration. */
  readonly episodes: number;
  readonly lr: number;
  /** Iterations over which `lr` falls to nothing. */
  readonly decay: number;
  /** γ: what a reward one push later is worth now. */
  readonly gamma: number;
  readonly onEpisode?: OnEpisode;
}

/**
 * REINFORCE with a value as baseline (Williams 1992; Sutton & Barto 13.4): play, then make actions
 * likelier that led to more than was expected, Σ −log π(a|s) (G − V(s)), and expect better, Σ (G −
 * V(s))². A step is an iteration.
 */
export async function* policyGradient(
  model: PolicyAndValue,
  { iterations, episodes, lr, decay, gamma, onEpisode }: PolicyGradientSettings,
): Training {
  const optimizer = new Adam(model.parameters(), { lr });
  const schedule = new LinearLR(optimizer, { startFactor: 1, endFactor: 0, totalIters: decay });

  for (let step = 1; step <= iterations; step++) {
    const { states, actions, returns, played } = await episode(model, episodes, gamma, onEpisode);
    const [scores, values] = model(states);
    const surplus = returns.sub(values);
    const weight = whiten(surplus.detach(), played);
    const logs = F.logSoftmax(scores, 1).gather(1, actions.unsqueeze(1)).squeeze(1);
    const count = played.sum();
    const policyLoss = logs.mul(weight).sum().div(count).neg();
    const valueLoss = surplus.square().mul(played).sum().div(count);
    const loss = policyLoss.add(valueLoss);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    schedule.step();
    yield { step, steps: iterations, loss: played.sum().div(episodes), optimizer, schedule };
  }
}

/** Mean 0 and deviation 1 over what was played; 0 elsewhere. */
function whiten(x: Tensor, played: Tensor): Tensor {
  const count = played.sum();
  const centred = x.sub(x.mul(played).sum().div(count)).mul(played);
  return centred.div(centred.square().sum().div(count).sqrt().add(1e-6));
}

interface Episodes {
  /** [episodes · 500, 4]; rows after an episode's end are 0. */
  readonly states: Tensor;
  readonly actions: Tensor;
  /** Discounted sums of the rewards from there on, in hundreds. */
  readonly returns: Tensor;
  /** 1 where there was a push to decide on. */
  readonly played: Tensor;
}

/** Plays episodes side by side, each action drawn with the policy's probability. */
async function episode(
  model: PolicyAndValue,
  count: number,
  gamma: number,
  onEpisode?: OnEpisode,
): Promise<Episodes> {
  const size = count * CartPole.LIMIT;
  const states = new Float32Array(4 * size);
  const [actions, returns, played] = [
    new Int32Array(size),
    new Float32Array(size),
    new Float32Array(size),
  ];
  const carts = await freshCarts(count);
  const lengths = carts.map(() => 0);
  const running = new Set(carts.keys());
  for (let t = 0; running.size > 0; t++) {
    const right = await noGrad(() => model(observe(carts))[0].softmax(1).select(1, 1)).data();
    const coins = await rand([count]).data();
    for (const i of running) {
      const cart = carts[i] as CartPole;
      const row = i * CartPole.LIMIT + t;
      states.set(cart.state, 4 * row);
      actions[row] = Number((coins[i] as number) < (right[i] as number));
      played[row] = 1;
      lengths[i] = t + 1;
      if (cart.push(actions[row]).over) running.delete(i);
    }
  }
  for (const [i, length] of lengths.entries()) {
    let sum = 0;
    for (let t = length - 1; t >= 0; t--) {
      sum = 0.01 + gamma * sum;
      returns[i * CartPole.LIMIT + t] = sum;
    }
    onEpisode?.(states.slice(4 * i * CartPole.LIMIT, 4 * (i * CartPole.LIMIT + length)));
  }
  return {
    states: tensor(states, { shape: [size, 4] }),
    actions: tensor(actions),
    returns: tensor(returns),
    played: tensor(played),
  };
}
