import { init, memory, randn, type Tensor, tensor, zeros } from "@wgrad/autograd";
import {
  BinaryAccuracy,
  BinaryAUROC,
  binaryAccuracy,
  confusionMatrix,
  MeanAbsoluteError,
  MeanMetric,
  MeanSquaredError,
  type Metric,
  MulticlassAccuracy,
  MulticlassConfusionMatrix,
  MulticlassF1Score,
  MulticlassPrecision,
  MulticlassRecall,
  meanAbsoluteError,
  meanSquaredError,
  multiclassAccuracy,
  multiclassF1Score,
  multiclassPrecision,
  multiclassRecall,
  Perplexity,
  perplexity,
  R2Score,
  r2Score,
  type Sums,
} from "@wgrad/metrics";
import { beforeAll, describe, expect, test } from "vitest";

const classes = (values: number[]): Tensor => tensor(Int32Array.from(values));
const predicted = [0, 1, 2, 2, 1, 0, 3, 1, 1, 2];
const actual = [0, 1, 1, 2, 1, 2, 3, 0, 1, 2];
const guesses = [0.1, 2, -1, 3, 0.5, 0.7, 1.5, -2, 4, 0];
const truths = [0, 2.5, -1.5, 3, 1, 0, 1, -2.5, 3, 1];
const chances = [0.2, 0.9, 0.4, 0.7, 0.6, 0.1, 0.8, 0.3, 0.5, 0.55];
const answers = [0, 1, 1, 1, 0, 0, 1, 0, 1, 1];

type AnyMetric = Metric<[Tensor, Tensor], Sums, unknown>;

interface Row {
  readonly make: () => unknown;
  readonly whole: (a: Tensor, b: Tensor) => Tensor;
  readonly data: readonly [(values: number[]) => Tensor, number[], number[]];
}

const ofClasses = [classes, predicted, actual] as const;
const ofNumbers = [tensor, guesses, truths] as const;
const rows: Readonly<Record<string, Row>> = {
  MulticlassConfusionMatrix: {
    make: () => new MulticlassConfusionMatrix(5),
    whole: (p, y) => confusionMatrix(p, y, { numClasses: 5 }),
    data: ofClasses,
  },
  ...Object.fromEntries(
    (["true", "pred", "all"] as const).map((normalize) => [
      `MulticlassConfusionMatrix ${normalize}`,
      {
        make: () => new MulticlassConfusionMatrix(5, { normalize }),
        whole: (p, y) => confusionMatrix(p, y, { numClasses: 5, normalize }),
        data: ofClasses,
      } satisfies Row,
    ]),
  ),
  ...Object.fromEntries(
    (["micro", "macro", "weighted", null] as const).flatMap((average) => {
      const options = { average };
      const all: [string, Row["make"], Row["whole"]][] = [
        [
          "MulticlassAccuracy",
          () => new MulticlassAccuracy(5, options),
          (p, y) => multiclassAccuracy(p, y, 5, options),
        ],
        [
          "MulticlassPrecision",
          () => new MulticlassPrecision(5, options),
          (p, y) => multiclassPrecision(p, y, 5, options),
        ],
        [
          "MulticlassRecall",
          () => new MulticlassRecall(5, options),
          (p, y) => multiclassRecall(p, y, 5, options),
        ],
        [
          "MulticlassF1Score",
          () => new MulticlassF1Score(5, options),
          (p, y) => multiclassF1Score(p, y, 5, options),
        ],
      ];
      return all.map(([name, make, whole]) => [
        `${name} ${average}`,
        { make, whole, data: ofClasses } satisfies Row,
      ]);
    }),
  ),
  BinaryAccuracy: {
    make: () => new BinaryAccuracy(),
    whole: binaryAccuracy,
    data: [tensor, chances, answers],
  },
  "BinaryAccuracy threshold": {
    make: () => new BinaryAccuracy({ threshold: 0.75 }),
    whole: (p, y) => binaryAccuracy(p, y, { threshold: 0.75 }),
    data: [tensor, chances, answers],
  },
  MeanSquaredError: {
    make: () => new MeanSquaredError(),
    whole: meanSquaredError,
    data: ofNumbers,
  },
  "MeanSquaredError root": {
    make: () => new MeanSquaredError({ squared: false }),
    whole: (p, y) => meanSquaredError(p, y, { squared: false }),
    data: ofNumbers,
  },
  MeanAbsoluteError: {
    make: () => new MeanAbsoluteError(),
    whole: meanAbsoluteError,
    data: ofNumbers,
  },
  R2Score: { make: () => new R2Score(), whole: r2Score, data: ofNumbers },
};

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test.each(Object.entries(rows))(
    "%s over uneven batches equals that of all data",
    async (_, row) => {
      const metric = row.make() as AnyMetric;
      const [make, a, b] = row.data;
      for (const [from, to] of [
        [0, 3],
        [3, 4],
        [4, 10],
      ]) {
        metric.update(make(a.slice(from, to)), make(b.slice(from, to)));
      }
      const expected = [...(await row.whole(make(a), make(b)).data())];
      const found = [(await metric.compute()) as number | number[] | number[][]].flat(2);
      expect(found).toHaveLength(expected.length);
      found.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] as number, 5);
      });
    },
  );

  test("perplexity over batches averages over tokens, not over batches", async () => {
    const logits = randn([4, 3, 7]);
    const targets = tensor(Int32Array.from([1, 2, 3, 4, 5, -100, 0, -100, -100, 6, 2, 1]), {
      shape: [4, 3],
    });
    const metric = new Perplexity({ ignoreIndex: -100 });
    for (const [start, length] of [
      [0, 1],
      [1, 3],
    ] as const) {
      metric.update(logits.narrow(0, start, length), targets.narrow(0, start, length));
    }
    const whole = await perplexity(logits, targets, { ignoreIndex: -100 }).item();
    expect((await metric.compute()) / whole).toBeCloseTo(1, 5);
    const counted = new Perplexity();
    counted.update(logits, targets.clamp(0));
    expect(await counted.compute()).not.toBeCloseTo(whole, 3);
  });

  test("accepts scores as predictions", async () => {
    const metric = new MulticlassAccuracy(3, { average: "micro" });
    metric.update(
      tensor([
        [1, 2, 0],
        [5, 0, 1],
      ]),
      classes([1, 2]),
    );
    expect(await metric.compute()).toBe(0.5);
  });

  test("reset forgets all batches, and compute may be called at any time", async () => {
    const metric = new MeanMetric();
    metric.update(tensor([1, 2, 3]));
    expect(await metric.compute()).toBe(2);
    metric.update(tensor([6]));
    expect(await metric.compute()).toBe(3);
    metric.reset();
    await expect(metric.compute()).rejects.toThrow(
      "MeanMetric.compute: no batch yet\n  hint: update(predictions, targets) first",
    );
    metric.update(tensor([5]));
    expect(await metric.compute()).toBe(5);
  });

  test("many updates keep only the sums", async () => {
    const metric = new MulticlassF1Score(3);
    const run = async (): Promise<number> => {
      for (let i = 0; i < 20; i++) metric.update(classes([0, 1, 2, 1]), classes([0, 1, 1, 1]));
      await metric.compute();
      const { bytes, pendingNodes } = memory();
      return bytes.owned + bytes.cells + pendingNodes;
    };
    await run();
    const before = await run();
    expect(await run()).toBeLessThanOrEqual(before);
  });
});

test("refuses", async () => {
  await init({ device: "cpu" });
  expect(() => new MulticlassAccuracy(3, { average: "x" as "micro" })).toThrow(
    'MulticlassAccuracy: average is "x", not "micro" or "macro" or "weighted" or null',
  );
  expect(() => new MeanSquaredError().update(zeros([2]), zeros([3]))).toThrow(
    "MeanSquaredError: predictions and targets have different shapes",
  );
});

test("mergeState: two metrics with half of the batches each give the metric of all", async () => {
  await init({ device: "cpu" });
  const halves = [0, 5].map((start) => {
    const own = (values: number[]) => classes(values.slice(start, start + 5));
    const accuracy = new MulticlassAccuracy(4, { average: "micro" });
    const area = new BinaryAUROC();
    accuracy.update(own(predicted), own(actual));
    area.update(tensor(chances.slice(start, start + 5)), own(answers));
    return { accuracy, area };
  });
  const [first, second] = halves as [(typeof halves)[0], (typeof halves)[0]];
  const [accuracy, area] = [new MulticlassAccuracy(4, { average: "micro" }), new BinaryAUROC()];
  accuracy.update(classes(predicted), classes(actual));
  area.update(tensor(chances), classes(answers));

  first.accuracy.mergeState(second.accuracy.stateDict());
  first.area.mergeState(second.area.stateDict());
  expect(await first.accuracy.compute()).toBe(await accuracy.compute());
  expect(await first.area.compute()).toBe(await area.compute());
  first.accuracy.mergeState(new MulticlassAccuracy(4).stateDict()); // no batches yet
  expect(await first.accuracy.compute()).toBe(await accuracy.compute());
  const empty = new MulticlassAccuracy(4, { average: "micro" });
  empty.mergeState(accuracy.stateDict());
  expect(await empty.compute()).toBe(await accuracy.compute());
  expect(() => first.accuracy.mergeState({} as never)).toThrow(/not the state of a metric/);
  expect(() => first.area.mergeState({} as never)).toThrow(/not the state of a metric/);
});
