import { type Tensor, tensor } from "@wgrad/autograd";
import { PCA } from "@wgrad/classic";
import { meanSquaredError } from "@wgrad/metrics";
import { functional as F } from "@wgrad/nn";
import { smallDigits } from "../../../src/autoencoder/data.ts";
import { Autoencoder } from "../../../src/autoencoder/model.ts";
import { train } from "../../../src/autoencoder/train.ts";
import { digitPictures } from "../../../src/digits/data.ts";
import { floats, number } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

export interface Snapshot {
  /** The two numbers of each fresh digit, in pairs, and which digit it is. */
  readonly codes: Float32Array;
  readonly labels: Int32Array;
  /**
   * Some fresh digits, and what is drawn again from their two numbers: pictures of 8×8, one after
   * the other.
   */
  readonly real: Float32Array;
  readonly drawn: Float32Array;
  /** What is drawn where the walker is. */
  readonly here: Float32Array;
}

/** Where the walker goes. */
export type Question = readonly [number, number];

const SHOWN = 8;
const DOTS = 64;

/** Digits of 64 dots go through two numbers and are drawn again. */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const { train: pictures, xTrain, xTest, mean } = await smallDigits();
  hold(xTrain, xTest, mean);
  const labels = Int32Array.from(await freshLabels(), Number);
  const model = hold(new Autoencoder([DOTS, numberOf(settings, "width"), 2]));
  const batchSize = numberOf(settings, "batch");
  const pca = await new PCA({ nComponents: 2 }).fit(xTrain);
  const error = (drawn: () => Tensor): Promise<number> =>
    number(() => meanSquaredError(drawn(), xTest));
  const lines = await error(() => pca.inverseTransform(pca.transform(xTest)));
  const again = (x: Tensor): Tensor => model(x.sub(mean)).add(mean);
  let walker: Question = [0, 0];
  const here = async (): Promise<Float32Array> =>
    floats(() => model.decoder(tensor([[...walker]])).add(mean));
  const some = xTest.narrow(0, 0, SHOWN);
  return {
    model,
    inputShape: [batchSize, DOTS],
    train: (now) =>
      train(model, pictures, { mean, epochs: 40, batchSize, lr: numberOf(now, "lr") }),
    async loss() {
      const some = xTrain.narrow(0, 0, 256);
      return () => F.mseLoss(model(some.sub(mean)), some.sub(mean));
    },
    async snapshot() {
      return {
        codes: await floats(() => model.encoder(xTest.sub(mean))),
        labels: labels.slice(),
        real: await floats(() => some),
        drawn: await floats(() => again(some)),
        here: await here(),
      };
    },
    async measures() {
      const bent = await error(() => again(xTest));
      return { error: bent, ofPca: bent / lines };
    },
    async ask(question) {
      walker = question as Question;
      return here();
    },
  };
}

/** The digits that the same split holds out. */
async function freshLabels(): Promise<ArrayLike<number>> {
  const { test } = await digitPictures();
  const { labels } = await test.batch(Array.from({ length: test.length }, (_, i) => i));
  return (await labels.data()) as ArrayLike<number>;
}
