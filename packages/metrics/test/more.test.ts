import { init, manualSeed, rand, randint, type Tensor, tensor } from "@wgrad/autograd";
import * as m from "@wgrad/metrics";
import { beforeAll, describe, expect, test } from "vitest";

describe.each(["cpu", "wasm", "webgpu"] as const)(
  "metrics over batches on %s equal those of all data",
  (device) => {
    beforeAll(async () => {
      await init({ device });
    });

    const scores = () => rand([12]);
    const answers = () => randint(0, 2, [12]);
    const rows = () => rand([12, 3]);
    const classes = () => randint(0, 3, [12]);

    type Over = {
      update(a: Tensor, b: Tensor): void;
      compute(): Promise<unknown>;
      reset(): void;
      stateDict(): unknown;
      loadStateDict(saved: never): void;
    };
    type Row = readonly [
      make: () => Over,
      single: (a: Tensor, b: Tensor) => unknown,
      scores: () => Tensor,
      targets: () => Tensor,
    ];
    const table: Readonly<Record<string, Row>> = {
      BinaryAUROC: [() => new m.BinaryAUROC(), m.rocAucScore, scores, answers],
      BinaryAveragePrecision: [
        () => new m.BinaryAveragePrecision(),
        m.averagePrecisionScore,
        scores,
        answers,
      ],
      MulticlassAUROC: [
        () => new m.MulticlassAUROC(3),
        (a, b) => m.rocAucScore(a.softmax(1), b, { multiClass: "ovr" }),
        () => rows().softmax(1),
        classes,
      ],
      MulticlassAveragePrecision: [
        () => new m.MulticlassAveragePrecision(3),
        m.averagePrecisionScore,
        rows,
        classes,
      ],
      BinaryPrecision: [() => new m.BinaryPrecision(), m.binaryPrecision, scores, answers],
      BinaryRecall: [() => new m.BinaryRecall(), m.binaryRecall, scores, answers],
      BinaryF1Score: [
        () => new m.BinaryF1Score({ threshold: 0.4 }),
        (a, b) => m.binaryF1Score(a, b, { threshold: 0.4 }),
        scores,
        answers,
      ],
      BinarySpecificity: [() => new m.BinarySpecificity(), m.binarySpecificity, scores, answers],
      BinaryJaccardIndex: [() => new m.BinaryJaccardIndex(), m.binaryJaccardIndex, scores, answers],
      MulticlassJaccardIndex: [
        () => new m.MulticlassJaccardIndex(3),
        (a, b) => m.multiclassJaccardIndex(a, b, 3),
        rows,
        classes,
      ],
    };

    test.each(Object.entries(table))("%s", async (name, [make, single, drawn, targets]) => {
      manualSeed(2);
      const [p, y] = [drawn(), targets()];
      const metric = make();
      metric.update(p.narrow(0, 0, 5), y.narrow(0, 0, 5));
      const other = make();
      other.loadStateDict(metric.stateDict() as never);
      other.update(p.narrow(0, 5, 7), y.narrow(0, 5, 7));
      const whole =
        name === "MulticlassAUROC" ? m.rocAucScore(p, y, { multiClass: "ovr" }) : single(p, y);
      const want = await whole;
      const expected = typeof want === "number" ? want : await (want as Tensor).item();
      expect(await other.compute()).toBeCloseTo(expected as number, 5);
      other.reset();
      await expect(other.compute()).rejects.toThrow("no batch yet");
    });

    test("a collection computes its metrics by name", async () => {
      const all = new m.MetricCollection({ f1: new m.BinaryF1Score(), area: new m.BinaryAUROC() });
      all.update(tensor([0.9, 0.2, 0.6]), tensor([1, 0, 0]));
      expect(await all.compute()).toEqual({ f1: 2 / 3, area: 1 });
      const again = new m.MetricCollection({
        f1: new m.BinaryF1Score(),
        area: new m.BinaryAUROC(),
      });
      again.loadStateDict(all.stateDict());
      all.reset();
      expect((await again.compute()).area).toBe(1);
      expect(() => again.loadStateDict({})).toThrow(
        "the metrics are area, f1, but the saved ones are ",
      );
    });
  },
);

describe("reports and refusals", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test("a report has a readable table", async () => {
    const { text, accuracy } = await m.classificationReport([0, 1, 2, 2, 1], [0, 1, 2, 1, 1], {
      targetNames: ["cat", "dog", "bird"],
    });
    expect(accuracy).toBeCloseTo(0.8, 6);
    expect(text).toMatchInlineSnapshot(`
      "             precision    recall  f1-score   support

               cat      1.00      1.00      1.00         1
               dog      1.00      0.67      0.80         3
              bird      0.50      1.00      0.67         1

          accuracy                          0.80         5
         macro avg      0.83      0.89      0.82         5
      weighted avg      0.90      0.80      0.81         5"
    `);
  });

  test("equal texts have no errors, and disjoint texts all", () => {
    expect(m.wordErrorRate("a b c", "a b c")).toBe(0);
    expect(m.charErrorRate("ab", "cd")).toBe(1);
    expect(m.translationEditRate(["b c a"], ["a b c"])).toBeCloseTo(1 / 3, 12);
    expect(m.corpusChrf(["a cat"], [["a cat"]])).toBeCloseTo(100, 12);
    expect(m.rougeScore(["a b"], ["a b"]).rougeL?.fmeasure).toBe(1);
    expect(m.squad(["the Cat"], [["a cat."]])).toEqual({ exactMatch: 100, f1: 100 });
    expect(m.sentenceBleu("a", ["a"]).score).toBeCloseTo(100, 10);
  });

  test("options after an undefined argument are refused, not ignored", () => {
    const call = m.binaryPrecision as (...given: unknown[]) => unknown;
    expect(() => call([0.4], [1], undefined, { threshold: 0.3 })).toThrow("binaryPrecision: takes");
  });

  test.each<[string, () => unknown]>([
    [
      'average "samples" with one label per example',
      () => m.f1Score([1, 0], [1, 1], { average: "samples" }),
    ],
    [
      'average "binary" with several labels',
      () => m.jaccardScore([[1, 0]], [[1, 1]], { multilabel: true }),
    ],
    ["labels in one dimension", () => m.multilabelF1Score([0.4, 0.6], [1, 0])],
    ["a power without a distribution", () => m.meanTweedieDeviance([1], [1], { power: 0.5 })],
    ["images without channels", () => m.structuralSimilarity([[1, 2]], [[1, 2]])],
    [
      "a window that is larger than the image",
      () => m.structuralSimilarity(rand([1, 1, 4, 4]), rand([1, 1, 4, 4])),
    ],
    ["segmentations without an image dimension", () => m.diceScore([1, 0], [1, 0], 2)],
    ["texts without references", () => m.wordErrorRate(["a", "b"], ["a"])],
    ["an unknown key", () => m.rougeScore(["a"], ["a"], { rougeKeys: ["rouge0"] })],
    ["a value that is not a metric", () => new m.MetricCollection({ a: 3 as never })],
    ["an unknown norm", () => m.binaryCalibrationError([0.4], [1], { norm: "l3" as never })],
  ])("%s", (_, call) => {
    expect(call).toThrowErrorMatchingSnapshot();
  });
});
