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

type Bytes = Uint8Array<ArrayBuffer>;
const file = (name: string, content: string | Bytes): File => new File([content], name);
const gzip = async (bytes: Bytes): Promise<Blob> =>
  new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).blob();

const images = (count: number): Bytes =>
  new Uint8Array([
    0,
    0,
    8,
    3,
    0,
    0,
    0,
    count,
    0,
    0,
    0,
    1,
    0,
    0,
    0,
    2,
    ...Array(count * 2).fill(51),
  ]);
const labels = (...classes: number[]): Bytes =>
  new Uint8Array([0, 0, 8, 1, 0, 0, 0, classes.length, ...classes]);

describe("MNIST's format", () => {
  test.each([loadMnist, loadFashionMnist])("%o reads the given files", async (load) => {
    const from = { images: await gzip(images(2)), labels: labels(9, 0) };
    const data = await load({ from });
    expect(data.shape).toEqual([1, 1, 2]);
    const batch = data.batch([1]);
    expect([...(await batch.images.data())]).toEqual([Math.fround(0.2), Math.fround(0.2)]);
    expect(data.classes[data.labels[0] as number]).toBe(load === loadMnist ? "9" : "Ankle boot");
  });

  test.each([
    [images(2), labels(1), "l.idx: has shape [1]; expected u8 of shape [2]"],
    [labels(1), labels(1), "i.idx: has shape [1]; expected u8 of shape [n, height, width]"],
    [images(1), labels(10), "MNIST: label 1 is 10, but classes are 0 to 9"],
    [
      images(1).slice(0, -1),
      labels(1),
      "i.idx: has 17 bytes, but the header [1, 1, 2] requires 18",
    ],
  ])("invalid files are refused: %#", async (images, classes, message) => {
    const from = { images: file("i.idx", images), labels: file("l.idx", classes) };
    await expect(loadMnist({ from })).rejects.toThrow(message);
  });
});

/** A tar archive of these files. */
function tar(files: Record<string, Bytes>): Bytes {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = new Uint8Array(512);
    const put = (at: number, text: string): void => header.set(new TextEncoder().encode(text), at);
    put(0, name);
    put(124, content.length.toString(8).padStart(11, "0"));
    put(156, "0");
    put(257, "ustar");
    const padded = new Uint8Array(Math.ceil(content.length / 512) * 512);
    padded.set(content);
    return [header, padded];
  });
  const all = [...blocks, new Uint8Array(1024)];
  const out = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  all.reduce((at, block) => {
    out.set(block, at);
    return at + block.length;
  }, 0);
  return out;
}

describe("loadCifar10", () => {
  const picture = (label: number): number[] => [
    label,
    ...Array.from({ length: 3072 }, (_, i) => Math.floor(i / 1024) * 100),
  ];
  const archive = (): Promise<Blob> =>
    gzip(
      tar({
        "cifar-10-batches-bin/readme.html": new Uint8Array([60]),
        "cifar-10-batches-bin/data_batch_2.bin": new Uint8Array(picture(2)),
        "cifar-10-batches-bin/data_batch_1.bin": new Uint8Array([...picture(0), ...picture(1)]),
        "cifar-10-batches-bin/test_batch.bin": new Uint8Array(picture(9)),
      }),
    );

  test("reads both parts of the archive, channel by channel", async () => {
    const train = await loadCifar10({ from: { archive: await archive() } });
    expect([...train.labels]).toEqual([0, 1, 2]);
    expect(train.shape).toEqual([3, 32, 32]);
    expect([0, 1024, 2048].map((i) => train.image(2)[i])).toEqual([0, 100, 200]);
    const held = await loadCifar10({ train: false, from: { archive: await archive() } });
    expect(held.classes[held.labels[0] as number]).toBe("truck");
  });

  test.each([
    [new Uint8Array(2000).fill(65), "c.tar: not a tar archive"],
    [new Uint8Array(2000), "c.tar: not a tar archive, or an empty one"],
    [tar({ "a.txt": new Uint8Array(5) }), "c.tar: the archive has no data_batch_1.bin, …"],
    [
      tar({ "data_batch_1.bin": new Uint8Array(3072) }),
      "c.tar: data_batch_1.bin: 3072 bytes are not a whole number of images of 3072 bytes with a label",
    ],
    [
      tar({ "data_batch_1.bin": new Uint8Array(3073) }).slice(0, 3000),
      "c.tar: the archive is truncated",
    ],
  ])("invalid archives are refused: %#", async (bytes, message) => {
    const from = { archive: file("c.tar", bytes) };
    await expect(loadCifar10({ from })).rejects.toThrow(message);
  });
});

describe("tables and texts from files", () => {
  test("loadBoston omits b and requires the other columns", async () => {
    const header = "crim,zn,indus,chas,nox,rm,age,dis,rad,tax,ptratio,b,lstat,medv\n";
    const data = await loadBoston({
      from: { table: file("b.csv", `${header}${"1,".repeat(13)}24\n`) },
    });
    expect(data.features).toHaveLength(12);
    expect([...(await data.y().data())]).toEqual([24]);
    await expect(loadBoston({ from: { table: file("b.csv", "crim\n1\n") } })).rejects.toThrow(
      'Boston: there is no column "zn"; columns are crim',
    );
  });

  test("loadSentiment checks every sentence", async () => {
    const good = file("a.json", '[{"text": "Fine.", "class": 1}, {"text": "", "class": null}]');
    const data = await loadSentiment({ from: { amazon: good, imdb: good, yelp: good } });
    expect(data.length).toBe(3);
    expect(data.table.row(2)).toEqual({ text: "Fine.", site: "yelp", label: 1 });
    for (const [content, message] of [
      [
        '[{"text": "x", "class": 1}, {"text": "x", "class": 2}]',
        "b.json: no sentence with class 0 or 1 at element 2",
      ],
      ["{}", "b.json: no sentence with class 0 or 1"],
      ["[", "b.json: not valid JSON"],
    ] as const) {
      const from = { amazon: good, imdb: file("b.json", content), yelp: good };
      await expect(loadSentiment({ from })).rejects.toThrow(message);
    }
  });

  test("texts come from JSON Lines, pairs from CSV", async () => {
    const novel = file(
      "m.jsonl",
      '{"chapter": "1", "title": "T", "text": "Call"}\n{"chapter": "2", "title": "", "text": "me"}\n',
    );
    const { table, text } = await loadMobyDick({ from: { documents: novel } });
    expect(table.type("chapter")).toBe("string");
    expect(text).toBe("Call\n\nme");
    const speech = file("s.jsonl", '{"year": 1862, "name": "L", "party": "R", "text": "Fellow"}\n');
    const speeches = await loadStateOfTheUnion({ from: { documents: speech } });
    expect(speeches.table.integers("year")).toEqual(new Int32Array([1862]));
    const pairs = await loadEnglishChinese({ from: { pairs: file("p.csv", "zh,en\n一,1\n") } });
    expect(pairs.table.row(0)).toEqual({ en: "1", zh: "一" });
    await expect(loadEnglishChinese({ from: { pairs: file("p.csv", "en\n1\n") } })).rejects.toThrow(
      'p.csv: there is no column "zh"; columns are en',
    );
  });
});
