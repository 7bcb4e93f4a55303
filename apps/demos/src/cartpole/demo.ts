import { manualSeed, noGrad, rand, type Tensor, tensor } from "@wgrad/autograd";
import { ModuleDict } from "@wgrad/nn";
import type { Demo, Outcome } from "../shared/demo.ts";
import { known, t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { ink } from "../shared/panel.ts";
import { curvePanel } from "../shared/panels.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import type { Curve } from "../shared/training.ts";
import { watch } from "../shared/watch.ts";
import { loadWeights, saving } from "../shared/weights.ts";
import { deepQ, QNetwork } from "./deep-q.ts";
import { lengthsChart } from "./picture.ts";
import { play } from "./play.ts";
import { PolicyAndValue, policyGradient } from "./policy-gradient.ts";

const settings = {
  quick: { iterations: 12, steps: 250, episodes: 10 },
  full: { iterations: 30, steps: 4000, episodes: 100 },
};

/** Can it balance a pole? Learned from falling. */
export const cartpole: Demo = {
  takes: ["save", "load"],
  tooShort: () =>
    t(
      "after 250 steps deep Q-learning still pushes at random most of the time; of policy gradient ten seeds gave 229 to 500 pushes.",
    ),
  checks: {
    quick: [
      { measure: "policy gradient: mean pushes", least: 50 },
      { measure: "double deep Q: worth of standing", least: 0.12 },
    ],
    full: [
      { measure: "policy gradient: mean pushes", least: 195 },
      { measure: "double deep Q: mean pushes", least: 195 },
    ],
  },
  run: lesson,
};

async function lesson(options: Options): Promise<Outcome> {
  const { iterations, steps, episodes } = settings[options.budget];
  const policyModel = new PolicyAndValue();
  const qModel = new QNetwork();
  const models = new ModuleDict({ policyGradient: policyModel, deepQ: qModel });
  if (options.load !== undefined) loadWeights(models, options.load, options.name);
  const learn = options.load === undefined;
  const { lengths, checked, surprises } = await saving(models, options, async () => ({
    lengths: await learnPolicy(policyModel, iterations, learn),
    ...(await learnWorth(qModel, steps, learn)),
  }));

  heading(t("3. {episodes} fresh episodes each", { episodes }));
  manualSeed(options.seed + 1); // these episodes are the same whatever training drew
  const linear = (...weights: readonly number[]): ((states: Tensor) => Tensor) => {
    const way = tensor(weights.map((weight) => [-weight, weight]));
    return (states) => states.matmul(way);
  };
  const ways = {
    "at random": (states: Tensor) => rand([states.shape[0] as number, 2]),
    "to where it leans": linear(0, 0, 1, 0),
    "to where it leans and turns": linear(0, 0, 1, 1),
    "policy gradient": (states: Tensor) => policyModel(states)[0],
    "double deep Q": qModel,
  };
  const played: { name: string; lengths: number[]; mean: number }[] = [];
  for (const [name, scores] of Object.entries(ways)) {
    played.push({ name, ...(await play(episodes, scores)) });
  }
  table(
    [t("pushes"), t("mean"), t("least"), t("most")],
    played.map(({ name, mean, lengths }) => [
      known(name),
      mean.toFixed(1),
      Math.min(...lengths),
      Math.max(...lengths),
    ]),
  );
  const mean = (name: keyof typeof ways): number =>
    played.find((way) => way.name === name)?.mean ?? 0;
  return {
    measures: {
      "policy gradient: mean pushes": mean("policy gradient"),
      "double deep Q: mean pushes": mean("double deep Q"),
      "double deep Q: worth of standing": await worthOfStanding(qModel),
      "to where it leans and turns: mean pushes": mean("to where it leans and turns"),
    },
    note: () =>
      t(
        "Deep Q-learning comes and goes: what is kept is the network that did best in 20 episodes on the way, not the last; the episodes above are others. An episode ends after 500 pushes.",
      ),
    report: {
      title: "Can it balance a pole?",
      subtitle: "Policy gradient and double deep Q-learning with wgrad",
      panels: [
        {
          title: "How long the pole stands",
          subtitle: `${episodes} episodes each, 500 pushes at most; the bar is the mean`,
          ...lengthsChart(played),
        },
        ...(learn ? trainingPanels(lengths, checked, surprises) : []),
      ],
    },
  };
}

async function learnPolicy(
  model: PolicyAndValue,
  iterations: number,
  learn: boolean,
): Promise<Curve> {
  heading(t("1. Policy gradient: make likelier what went better than expected"));
  tell(
    t(
      "A cart is pushed left or right, fifty times a second, and a pole on it must not fall. Sixteen carts play an episode each; then the policy takes one step, and the value, which says what was to be expected, takes one too.",
    ),
    "",
  );
  if (!learn) return [];
  const settings = { iterations, episodes: 16, lr: 2e-2, decay: 30, gamma: 0.99 };
  return watch(policyGradient(model, settings), { name: "pushes an episode" });
}

async function learnWorth(
  model: QNetwork,
  steps: number,
  learn: boolean,
): Promise<{ checked: Curve; surprises: Curve }> {
  heading(t("2. Double deep Q-learning: what is a push worth?"));
  if (!learn) return { checked: [], surprises: [] };
  const checked: Curve[number][] = [];
  const training = deepQ(model, (step, mean) => checked.push({ step, loss: mean }), {
    steps,
    carts: 8,
    batchSize: 128,
    lr: 5e-4,
    gamma: 0.99,
    reward: 0.1,
    explore: [1500, 0.05],
    copyEvery: 100,
    judgeEvery: 250,
  });
  const surprises = await watch(training, { name: "Huber loss" });
  const words = checked.map(({ step, loss }) => `${loss.toFixed(0)} (${step})`);
  say(t("20 episodes without exploring, pushes (by step):"), `  ${words.join("  ")}`, "");
  return { checked, surprises };
}

function trainingPanels(lengths: Curve, checked: Curve, surprises: Curve) {
  const policy = curvePanel(
    "Policy gradient on the way",
    `${lengths.length} iterations of 16 episodes, actions drawn at random`,
    [{ name: "", curve: lengths }],
    { y: "pushes an episode" },
  );
  const q =
    checked.length > 1
      ? curvePanel(
          "Double deep Q on the way",
          "20 episodes without exploring, each time",
          [{ name: "", curve: checked, color: ink.fit }],
          { y: "pushes an episode" },
        )
      : curvePanel(
          "Double deep Q on the way",
          "How far its values are off from what they should be",
          [{ name: "", curve: surprises, color: ink.fit }],
          { y: "Huber loss" },
        );
  return [policy, q];
}

/**
 * What the better push is worth where the pole stands or all but stands, on average: near 0 before
 * anything was learned.
 */
async function worthOfStanding(model: QNetwork): Promise<number> {
  const states = tensor([
    [0, 0, 0, 0],
    [0, 0, 0.02, 0],
    [0, 0, -0.02, 0],
    [0.1, 0.1, 0, 0],
    [-0.1, -0.1, 0, 0],
  ]);
  return noGrad(() => model(states).amax(1).mean()).item();
}
