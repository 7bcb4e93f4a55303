import { init, type Tensor, tensor, zeros } from "@wgrad/autograd";
import {
  accuracy,
  auc,
  balancedAccuracyScore,
  cohenKappaScore,
  confusionMatrix,
  cosineSimilarity,
  d2AbsoluteErrorScore,
  d2PinballScore,
  d2TweedieScore,
  f1Score,
  fbetaScore,
  kendalltau,
  logLoss,
  matthewsCorrcoef,
  meanSquaredError,
  multiclassAccuracy,
  multiclassPrecision,
  ndcgScore,
  pearsonCorrcoef,
  precisionRecallCurve,
  precisionScore,
  recallScore,
  rocAucScore,
  rocCurve,
  topKAccuracyScore,
  wordSimilarity,
} from "@wgrad/metrics";
import { beforeAll, describe, expect, test } from "vitest";

const classes = (values: number[]): Tensor => tensor(Int32Array.from(values));
const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("zeroDivision is the score of a class whose divisor is 0", async () => {
    const [p, y] = [classes([0, 0, 1]), classes([0, 2, 1])];
    const options = { numClasses: 4, average: null } as const;
    expect(await values(precisionScore(p, y, options))).toEqual([0.5, 1, 0, 0]);
    expect(await values(precisionScore(p, y, { ...options, zeroDivision: 1 }))).toEqual([
      0.5, 1, 1, 1,
    ]);
    expect(await values(recallScore(p, y, { ...options, zeroDivision: Number.NaN }))).toEqual([
      1,
      1,
      0,
      Number.NaN,
    ]);
    expect(await values(f1Score(p, y, { ...options, zeroDivision: 1 }))).toEqual([
      expect.closeTo(2 / 3, 5),
      1,
      0,
      1,
    ]);
  });

  test("rows without a score do not count in the mean over samples", async () => {
    const [p, y] = [
      [
        [1, 1],
        [1, 1],
        [0, 0],
      ],
      [
        [1, 0],
        [1, 1],
        [0, 1],
      ],
    ].map((rows) => tensor(rows, { dtype: "i32" })) as [Tensor, Tensor];
    const options = { average: "samples", multilabel: true, zeroDivision: Number.NaN } as const;
    expect(await precisionScore(p, y, options).item()).toBeCloseTo(0.75, 5);
    const sampleWeight = [1, 3, 2];
    expect(await precisionScore(p, y, { ...options, sampleWeight }).item()).toBeCloseTo(0.875, 5);
  });

  test("only classes that occur form pairs", async () => {
    const scores = tensor([
      [0.5, 0.3, 0.2],
      [0.2, 0.5, 0.3],
      [0.3, 0.3, 0.4],
      [0.1, 0.8, 0.1],
    ]);
    const ovo = { multiClass: "ovo" } as const;
    expect(await rocAucScore(scores, classes([0, 1, 0, 1]), ovo)).toBeCloseTo(1, 5);
    expect(await rocAucScore(scores, classes([1, 1, 1, 1]), ovo)).toBeNaN();
  });

  test("D² of one example is not defined", async () => {
    for (const score of [d2TweedieScore, d2PinballScore, d2AbsoluteErrorScore]) {
      expect(await score(tensor([2]), tensor([3])).item()).toBeNaN();
    }
  });

  test("posLabel chooses the positive class, and β weights recall", async () => {
    const [p, y] = [classes([0, 0, 1, 1]), classes([0, 1, 1, 1])];
    expect(await recallScore(p, y).item()).toBeCloseTo(2 / 3, 5);
    expect(await recallScore(p, y, { posLabel: 0 }).item()).toBe(1);
    expect(await fbetaScore(p, y, 0).item()).toBe(await precisionScore(p, y).item());
    expect(await fbetaScore(p, y, 1).item()).toBeCloseTo(await f1Score(p, y).item(), 5);
    expect(await fbetaScore(p, y, 100).item()).toBeCloseTo(2 / 3, 3);
  });

  test("scores are accepted as predictions", async () => {
    const scores = tensor([
      [1, 0],
      [0, 1],
      [1, 0],
    ]);
    expect(await confusionMatrix(scores, classes([0, 1, 1])).tolist()).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(await accuracy(scores, classes([0, 1, 1])).item()).toBeCloseTo(2 / 3, 5);
  });

  test("normalized confusion matrices have 0 for absent classes", async () => {
    const [p, y] = [classes([0, 0, 1]), classes([0, 1, 1])];
    const of = (normalize: "true" | "pred" | "all"): Promise<unknown> =>
      confusionMatrix(p, y, { numClasses: 3, normalize }).tolist();
    expect(await of("true")).toEqual([
      [1, 0, 0],
      [0.5, 0.5, 0],
      [0, 0, 0],
    ]);
    expect(await of("pred")).toEqual([
      [0.5, 0, 0],
      [0.5, 1, 0],
      [0, 0, 0],
    ]);
    expect(((await of("all")) as number[][])[0]?.[0]).toBeCloseTo(1 / 3, 5);
  });

  test("agreement scores of perfect, useless and empty predictions", async () => {
    const y = classes([0, 1, 2, 2, 1]);
    const options = { numClasses: 4 };
    for (const metric of [matthewsCorrcoef, cohenKappaScore, balancedAccuracyScore]) {
      expect(await metric(y, y, options).item()).toBeCloseTo(1, 5);
    }
    const same = classes([1, 1, 1, 1, 1]);
    expect(await matthewsCorrcoef(same, y, options).item()).toBe(0);
    expect(await cohenKappaScore(same, y, options).item()).toBeCloseTo(0, 5);
    expect(await balancedAccuracyScore(same, y, options).item()).toBeCloseTo(1 / 3, 5);
  });

  test("top k breaks ties like scikit-learn (last class) and torchmetrics (first class)", async () => {
    const scores = tensor([
      [1, 1, 0],
      [1, 1, 0],
      [1, 1, 0],
    ]);
    expect(await topKAccuracyScore(scores, classes([1, 1, 0]), { k: 1 }).item()).toBeCloseTo(2 / 3);
    expect(await topKAccuracyScore(scores, classes([0, 1, 0])).item()).toBe(1);
    expect(
      await values(multiclassAccuracy(scores, classes([0, 2, 2]), 3, { topK: 2, average: null })),
    ).toEqual([1, 0, 0]);
    expect(await multiclassAccuracy(scores, classes([0, 2, 2]), 3, { topK: 2 }).item()).toBe(0.5);
    expect(await multiclassPrecision(scores, classes([0, 2, 0]), 3).item()).toBeCloseTo(1 / 3);
  });

  test("losses of certain mistakes are finite", async () => {
    const loss = await logLoss(tensor([1, 0]), tensor([0, 1])).item();
    expect(loss).toBeCloseTo(23 * Math.LN2, 2);
  });

  test("cosineSimilarity follows reduction, and wordSimilarity compares with ratings", async () => {
    const [x, y] = [
      tensor([
        [1, 0],
        [1, 1],
        [0, 1],
      ]),
      tensor([
        [2, 0],
        [1, 0],
        [1, 0],
      ]),
    ];
    expect(await cosineSimilarity(x, y).item()).toBeCloseTo(1 + Math.SQRT1_2, 5);
    expect(await cosineSimilarity(x, y, { reduction: "mean" }).item()).toBeCloseTo(
      (1 + Math.SQRT1_2) / 3,
      5,
    );
    expect(await wordSimilarity(x, y, [9, 5, 1])).toBe(1);
    expect(await wordSimilarity(x, y, [1, 5, 9])).toBe(-1);
  });
});

describe("on the host", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test("curves accept tensors and arrays, and return thresholds", async () => {
    const [scores, targets] = [
      [0.1, 0.4, 0.35, 0.8],
      [0, 0, 1, 1],
    ];
    const { fpr, tpr, thresholds } = await rocCurve(tensor(scores), targets);
    expect(auc(fpr, tpr)).toBeCloseTo(0.75, 10);
    expect(await rocAucScore(scores, targets)).toBeCloseTo(0.75, 10);
    expect([...thresholds].slice(0, 2)).toEqual([Number.POSITIVE_INFINITY, expect.closeTo(0.8)]);
    const curve = await precisionRecallCurve(scores, targets);
    expect([...curve.thresholds]).toEqual([0.1, 0.35, 0.4, 0.8]);
    expect([...curve.recall]).toEqual([1, 1, 0.5, 0.5, 0]);
  });

  test("areas of one class are NaN, and of several follow average", async () => {
    expect(await rocAucScore([0.1, 0.2], [1, 1])).toBeNaN();
    const scores = tensor([
      [0.8, 0.1, 0.1],
      [0.2, 0.6, 0.2],
      [0.5, 0.4, 0.1],
      [0.1, 0.2, 0.7],
    ]);
    const y = [0, 1, 1, 2];
    const each = await rocAucScore(scores, y, { average: null });
    expect(each).toEqual([1, 1, 1]);
    const worse = [1, 1, 0, 2];
    const [a, b, c] = (await rocAucScore(scores, worse, { average: null })) as [
      number,
      number,
      number,
    ];
    expect(await rocAucScore(scores, worse)).toBeCloseTo((a + b + c) / 3, 10);
    expect(await rocAucScore(scores, worse, { average: "weighted" })).toBeCloseTo(
      (a + 2 * b + c) / 4,
      10,
    );
  });

  test("nDCG of the best order is 1, and k limits the ranks", async () => {
    const gains = tensor([[10, 0, 0, 1, 5]]);
    expect(await ndcgScore(gains, gains)).toBe(1);
    const scores = tensor([[0.1, 0.2, 0.3, 4, 70]]);
    const best = 10 + 5 / Math.log2(3) + 1 / 2;
    const found = 5 + 1 / Math.log2(3) + 10 / Math.log2(6);
    expect(await ndcgScore(scores, gains)).toBeCloseTo(found / best, 10);
    expect(await ndcgScore(scores, gains, { k: 1 })).toBeCloseTo(0.5, 10);
    expect(await ndcgScore(zeros([1, 5]), gains, { k: 5 })).toBeLessThan(1);
  });

  test("correlations of constants are NaN", async () => {
    expect(await pearsonCorrcoef(tensor([1, 1]), tensor([1, 2])).item()).toBeNaN();
    expect(await kendalltau([1, 1], [1, 2])).toBeNaN();
  });

  test.each<[() => unknown, string]>([
    [
      () => precisionScore(classes([0]), classes([0]), { average: "x" as "macro" }),
      'precisionScore: average is "x", not "binary" or "micro" or "macro" or "weighted" or "samples" or null',
    ],
    [
      () => precisionScore(classes([0, 1]), classes([0, 0]), { posLabel: 2 }),
      "precisionScore: posLabel is 2, but the classes are 0 and 1\n  hint: pass { posLabel: 1 }",
    ],
    [
      () => confusionMatrix(classes([0, 1]), classes([0])),
      "confusionMatrix: predictions and targets",
    ],
    [
      () => topKAccuracyScore(zeros([2, 3]), classes([0])),
      "topKAccuracyScore: takes scores [n, C] and classes [n]\n  scores: [2, 3]\n  classes: [1]",
    ],
    [() => logLoss(zeros([2, 3]), classes([0])), "logLoss: takes probabilities [n, C]"],
    [
      () => meanSquaredError(zeros([2]), zeros([2]), { multioutput: "x" as "raw_values" }),
      "meanSquaredError: multioutput is x",
    ],
    [() => auc([1], [1]), "auc: 1 and 1 values\n  hint: pass one of each per example, 2 or more"],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });

  test("different lengths are refused", async () => {
    await expect(rocCurve([1], [1, 0])).rejects.toThrow("rocCurve: 1 and 2 values");
    await expect(rocAucScore(zeros([2, 3]), [1])).rejects.toThrow(
      "rocAucScore: takes scores [n, C]",
    );
    await expect(ndcgScore(zeros([2]), zeros([2]), { k: 0 })).rejects.toThrow("ndcgScore: k is 0");
  });
});
