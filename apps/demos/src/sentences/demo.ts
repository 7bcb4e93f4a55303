import type { Tensor } from "@wgrad/autograd";
import { loadSentiment } from "@wgrad/datasets/data";
import type { Demo, Outcome } from "../shared/demo.ts";
import { known, t } from "../shared/language.ts";
import type { Budget, Options } from "../shared/options.ts";
import { barsChart } from "../shared/panels.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import { type Part, partsOf, vectorsOf, wordWeights } from "./data.ts";
import { loadSentenceEncoder } from "./encoder.ts";
import { accuracyOfFew } from "./labels.ts";
import { labelsPanel, type Reached, similarityPanel } from "./picture.ts";
import { cosinesOf, nearest, sameKind } from "./search.ts";

interface Settings {
  /** Sentences in all; a third is asked about. */
  readonly sentences: number;
  /** Labels that teach the classifiers. */
  readonly counts: readonly number[];
  /** Choices of the labels that are averaged over. */
  readonly draws: number;
}

const settings: Record<Budget, Settings> = {
  full: { sentences: 3000, counts: [10, 30, 100, 300, 1000, 2000], draws: 5 },
  quick: { sentences: 180, counts: [20, 60], draws: 3 },
};

/** C of both logistic regressions: how little their weights are held. */
const C = 3;

/** What means the same? A sentence encoder that others have trained, on other texts. */
export const sentences: Demo = {
  takes: [],
  checks: {
    quick: [
      { measure: "paraphrases, cosine", least: 0.6 },
      { measure: "with few labels, ahead of tf-idf", least: 0.05 },
    ],
    full: [
      { measure: "paraphrases, cosine", least: 0.6 },
      { measure: "unrelated, cosine", most: 0.25 },
      { measure: "nearest are of its kind, ahead of tf-idf", least: 0.15 },
      { measure: "with few labels, ahead of tf-idf", least: 0.1 },
      { measure: "accuracy", least: 0.85 },
      { measure: "ahead of tf-idf", least: 0.03 },
    ],
  },
  run,
};

/** The first two say the same in other words, and so do the next two; the last one has nothing to do with them. */
const SAYINGS = [
  "The film was far too long.",
  "The movie just would not end.",
  "My new headphones broke within a week.",
  "The earphones stopped working after a few days.",
  "We waited an hour for our soup.",
];

const QUERIES = ["The sound is awful", "Our waiter was rude", "The actors are wonderful"];

async function run(options: Options): Promise<Outcome> {
  const { sentences: count, counts, draws } = settings[options.budget];
  const { train, test } = partsOf(await loadSentiment(), count);
  heading(t("A sentence is {numbers} numbers: near where it means the same", { numbers: 512 }));
  const encoder = loadSentenceEncoder();
  const cosines = await cosinesOf(await vectorsOf(encoder, SAYINGS));
  table(
    [t("cosine with"), ...SAYINGS.map((_, i) => String(i + 1))],
    SAYINGS.map((saying, i) => [
      `${i + 1} ${saying}`,
      ...(cosines[i] as number[]).map((cosine) => cosine.toFixed(2)),
    ]),
  );

  heading(t("Search in {length} sentences of reviews", { length: train.texts.length }));
  const rows = {
    train: await vectorsOf(encoder, train.texts),
    test: await vectorsOf(encoder, test.texts),
  };
  const queries = { texts: QUERIES, sites: [], labels: new Int32Array() } satisfies Part;
  const [words, testWords, queryWords] = wordWeights(train, test, queries);
  if (words === undefined || testWords === undefined || queryWords === undefined)
    throw new TypeError("there are three parts");
  const byMeaning = await nearest(await vectorsOf(encoder, QUERIES), rows.train, 2);
  const byWords = await nearest(queryWords, words, 1);
  for (const [i, query] of QUERIES.entries()) {
    say(`“${query}”`);
    for (const { row, cosine } of byMeaning[i] ?? [])
      say(`  ${cosine.toFixed(2)}  ${train.texts[row]}`);
    for (const { row } of byWords[i] ?? [])
      say(t("  by words: {texts}", { texts: train.texts[row] }));
  }
  const kinds = {
    "nearest by words (tf-idf)": await sameKind(test, testWords, train, words),
    "nearest by meaning": await sameKind(test, rows.test, train, rows.train),
  };
  tell(
    "",
    t(
      "Products, films or restaurants? Of the five sentences that are nearest to one asked about, so many are of its kind:",
    ),
  );
  const kindRows = Object.entries(kinds).map(([name, value]) => ({ name, value }));
  table(
    ["", t("of 100")],
    kindRows.map(({ name, value }) => [known(name), (100 * value).toFixed(1)]),
  );

  heading(t("Praise or complaint, learned from a few labels"));
  const reached: Reached[] = [];
  for (const labels of counts.filter((each) => each <= train.labels.length)) {
    const how = {
      count: labels,
      draws: labels >= train.labels.length ? 1 : draws,
      seed: options.seed,
    };
    const learned = (own: { train: Tensor; test: Tensor }): Promise<number> =>
      accuracyOfFew(
        { rows: own.train, labels: train.labels },
        { rows: own.test, labels: test.labels },
        { ...how, C },
      );
    reached.push({
      count: labels,
      encoder: await learned(rows),
      words: await learned({ train: words, test: testWords }),
    });
  }
  table(
    [t("labels"), t("sentence vectors"), t("tf-idf")],
    reached.map(({ count: labels, encoder: own, words: base }) => [
      labels,
      own.toFixed(3),
      base.toFixed(3),
    ]),
  );
  tell(
    "",
    t(
      "Logistic regression learns from both. Words that no label has come with say nothing; a vector knows what they are near to.",
    ),
  );
  const at = (place: number): Reached => reached.at(place) as Reached;
  const few = at(1);
  const cosine = (i: number, j: number): number => cosines[i]?.[j] ?? Number.NaN;
  return {
    measures: {
      accuracy: at(-1).encoder,
      "tf-idf: accuracy": at(-1).words,
      "ahead of tf-idf": at(-1).encoder - at(-1).words,
      "with few labels, ahead of tf-idf": few.encoder - few.words,
      "paraphrases, cosine": (cosine(0, 1) + cosine(2, 3)) / 2,
      "unrelated, cosine": (cosine(0, 2) + cosine(0, 3) + cosine(1, 2) + cosine(1, 3)) / 4,
      "nearest are of its kind": kinds["nearest by meaning"],
      "nearest are of its kind, ahead of tf-idf":
        kinds["nearest by meaning"] - kinds["nearest by words (tf-idf)"],
    },
    report: {
      title: "What means the same?",
      subtitle: "A sentence encoder that others trained, as npm brings it, read by wgrad",
      panels: [
        similarityPanel(SAYINGS, cosines),
        {
          title: "Of the five nearest, the share of the same kind",
          subtitle: "products, films or restaurants",
          ...barsChart(kindRows, { label: "share", digits: 3 }),
        },
        labelsPanel(reached),
      ],
    },
  };
}
