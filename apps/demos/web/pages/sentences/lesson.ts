import { noGrad, randperm, tensor } from "@wgrad/autograd";
import { loadSentiment } from "@wgrad/datasets/data";
import { SentenceEncoder, type TfjsWeight } from "@wgrad/models";
import { functional as F, Linear } from "@wgrad/nn";
import { AdamW } from "@wgrad/optim";
import encoderWeights from "packed/sentence-encoder.bin.gz?url";
import encoderDescription from "packed/sentence-encoder.json.gz?url";
import amazon from "sentiment/test/fixtures/amazon.json?url";
import imdb from "sentiment/test/fixtures/imdb.json?url";
import yelp from "sentiment/test/fixtures/yelp.json?url";
import { type Encoder, type Part, partsOf } from "../../../src/sentences/data.ts";
import { t } from "../../../src/shared/language.ts";
import { floats, number } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";
import { tfjsModel } from "../../worker/unpack.ts";

/** A sentence that was found, and how near it is: the cosine. */
export interface Near {
  readonly text: string;
  readonly cosine: number;
}

export interface Snapshot {
  readonly sentence: string;
  readonly other: string;
  /** The cosine of the two. */
  readonly cosine: number;
  /** The nearest of those that were read so far. */
  readonly near: readonly Near[];
  readonly read: number;
  /** The chance that the sentence is praise. */
  readonly chance: number;
}

/** The two sentences to look at from now on. */
export type Question = Pick<Snapshot, "sentence" | "other">;

/** Sentences in all, of which a third is held out. */
const SENTENCES = 360;
const BATCH = 10;
const WIDTH = 512;
/** Vectors have length 1; their numbers are brought to about 1. */
const SCALE = Math.sqrt(WIDTH);

const FIRST: Question = {
  sentence: "The headphones broke after two days.",
  other: "My earphones stopped working within a week.",
};

interface Reviews {
  readonly encoder: Encoder;
  readonly train: Part;
  readonly test: Part;
  /** Vectors of the sentences that have been read. */
  readonly known: Map<string, Float32Array>;
}

/**
 * A line of weights learns praise from complaint, on vectors of an encoder that others have
 * trained.
 */
export async function begin({ settings, fetch, hold }: Desk): Promise<Run<Snapshot>> {
  const { encoder, train, test, known } = await reviews(fetch);
  const model = hold(new Linear(WIDTH, 2));
  const labels = Math.min(numberOf(settings, "labels"), train.texts.length);
  let asked = FIRST;

  async function vectorsOf(texts: readonly string[]): Promise<Float32Array[]> {
    const fresh = [...new Set(texts.filter((text) => !known.has(text)))];
    for (let at = 0; at < fresh.length; at += BATCH) {
      const some = fresh.slice(at, at + BATCH);
      const values = await floats(() => encoder.encode(some));
      some.forEach((text, i) => {
        known.set(text, values.slice(i * WIDTH, (i + 1) * WIDTH));
      });
    }
    return texts.map((text) => known.get(text) as Float32Array);
  }
  async function rowsOf(texts: readonly string[]) {
    const rows = (await vectorsOf(texts)).flatMap((row) => [...row]);
    return tensor(
      Float32Array.from(rows, (value) => value * SCALE),
      { shape: [texts.length, WIDTH] },
    );
  }

  async function look(): Promise<Snapshot> {
    const { sentence, other } = asked;
    const [mine, theirs] = (await vectorsOf([sentence, other])) as [Float32Array, Float32Array];
    const near = train.texts
      .filter((text) => text !== sentence && known.has(text))
      .map((text) => ({ text, cosine: dot(mine, known.get(text) as Float32Array) }))
      .sort((a, b) => b.cosine - a.cosine);
    const row = await rowsOf([sentence]);
    return {
      ...asked,
      cosine: dot(mine, theirs),
      near: near.slice(0, 5),
      read: near.length,
      chance: await number(() => noGrad(() => model(row).softmax(1).select(1, 1))),
    };
  }

  return {
    model,
    inputShape: [BATCH, WIDTH],
    async *train(now) {
      const epochs = numberOf(now, "epochs");
      const optimizer = new AdamW(model.parameters(), {
        lr: numberOf(now, "lr"),
        weightDecay: 0.1,
      });
      const steps = epochs * Math.ceil(labels / BATCH);
      let step = 0;
      for (let epoch = 0; epoch < epochs; epoch++) {
        const order = Array.from(await randperm(labels).data(), Number);
        for (let at = 0; at < labels; at += BATCH) {
          const rows = order.slice(at, at + BATCH);
          const x = await rowsOf(rows.map((row) => train.texts[row] as string));
          const y = tensor(Int32Array.from(rows, (row) => train.labels[row] as number));
          const loss = F.crossEntropy(model(x), y);
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
          yield { step: ++step, steps, loss, optimizer };
        }
      }
    },
    async loss() {
      const some = Math.min(labels, 60);
      const x = await rowsOf(train.texts.slice(0, some));
      const y = tensor(train.labels.slice(0, some));
      return () => F.crossEntropy(model(x), y);
    },
    snapshot: look,
    async measures() {
      const x = await rowsOf(test.texts);
      const y = tensor(test.labels);
      return { accuracy: await number(() => model(x).argmax(1).eq(y).to("f32").mean()) };
    },
    async ask(question) {
      asked = question as Question;
      return look();
    },
  };
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

let loaded: Promise<Reviews> | null = null;

/** The encoder and the sentences, kept for the visit. */
function reviews(fetch: Desk["fetch"]): Promise<Reviews> {
  const load = async (): Promise<Reviews> => {
    const from = {
      amazon: await fetch(amazon, t("sentences on products")),
      imdb: await fetch(imdb, t("sentences on films")),
      yelp: await fetch(yelp, t("sentences on restaurants")),
    };
    const { tensors, vocabulary } = await tfjsModel<{
      weights: TfjsWeight[];
      vocabulary: [string, number][];
    }>(
      await fetch(encoderWeights, t("the sentence encoder (25 MB)")),
      await fetch(encoderDescription, t("its vocabulary")),
    );
    const encoder = SentenceEncoder.fromTfjs(tensors, vocabulary);
    return { encoder, ...partsOf(await loadSentiment({ from }), SENTENCES), known: new Map() };
  };
  loaded ??= load();
  loaded.catch(() => {
    loaded = null;
  });
  return loaded;
}
