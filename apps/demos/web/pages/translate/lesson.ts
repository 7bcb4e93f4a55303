import { noGrad } from "@wgrad/autograd";
import { trainTestSplit } from "@wgrad/datasets";
import { loadEnglishChinese } from "@wgrad/datasets/data";
import english from "packed/english-chinese.csv.gz?url";
import { t } from "../../../src/shared/language.ts";
import { characterBleu } from "../../../src/translate/baselines.ts";
import { translate } from "../../../src/translate/greedy.ts";
import { Translator } from "../../../src/translate/model.ts";
import {
  charactersOf,
  encodeTarget,
  type Languages,
  languagesOf,
  type Pair,
  roomFor,
  wordsOf,
} from "../../../src/translate/pairs.ts";
import { perplexityOn, train } from "../../../src/translate/train.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";
import { unpackedText } from "../../worker/unpack.ts";

/** A sentence, what the model makes of it, and what a human did, where one has. */
export interface Translation {
  readonly en: string;
  readonly ours: string;
  readonly reference: string | null;
}

export interface Snapshot {
  /** The visitor's sentence. */
  readonly mine: Translation;
  /** Words of it that the model has never seen. */
  readonly unknown: readonly string[];
  /** Sentences that are learned from, and some that are not, as they were translated last. */
  readonly known: number;
  readonly held: readonly Translation[];
}

/** An English sentence to translate from now on. */
export type Question = string;

const SHOWN = 6;
const FIRST = "'{0}' is not a module.";
/** Translating takes as long as many steps: at most once in so many milliseconds. */
const EVERY = 1500;

interface Data {
  readonly known: readonly Pair[];
  readonly held: readonly Pair[];
  readonly languages: Languages;
  readonly room: number;
}

/** A small Transformer learns Chinese from the messages of a compiler. */
export async function begin({ settings, fetch, hold }: Desk): Promise<Run<Snapshot>> {
  const longest = numberOf(settings, "longest");
  const { known, held, languages, room } = await messages(fetch, longest);
  const features = numberOf(settings, "features");
  const model = hold(
    new Translator({
      features,
      layers: 1,
      heads: 2,
      feedforward: 2 * features,
      inputDropout: 0.1,
      dropout: 0.1,
      sourceWords: languages.source.size,
      targetWords: languages.target.size,
      sourceLength: longest,
      targetLength: room,
    }),
  );
  const some = held.slice(0, SHOWN);
  let mine = FIRST;
  let latest: Snapshot | null = null;
  let at = Number.NEGATIVE_INFINITY;

  async function look(): Promise<Snapshot> {
    const words = wordsOf(mine).slice(0, longest);
    const asked = { en: words.join(" "), zh: "" };
    const [ours = "", ...others] = await translate(model, languages, [asked, ...some]);
    model.train();
    latest = {
      mine: { en: mine, ours, reference: referenceOf(known, mine) },
      unknown: words.filter((word) => !languages.source.has(word)),
      known: known.length,
      held: some.map(({ en, zh }, i) => ({ en, ours: others[i] ?? "", reference: zh })),
    };
    at = performance.now();
    return latest;
  }

  return {
    model,
    train: (now) =>
      train(model, known, languages, {
        epochs: numberOf(settings, "epochs"),
        lr: numberOf(now, "lr"),
        batchSize: numberOf(settings, "batch"),
        labelSmoothing: 0.1,
      }),
    snapshot: () =>
      latest !== null && performance.now() - at < EVERY ? Promise.resolve(latest) : look(),
    async measures() {
      const perplexity = await perplexityOn(model, held, languages);
      const ours = await translate(model, languages, held);
      model.train();
      await look();
      return { perplexity, bleu: noGrad(() => characterBleu(ours, held)) };
    },
    async ask(question) {
      mine = question as Question;
      return look();
    },
  };
}

const referenceOf = (known: readonly Pair[], mine: string): string | null =>
  known.find(({ en }) => wordsOf(en).join(" ") === wordsOf(mine).join(" "))?.zh ?? null;

const kept = new Map<number, Promise<Data>>();

/** Messages of at most so many words, a tenth of them held out; kept for the visit. */
function messages(fetch: Desk["fetch"], longest: number): Promise<Data> {
  const load = async (): Promise<Data> => {
    const pairs = await unpackedText(await fetch(english, t("messages in two languages")));
    const { table } = await loadEnglishChinese({ from: { pairs } });
    const zh = table.strings("zh");
    const all = table.strings("en").map((en, i): Pair => ({ en, zh: zh[i] as string }));
    const short = all.filter(
      ({ en, zh }) => wordsOf(en).length <= longest && charactersOf(zh).length < 2 * longest,
    );
    const [known, held] = await trainTestSplit(short, { testSize: 0.1, randomState: 0 });
    const languages = languagesOf(known);
    const room = roomFor(short.map((pair) => encodeTarget(languages, pair)));
    return { known, held, languages, room };
  };
  const made = kept.get(longest) ?? load();
  kept.set(longest, made);
  made.catch(() => kept.delete(longest));
  return made;
}
