import { noGrad, rand, randint, type Tensor, tensor } from "@wgrad/autograd";
import { buffer, copyModule, HuberLoss, Linear, Module } from "@wgrad/nn";
import { Adam, LinearLR } from "@wgrad/optim";
import type { Training } from "../shared/training.ts";
import { CartPole } from "./environment.ts";
import { freshCarts, type OnEpisode, observe, play } from "./play.ts";
import { Replay } from "./replay.ts";

/** Q(s, ·): what pushing left and right is worth. [carts, 4] → [carts, 2]. */
export class QNetwork extends Module {
  first: Linear = new Linear(4, 128);
  second: Linear = new Linear(128, 128);
  out: Linear = new Linear(128, 2);
  readonly scale: Tensor = buffer(tensor(CartPole.SCALE));

  override forward(states: Tensor): Tensor {
    return this.out(this.second(this.first(states.mul(this.scale)).relu()).relu());
  }
}

export interface DeepQSettings {
  /** Pushes of every cart. */
  readonly steps: number;
  readonly carts: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly gamma: number;
  /** Reward of a push. */
  readonly reward: number;
  /** Share of pushes at random: from 1 to the second number over the first. */
  readonly explore: readonly [steps: number, last: number];
  /** The target network becomes the learning one every so many steps. */
  readonly copyEvery: number;
  /** Twenty episodes without exploring judge the network every so many steps. */
  readonly judgeEvery: number;
  readonly onEpisode?: OnEpisode;
}

/**
 * Double deep Q-learning (van Hasselt 2016): Q(s, a) → r + γ Q⁻(s′, argmaxₐ′ Q(s′, a′)) on
 * transitions drawn from memory, Q⁻ a copy that stands still in between. The network that
 * `judgeEvery` found best is what `model` is in the end; it stops when that is as good as can be.
 */
export async function* deepQ(
  model: QNetwork,
  onJudged: (step: number, mean: number) => void,
  settings: DeepQSettings,
): Training {
  const {
    steps,
    carts: count,
    batchSize,
    lr,
    gamma,
    reward,
    copyEvery,
    judgeEvery,
    onEpisode,
  } = settings;
  const [exploreSteps, exploreLast] = settings.explore;
  const best = copyModule(model);
  const target = copyModule(model);
  const optimizer = new Adam(model.parameters(), { lr });
  const schedule = new LinearLR(optimizer, { startFactor: 1, endFactor: 0.05, totalIters: steps });
  const criterion = new HuberLoss();
  const replay = new Replay(20_000);
  const carts = await freshCarts(count);
  const lives = carts.map((): number[] => []);
  let record = 0;

  for (let step = 1; step <= steps; step++) {
    const explore = Math.max(exploreLast, 1 - ((1 - exploreLast) * step) / exploreSteps);
    await push(model, carts, explore, replay, (cart, state, over) => {
      if (onEpisode === undefined) return;
      lives[cart]?.push(...state);
      if (over) onEpisode(Float32Array.from(lives[cart]?.splice(0) ?? []));
    });
    if (replay.length < 2 * batchSize) continue;

    const { states, actions, nexts, goesOn } = await replay.sample(batchSize);
    const wanted = noGrad(() => {
      const choice = model(nexts).argmax(1, { keepdim: true });
      return target(nexts).gather(1, choice).squeeze(1).mul(goesOn).mul(gamma).add(reward);
    });
    const values = model(states).gather(1, actions.unsqueeze(1)).squeeze(1);
    const loss = criterion(values, wanted);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    schedule.step();

    if (step % copyEvery === 0) target.loadStateDict(model.stateDict());
    if (step % judgeEvery === 0 || step === steps) {
      const { mean } = await play(20, model);
      onJudged(step, mean);
      if (mean > record) best.loadStateDict(model.stateDict());
      record = Math.max(record, mean);
    }
    const last = step === steps || record >= CartPole.LIMIT;
    if (last) model.loadStateDict(best.stateDict());
    yield { step, steps, loss, optimizer, schedule };
    if (last) return;
  }
}

/** Pushes every cart once, sometimes at random, and remembers what came of it. */
async function push(
  model: QNetwork,
  carts: readonly CartPole[],
  explore: number,
  replay: Replay,
  onPushed: (cart: number, state: CartPole["state"], over: boolean) => void,
): Promise<void> {
  const greedy = await noGrad(() => model(observe(carts)).argmax(1)).data();
  const random = await randint(0, 2, [carts.length]).data();
  const coins = await rand([carts.length]).data();
  const places = await rand([carts.length, 4]).data();
  for (const [i, cart] of carts.entries()) {
    const { state } = cart;
    const action = Number((coins[i] as number) < explore ? random[i] : greedy[i]);
    const { fell, over } = cart.push(action);
    replay.add({ state, action, next: cart.state, goesOn: Number(!fell) });
    onPushed(i, state, over);
    if (over) cart.reset(places.subarray(4 * i, 4 * i + 4) as Float32Array);
  }
}
