// Stratified cross-validation on a CSV with missing values, quotes and text: imputation and scaling
// per fold, metrics, a confusion matrix.
import { fileURLToPath } from "node:url";
import { manualSeed, noGrad, type Tensor, tensor, zeros } from "@wgrad/autograd";
import {
  ColumnTransformer,
  LabelEncoder,
  OneHotEncoder,
  readCsv,
  SimpleImputer,
  StandardScaler,
  StratifiedKFold,
} from "@wgrad/datasets";
import {
  accuracy,
  balancedAccuracyScore,
  confusionMatrix,
  f1Score,
  logLoss,
  precisionScore,
  recallScore,
  rocAucScore,
} from "@wgrad/metrics";
import { functional as F, Linear, ReLU, Sequential } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import { type Program, program } from "./reference.ts";

export const kfold: Program = program("kfold", async (ref) => {
  const file = fileURLToPath(new URL("../../../../golden/programs/people.csv", import.meta.url));
  const table = await readCsv(file, { missing: ["", "NA"] });
  const labels = table.strings("answer");
  const encoder = new LabelEncoder();
  const y = [...(await encoder.fit(labels).transform(labels).data())];
  const folds = new StratifiedKFold({ nSplits: 5, shuffle: true, randomState: 7 }).split(y);
  await ref.check(
    "folds",
    folds.flatMap((fold) => fold.test),
  );
  manualSeed(0);
  const losses: Tensor[] = [];
  const [accuracies, f1s, balanced]: [number[], number[], number[]] = [[], [], []];
  const predicted = new Int32Array(y.length);
  const probabilities = zeros([y.length, 3]);
  for (const [k, { train, test }] of folds.entries()) {
    const columns = new ColumnTransformer([
      {
        columns: ["age", "income", "score"],
        steps: [new SimpleImputer({ strategy: "median" }), new StandardScaler()],
      },
      {
        columns: ["city"],
        steps: [
          new SimpleImputer({ strategy: "mostFrequent" }),
          new OneHotEncoder({ handleUnknown: "ignore" }),
        ],
      },
    ]);
    const xTrain = await columns.fitTransform(table.take(train));
    const xTest = columns.transform(table.take(test));
    const yTrain = tensor(
      train.map((i) => y[i] as number),
      { dtype: "i32" },
    );
    const yTest = test.map((i) => y[i] as number);
    if (k === 0) await ref.check("x0", xTest, 1e-5);
    const model = new Sequential(
      new Linear(xTrain.shape[1] as number, 16),
      new ReLU(),
      new Linear(16, 3),
    );
    const optimizer = new Adam(model.parameters(), { lr: 0.02 });
    const weight = tensor([1, 2, 1]);
    for (let epoch = 0; epoch < 15; epoch++) {
      const loss = F.crossEntropy(model(xTrain), yTrain, { weight });
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(loss);
    }
    const probs = noGrad(() => F.softmax(model(xTest), 1));
    const pred = await probs.argmax(1).data();
    for (const [j, i] of test.entries()) predicted[i] = pred[j] as number;
    probabilities.put_(tensor(test, { dtype: "i32" }), probs);
    const truth = tensor(yTest, { dtype: "i32" });
    accuracies.push(await accuracy(probs, truth).item());
    f1s.push(await f1Score(probs, truth, { average: "macro", numClasses: 3 }).item());
    balanced.push(await balancedAccuracyScore(probs, truth, { numClasses: 3 }).item());
  }
  await ref.check("losses", losses, 1e-3);
  await ref.check("probs", probabilities, 1e-3);
  await ref.check("accs", accuracies, 1e-6);
  await ref.check("f1s", f1s, 1e-6);
  await ref.check("bal", balanced, 1e-6);
  const [all, truth] = [tensor(predicted), tensor(y, { dtype: "i32" })];
  await ref.check("confusion", confusionMatrix(all, truth, { numClasses: 3 }));
  const mean = accuracies.reduce((a, b) => a + b) / 5;
  await ref.check(
    "summary",
    [
      precisionScore(all, truth, { average: "macro", numClasses: 3 }),
      recallScore(all, truth, { average: "weighted", numClasses: 3 }),
      await rocAucScore(probabilities.select(1, 2), truth.eq(2)),
      logLoss(probabilities, truth),
      mean,
      Math.sqrt(accuracies.reduce((a, b) => a + (b - mean) ** 2, 0) / 5),
    ],
    1e-4,
  );
});
