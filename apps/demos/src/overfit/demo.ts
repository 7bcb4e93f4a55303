import { noGrad, type Tensor } from "@wgrad/autograd";
import { trainTestSplit } from "@wgrad/datasets";
import { loadDigits } from "@wgrad/datasets/data";
import { accuracy } from "@wgrad/metrics";
import { functional as F, type Module } from "@wgrad/nn";
import { type Labelled, parametersOf } from "../shared/classifier.ts";
import type { Demo, Outcome } from "../shared/demo.ts";
import { grouped, t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { ink } from "../shared/panel.ts";
import { curvePanel } from "../shared/panels.ts";
import { heading, table, tell } from "../shared/terminal.ts";
import type { Curve } from "../shared/training.ts";
import { trainEachOrLoad } from "../shared/weights.ts";
import { wide } from "./model.ts";
import { gapChart } from "./picture.ts";
import { train } from "./train.ts";

const checks = [
  { measure: "plain: gap of the losses", least: 0.2 },
  { measure: "gap with dropout and decay, of the plain one's", most: 0.8 },
];

/** Learned, or learned by heart? The same network, with and without a hand on its shoulder. */
export const overfit: Demo = {
  takes: ["epochs", "save", "load"],
  checks: { quick: checks, full: checks },
  run: lesson,
};

async function lesson(options: Options): Promise<Outcome> {
  const data = await loadDigits();
  const [x, y] = [data.x().div(16).reshape(-1, 1, 8, 8), data.y()];
  const split = { trainSize: 100, testSize: 1697, randomState: 42, stratify: y };
  const [xTrain, xTest, yTrain, yTest] = await trainTestSplit(x, y, split);
  const few: Labelled = { images: xTrain, labels: yTrain };
  const rest: Labelled = { images: xTest, labels: yTest };
  const models = { plain: wide(0), held: wide(0.5) };
  heading(
    t("100 digits to learn from, {plain} weights, 1,697 digits to be told", {
      plain: grouped(parametersOf(models.plain)),
    }),
  );

  const seen = { plain: new Sight(), held: new Sight() };
  const budget = { full: { steps: 600, looks: 40 }, quick: { steps: 80, looks: 8 } }[
    options.budget
  ];
  const steps = options.epochs ?? budget.steps;
  const training = (name: keyof typeof models, weightDecay: number) => () =>
    train(models[name], few, rest, {
      steps,
      weightDecay,
      every: Math.max(1, Math.round(steps / budget.looks)),
      look: seen[name].look,
    });
  await trainEachOrLoad(models, options, {
    plain: training("plain", 0),
    held: training("held", 1),
  });

  const found = {
    plain: await sides(models.plain, few, rest),
    held: await sides(models.held, few, rest),
  };
  const row = (name: string, { known, fresh }: Sides): (string | number)[] => [
    name,
    known.loss.toFixed(4),
    fresh.loss.toFixed(4),
    (fresh.loss - known.loss).toFixed(4),
    (100 * known.accuracy).toFixed(1),
    (100 * fresh.accuracy).toFixed(1),
  ];
  table(
    ["", t("loss, known"), t("loss, fresh"), t("gap"), t("right, known"), t("right, fresh")],
    [row(t("plain"), found.plain), row(t("dropout ½, weight decay"), found.held)],
  );
  const gap = ({ known, fresh }: Sides): number => fresh.loss - known.loss;
  tell(
    "",
    t(
      "The plain network is sure of every digit it knows, and goes on getting surer: on fresh digits it is then sure of its mistakes too, and the loss there rises while the training loss still falls. Dropout and weight decay keep it from leaning on any one weight.",
    ),
  );
  return {
    measures: {
      "plain: gap of the losses": gap(found.plain),
      "gap with dropout and decay, of the plain one's": gap(found.held) / gap(found.plain),
      "plain: accuracy on fresh digits": found.plain.fresh.accuracy,
      "dropout and decay: accuracy on fresh digits": found.held.fresh.accuracy,
    },
    report: {
      title: "Learned, or learned by heart?",
      subtitle: "One network on 100 digits with wgrad, with and without dropout and weight decay",
      panels: [
        ...(options.load === undefined ? await wayPanels(seen) : []),
        {
          title: "Where it ends",
          subtitle: `The gap is ${(gap(found.plain) / gap(found.held)).toFixed(1)} times smaller`,
          ...gapChart([
            { name: "plain", known: found.plain.known.loss, fresh: found.plain.fresh.loss },
            { name: "dropout, decay", known: found.held.known.loss, fresh: found.held.fresh.loss },
          ]),
        },
      ],
    },
  };
}

/** Losses of both sides on the way. */
class Sight {
  readonly #steps: { step: number; known: Tensor; fresh: Tensor }[] = [];
  readonly look = (step: number, known: Tensor, fresh: Tensor): void => {
    this.#steps.push({ step, known, fresh });
  };

  async curve(side: "known" | "fresh"): Promise<Curve> {
    return Promise.all(
      this.#steps.map(async (seen) => ({ step: seen.step, loss: await seen[side].item() })),
    );
  }
}

interface Side {
  readonly loss: number;
  readonly accuracy: number;
}
interface Sides {
  readonly known: Side;
  readonly fresh: Side;
}

async function sides(model: Module, known: Labelled, fresh: Labelled): Promise<Sides> {
  model.eval();
  const side = async ({ images, labels }: Labelled): Promise<Side> => {
    const scores = noGrad(() => model(images)).keep();
    return {
      loss: await noGrad(() => F.crossEntropy(scores, labels)).item(),
      accuracy: await accuracy(scores, labels).item(),
    };
  };
  return { known: await side(known), fresh: await side(fresh) };
}

async function wayPanels(seen: Record<"plain" | "held", Sight>) {
  const titles = { plain: "Plain", held: "With dropout and weight decay" };
  return Promise.all(
    (["plain", "held"] as const).map(async (name) =>
      curvePanel(
        titles[name],
        "Loss on the 100 digits it learns from, and on the 1,697 it does not",
        [
          { name: "known digits", curve: await seen[name].curve("known") },
          { name: "fresh digits", curve: await seen[name].curve("fresh"), color: ink.fit },
        ],
        { width: 460 },
      ),
    ),
  );
}
