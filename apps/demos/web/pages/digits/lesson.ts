import { cat, type Tensor, tensor } from "@wgrad/autograd";
import { type Dataset, Subset } from "@wgrad/datasets";
import { loadMnist } from "@wgrad/datasets/data";
import { type Conv2d, functional as F, type Sequential } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import testImages from "packed/t10k-images-idx3-ubyte.gz?url";
import testLabels from "packed/t10k-labels-idx1-ubyte.gz?url";
import trainImages from "packed/train-images-idx3-ubyte.gz?url";
import trainLabels from "packed/train-labels-idx1-ubyte.gz?url";
import { digitPictures } from "../../../src/digits/data.ts";
import { convolutional } from "../../../src/digits/model.ts";
import { network } from "../../../src/mnist/model.ts";
import { judgeClassifier, type Labelled, trainClassifier } from "../../../src/shared/classifier.ts";
import { t } from "../../../src/shared/language.ts";
import { cosine } from "../../../src/shared/schedule.ts";
import { floats } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

/** What the network makes of one picture. */
export interface Reading {
  /** The picture, from 0 to 1, row by row. */
  readonly picture: Float32Array;
  readonly side: number;
  /** The chance of each digit. */
  readonly chances: Float32Array;
  /** What the first layer's filters answer: [filters, side, side]. */
  readonly maps: Float32Array;
  /** Which digit it is; null where it was drawn. */
  readonly label: number | null;
}

/** Fresh digits that it takes for others. */
export interface Mistakes {
  readonly count: number;
  /** The first of them: pictures one after the other, which they are, and what they are taken for. */
  readonly pictures: Float32Array;
  readonly real: Int32Array;
  readonly taken: Int32Array;
}

/** One filter's kernel at one place of the picture. */
export interface Stop {
  /** The weights, the part of the picture that lies under them, and their products: [k, k]. */
  readonly kernel: Float32Array;
  readonly patch: Float32Array;
  readonly products: Float32Array;
  readonly bias: number;
  /** Sum of the products and the bias, and what the activation makes of it. */
  readonly sum: number;
  readonly answer: number;
}

export interface Snapshot extends Reading {
  /** [real][predicted], of the fresh digits, as measured last; null before. */
  readonly confusion: readonly (readonly number[])[] | null;
  readonly mistakes: Mistakes | null;
}

/** A picture to read from now on, the page's own or a fresh digit; or a filter's kernel at a place. */
export type Question =
  | { readonly picture: Float32Array }
  | { readonly fresh: number }
  | { readonly filter: number; readonly row: number; readonly column: number };

/** Mistakes that are shown. */
const WALL = 24;

interface Data {
  readonly train: Dataset<Labelled>;
  readonly test: Dataset<Labelled>;
  readonly side: number;
  readonly network: () => Sequential;
  readonly epochs: number;
}

/** A convolutional network learns digits, and reads one that is drawn. */
export async function begin({ settings, fetch, hold }: Desk): Promise<Run<Snapshot>> {
  const data = settings.data === "mnist" ? await mnist(fetch) : await small();
  const { train, test, side, epochs } = data;
  const model = hold(data.network());
  const batchSize = numberOf(settings, "batch");
  const labels = await labelsOf(test);
  let shown = await picture(test, 0);
  let label: number | null = labels[0] ?? null;
  let confusion: Snapshot["confusion"] = null;
  let mistakes: Mistakes | null = null;

  async function read(): Promise<Reading> {
    const x = tensor(shown).reshape(1, 1, side, side);
    return {
      picture: shown.slice(),
      label,
      side,
      chances: await floats(() => model(x).softmax(1)),
      maps: await floats(() => filters(model)(x)),
    };
  }

  return {
    model,
    inputShape: [batchSize, 1, side, side],
    train(now) {
      const optimizer = new Adam(model.parameters(), { lr: numberOf(now, "lr") });
      const schedule = cosine(optimizer, epochs * Math.ceil(train.length / batchSize));
      return trainClassifier(model, train, { epochs, batchSize, optimizer, schedule });
    },
    async loss() {
      const { images, labels } = await train.batch(Array.from({ length: 256 }, (_, i) => i));
      return () => F.crossEntropy(model(images), labels);
    },
    snapshot: async () => ({ ...(await read()), confusion, mistakes: copyOf(mistakes) }),
    async measures() {
      const { accuracy, counts, predicted } = await judgeClassifier(model, test, 10);
      confusion = counts;
      mistakes = await mistakesOf(test, labels, predicted);
      return { accuracy };
    },
    async ask(question) {
      const asked = question as Question;
      if ("filter" in asked) return stopAt(model, tensor(shown).reshape(1, 1, side, side), asked);
      if ("picture" in asked) [shown, label] = [asked.picture, null];
      else {
        const index = asked.fresh % test.length;
        shown = await picture(test, index);
        label = labels[index] ?? null;
      }
      return read();
    },
  };
}

async function labelsOf(data: Dataset<Labelled>): Promise<Int32Array> {
  const { labels } = await data.batch(Array.from({ length: data.length }, (_, i) => i));
  return Int32Array.from(await labels.data(), Number);
}

async function mistakesOf(
  data: Dataset<Labelled>,
  labels: Int32Array,
  predicted: readonly number[],
): Promise<Mistakes> {
  const wrong = predicted.flatMap((each, i) => (each === labels[i] ? [] : [i]));
  const first = wrong.slice(0, WALL);
  const pictures = first.length === 0 ? null : (await data.batch(first)).images;
  return {
    count: wrong.length,
    pictures: Float32Array.from((await pictures?.data()) ?? [], Number),
    real: Int32Array.from(first, (i) => labels[i] as number),
    taken: Int32Array.from(first, (i) => predicted[i] as number),
  };
}

/** What is handed over to the page is gone here. */
const copyOf = (mistakes: Mistakes | null): Mistakes | null =>
  mistakes && {
    count: mistakes.count,
    pictures: mistakes.pictures.slice(),
    real: mistakes.real.slice(),
    taken: mistakes.taken.slice(),
  };

/** A filter of the first layer lies on the picture with its middle at a place. */
async function stopAt(
  model: Sequential,
  x: Tensor,
  { filter, row, column }: { filter: number; row: number; column: number },
): Promise<Stop> {
  const [first, activation] = model.children() as [Conv2d, Sequential];
  const weight = first.weight.select(0, filter);
  const side = weight.shape.at(-1) as number;
  const edge = (side - 1) / 2;
  const all = await floats(() => {
    const patch = F.pad(x, [edge, edge, edge, edge])
      .narrow(2, row, side)
      .narrow(3, column, side)
      .reshape(1, side, side);
    const products = patch.mul(weight);
    const bias = (first.bias as Tensor).select(0, filter);
    const sum = products.sum().add(bias);
    const answer = activation(sum);
    return cat([weight, patch, products, bias, sum, answer].map((each) => each.flatten()));
  });
  const size = side * side;
  const [bias = 0, sum = 0, answer = 0] = all.subarray(3 * size);
  const part = (k: number): Float32Array => all.slice(k * size, (k + 1) * size);
  return { kernel: part(0), patch: part(1), products: part(2), bias, sum, answer };
}

/** The first layer and what follows it before sizes change. */
const filters =
  (model: Sequential) =>
  (x: Tensor): Tensor => {
    const [convolution, activation] = model.children() as [Sequential, Sequential];
    return activation(convolution(x));
  };

async function picture(data: Dataset<Labelled>, index: number): Promise<Float32Array> {
  const { images } = await data.batch([index]);
  return Float32Array.from(await images.data(), Number);
}

async function small(): Promise<Data> {
  return { ...(await digitPictures()), side: 8, network: convolutional, epochs: 15 };
}

let loaded: Promise<Data> | null = null;

/** 60,000 digits, and 2,000 of the fresh ones; kept for the visit. */
function mnist(fetch: Desk["fetch"]): Promise<Data> {
  const load = async (): Promise<Data> => {
    const of = async (images: string, labels: string, what: string) => ({
      images: await fetch(images, what),
      labels: await fetch(labels, what),
    });
    const from = await of(trainImages, trainLabels, t("60,000 digits"));
    const fresh = await of(testImages, testLabels, t("fresh digits"));
    const train = await loadMnist({ from });
    const test = await loadMnist({ train: false, from: fresh });
    const first = Array.from({ length: 2000 }, (_, i) => i);
    return { train, test: new Subset(test, first), side: 28, network, epochs: 2 };
  };
  loaded ??= load();
  loaded.catch(() => {
    loaded = null;
  });
  return loaded;
}
