import type { Vocabulary } from "@wgrad/datasets";
import { ModuleDict } from "@wgrad/nn";
import { charactersOf, encode } from "../shared/characters.ts";
import type { Demo, Outcome } from "../shared/demo.ts";
import { known, t } from "../shared/language.ts";
import type { Budget, Options } from "../shared/options.ts";
import { lossPanel } from "../shared/panels.ts";
import { heading, say, table, wrapped } from "../shared/terminal.ts";
import { type Lengths, loadTexts } from "../shared/texts.ts";
import type { Curve } from "../shared/training.ts";
import { watch } from "../shared/watch.ts";
import { loadWeights, saving } from "../shared/weights.ts";
import { KneserNey } from "./kneser-ney.ts";
import { GPT, type GPTSizes } from "./model.ts";
import { perplexityPanel, tunedPanel } from "./picture.ts";
import { sample } from "./sample.ts";
import { perplexityOn, type TrainSettings, train } from "./train.ts";

interface Settings extends Lengths {
  readonly sizes: Omit<GPTSizes, "vocabulary">;
  readonly pretrain: TrainSettings;
  readonly finetune: TrainSettings;
  /** The longest runs that are counted for the baseline. */
  readonly orders: number;
  readonly characters: number;
}

const settings: Record<Budget, Settings> = {
  full: {
    sizes: { features: 48, layers: 2, heads: 4, context: 48 },
    pretrain: { steps: 6340, lr: 5e-3, batchSize: 8 },
    finetune: { steps: 1000, lr: 2e-3, batchSize: 8 },
    novel: Number.POSITIVE_INFINITY,
    speech: Number.POSITIVE_INFINITY,
    orders: 6,
    characters: 300,
  },
  quick: {
    sizes: { features: 24, layers: 1, heads: 2, context: 16 },
    pretrain: { steps: 30, lr: 2e-2, batchSize: 16 },
    finetune: { steps: 8, lr: 1e-2, batchSize: 16 },
    novel: 100_000,
    speech: 5000,
    orders: 3,
    characters: 20,
  },
};

/** What comes next? A small GPT learns a novel by its characters, then a president's speeches. */
export const gpt: Demo = {
  takes: ["save", "load"],
  tooShort: () => t("it writes letters, and no words yet."),
  checks: {
    quick: [
      { measure: "perplexity", most: 30 },
      { measure: "fine-tuned, of from scratch", most: 0.95 },
    ],
    full: [
      { measure: "perplexity", most: 5.6 },
      { measure: "of Kneser-Ney 3", most: 1 },
      { measure: "fine-tuned, of before", most: 0.8 },
      { measure: "fine-tuned, of from scratch", most: 1 },
    ],
  },
  run,
};

async function run(options: Options): Promise<Outcome> {
  const { sizes, pretrain, finetune, orders, characters, ...lengths } = settings[options.budget];
  const texts = await loadTexts(lengths);
  const vocabulary = charactersOf(texts.novel);
  const read = (text: string): Int32Array => encode(vocabulary, text);
  const make = (): GPT => new GPT({ vocabulary: vocabulary.size, ...sizes });
  const models = { novel: make(), lincoln: make(), scratch: make() };
  const all = new ModuleDict<GPT>(models);
  if (options.load !== undefined) loadWeights(all, options.load, options.name);
  return saving(all, options, () => lessons());

  async function lessons(): Promise<Outcome> {
    const loaded = options.load !== undefined;
    const learn = async (model: GPT, text: string, how: TrainSettings): Promise<Curve> =>
      loaded ? [] : watch(train(model, read(text), how));

    heading(t("1. Moby-Dick, character by character"));
    const novelCurve = await learn(models.novel, texts.novel, pretrain);
    const reached = await perplexityOn(models.novel, read(texts.novelEnd));
    const counted = Array.from({ length: orders }, (_, i) =>
      new KneserNey(texts.novel, i + 1).perplexity(texts.novelEnd),
    );
    const rows = [
      ...counted.map((value, i) => ({ name: `Kneser-Ney ${i + 1}`, value })),
      { name: "this GPT", value: reached },
    ];
    say("", t("between how many characters each hesitates, on the last tenth of the novel:"));
    sayPerplexities(rows);
    await write(models.novel, vocabulary, "Call me Ishmael", characters);

    heading(t("2. The same model reads three speeches of Lincoln's"));
    if (!loaded) models.lincoln.loadStateDict(models.novel.stateDict());
    const tuned = await learn(models.lincoln, texts.speeches, finetune);
    say("", t("and one that has read nothing before, for as many steps:"));
    const scratch = await learn(models.scratch, texts.speeches, finetune);
    const onLast = (model: GPT): Promise<number> => perplexityOn(model, read(texts.lastSpeech));
    const [before, after] = [await onLast(models.novel), await onLast(models.lincoln)];
    const fromScratch = await onLast(models.scratch);
    say("", t("on his fourth speech:"));
    sayPerplexities([
      { name: "the novel alone", value: before },
      { name: "the novel, then three speeches", value: after },
      { name: "three speeches alone", value: fromScratch },
    ]);
    await write(models.lincoln, vocabulary, "Fellow-Citizens of the ", characters);
    return {
      measures: {
        perplexity: reached,
        "of Kneser-Ney 3": reached / (counted[2] as number),
        "fine-tuned": after,
        "fine-tuned, of before": after / before,
        "fine-tuned, of from scratch": after / fromScratch,
      },
      ...(options.budget === "full" && {
        note: () =>
          t(
            "Runs of four characters and more, counted, beat a GPT of this size: it is small, and saw little.",
          ),
      }),
      report: {
        title: "What comes next?",
        subtitle: "A small GPT reads Moby-Dick character by character, then Lincoln",
        panels: [perplexityPanel(rows), ...lossPanel(novelCurve), ...tunedPanel(tuned, scratch)],
      },
    };
  }
}

function sayPerplexities(rows: readonly { name: string; value: number }[]): void {
  table(
    [t("model"), t("perplexity")],
    rows.map(({ name, value }) => [known(name), value.toFixed(2)]),
  );
}

async function write(
  model: GPT,
  vocabulary: Vocabulary,
  prompt: string,
  characters: number,
): Promise<void> {
  let said = prompt;
  const drawn = sample(model, vocabulary, prompt, { characters, temperature: 0.7 });
  for await (const character of drawn) said += character;
  say("", ...wrapped(said).map((line) => `  ${line}`));
}
