import { loadMobyDick, loadStateOfTheUnion } from "@wgrad/datasets/data";
import { ModuleDict } from "@wgrad/nn";
import type { Demo, Outcome } from "../shared/demo.ts";
import { grouped, t } from "../shared/language.ts";
import type { Budget, Options } from "../shared/options.ts";
import type { Panel } from "../shared/panel.ts";
import { curvePanel } from "../shared/panels.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import { watch } from "../shared/watch.ts";
import { loadWeights, saving } from "../shared/weights.ts";
import { CosineWords, SkipGram, type WordModel } from "./model.ts";
import { type Corpus, corpusOf } from "./pairs.ts";
import { pairsPanel } from "./picture.ts";
import { nearest, type Relatedness, relatedness } from "./related.ts";
import { lossOn, type TrainSettings, train } from "./train.ts";

interface Settings extends TrainSettings {
  readonly features: number;
  /** Words that occur less often have no vector. */
  readonly minCount: number;
}

const full: Settings = {
  features: 64,
  minCount: 15,
  steps: 1500,
  lr: 0.01,
  batchSize: 2048,
  window: 5,
  subsampling: 1e-3,
  negatives: 5,
};
const settings: Record<Budget, Settings> = {
  full,
  quick: { ...full, features: 16, minCount: 300, steps: 40, batchSize: 512, lr: 0.05 },
};

const lessons = [
  { key: "cosine", title: () => t("1. One table, turned by CosineEmbeddingLoss") },
  { key: "skip-gram", title: () => t("2. Two tables, skip-gram with negative samples") },
] as const;

/** Which words belong together? Vectors learned from nothing but who stands near whom. */
export const word2vec: Demo = {
  takes: ["save", "load"],
  tooShort: () => t("40 steps are too few for words to find their neighbours."),
  checks: {
    quick: [
      { measure: "cosine: loss, of untrained", most: 0.985 },
      { measure: "skip-gram: loss, of untrained", most: 0.8 },
    ],
    full: lessons.flatMap(({ key }) => [
      { measure: `${key}: pairs of 20`, least: 17 },
      { measure: `${key}: share of comparisons won`, least: 0.9 },
    ]),
  },
  run,
};

async function run(options: Options): Promise<Outcome> {
  const { features, minCount, ...training } = settings[options.budget];
  const [novel, speeches] = await Promise.all([loadMobyDick(), loadStateOfTheUnion()]);
  const corpus = corpusOf(`${novel.text}\n${speeches.text}`, minCount);
  const { size } = corpus.vocabulary;
  tell(
    t(
      "Moby-Dick and 233 speeches to Congress: {length} words, {size} different ones that occur {minCount} times or more.",
      {
        length: grouped(corpus.words.length),
        size: grouped(size),
        minCount,
      },
    ),
  );

  const models = new ModuleDict<WordModel>({
    cosine: new CosineWords(size, features),
    "skip-gram": new SkipGram(size, features),
  });
  const untrained = new Map<string, { loss: number; related: Relatedness }>();
  for (const [key, model] of models.entries()) {
    untrained.set(key, {
      loss: await lossOn(model, corpus, training),
      related: await relatedness(model.vectors.weight, corpus.vocabulary),
    });
  }
  if (options.load !== undefined) loadWeights(models, options.load, options.name);
  const found: Record<string, Relatedness> = {};
  const measures: Record<string, number> = {};
  const curves: Panel[] = [];
  const lesson = async ({ key, title }: (typeof lessons)[number]): Promise<void> => {
    heading(title());
    const model = models.get(key) as WordModel;
    const before = untrained.get(key) as { loss: number; related: Relatedness };
    if (options.load === undefined) {
      const curve = await watch(train(model, corpus, training));
      curves.push(
        curvePanel(`The loss of ${key}`, `${training.steps} steps`, [{ name: "", curve }]),
      );
    }
    const after = await relatedness(model.vectors.weight, corpus.vocabulary);
    found[key] = after;
    measures[`${key}: pairs of 20`] = after.above;
    measures[`${key}: share of comparisons won`] = after.share;
    const loss = await lossOn(model, corpus, training);
    measures[`${key}: loss, of untrained`] = loss / before.loss;
    report(before.related, after);
    await sayNearest(model, corpus);
  };
  await saving(models, options, async () => {
    for (const each of lessons) await lesson(each);
  });
  return {
    measures,
    report: {
      title: "Which words belong together?",
      subtitle: "Vectors learned from a novel and 233 speeches, by who stands near whom",
      panels: [...lessons.map(({ key }) => pairsPanel(key, found[key] as Relatedness)), ...curves],
    },
  };
}

function report(before: Relatedness, after: Relatedness): void {
  say("");
  table(
    [t("pair"), t("cosine"), t("with unrelated words")],
    after.pairs.map(({ words, cosine, others }) => [
      words.join(" – "),
      cosine.toFixed(2),
      others.toFixed(2),
    ]),
  );
  const score = ({ above, share, pairs }: Relatedness): string[] => [
    t("{above} of {length}", { above, length: pairs.length }),
    share.toFixed(3),
  ];
  say("");
  table(
    ["", t("pairs above the mean of unrelated"), t("comparisons won")],
    [
      [t("before"), ...score(before)],
      [t("after"), ...score(after)],
    ],
  );
}

async function sayNearest(model: WordModel, { vocabulary }: Corpus): Promise<void> {
  say("");
  for (const word of ["whale", "war", "money", "spain", "water"]) {
    if (!vocabulary.has(word)) continue;
    const near = await nearest(model.vectors.weight, vocabulary, word, 6);
    say(
      t("  {padEnd} is near {near}", {
        padEnd: word.padEnd(6),
        near: near.map((each) => each.word).join(", "),
      }),
    );
  }
}
