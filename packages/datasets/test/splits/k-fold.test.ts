import { manualSeed } from "@wgrad/autograd";
import { KFold, StratifiedKFold } from "@wgrad/datasets";
import { describe, expect, test } from "vitest";
import cases from "./folds.json" with { type: "json" };

test.each(cases)(
  "scikit-learn's $kind: $name $count, $n_splits folds, shuffle $shuffle",
  (fixture) => {
    const { kind, count, labels, n_splits: nSplits, shuffle, random_state, fold_of } = fixture;
    const options = {
      nSplits,
      ...(shuffle !== undefined && { shuffle }),
      ...(random_state !== undefined && { randomState: random_state }),
    };
    const folds =
      kind === "KFold"
        ? new KFold(options).split(count as number)
        : new StratifiedKFold(options).split([...(labels as string)].map(Number));
    const expected = [...fold_of].map(Number);
    expect(folds).toHaveLength(nSplits);
    folds.forEach(({ train, test }, k) => {
      expect(test).toEqual([...expected.keys()].filter((row) => expected[row] === k));
      expect(train).toEqual([...expected.keys()].filter((row) => expected[row] !== k));
    });
  },
);

describe("folds", () => {
  test("without randomState the folds follow the library's seed", () => {
    const folds = (seed: number): unknown => {
      manualSeed(seed);
      return new KFold({ shuffle: true }).split(40);
    };
    expect(folds(1)).toEqual(folds(1));
    expect(folds(1)).not.toEqual(folds(2));
  });

  test("labels may be text", () => {
    const [fold] = new StratifiedKFold({ nSplits: 2 }).split(["a", "b", "a", "b"]);
    expect(fold).toEqual({ test: [0, 1], train: [2, 3] });
  });

  test("refuses invalid folds", () => {
    expect(() => new KFold({ nSplits: 1 })).toThrow("KFold: nSplits is 1");
    expect(() => new StratifiedKFold({ randomState: 3 })).toThrow(
      "StratifiedKFold: randomState has no effect without shuffle",
    );
    expect(() => new KFold().split(4)).toThrow("KFold: there are 4 rows, but 5 folds");
    expect(() => new StratifiedKFold({ nSplits: 3 }).split([0, 0, 1, 1])).toThrow(
      "StratifiedKFold: there are 3 folds, but the largest class has 2 rows",
    );
  });
});
