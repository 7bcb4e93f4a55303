import { noGrad } from "@wgrad/autograd";
import { StandardScaler, trainTestSplit } from "@wgrad/datasets";
import { loadBreastCancer } from "@wgrad/datasets/data";
import { binaryAccuracy, rocAucScore, rocCurve } from "@wgrad/metrics";
import { functional as F } from "@wgrad/nn";
import { Diagnosis } from "../../../src/cancer/model.ts";
import { train } from "../../../src/cancer/train.ts";
import { floats, integers, number } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

export interface Snapshot {
  /** The chance of each tumour held out to be malignant, and whether it is. */
  readonly chances: Float32Array;
  readonly malignant: Int32Array;
  /** For every place to cut: benign ones taken for malignant, and malignant ones found, as parts. */
  readonly fpr: Float32Array;
  readonly tpr: Float32Array;
  /** What weighs most: a measure, and what one deviation more adds to the log-odds of malignant. */
  readonly strongest: readonly { readonly name: string; readonly weight: number }[];
}

const SHOWN = 6;

/** Thirty measures of a tumour's cells: malignant or benign? */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const data = await loadBreastCancer();
  const y = data.y();
  const split = { testSize: 0.25, randomState: 42, stratify: y };
  const [xTrain, xTest, yTrain, yTest] = await trainTestSplit(data.x(), y, split);
  const scaler = new StandardScaler().fit(xTrain);
  const [xs, ys, tests] = [scaler.transform(xTrain), yTrain.to("f32"), scaler.transform(xTest)];
  const model = hold(new Diagnosis(data.features.length));
  hold(xs, ys, tests, yTest);
  // The data set's class 1 is benign.
  const benign = (): ReturnType<Diagnosis["forward"]> => model(tests).sigmoid();
  const malignant = noGrad(() => yTest.eq(0).to("i32")).keep();
  hold(malignant);
  return {
    model,
    inputShape: [32, data.features.length],
    train: (now) =>
      train(model, xs, ys, {
        epochs: numberOf(settings, "epochs"),
        lr: numberOf(now, "lr"),
      }),
    loss: async () => () => F.binaryCrossEntropyWithLogits(model(xs), ys),
    async snapshot() {
      const weights = await floats(() => model.linear.weight.neg().flatten());
      const chances = noGrad(() => benign().neg().add(1)).keep();
      const { fpr, tpr } = await rocCurve(chances, malignant);
      const values = await floats(() => chances);
      chances.dispose();
      return {
        chances: values,
        malignant: await integers(() => malignant),
        fpr: Float32Array.from(fpr as ArrayLike<number>),
        tpr: Float32Array.from(tpr as ArrayLike<number>),
        strongest: data.features
          .map((name, j) => ({ name, weight: weights[j] as number }))
          .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
          .slice(0, SHOWN),
      };
    },
    async measures() {
      const right = await number(() => binaryAccuracy(benign(), yTest));
      const chances = noGrad(benign).keep();
      const area = await rocAucScore(chances, yTest);
      chances.dispose();
      return { accuracy: right, area };
    },
  };
}
