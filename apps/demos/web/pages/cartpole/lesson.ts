import { Generator, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import type { Module } from "@wgrad/nn";
import { deepQ, QNetwork } from "../../../src/cartpole/deep-q.ts";
import { play } from "../../../src/cartpole/play.ts";
import { PolicyAndValue, policyGradient } from "../../../src/cartpole/policy-gradient.ts";
import type { Training } from "../../../src/shared/training.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

export interface Snapshot {
  /**
   * Episodes that have ended since the snapshot before: position, speed, angle, angular speed
   * before each push.
   */
  readonly episodes: readonly Float32Array[];
}

/** Most episodes to show at once. */
const SHOWN = 16;

interface Way {
  readonly model: Module<[Tensor], unknown>;
  readonly scores: (states: Tensor) => Tensor;
  readonly train: (lr: number) => Training;
}

/** Carts are pushed, poles fall, and what pushes learns from it. */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  let ended: Float32Array[] = [];
  const onEpisode = (states: Float32Array): void => {
    ended.push(states);
  };
  const carts = numberOf(settings, "carts");
  const way = settings.way === "deep-q" ? byWorth : byPolicy;
  const { model, scores, train } = way({ carts, onEpisode });
  hold(model);
  return {
    model,
    inputShape: [carts, 4],
    train: (now) => train(numberOf(now, "lr")),
    async snapshot() {
      const episodes = ended.slice(-SHOWN);
      ended = [];
      return { episodes };
    },
    async measures() {
      // The same twenty starts each time, and none of the training's own random numbers.
      const { mean } = await play(20, (states) => noGrad(() => scores(states)), new Generator(0));
      return { pushes: mean };
    },
  };
}

interface WaySettings {
  readonly carts: number;
  readonly onEpisode: (states: Float32Array) => void;
}

function byPolicy({ carts: episodes, onEpisode }: WaySettings): Way {
  const model = new PolicyAndValue();
  const settings = { iterations: 30, episodes, decay: 30, gamma: 0.99, onEpisode };
  return {
    model,
    scores: (states) => model(states)[0],
    train: (lr) => policyGradient(model, { ...settings, lr }),
  };
}

function byWorth({ carts, onEpisode }: WaySettings): Way {
  const model = new QNetwork();
  const lately: number[] = [];
  const settings = {
    steps: 4000,
    carts,
    batchSize: 128,
    gamma: 0.99,
    reward: 0.1,
    explore: [1500, 0.05] as const,
    copyEvery: 100,
    judgeEvery: 250,
    onEpisode(states: Float32Array) {
      lately.push(states.length / 4);
      if (lately.length > 16) lately.shift();
      onEpisode(states);
    },
  };
  const train = (lr: number): Training =>
    withLengths(
      deepQ(model, () => undefined, { ...settings, lr }),
      lately,
    );
  return { model, scores: model, train };
}

/**
 * The same training, with how long the latest episodes lasted in place of what the step descended.
 */
async function* withLengths(training: Training, lately: readonly number[]): Training {
  for await (const step of training) {
    const mean = lately.reduce((sum, length) => sum + length, 0) / lately.length;
    yield { ...step, loss: tensor(mean) };
  }
}
