import { noGrad } from "@wgrad/autograd";
import { StratifiedKFold } from "@wgrad/datasets";
import { loadSentiment } from "@wgrad/datasets/data";
import { ModuleList } from "@wgrad/nn";
import type { Demo, Outcome } from "../shared/demo.ts";
import { t } from "../shared/language.ts";
import type { Budget, Options } from "../shared/options.ts";
import { lossPanel } from "../shared/panels.ts";
import { heading, say, table } from "../shared/terminal.ts";
import { inTurn } from "../shared/training.ts";
import { trainOrLoad } from "../shared/weights.ts";
import { type FoldData, foldData } from "./data.ts";
import { SentimentLSTM } from "./model.ts";
import { foldsPanel, sentencesPanel } from "./picture.ts";
import { type FoldScores, scoresOf } from "./scores.ts";
import { type TrainSettings, train } from "./train.ts";

interface Settings extends TrainSettings {
  readonly sentences: number;
  /** Folds that are learned and tested, of three. */
  readonly folds: number;
  /** Words of a sentence that are read. */
  readonly length: number;
  readonly features: number;
}

const settings: Record<Budget, Settings> = {
  full: {
    sentences: 3000,
    folds: 3,
    length: 30,
    features: 16,
    epochs: 6,
    lr: 5e-3,
    wordDropout: 0.3,
  },
  quick: {
    sentences: 150,
    folds: 1,
    length: 8,
    features: 8,
    epochs: 10,
    lr: 3e-2,
    wordDropout: 0,
  },
};

/**
 * Does a sentence praise or complain? An LSTM reads the words in order; a bag of words does not.
 */
export const sentiment: Demo = {
  takes: ["epochs", "save", "load"],
  tooShort: () =>
    t("100 sentences are too few to judge others, so it is asked about those that it has learned."),
  checks: {
    quick: [{ measure: "accuracy on its own sentences", least: 0.7 }],
    full: [
      { measure: "accuracy", least: 0.79 },
      { measure: "behind the bag of words", most: 0.03 },
    ],
  },
  run,
};

async function run(options: Options): Promise<Outcome> {
  const { sentences, folds, length, features, ...rest } = settings[options.budget];
  const training = { ...rest, ...(options.epochs !== undefined && { epochs: options.epochs }) };
  const reviews = await loadSentiment();
  const step = Math.floor(reviews.length / sentences);
  const some = reviews.take(Array.from({ length: sentences }, (_, i) => i * step));
  const [texts, labels] = [some.table.strings("text"), some.table.integers("label")];
  const cut = new StratifiedKFold({ nSplits: 3, shuffle: true, randomState: 42 }).split(labels);
  const data = cut.slice(0, folds).map((fold) => foldData(texts, labels, fold, length));

  heading(
    t("{length} sentences from reviews, in three folds: two teach, one tests", {
      length: texts.length,
    }),
  );
  const models = data.map(({ vocabulary }) => new SentimentLSTM(vocabulary.size, features));
  const curve = await trainOrLoad(new ModuleList(models), options, () =>
    inTurn(
      data.map(({ train: { tokens, labels } }, k) =>
        train(models[k] as SentimentLSTM, tokens, labels, training),
      ),
    ),
  );

  const scores: FoldScores[] = [];
  for (const [k, fold] of data.entries()) {
    scores.push(await scoresOf(models[k] as SentimentLSTM, fold));
  }
  const mean = (key: keyof FoldScores): number =>
    scores.reduce((sum, score) => sum + score[key], 0) / scores.length;
  say("");
  table(
    [t("accuracy"), "LSTM", t("tf-idf + logistic regression"), t("with C = 3")],
    [
      ...scores.map((score, k) => [t("fold {k}", { k: k + 1 }), ...rounded(score)]),
      [t("mean"), ...rounded({ lstm: mean("lstm"), bag: mean("bag"), looseBag: mean("looseBag") })],
    ],
  );
  const { test } = data[0] as FoldData;
  const model = models[0] as SentimentLSTM;
  const chances = noGrad(() => model(test.tokens).softmax(1).select(1, 1));
  const shown = chosen(test.sentences, [...(await chances.data())]);
  say("", t("held-out sentences, and the chance that each is praise:"));
  for (const { sentence, chance } of shown)
    say(`  ${(100 * chance).toFixed(0).padStart(3)} %  ${sentence}`);
  return {
    measures: {
      accuracy: mean("lstm"),
      "tf-idf + logistic regression": mean("bag"),
      "behind the bag of words": mean("bag") - mean("lstm"),
      "accuracy on its own sentences": mean("own"),
    },
    ...(options.budget === "full" && {
      note: () =>
        t(
          "A bag of words, which knows no order, is as good here: 2,000 sentences teach words, hardly order.",
        ),
    }),
    report: {
      title: "Praise or complaint?",
      subtitle: "An LSTM with a maximum over time, beside a bag of words, on review sentences",
      panels: [foldsPanel(scores), sentencesPanel(shown), ...lossPanel(curve)],
    },
  };
}

const rounded = ({ lstm, bag, looseBag }: Omit<FoldScores, "own">): string[] =>
  [lstm, bag, looseBag].map((value) => value.toFixed(3));

/** Short sentences from the surest complaint to the surest praise. */
function chosen(
  sentences: readonly string[],
  chances: readonly number[],
): { sentence: string; chance: number }[] {
  const short = sentences
    .map((sentence, i) => ({ sentence, chance: chances[i] as number }))
    .filter(({ sentence }) => sentence.length < 70)
    .sort((a, b) => a.chance - b.chance);
  const places = [0, 1, 0.25, 0.45, 0.55, 0.75, -2, -1];
  return places.map((place) => {
    const at = place === 1 || place < 0 ? place : Math.floor(place * short.length);
    return short.at(at) as { sentence: string; chance: number };
  });
}
