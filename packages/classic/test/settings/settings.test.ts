import { type Tensor, tensor } from "@wgrad/autograd";
import * as classic from "@wgrad/classic";
import { describe, expect, inject, test } from "vitest";
import { onDevices } from "../data.ts";
import fixture from "./data/scikit-learn.json" with { type: "json" };

interface Case {
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly width: number;
  readonly x: (number | null)[];
  readonly y: number[];
  readonly asked: (number | null)[];
  readonly weights: number[] | null;
  readonly answers: Readonly<Record<string, number[]>>;
}
const cases = fixture.cases as unknown as readonly Case[];

/**
 * Converts names to camelCase: n_estimators → nEstimators. Directions of features become an object
 * by index.
 */
const camel = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/_$/, "");
const settingsOf = (params: Case["params"]): object =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      camel(name),
      name === "monotonic_cst" ? { ...(value as number[]) } : value,
    ]),
  );

const matrix = (values: readonly (number | null)[], width: number): Tensor =>
  tensor(values.map((value) => value ?? Number.NaN)).reshape([-1, width]);

/** Clusters, renumbered by their first rows; noise stays −1. */
const numbered = (labels: ArrayLike<number>): number[] => {
  const order = [...new Set(Array.from(labels).filter((label) => label >= 0))];
  return Array.from(labels, (label) => order.indexOf(label));
};

type Model = Record<string, unknown> & { fit(...given: unknown[]): Promise<unknown> };

type Class = new (settings: object) => Model;
const classes = { ...classic } as unknown as Readonly<Record<string, Class>>;

/** Software WebGPU is slow, so the quick tier runs only some rows on it. */
const isAsked = (device: string, i: number): boolean =>
  inject("tier") === "full" || device !== "webgpu" || i % 8 === 4;

onDevices("any settings", (device) => {
  describe("are scikit-learn's", () => {
    const rows = cases.map((one, i) => [i, one.name, JSON.stringify(one.params), one] as const);
    test.each(rows.filter(([i]) => isAsked(device, i)))("%i %s %s", async (_, name, __, one) => {
      const model = new (classes[name] as Class)(settingsOf(one.params));
      const x = matrix(one.x, one.width);
      const isNamed = "kind" in model;
      const weights = one.weights === null ? [] : [{ sampleWeight: one.weights }];
      await model.fit(x, ...(isNamed ? [one.y] : []), ...weights);
      for (const [key, expected] of Object.entries(one.answers)) {
        const answer = model[camel(key)];
        const asked = matrix(one.asked, one.width);
        const values =
          typeof answer === "function"
            ? Array.from(await (await (answer.call(model, asked) as Promise<Tensor>)).data())
            : Array.from(answer as ArrayLike<number>);
        expect(values, key).toHaveLength(expected.length);
        const compared = key === "labels_" ? numbered(values) : values;
        const real = key === "labels_" ? numbered(expected) : expected;
        const scale = Math.max(1, ...real.map(Math.abs));
        compared.forEach((value, i) => {
          const off = Math.abs(value - (real[i] as number)) / scale;
          expect(off, `${key}[${i}]: ${value}, expected ${real[i]}`).toBeLessThan(1e-3);
        });
      }
    });
  });
});

test("a direction without variance is whitened to 0", async () => {
  const x = matrix([1, 5, 2, 5, 4, 5, 3, 5], 2);
  const pca = await new classic.PCA({ whiten: true }).fit(x);
  const z = Array.from(await pca.transform(x).data());
  expect(z.filter((_, i) => i % 2 === 1)).toEqual([0, 0, 0, 0]);
  const back = Array.from(await pca.inverseTransform(pca.transform(x)).data());
  expect(back[0]).toBeCloseTo(1, 5);
  expect(back[1]).toBeCloseTo(5, 5);
});
