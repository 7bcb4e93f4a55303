import { trainTestSplit } from "@wgrad/datasets";
import { loadEnglishChinese } from "@wgrad/datasets/data";
import type { Demo, Outcome } from "../shared/demo.ts";
import { known as nameOf, t } from "../shared/language.ts";
import type { Budget, Options } from "../shared/options.ts";
import { lossPanel } from "../shared/panels.ts";
import { heading, say, table } from "../shared/terminal.ts";
import { trainOrLoad } from "../shared/weights.ts";
import { characterBleu, nearestTranslations, runsOf } from "./baselines.ts";
import { translate } from "./greedy.ts";
import { Translator, type TranslatorSizes } from "./model.ts";
import { charactersOf, encodeTarget, languagesOf, type Pair, roomFor, wordsOf } from "./pairs.ts";
import { scoresPanel } from "./picture.ts";
import { perplexityOn, type TrainSettings, train } from "./train.ts";

type Sizes = Pick<
  TranslatorSizes,
  "features" | "layers" | "heads" | "feedforward" | "inputDropout" | "dropout"
>;

interface Settings extends TrainSettings {
  readonly sizes: Sizes;
  /** The longest English sentence that is taken, in words. */
  readonly longest: number;
  /** The most characters and words of a Chinese one, with its end. */
  readonly room: number;
}

const settings: Record<Budget, Settings> = {
  full: {
    sizes: { features: 64, layers: 1, heads: 4, feedforward: 192, inputDropout: 0.2, dropout: 0.1 },
    longest: 12,
    room: Number.POSITIVE_INFINITY,
    epochs: 88,
    lr: 3e-3,
    batchSize: 16,
    labelSmoothing: 0.1,
  },
  quick: {
    sizes: { features: 32, layers: 1, heads: 2, feedforward: 64, inputDropout: 0, dropout: 0 },
    longest: 5,
    room: 8, // as many as batches are filled up to: with 2 · 53 pairs to learn from, all have one shape
    epochs: 15,
    lr: 2e-2,
    batchSize: 53,
    labelSmoothing: 0,
  },
};

/** How is that said in Chinese? A small Transformer learns from the messages of a compiler. */
export const translation: Demo = {
  takes: ["epochs", "save", "load"],
  tooShort: () => t("it translates hardly anything yet: BLEU stays near 0."),
  checks: {
    quick: [{ measure: "perplexity", most: 60 }],
    full: [{ measure: "char-BLEU", least: 42 }],
  },
  run,
};

async function run(options: Options): Promise<Outcome> {
  const { sizes, longest, room, ...rest } = settings[options.budget];
  const training = { ...rest, ...(options.epochs !== undefined && { epochs: options.epochs }) };
  const messages = (await loadEnglishChinese()).table;
  const [en, zh] = [messages.strings("en"), messages.strings("zh")];
  const pairs = en.map((sentence, i): Pair => ({ en: sentence, zh: zh[i] as string }));
  const short = pairs.filter(
    ({ en, zh }) => wordsOf(en).length <= longest && charactersOf(zh).length < room,
  );
  const [known, held] = await trainTestSplit(short, { testSize: 0.1, randomState: 0 });
  const languages = languagesOf(known);
  heading(
    t("{known} messages of a compiler in English and Chinese, {held} held out", {
      known: known.length,
      held: held.length,
    }),
  );

  const model = new Translator({
    ...sizes,
    sourceWords: languages.source.size,
    targetWords: languages.target.size,
    sourceLength: longest,
    targetLength: roomFor(short.map((pair) => encodeTarget(languages, pair))),
  });
  const curve = await trainOrLoad(model, options, () => train(model, known, languages, training));

  const ours = await translate(model, languages, held);
  const byWords = await nearestTranslations(known, held);
  const byRuns = await nearestTranslations(known, held, runsOf);
  const perplexity = await perplexityOn(model, held, languages);
  const scores = [
    {
      name: "English as it is",
      value: characterBleu(
        held.map((pair) => pair.en),
        held,
      ),
    },
    { name: "the nearest by words", value: characterBleu(byWords, held) },
    { name: "the nearest by characters", value: characterBleu(byRuns, held) },
    { name: "this Transformer", value: characterBleu(ours, held) },
  ];
  say("");
  table(
    ["", "char-BLEU"],
    scores.map(({ name, value }) => [nameOf(name), value.toFixed(1)]),
  );
  say(
    "",
    t("perplexity of the held-out translations: {perplexity}", {
      perplexity: perplexity.toFixed(2),
    }),
  );
  for (const [i, pair] of held.slice(0, 6).entries()) {
    say(
      "",
      `  ${pair.en}`,
      t("  ours:      {ours}", { ours: ours[i] }),
      t("  reference: {zh}", { zh: pair.zh }),
    );
  }
  return {
    measures: {
      "char-BLEU": scores.at(-1)?.value as number,
      "char-BLEU, nearest by words": scores[1]?.value as number,
      "char-BLEU, nearest by characters": scores[2]?.value as number,
      perplexity,
    },
    ...(options.budget === "full" && {
      note: () =>
        t(
          "Looking up the most similar known sentence is nearly as good here: the messages of a compiler repeat themselves. Which hundred are held out moves every line by several points.",
        ),
    }),
    report: {
      title: "How is that said in Chinese?",
      subtitle: "A Transformer on the messages of the TypeScript compiler",
      panels: [scoresPanel(scores), ...lossPanel(curve)],
    },
  };
}
