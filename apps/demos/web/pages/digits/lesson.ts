import { type Tensor, tensor } from "@wgrad/autograd";
import { type Dataset, Subset } from "@wgrad/datasets";
import { loadMnist } from "@wgrad/datasets/data";
import { functional as F, type Sequential } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import testImages from "packed/t10k-images-idx3-ubyte.gz?url";
import testLabels from "packed/t10k-labels-idx1-ubyte.gz?url";
import trainImages from "packed/train-images-idx3-ubyte.gz?url";
import trainLabels from "packed/train-labels-idx1-ubyte.gz?url";
import { digitPictures } from "../../../src/digits/data.ts";
import { convolutional } from "../../../src/digits/model.ts";
import { network } from "../../../src/mnist/model.ts";
import { judgeClassifier, type Labelled, trainClassifier } from "../../../src/shared/classifier.ts";
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
}

export interface Snapshot extends Reading {
  /** [real][predicted], of the fresh digits, as measured last; null before. */
  readonly confusion: readonly (readonly number[])[] | null;
}

/** A picture to read from now on: the page's own, or one of the fresh digits. */
export type Question = { readonly picture: Float32Array } | { readonly fresh: number };

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
  let shown = await picture(test, 0);
  let confusion: Snapshot["confusion"] = null;

  async function read(): Promise<Reading> {
    const x = tensor(shown).reshape(1, 1, side, side);
    return {
      picture: shown.slice(),
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
    snapshot: async () => ({ ...(await read()), confusion }),
    async measures() {
      const { accuracy, counts } = await judgeClassifier(model, test, 10);
      confusion = counts;
      return { accuracy };
    },
    async ask(question) {
      const asked = question as Question;
      shown = "picture" in asked ? asked.picture : await picture(test, asked.fresh % test.length);
      return read();
    },
  };
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
    const from = await of(trainImages, trainLabels, "60,000 digits");
    const fresh = await of(testImages, testLabels, "fresh digits");
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
