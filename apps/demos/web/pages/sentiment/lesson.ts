import { noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { StratifiedKFold } from "@wgrad/datasets";
import { loadSentiment } from "@wgrad/datasets/data";
import { functional as F } from "@wgrad/nn";
import amazon from "sentiment/test/fixtures/amazon.json?url";
import imdb from "sentiment/test/fixtures/imdb.json?url";
import yelp from "sentiment/test/fixtures/yelp.json?url";
import { encode, type FoldData, foldData, wordsOf } from "../../../src/sentiment/data.ts";
import { SentimentLSTM } from "../../../src/sentiment/model.ts";
import { train } from "../../../src/sentiment/train.ts";
import { t } from "../../../src/shared/language.ts";
import { floats, number } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

/** What the LSTM makes of one sentence, word by word. */
export interface Reading {
  readonly words: readonly string[];
  /** Words that the LSTM knows. */
  readonly known: readonly boolean[];
  /** The chance of praise if the sentence ended behind each word. */
  readonly chances: Float32Array;
  /** The LSTM's state behind each word: [words, features], from −1 to 1. */
  readonly states: Float32Array;
  readonly features: number;
}

export interface Snapshot {
  /** The sentence that was asked for last, and what it says of it. */
  readonly sentence: string;
  readonly reading: Reading;
  /** Some fresh sentences, and the chance that each is praise. */
  readonly sentences: readonly string[];
  readonly chances: Float32Array;
}

/** A sentence to read from now on, or one of the fresh ones. */
export type Question = { readonly sentence: string } | { readonly fresh: number };

const LENGTH = 30;
const SHOWN = 6;
const FIRST = "The food was good, but the service was terrible and I will not be back.";

/** An LSTM learns praise from complaint, and reads one sentence word by word. */
export async function begin({ settings, fetch, hold }: Desk): Promise<Run<Snapshot>> {
  const { vocabulary, train: learned, test } = await reviews(fetch);
  const features = numberOf(settings, "features");
  const model = hold(new SentimentLSTM(vocabulary.size, features));
  const short = test.sentences.filter((each) => each.length > 20 && each.length < 60);
  const shown = Array.from(
    { length: SHOWN },
    (_, i) => short[Math.floor((i * short.length) / SHOWN)] as string,
  );
  let sentence = FIRST;

  /** What the model says when no part of it is dropped. */
  const judged = (compute: () => Tensor): Tensor => {
    model.eval();
    try {
      return noGrad(compute);
    } finally {
      model.train();
    }
  };
  /** What the sentence and the fresh ones look like now. */
  async function look(): Promise<Snapshot> {
    const all = [sentence, ...shown];
    const tokens = encode(vocabulary, all, LENGTH);
    const states = await floats(() => judged(() => model.states(tokens)));
    const strongest = tensor(maximaSoFar(states, features), {
      shape: [all.length, LENGTH, features],
    });
    const chances = await floats(() =>
      judged(() => model.output(strongest).softmax(2).select(2, 1)),
    );
    const words = wordsOf(sentence).slice(0, LENGTH);
    const ends = shown.map(
      (each, i) => LENGTH * (i + 1) + Math.min(LENGTH, wordsOf(each).length) - 1,
    );
    return {
      sentence,
      reading: {
        words,
        known: words.map((word) => vocabulary.has(word)),
        chances: chances.slice(0, words.length),
        states: states.slice(0, words.length * features),
        features,
      },
      sentences: shown,
      chances: Float32Array.from(ends, (end) => chances[end] as number),
    };
  }

  return {
    model,
    inputShape: [32, LENGTH],
    inputType: "i32",
    train: (now) =>
      train(model, learned.tokens, learned.labels, {
        epochs: numberOf(now, "epochs"),
        lr: numberOf(now, "lr"),
        wordDropout: numberOf(now, "wordDropout"),
      }),
    async loss() {
      const [tokens, labels] = [learned.tokens.narrow(0, 0, 128), learned.labels.narrow(0, 0, 128)];
      return () => F.crossEntropy(model(tokens), labels);
    },
    snapshot: look,
    async measures() {
      const right = await number(() => {
        const predicted = judged(() => model(test.tokens).argmax(1));
        return predicted.eq(test.labels).to("f32").mean();
      });
      return { accuracy: right };
    },
    async ask(question) {
      const asked = question as Question;
      if ("sentence" in asked) sentence = asked.sentence;
      else sentence = test.sentences[asked.fresh % test.sentences.length] as string;
      return look();
    },
  };
}

/**
 * The strongest that each feature has been up to each word of its sentence: what the output would
 * see if it ended there.
 */
function maximaSoFar(states: Float32Array, features: number): Float32Array {
  const maxima = states.slice();
  maxima.forEach((state, i) => {
    const first = i % (LENGTH * features) < features;
    if (!first) maxima[i] = Math.max(state, maxima[i - features] as number);
  });
  return maxima;
}

let loaded: Promise<FoldData> | null = null;

/**
 * 3,000 sentences, of which a third is held out, as in the lesson's first fold; kept for the visit.
 */
function reviews(fetch: Desk["fetch"]): Promise<FoldData> {
  const load = async (): Promise<FoldData> => {
    const from = {
      amazon: await fetch(amazon, t("sentences on products")),
      imdb: await fetch(imdb, t("sentences on films")),
      yelp: await fetch(yelp, t("sentences on restaurants")),
    };
    const { table } = await loadSentiment({ from });
    const labels = table.integers("label");
    const folds = new StratifiedKFold({ nSplits: 3, shuffle: true, randomState: 42 });
    const [first] = folds.split(labels);
    if (first === undefined) throw new TypeError("there are no folds");
    return foldData(table.strings("text"), labels, first, LENGTH);
  };
  loaded ??= load();
  loaded.catch(() => {
    loaded = null;
  });
  return loaded;
}
