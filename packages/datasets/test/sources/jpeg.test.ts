import { DataError, LimitError, readImage } from "@wgrad/datasets";
import { describe, expect, test } from "vitest";
import fixture from "../fixtures/turned.json" with { type: "json" };

const bytesIn = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const first = bytesIn(fixture.cases[0]?.file as string);

describe("JPEG", () => {
  test.each(fixture.cases)(
    "rotated by orientation $orientation",
    async ({ file, size, corners }) => {
      const { width, height, data } = await readImage(bytesIn(file));
      expect([width, height]).toEqual(size);
      const places = [
        [1, 1],
        [width - 2, 1],
        [1, height - 2],
        [width - 2, height - 2],
      ] as const;
      places.forEach(([x, y], i) => {
        const at = 4 * (y * width + x);
        (corners[i] as number[]).forEach((value, k) => {
          expect(Math.abs((data[at + k] as number) - value)).toBeLessThan(6);
        });
        expect(data[at + 3]).toBe(255);
      });
    },
  );

  test("a truncated JPEG, or one too small for its size, is refused", async () => {
    for (const length of [3, 30, 200, 400, first.length - 20]) {
      await expect(readImage(first.slice(0, length))).rejects.toThrow(DataError);
    }
    const frame = first.findIndex((byte, i) => byte === 0xff && first[i + 1] === 0xc0);
    const huge = first.slice();
    huge.set([100, 0, 100, 0], frame + 5);
    await expect(readImage(huge)).rejects.toThrow("it is truncated");
    const few = { maxPixels: 100 };
    await expect(readImage(first, few)).rejects.toThrow("16 by 8 pixels, more than 100");
    await expect(readImage(first, few)).rejects.toBeInstanceOf(LimitError);
  });
});
