import { openImageFolder, readImage } from "@wgrad/datasets";
import { encode } from "fast-png";
import { expect, test } from "vitest";

const png = (...data: number[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(encode({ width: 2, height: 1, channels: 3, data: new Uint8Array(data) }));

test("a page decodes pictures by itself", async () => {
  const { data, width, height } = await readImage(png(1, 2, 3, 250, 251, 252));
  expect([width, height]).toEqual([2, 1]);
  expect([...data]).toEqual([1, 2, 3, 255, 250, 251, 252, 255]);
  await expect(readImage(new File(["x"], "x.png"))).rejects.toThrow(
    "x.png: is no picture that can be read",
  );
});

test("a page has no folders but those that are chosen", async () => {
  await expect(openImageFolder("set")).rejects.toThrow(
    "set: a page has no folders; pass the files that an input gives",
  );
});
