import { tensor } from "@wgrad/autograd";
import { TensorDataset } from "@wgrad/datasets";
import type { Sequential } from "@wgrad/nn";
import { AdamW } from "@wgrad/optim";
import {
  judgeClassifier,
  nearestMean,
  parametersOf,
  trainClassifier,
} from "../shared/classifier.ts";
import type { Demo, Outcome } from "../shared/demo.ts";
import { known, t } from "../shared/language.ts";
import { mistakePanel } from "../shared/mistakes.ts";
import type { Budget, Options } from "../shared/options.ts";
import { ink } from "../shared/panel.ts";
import { barsChart, confusionChart, curvePanel } from "../shared/panels.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import { trainEachOrLoad } from "../shared/weights.ts";
import { loadMobileNet } from "./backbone.ts";
import { imagesOf, standardised, thumbnails } from "./data.ts";
import { drawAll } from "./drawings.ts";
import { featuresOf } from "./features.ts";
import { kinds } from "./kinds.ts";
import { fromScratch, head } from "./model.ts";

interface Settings {
  /** Drawings of each kind to learn from, and to be told. */
  readonly teach: number;
  readonly ask: number;
  readonly epochs: number;
}

const settings: Record<Budget, Settings> = {
  full: { teach: 20, ask: 40, epochs: 40 },
  quick: { teach: 8, ask: 6, epochs: 20 },
};

/** New classes from twenty pictures each, by a network that has seen a million others. */
export const transfer: Demo = {
  takes: ["epochs", "save", "load"],
  checks: {
    quick: [{ measure: "on MobileNet: accuracy", least: 0.6 }],
    full: [
      { measure: "on MobileNet: accuracy", least: 0.9 },
      { measure: "ahead of scratch", least: 0.03 },
    ],
  },
  run,
};

async function run(options: Options): Promise<Outcome> {
  const { teach, ask, ...rest } = settings[options.budget];
  const epochs = options.epochs ?? rest.epochs;
  heading(
    t("{teach} drawings of each of {length} things to learn from, {ask} to be told", {
      teach,
      length: kinds.length,
      ask,
    }),
  );
  const [drawn, asked] = [await drawAll(teach, 1 + options.seed), await drawAll(ask, 1_000_003)];
  const [train, test] = [imagesOf(drawn), imagesOf(asked)];
  say(t("MobileNetV2 looks at each once: what its twelfth layer sees becomes 96 numbers …"));
  const mobileNet = loadMobileNet();
  const [seen, toTell] = [featuresOf(mobileNet, train.images), featuresOf(mobileNet, test.images)];
  const features = standardised(await held(seen), await held(toTell), {
    train: train.labels,
    test: test.labels,
  });
  const pixels = { train: new TensorDataset({ ...train }), test: new TensorDataset({ ...test }) };

  const models = {
    "on MobileNet": head(96, kinds.length),
    "from scratch": fromScratch(kinds.length),
  };
  const training = (model: Sequential, data: typeof features, lr: number) => () => {
    const optimizer = new AdamW(model.parameters(), { lr, weightDecay: 0.1 });
    return trainClassifier(model, data.train, { epochs, batchSize: 20, optimizer });
  };
  const curves = await trainEachOrLoad(models, options, {
    "on MobileNet": training(models["on MobileNet"], features, 1e-2),
    "from scratch": training(models["from scratch"], pixels, 2e-3),
  });

  const count = kinds.length;
  const judged = {
    "nearest mean of pixels": await judgeClassifier(
      await nearestMean(pixels.train, count),
      pixels.test,
      count,
    ),
    "from scratch": await judgeClassifier(models["from scratch"], pixels.test, count),
    "on MobileNet": await judgeClassifier(models["on MobileNet"], features.test, count),
  };
  const learned = {
    "nearest mean of pixels": count * 3 * 96 * 96,
    "from scratch": parametersOf(models["from scratch"]),
    "on MobileNet": parametersOf(models["on MobileNet"]),
  };
  const names = Object.keys(judged) as (keyof typeof judged)[];
  table(
    ["", t("numbers learned"), t("right of 100")],
    names.map((name) => [known(name), learned[name], (100 * judged[name].accuracy).toFixed(1)]),
  );
  tell(
    "",
    t(
      "The layers that know edges, corners and textures were trained on a million photographs. They stay as they are; only a line of weights on top is new, and {teach} drawings of each thing teach it.",
      { teach },
    ),
  );
  const best = judged["on MobileNet"];
  return {
    measures: {
      "on MobileNet: accuracy": best.accuracy,
      "from scratch: accuracy": judged["from scratch"].accuracy,
      "nearest mean of pixels: accuracy": judged["nearest mean of pixels"].accuracy,
      "ahead of scratch": best.accuracy - judged["from scratch"].accuracy,
    },
    report: {
      title: "New things from a few drawings",
      subtitle: `MobileNetV2's layers and ${learned["on MobileNet"]} new weights with wgrad, ${teach} drawings of each kind`,
      panels: [
        {
          title: "Who tells the drawings apart",
          subtitle: `accuracy on ${test.labels.shape[0]} drawings that none has seen`,
          ...barsChart(
            names.map((name) => ({ name, value: judged[name].accuracy })),
            { label: "accuracy", digits: 3 },
          ),
        },
        {
          title: "On MobileNet: what was taken for what",
          subtitle: `${(100 * best.accuracy).toFixed(1)} % are right`,
          ...confusionChart(best.counts, kinds),
        },
        {
          ...(await mistakePanel(judged["from scratch"], thumbnails(test), kinds)),
          title: "From scratch: what it is → taken for",
        },
        ...(curves["on MobileNet"].length === 0
          ? []
          : [
              curvePanel("The loss on the way", "Cross-entropy of a batch", [
                { name: "on MobileNet", curve: curves["on MobileNet"] },
                { name: "from scratch", curve: curves["from scratch"], color: ink.fit },
              ]),
            ]),
      ],
    },
  };
}

/** Numbers that are read once and given to the training as they are. */
async function held(features: ReturnType<typeof featuresOf>): Promise<typeof features> {
  const values = await features.data();
  return tensor(Float32Array.from(values), { shape: features.shape });
}
