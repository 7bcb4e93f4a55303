import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openImageFolder, readImage } from "@wgrad/datasets";
import { encode } from "fast-png";
import jpeg from "jpeg-js";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wgrad-images-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const png = (channels: number, ...data: number[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(encode({ width: 2, height: 1, channels, data: new Uint8Array(data) }));

test.each([
  ["grey", png(1, 0, 200), [0, 0, 0, 255, 200, 200, 200, 255]],
  ["grey and opacity", png(2, 10, 20, 30, 40), [10, 10, 10, 20, 30, 30, 30, 40]],
  ["colour", png(3, 1, 2, 3, 4, 5, 6), [1, 2, 3, 255, 4, 5, 6, 255]],
  ["colour and opacity", png(4, 1, 2, 3, 4, 5, 6, 7, 8), [1, 2, 3, 4, 5, 6, 7, 8]],
  [
    "16 bits",
    new Uint8Array(
      encode({ width: 2, height: 1, channels: 1, depth: 16, data: new Uint16Array([0, 65535]) }),
    ),
    [0, 0, 0, 255, 255, 255, 255, 255],
  ],
  [
    "indexed colours",
    new Uint8Array(
      encode({
        width: 2,
        height: 1,
        channels: 1,
        depth: 8,
        data: new Uint8Array([1, 0]),
        palette: [
          [9, 8, 7],
          [1, 2, 3],
        ],
      }),
    ),
    [1, 2, 3, 255, 9, 8, 7, 255],
  ],
])("PNG: %s", async (_, bytes, points) => {
  const { data, width, height } = await readImage(bytes);
  expect([width, height]).toEqual([2, 1]);
  expect([...data]).toEqual(points);
});

test("JPEG", async () => {
  const grey = new Uint8Array(16 * 16 * 4).fill(128);
  const file = jpeg.encode({ width: 16, height: 16, data: grey }, 95);
  const { data, width, height } = await readImage(new Uint8Array(file.data));
  expect([width, height, data.length]).toEqual([16, 16, 1024]);
  expect(Math.abs((data[0] as number) - 128)).toBeLessThan(4);
});

test("files that are not images are refused", async () => {
  await expect(readImage(new File(["x"], "x.png"))).rejects.toThrow(
    "x.png: is neither PNG nor JPEG",
  );
  const broken = new File([png(3, 1, 2, 3, 4, 5, 6).slice(0, 40)], "b.png");
  await expect(readImage(broken)).rejects.toThrow("b.png: cannot be read as an image");
});

test("a folder with one folder per class", async () => {
  for (const [path, bytes] of Object.entries({
    "b/2.png": png(1, 2, 2),
    "b/1.png": png(1, 1, 1),
    "b/notes.txt": Buffer.from("x"),
    "a/deep/3.png": png(1, 3, 3),
    "a/.thumbs/9.png": png(1, 9, 9),
    "a/._3.png": png(1, 9, 9),
    ".ipynb_checkpoints/1-checkpoint.png": png(1, 9, 9),
    "__MACOSX/._1.png": png(1, 9, 9),
    "stray.png": png(1, 0, 0),
  })) {
    mkdirSync(join(folder, "set", path, ".."), { recursive: true });
    writeFileSync(join(folder, "set", path), bytes);
  }
  const data = await openImageFolder(join(folder, "set"));
  expect(data.classes).toEqual(["a", "b"]);
  expect([...data.labels]).toEqual([0, 1, 1]);
  const batch = await data.batch([0, 2, 1]);
  expect(batch.map(({ label, image }) => [label, image.data[0]])).toEqual([
    [0, 3],
    [1, 2],
    [1, 1],
  ]);
  expect(batch[0]?.path).toBe(join(folder, "set", "a", "deep", "3.png"));
  await expect(data.get(3)).rejects.toThrow(
    "ImageFolder: there is no image 3; there are 3 images, numbered from 0",
  );
});

test("files of a page's input element", async () => {
  const chosen = [
    "set/cat/1.png",
    "set/dog/1.png",
    "set/dog/.2.png",
    "set/.git/1.png",
    "set/readme.txt",
  ].map((path, i) => {
    const file = new File([png(1, i, i)], path.split("/").at(-1) as string);
    Object.defineProperty(file, "webkitRelativePath", { value: path });
    return file;
  });
  const data = await openImageFolder(chosen);
  expect(data.classes).toEqual(["cat", "dog"]);
  expect((await data.get(1)).image.data[0]).toBe(1);
});

test.each([
  ["none", "none: there is no such folder"],
  ["file", "file: is not a folder"],
  ["flat", "flat: it has no folders; it needs one folder of images per class"],
  ["hollow", "hollow: there are no images in folder x"],
])("%s is refused", async (name, message) => {
  writeFileSync(join(folder, "file"), "x");
  mkdirSync(join(folder, "flat"), { recursive: true });
  mkdirSync(join(folder, "hollow", "x"), { recursive: true });
  await expect(openImageFolder(join(folder, name))).rejects.toThrow(message);
});
