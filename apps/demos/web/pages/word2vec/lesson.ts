import { Generator } from "@wgrad/autograd";
import { loadMobyDick, loadStateOfTheUnion } from "@wgrad/datasets/data";
import novel from "packed/moby-dick.jsonl.gz?url";
import speeches from "packed/state-of-the-union.jsonl.gz?url";
import { t } from "../../../src/shared/language.ts";
import { CosineWords, SkipGram } from "../../../src/word2vec/model.ts";
import { type Corpus, corpusOf, pairBatches } from "../../../src/word2vec/pairs.ts";
import { type Neighbour, nearest, relatedness } from "../../../src/word2vec/related.ts";
import { train } from "../../../src/word2vec/train.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";
import { WordMap } from "./map.ts";

export interface Snapshot {
  /** Words on the map: frequent ones, then the one that was asked about and its neighbours. */
  readonly words: readonly string[];
  readonly frequent: number;
  /** Where they are, in pairs. */
  readonly places: Float32Array;
  /** What was asked about; no neighbours if the text does not have it, or too seldom. */
  readonly asked: string;
  readonly near: readonly Neighbour[];
}

/** The word to ask about from now on. */
export type Question = string;

const PAIRS = { window: 5, subsampling: 1e-3, negatives: 5 };
const SHOWN = 110;
const NEIGHBOURS = 8;
/** Words of so many letters say more than "the". */
const LONG = 5;

/** Vectors of words, learned from who stands near whom. */
export async function begin({ settings, fetch, hold }: Desk): Promise<Run<Snapshot>> {
  const corpus = await (settings.text === "both" ? both(fetch) : mobyDick(fetch));
  const { vocabulary } = corpus;
  const size = numberOf(settings, "features");
  const model = hold(
    settings.way === "cosine"
      ? new CosineWords(vocabulary.size, size)
      : new SkipGram(vocabulary.size, size),
  );
  const batchSize = numberOf(settings, "batch");
  const map = new WordMap();
  const all = vocabulary.decode(Array.from({ length: vocabulary.size }, (_, i) => i));
  const frequent = all.filter((word) => word.length >= LONG).slice(0, SHOWN);
  let asked = "whale";

  async function snapshot(): Promise<Snapshot> {
    const vectors = model.vectors.weight;
    const known = vocabulary.has(asked);
    const near = known ? await nearest(vectors, vocabulary, asked, NEIGHBOURS) : [];
    const words = known ? [...frequent, asked, ...near.map(({ word }) => word)] : frequent;
    const places = await map.places(vectors, vocabulary.encode(words), frequent.length);
    return { words, frequent: frequent.length, places, asked, near };
  }

  return {
    model,
    inputShape: [[batchSize], [batchSize, 6], [6 * batchSize]],
    inputType: "i32",
    train: (now) =>
      train(model, corpus, {
        steps: 1500,
        lr: numberOf(now, "lr"),
        batchSize,
        ...PAIRS,
      }),
    async loss() {
      const { centers, others, targets } = pairBatches(
        corpus,
        { batchSize: 1024, ...PAIRS },
        new Generator(0),
      ).next().value;
      return () => model(centers, others, targets);
    },
    snapshot,
    async measures() {
      const { share } = await relatedness(model.vectors.weight, vocabulary);
      return { related: share };
    },
    async ask(question) {
      asked = question as Question;
      return snapshot();
    },
  };
}

const kept = new Map<string, Promise<Corpus>>();

/** Made once a visit: reading and counting takes longer than a step. */
function once(name: string, make: () => Promise<Corpus>): Promise<Corpus> {
  const made = kept.get(name) ?? make();
  kept.set(name, made);
  made.catch(() => kept.delete(name));
  return made;
}

const mobyDick = (fetch: Desk["fetch"]): Promise<Corpus> =>
  once("novel", async () => {
    const { text } = await loadMobyDick({
      from: { documents: await fetch(novel, t("the novel")) },
    });
    return corpusOf(text, 8);
  });

const both = (fetch: Desk["fetch"]): Promise<Corpus> =>
  once("both", async () => {
    const first = await loadMobyDick({ from: { documents: await fetch(novel, t("the novel")) } });
    const documents = await fetch(speeches, t("233 speeches"));
    const second = await loadStateOfTheUnion({ from: { documents } });
    return corpusOf(`${first.text}\n${second.text}`, 15);
  });
