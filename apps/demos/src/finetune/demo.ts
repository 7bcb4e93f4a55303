import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Vocabulary } from "@wgrad/datasets";
import { type GPT2LMHeadModel, type Lora, saveLora, savePretrained } from "@wgrad/models";
import { type AnyModule, ModuleDict, type Parameter, ParameterList } from "@wgrad/nn";
import { charactersOf, encode } from "../shared/characters.ts";
import type { Demo, Outcome } from "../shared/demo.ts";
import { grouped, known, t } from "../shared/language.ts";
import type { Budget, Options } from "../shared/options.ts";
import { ink } from "../shared/panel.ts";
import { barsChart, curvePanel, lossPanel } from "../shared/panels.ts";
import { heading, say, table, tell, wrapped } from "../shared/terminal.ts";
import { type Lengths, loadTexts } from "../shared/texts.ts";
import type { Curve } from "../shared/training.ts";
import { watch } from "../shared/watch.ts";
import { loadWeights, saving } from "../shared/weights.ts";
import { adapterOf, characterGpt, countOf, type Sizes } from "./model.ts";
import { perplexityOn, type TrainSettings, train } from "./train.ts";
import { write } from "./write.ts";

interface Settings extends Lengths {
  readonly sizes: Omit<Sizes, "vocabulary">;
  readonly pretrain: TrainSettings;
  readonly finetune: Omit<TrainSettings, "lr">;
  /** Learning rates: of all weights, of an adapter's. */
  readonly rates: { readonly full: number; readonly lora: number };
  /** The rank of the adapter. */
  readonly r: number;
  readonly characters: number;
}

const settings: Record<Budget, Settings> = {
  full: {
    sizes: { features: 64, layers: 3, heads: 4, context: 128 },
    pretrain: { steps: 2500, lr: 4e-3, batchSize: 4 },
    finetune: { steps: 500, batchSize: 4 },
    rates: { full: 1.5e-3, lora: 6e-3 },
    r: 8,
    novel: Number.POSITIVE_INFINITY,
    speech: Number.POSITIVE_INFINITY,
    characters: 100,
  },
  quick: {
    sizes: { features: 24, layers: 1, heads: 2, context: 32 },
    pretrain: { steps: 40, lr: 2e-2, batchSize: 8 },
    finetune: { steps: 25, batchSize: 8 },
    rates: { full: 1e-2, lora: 2e-2 },
    r: 4,
    novel: 100_000,
    speech: 5000,
    characters: 8,
  },
};

/** What does it cost to teach a model one more thing? All weights, or a few beside them. */
export const finetune: Demo = {
  takes: ["save", "load"],
  tooShort: () => t("it writes letters, and no words yet."),
  checks: {
    quick: [
      { measure: "LoRA, of before", most: 1.02 },
      { measure: "bytes saved, of the whole model's", most: 0.5 },
    ],
    full: [
      { measure: "LoRA: perplexity", most: 6 },
      { measure: "LoRA, of before", most: 0.85 },
      { measure: "LoRA, of from scratch", most: 0.9 },
      { measure: "LoRA, of full", most: 1.1 },
      { measure: "bytes saved, of the whole model's", most: 0.3 },
    ],
  },
  run,
};

async function run(options: Options): Promise<Outcome> {
  const { sizes, pretrain, rates, r, characters, ...rest } = settings[options.budget];
  const texts = await loadTexts(rest);
  const vocabulary = charactersOf(texts.novel);
  const read = (text: string): Int32Array => encode(vocabulary, text);
  const make = (): GPT2LMHeadModel => characterGpt({ vocabulary: vocabulary.size, ...sizes });
  const [base, scratch, full, adapted] = [make(), make(), make(), make()];
  const adapter = adapterOf(adapted, r);
  const list = new ParameterList(adapter.parameters());
  const all = new ModuleDict<AnyModule>({ base, scratch, full, adapted, adapter: list });
  const loaded = options.load !== undefined;
  if (options.load !== undefined) loadWeights(all, options.load, options.name);
  return saving(all, options, lessons);

  async function lessons(): Promise<Outcome> {
    const last = read(texts.lastSpeech);
    const speeches = read(texts.speeches);
    /** Trains unless weights were loaded; how long a step took, and what is reached on the fourth speech. */
    async function learn(
      model: GPT2LMHeadModel,
      parameters: readonly Parameter[],
      text: Int32Array,
      how: TrainSettings,
    ): Promise<Learned> {
      const start = performance.now();
      const curve = loaded ? [] : await watch(train(model, parameters, text, how));
      const milliseconds = (performance.now() - start) / how.steps;
      const perplexity = await perplexityOn(model, last);
      return { curve, milliseconds, perplexity, learned: countOf(parameters) };
    }
    const how = (lr: number): TrainSettings => ({ ...rest.finetune, lr });

    heading(t("1. A GPT reads Moby-Dick"));
    const before = await learn(base, base.parameters(), read(texts.novel), pretrain);

    heading(t("2. It reads three speeches of Lincoln's, in three ways"));
    say(t("From scratch: it has read nothing before."));
    const none = await learn(scratch, scratch.parameters(), speeches, how(rates.full));
    if (!loaded) for (const model of [full, adapted]) model.loadStateDict(base.stateDict());
    say(t("Full fine-tuning: every weight of the novel's may move."));
    const whole = await learn(full, full.parameters(), speeches, how(rates.full));
    say(t("LoRA: the novel's weights stay, narrow matrices beside them learn."));
    const beside = await learn(adapted, adapter.parameters(), speeches, how(rates.lora));

    const bytes = await bytesOf(base, adapter);
    const rows = [
      { name: "the novel alone", ...before, saved: bytes.model },
      { name: "from scratch", ...none, saved: bytes.model },
      { name: "full fine-tuning", ...whole, saved: bytes.model },
      { name: "LoRA", ...beside, saved: bytes.adapter },
    ];
    say("", t("on his fourth speech:"));
    table(
      [
        "",
        t("perplexity"),
        t("numbers learned"),
        t("kB to save"),
        ...(loaded ? [] : [t("ms a step")]),
      ],
      rows.map(({ name, perplexity, learned, saved, milliseconds }) => [
        known(name),
        perplexity.toFixed(2),
        learned,
        (saved / 1000).toFixed(0),
        ...(loaded ? [] : [milliseconds.toFixed(1)]),
      ]),
    );

    heading(t("3. It writes"));
    const prompt = "Fellow-Citizens of the ";
    say(...wrapped(`${prompt}${await textOf(adapted, vocabulary, prompt, characters)}`));
    adapter.disable();
    say("", t("and without the adapter, which is switched off, what it was before:"));
    say(...wrapped(`${prompt}${await textOf(adapted, vocabulary, prompt, characters)}`));
    adapter.enable();
    const speed = {
      kept: await speedOf(adapted, vocabulary, prompt, characters, true),
      anew: await speedOf(adapted, vocabulary, prompt, characters, false),
    };
    const rate = (value: number): string => value.toFixed(0);
    const writes = (): string =>
      t("{kept} characters a second with keys and values kept, {anew} when all is read anew", {
        kept: rate(speed.kept),
        anew: rate(speed.anew),
      });
    tell("", `${writes()}.`);
    return {
      measures: {
        "LoRA: perplexity": beside.perplexity,
        "full fine-tuning: perplexity": whole.perplexity,
        "from scratch: perplexity": none.perplexity,
        "the novel alone: perplexity": before.perplexity,
        "LoRA, of before": beside.perplexity / before.perplexity,
        "LoRA, of from scratch": beside.perplexity / none.perplexity,
        "LoRA, of full": beside.perplexity / whole.perplexity,
        "bytes saved, of the whole model's": bytes.adapter / bytes.model,
      },
      ...(options.budget === "full" && {
        note: loaded
          ? writes
          : () =>
              t("A step takes {lora} ms with LoRA, {full} with all weights; {writes}.", {
                lora: beside.milliseconds.toFixed(0),
                full: whole.milliseconds.toFixed(0),
                writes: writes(),
              }),
      }),
      report: {
        title: "What does it cost to teach it one more thing?",
        subtitle:
          "A GPT on characters reads Moby-Dick, then Lincoln: all weights, or a few beside them",
        panels: [
          {
            title: "Perplexity on a speech that none has read",
            subtitle: `LoRA learns ${grouped(beside.learned)} numbers, the others ${grouped(whole.learned)}`,
            ...barsChart(
              rows.map(({ name, perplexity }) => ({ name, value: perplexity })),
              { label: "perplexity", digits: 2 },
            ),
          },
          {
            title: "Bytes to save for each thing it is taught",
            subtitle: "in thousands, as PEFT and transformers write them",
            ...barsChart(
              rows.slice(2).map(({ name, saved }) => ({ name, value: saved / 1000 })),
              { label: "kB", digits: 0 },
            ),
          },
          ...lossPanel(before.curve, { title: "The novel" }),
          ...(loaded
            ? []
            : [
                curvePanel("Three speeches", "the loss in three ways", [
                  { name: "from scratch", curve: none.curve, color: ink.quiet },
                  { name: "full", curve: whole.curve, color: ink.fit },
                  { name: "LoRA", curve: beside.curve, color: ink.data },
                ]),
              ]),
        ],
      },
    };
  }
}

interface Learned {
  readonly curve: Curve;
  readonly milliseconds: number;
  readonly perplexity: number;
  /** How many numbers. */
  readonly learned: number;
}

/** What a model and an adapter take on a disk. */
async function bytesOf(
  model: GPT2LMHeadModel,
  adapter: Lora,
): Promise<{ model: number; adapter: number }> {
  const folder = mkdtempSync(join(tmpdir(), "wgrad-finetune-"));
  const size = (name: string): number =>
    readdirSync(join(folder, name)).reduce(
      (sum, file) => sum + statSync(join(folder, name, file)).size,
      0,
    );
  try {
    await savePretrained(model, join(folder, "model"));
    await saveLora(adapter, join(folder, "adapter"));
    return { model: size("model"), adapter: size("adapter") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function textOf(
  model: GPT2LMHeadModel,
  vocabulary: Vocabulary,
  prompt: string,
  characters: number,
): Promise<string> {
  let text = "";
  const drawn = write(model, vocabulary, prompt, { characters, temperature: 0.7 });
  for await (const character of drawn) text += character;
  return text;
}

/** Characters a second, once the first ones have been written. */
async function speedOf(
  model: GPT2LMHeadModel,
  vocabulary: Vocabulary,
  prompt: string,
  characters: number,
  useCache: boolean,
): Promise<number> {
  const first = Math.floor(characters / 4);
  let [count, start] = [0, 0];
  for await (const _ of write(model, vocabulary, prompt, { characters, useCache }))
    if (++count === first) start = performance.now();
  return (count - first) / ((performance.now() - start) / 1000);
}
