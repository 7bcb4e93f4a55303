import { init, type Tensor, tensor } from "@wgrad/autograd";
import {
  accuracy,
  averagePrecisionScore,
  BinaryAccuracy,
  balancedAccuracyScore,
  binaryAccuracy,
  brierScoreLoss,
  cohenKappaScore,
  confusionMatrix,
  f1Score,
  kendalltau,
  kolmogorovSmirnov,
  logLoss,
  MulticlassAccuracy,
  maxError,
  meanSquaredError,
  medianAbsoluteError,
  multiclassAccuracy,
  ndcgScore,
  Perplexity,
  perplexity,
  precisionScore,
  R2Score,
  r2Score,
  randScore,
  recallScore,
  rocAucScore,
  rocCurve,
  spearmanCorrcoef,
  topKAccuracyScore,
} from "@wgrad/metrics";
import { beforeAll, describe, expect, test } from "vitest";

const truth = [0, 1, 2, 1, 2, 2];
const guess = [0, 1, 2, 2, 1, 0];
const i32 = (values: readonly number[]): Tensor => tensor(Int32Array.from(values));

describe.each(["cpu", "wasm", "webgpu"] as const)("classes on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });
  /** Labels that only the device knows. */
  const hidden = (values: readonly number[]): Tensor => i32(values).add(0).to("i32");
  const hiddenFloats = (values: readonly number[]): Tensor => tensor([...values]).mul(1);
  const scores = (labels: readonly number[], C: number): Tensor =>
    tensor(labels.map((k) => Array.from({ length: C }, (_, j) => (j === k ? 2 : -1)))).mul(1);

  test("all classes count, however their number is given", async () => {
    const right = [
      [1, 0, 0],
      [0, 1, 1],
      [1, 1, 1],
    ];
    const ways: [unknown, unknown, { numClasses?: number }?][] = [
      [i32(guess), i32(truth)],
      [guess, truth],
      [Int32Array.from(guess), i32(truth)],
      [scores(guess, 3), hidden(truth)],
      [hidden(guess), hidden(truth), { numClasses: 3 }],
      [i32(guess), i32(truth), { numClasses: 3 }],
    ];
    for (const [p, y, options] of ways) {
      const [a, b] = [p as Tensor, y as Tensor];
      expect(await confusionMatrix(a, b, options).tolist()).toEqual(right);
      expect(await balancedAccuracyScore(a, b, options).item()).toBeCloseTo(11 / 18, 5);
      expect(await cohenKappaScore(a, b, options).item()).toBeCloseTo(0.25, 5);
      expect(await f1Score(a, b, { average: "macro", ...options }).item()).toBeCloseTo(47 / 90, 5);
    }
  });

  test("absent classes are excluded from the mean, unless they are named", async () => {
    const [p, y] = [scores(guess, 5), hidden(truth)];
    expect(await f1Score(p, y, { average: "macro" }).item()).toBeCloseTo(47 / 90, 5);
    expect(await f1Score(p, y, { average: "macro", numClasses: 5 }).item()).toBeCloseTo(
      47 / 150,
      5,
    );
  });

  test("an unknown number of classes is an error where it matters", async () => {
    const [p, y] = [hidden(guess), hidden(truth)];
    const unknown = "the number of classes is unknown, because the labels are on the device";
    expect(() => confusionMatrix(p, y)).toThrow(`confusionMatrix: ${unknown}`);
    expect(() => f1Score(p, y, { average: "macro" })).toThrow(
      `f1Score: ${unknown} and this metric does not read them\n  hint: pass { numClasses: 3 }, or scores [n, C]`,
    );
    expect(await f1Score(p, y, { average: "micro" }).item()).toBeCloseTo(0.5, 5);
    expect(await accuracy(p, y).item()).toBeCloseTo(0.5, 5);
    // after one read, the host knows them
    await Promise.all([p.data(), y.data()]);
    expect(await confusionMatrix(p, y).tolist()).toHaveLength(3);
  });

  test("a binary score accepts two classes; three are an error or NaN", async () => {
    expect(() => f1Score(guess, truth)).toThrow(
      'f1Score: there are 3 classes, but average is "binary"\n  hint: "micro", "macro", "weighted"',
    );
    expect(() => f1Score(scores(guess, 3), hidden(truth))).toThrow("there are 3 classes");
    expect(() => f1Score([0, 1], [1, 1], { labels: [1] })).toThrow(
      "labels does not apply to average",
    );
    expect(await f1Score(hidden(guess), hidden(truth)).item()).toBeNaN();
    expect(await precisionScore(hidden([1, 1, 0]), hidden([1, 0, 0])).item()).toBe(0.5);
    expect(await recallScore(hidden([2, 5, 2]), hidden([2, 2, 5]), { posLabel: 2 }).item()).toBe(
      0.5,
    );
    expect(await recallScore(hidden([2, 5, 2]), hidden([2, 2, 5])).item()).toBeNaN();
  });

  test("invalid labels are an error if the host knows them, else NaN", async () => {
    expect(() => confusionMatrix([0, 2], [0, 1], { numClasses: 2 })).toThrow(
      "confusionMatrix: prediction 2 is not one of 2 classes\n  hint: classes are 0 to 1",
    );
    expect(() => accuracy(scores([0, 1], 2), [0, 2])).toThrow("target 2 is not one of 2 classes");
    expect(() => f1Score([0.7, 0.2], [1, 0])).toThrow(
      "f1Score: prediction 0.699999988079071 is not a class\n  hint: labels are whole numbers and scores are [n, C]",
    );
    expect(await f1Score(hiddenFloats([0.7, 0.2]), i32([1, 0])).item()).toBeNaN();
    expect(await accuracy(scores([0, 1], 2), hidden([0, 2])).item()).toBeNaN();
    expect(await accuracy(hiddenFloats([Number.NaN, 0]), i32([0, 0])).item()).toBeNaN();
    const odd = { average: "macro", numClasses: 2 } as const;
    expect(await f1Score(hidden([0, 2]), hidden([0, 1]), odd).item()).toBeNaN();
    expect(await multiclassAccuracy(hidden([0, 1]), hidden([-1, 1]), 2).item()).toBeNaN();
    const ignored = { ignoreIndex: -1 };
    expect(await multiclassAccuracy(hidden([0, 1]), hidden([-1, 1]), 2, ignored).item()).toBe(1);
    expect(await accuracy([0, 1, 1], [-1, 1, 0], ignored).item()).toBe(0.5);
  });

  test("NaN scores have no class", async () => {
    const known = tensor([
      [1, 0],
      [Number.NaN, 0],
    ]);
    expect(() => accuracy(known, i32([0, 1]))).toThrow("accuracy: scores contain NaN");
    expect(() => topKAccuracyScore(known, i32([0, 1]))).toThrow("scores contain NaN");
    const computed = known.mul(1);
    expect(await accuracy(computed, i32([0, 1])).item()).toBeNaN();
    expect(await topKAccuracyScore(computed, i32([0, 1])).item()).toBeNaN();
    expect(await binaryAccuracy(hiddenFloats([Number.NaN, 0.9]), [0, 1]).item()).toBeNaN();
    const metric = new MulticlassAccuracy(2);
    metric.update(computed, i32([0, 1]));
    await expect(metric.compute()).rejects.toThrow(
      "MulticlassAccuracy.compute: 1 examples have labels outside 0 to 1, or NaN scores",
    );
  });

  test("probabilities must be in [0, 1], and binary targets 1 or 0", async () => {
    expect(() => logLoss([2, 0], [1, 0])).toThrow("logLoss: 2 is not a probability");
    expect(() => brierScoreLoss([0.5], [2])).toThrow("brierScoreLoss: target 2 is neither 1 nor 0");
    expect(() => binaryAccuracy([0.5], [-1])).toThrow("binaryAccuracy: target -1 is neither");
    expect(await logLoss(hiddenFloats([2, 0]), [1, 0]).item()).toBeNaN();
    expect(await brierScoreLoss([0.5, 1], hidden([1, 3])).item()).toBeNaN();
    expect(await binaryAccuracy(hiddenFloats([-3, 4, 1]), [0, 1, 1]).item()).toBe(1);
    const metric = new BinaryAccuracy();
    metric.update([0.2, 0.8], hidden([0, 7]));
    await expect(metric.compute()).rejects.toThrow("neither 1 nor 0");
  });

  test("an excluded token costs nothing, unless it is the target", async () => {
    const logits = tensor([
      [
        [Number.NEGATIVE_INFINITY, 0, 0],
        [1, 2, Number.NEGATIVE_INFINITY],
      ],
    ]);
    const of = (targets: number[]): Tensor => tensor(Int32Array.from(targets), { shape: [1, 2] });
    expect(await perplexity(logits, of([1, 1])).item()).toBeCloseTo(1.6540129631725637, 5);
    expect(await perplexity(logits, of([0, 1])).item()).toBe(Number.POSITIVE_INFINITY);
    expect(() => perplexity(logits, of([1, 3]))).toThrow(
      "perplexity: target 3 is not one of 3 tokens\n  hint: tokens are 0 to 2; { ignoreIndex: 3 }",
    );
    expect(await perplexity(logits, of([1, 3]).add(0)).item()).toBeNaN();
    const metric = new Perplexity();
    metric.update(logits, of([1, 1]));
    expect(await metric.compute()).toBeCloseTo(1.6540129631725637, 5);
    metric.update(logits, of([1, 3]).add(0));
    await expect(metric.compute()).rejects.toThrow("1 targets are not tokens");
  });

  test("R² keeps its precision for targets far from 0", async () => {
    for (const far of [10_000, 100_000]) {
      const metric = new R2Score();
      metric.update(tensor([far + 0.5, far + 1]), tensor([far, far + 1]));
      metric.update(tensor([far + 2, far + 2.5]), tensor([far + 2, far + 3]));
      expect(await metric.compute()).toBeCloseTo(0.9, 3);
      const [p, y] = [
        [far + 0.5, far + 1, far + 2, far + 2.5],
        [far, far + 1, far + 2, far + 3],
      ];
      expect(await r2Score(p, y).item()).toBeCloseTo(0.9, 3);
    }
    // a sum of squares would lose the differences between batches
    const metric = new R2Score();
    metric.update(tensor([0.5]), tensor([0]));
    for (let i = 0; i < 20; i++) metric.update(tensor([5000, 5001.5]), tensor([5000, 5001]));
    const y = [0, ...Array.from({ length: 40 }, (_, i) => 5000 + (i % 2))];
    const mean = y.reduce((a, b) => a + b) / y.length;
    const spread = y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(await metric.compute()).toBeCloseTo(1 - (0.25 + 20 * 0.25) / spread, 7);
    const one = new R2Score();
    one.update([1], [1]);
    expect(await one.compute()).toBeNaN();
  });

  test("NaN gives NaN", async () => {
    const [p, y] = [tensor([1, Number.NaN, 3]), tensor([1, 2, 4])];
    for (const metric of [meanSquaredError, medianAbsoluteError, maxError, r2Score]) {
      expect(await metric(p, y).item()).toBeNaN();
      expect(await metric(y, p).item()).toBeNaN();
    }
  });

  test("damaged totals and those of another metric are refused, and nothing is lost", async () => {
    const metric = new MulticlassAccuracy(3, { average: "micro" });
    metric.update(i32(guess), i32(truth));
    const others: [unknown, string][] = [
      [null, "MulticlassAccuracy.loadStateDict: not the state of a metric"],
      [{ sums: {} }, "not the state of a metric"],
      [{ sums: { counts: 3 } }, "not the state of a metric"],
      [
        { sums: { counts: tensor([1]) } },
        "the totals belong to another metric\n  here: counts [3, 3], odd []\n  saved: counts [1]",
      ],
    ];
    for (const [state, text] of others) {
      expect(() => metric.loadStateDict(state as never)).toThrow(text);
      expect(() => new MulticlassAccuracy(3).loadStateDict(state as never)).toThrow(text);
    }
    expect(await metric.compute()).toBe(0.5);
    const again = new MulticlassAccuracy(3, { average: "micro" });
    again.loadStateDict(metric.stateDict());
    again.update(i32([0, 0]), i32([0, 0]));
    expect(await again.compute()).toBe(5 / 8);
  });
});

describe("on the host", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test("ranking metrics refuse NaN", async () => {
    const [s, y] = [
      [0.9, Number.NaN, 0.2],
      [1, 0, 1],
    ];
    const calls = [
      rocAucScore(s, y),
      rocCurve(s, y),
      averagePrecisionScore(s, y),
      ndcgScore(s, y),
      kolmogorovSmirnov(s, y),
      randScore(s, y),
    ];
    for (const call of calls)
      await expect(call).rejects.toThrow("contain NaN at index 1\n  hint: pass finite");
    expect(await kendalltau(s, y)).toBeNaN();
    expect(await spearmanCorrcoef(s, y)).toBeNaN();
  });

  test("rankings take two classes, one of which is positive", async () => {
    const s = [0.1, 0.4, 0.35, 0.8];
    await expect(rocAucScore(s, [0, 1, 2, 2])).rejects.toThrow(
      "rocAucScore: targets have 3 classes, but scores [n] can only separate two",
    );
    await expect(rocCurve(s, [1, 2, 2, 2])).rejects.toThrow(
      "rocCurve: targets are 1 and 2, and posLabel is missing\n  hint: pass { posLabel: 2 }",
    );
    await expect(rocCurve(s, [1, 2, 2, 2], { posLabel: 3 })).rejects.toThrow("posLabel is 3");
    const signs = await rocCurve(s, [-1, -1, 1, 1], { dropIntermediate: false });
    expect(signs).toEqual(await rocCurve(s, [0, 0, 1, 1], { dropIntermediate: false }));
    const rows = [
      [0.2, 0.9],
      [0.5, 0.5],
    ];
    await expect(rocAucScore(rows, [0, 1])).rejects.toThrow(
      "rocAucScore: scores of several classes must be probabilities, but row 0 sums to 1.1",
    );
    await expect(ndcgScore([[1, 2]], [[-1, 0]])).rejects.toThrow("ndcgScore: a gain is -1");
    await expect(ndcgScore([[1, 2]], [[1], [0]])).rejects.toThrow(
      "scores and gains have different",
    );
  });

  test("arrays and nested arrays are accepted like tensors", async () => {
    const rows = [
      [0.8, 0.1, 0.1],
      [0.2, 0.6, 0.2],
      [0.5, 0.4, 0.1],
      [0.1, 0.2, 0.7],
    ];
    const y = [0, 1, 0, 2];
    expect(await rocAucScore(rows, y)).toBe(await rocAucScore(tensor(rows), i32(y)));
    expect(await accuracy(rows, y).item()).toBe(1);
    expect(await accuracy([true, false], [true, true]).item()).toBe(0.5);
    expect(await ndcgScore([[1, 2, 3]], tensor([[0, 1, 2]]))).toBe(1);
    expect(await meanSquaredError([1, 2], [1, 4]).item()).toBe(2);
  });

  test("the error names a value that is not a number", () => {
    const wrong: [() => unknown, string][] = [
      [
        () => accuracy(["cat"] as never, [1]),
        'accuracy: predictions contain "cat"\n  hint: new LabelEncoder()',
      ],
      [
        () => accuracy([tensor([1])] as never, [1]),
        "contain a tensor [1]\n  hint: combine several tensors with stack(tensors)",
      ],
      [
        () => accuracy(Promise.resolve([1]) as never, [1]),
        "are a promise, not numbers\n  hint: await",
      ],
      [() => accuracy([[1, 2], [3]] as never, [1, 2]), "the rows of predictions have different"],
      [() => accuracy([1, 2], "ab" as never), 'targets are "ab", not numbers'],
      [() => accuracy([1] as never, undefined as never), "accuracy: targets is missing"],
      [
        () => f1Score([1], [1], { num_classes: 2 } as never),
        'f1Score: there is no option "num_classes"\n  hint: did you mean numClasses?',
      ],
      [
        () => f1Score([1], [1], "macro" as never),
        'takes its options as an object, got "macro"\n  hint: f1Score([1], [1], { average: "macro" })',
      ],
      [
        () => new MulticlassAccuracy(3, "macro" as never),
        'hint: new MulticlassAccuracy(3, { average: "macro" })',
      ],
      [() => new MulticlassAccuracy(1.5), "MulticlassAccuracy: numClasses is 1.5"],
    ];
    for (const [call, text] of wrong) expect(call).toThrow(text);
  });

  test("Kendall's τ equals the count over all pairs", async () => {
    const n = 60;
    const a = Array.from({ length: n }, (_, i) => (i * 37) % 23);
    const b = Array.from({ length: n }, (_, i) => (i * 53) % 17);
    let [agreement, tiedA, tiedB] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        const [da, db] = [a, b].map((x) => Math.sign(Number(x[i]) - Number(x[j]))) as [
          number,
          number,
        ];
        agreement += da * db;
        tiedA += Number(da === 0);
        tiedB += Number(db === 0);
      }
    }
    const pairs = (n * (n - 1)) / 2;
    const expected = agreement / Math.sqrt((pairs - tiedA) * (pairs - tiedB));
    expect(await kendalltau(a, b)).toBeCloseTo(expected, 12);
  });
});
