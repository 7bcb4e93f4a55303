import { init } from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";
import { denseRows, TfidfVectorizer } from "../../src/index.ts";

beforeAll(() => init({ device: "cpu" }));

const texts = [
  "this is the first document",
  "this document is the second document",
  "and this is the third one",
  "is this the first document",
].map((text) => text.split(" "));

describe("TfidfVectorizer", () => {
  test("gives the weights in scikit-learn's documentation of TfidfVectorizer", async () => {
    const vectorizer = new TfidfVectorizer();
    const dense = await denseRows(vectorizer.fitTransform(texts)).data();
    const { vocabulary } = vectorizer;
    const weight = (row: number, word: string): number =>
      dense[row * vocabulary.size + vocabulary.indexOf(word)] as number;
    expect(vocabulary.size).toBe(9);
    for (const word of ["this", "is", "the"]) expect(weight(0, word)).toBeCloseTo(0.38408524, 6);
    expect(weight(0, "document")).toBeCloseTo(0.46979139, 6);
    expect(weight(0, "first")).toBeCloseTo(0.58028582, 6);
    expect(weight(1, "document")).toBeCloseTo(0.6876236, 6);
    expect(weight(0, "second")).toBe(0);
  });

  test("rows have norm 1, and new words are ignored", async () => {
    const vectorizer = new TfidfVectorizer().fit(texts);
    const rows = vectorizer.transform([
      ["first", "first", "never"],
      ["never"],
      texts[1] as string[],
    ]);
    expect(rows.columns).toBe(9);
    expect(rows.indices.shape).toEqual(rows.values.shape);
    const lengths = await rows.values.square().sum(1).data();
    expect(lengths[0]).toBeCloseTo(1, 6);
    expect(lengths[1]).toBe(0);
    expect(lengths[2]).toBeCloseTo(1, 6);
  });

  test("refuses to transform before fit, and to fit nothing", () => {
    expect(() => new TfidfVectorizer().transform(texts)).toThrow(
      "TfidfVectorizer: not fitted yet\n  hint: call fit(trainingTexts) first",
    );
    expect(() => new TfidfVectorizer().fit([])).toThrow("TfidfVectorizer.fit: there are no texts");
  });
});
