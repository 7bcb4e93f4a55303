import { openImageFolder, readImage } from "@wgrad/datasets";
import { encode } from "fast-png";
import { expect, test } from "vitest";

const png = (...data: number[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(encode({ width: 2, height: 1, channels: 3, data: new Uint8Array(data) }));

test("a page decodes images itself", async () => {
  const { data, width, height } = await readImage(png(1, 2, 3, 250, 251, 252));
  expect([width, height]).toEqual([2, 1]);
  expect([...data]).toEqual([1, 2, 3, 255, 250, 251, 252, 255]);
  await expect(readImage(new File(["x"], "x.png"))).rejects.toThrow(
    "x.png: cannot be read as an image",
  );
});

test("a page has only folders that the user selects", async () => {
  await expect(openImageFolder("set")).rejects.toThrow(
    "set: browsers cannot read folders; pass the files of an input element",
  );
});
