import { DataError, LimitError, parseNpy, readNpy, readNpz } from "@wgrad/datasets";
import { describe, expect, test } from "vitest";
import fixture from "../fixtures/npy.json" with { type: "json" };

const bytes = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

describe("npy", () => {
  test.each(fixture.arrays)("numpy's array of $name", ({ file, shape, values }) => {
    const array = parseNpy(bytes(file));
    expect(array.shape).toEqual(shape);
    const expected = values.map((value) =>
      value === null ? Number.NaN : Number(value === "inf" ? Infinity : value),
    );
    expect(Array.from(array.data)).toEqual(expected);
  });

  test.each([
    ["complex", 'has elements of type "<c16", which is not supported'],
    ["text", 'has elements of type "<U1", which is not supported'],
    ["records", "x.npy: has records, not numbers"],
    ["large", "x.npy: element 0 is beyond 2⁵³, where numbers are no longer exact"],
  ] as const)("%s is refused", (kind, message) => {
    expect(() => parseNpy(bytes(fixture.refused[kind]), "x.npy")).toThrow(message);
  });

  test("invalid and truncated files are refused", async () => {
    const whole = bytes(fixture.arrays[0]?.file as string);
    expect(() => parseNpy(whole.slice(0, -1), "x.npy")).toThrow(
      "x.npy: has 133 bytes, but its header [2, 3] requires 134",
    );
    expect(() => parseNpy(new Uint8Array(200), "x.npy")).toThrow("x.npy: not a npy file");
    await expect(readNpy(new Uint8Array(3))).rejects.toThrow("npy: not a npy file");
    const headless = whole.slice();
    headless.fill(32, 10);
    expect(() => parseNpy(headless, "x.npy")).toThrow("x.npy: has an invalid header");
  });
});

describe("npz", () => {
  test.each(["savez", "savez_compressed"] as const)(
    "arrays by name, from numpy.%s",
    async (kind) => {
      const arrays = await readNpz(bytes(fixture[kind]));
      expect(Object.keys(arrays)).toEqual(["images", "labels"]);
      expect(arrays.images).toEqual({
        shape: [2, 3],
        data: new Float32Array([-2, -1, 0, 1, 2, 3]),
      });
      expect(arrays.labels?.data).toEqual(new Float64Array([1, 2]));
    },
  );

  test("an invalid archive is refused", async () => {
    await expect(readNpz(new File(["x"], "x.npz"))).rejects.toThrow(
      "x.npz: not a zip archive, or truncated",
    );
  });

  const good = bytes(fixture.savez);
  /** Offset of these bytes in the archive. */
  const placeOf = (...wanted: number[]): number =>
    good.findIndex((_, at) => wanted.every((byte, i) => good[at + i] === byte));
  const changed = (at: number, byte: number): Uint8Array<ArrayBuffer> => {
    const copy = good.slice();
    copy[at] = byte;
    return copy;
  };

  test("a damaged or encrypted array is refused", async () => {
    // 3 as f32, the last number of the images
    const three = placeOf(0, 0, 64, 64);
    await expect(readNpz(changed(three + 1, 9))).rejects.toThrow(
      "npz: images.npy: is damaged: its CRC-32 does not match",
    );
    const directory = placeOf(0x50, 0x4b, 1, 2);
    await expect(readNpz(changed(directory + 8, 1))).rejects.toThrow("images.npy: is encrypted");
    await expect(readNpz(changed(directory + 10, 9))).rejects.toThrow(
      "has the unsupported compression method 9",
    );
    await expect(readNpz(changed(directory + 42, 7))).rejects.toThrow("is not at the offset");
    await expect(readNpz(good.slice(0, -30))).rejects.toThrow("not a zip archive, or truncated");
  });

  test("every changed byte is refused, or changes nothing", async () => {
    const arrays = await readNpz(good);
    for (let at = 0; at < good.length; at++) {
      const read = await readNpz(changed(at, (good[at] as number) ^ 64)).catch((error) => error);
      if (read instanceof Error) expect(read).toBeInstanceOf(DataError);
      // names have no checksum
      else expect(Object.values(read)).toEqual(Object.values(arrays));
    }
  });

  test("two arrays with the same name are refused", async () => {
    const { zipSync } = await import("fflate");
    const array = bytes(fixture.arrays[0]?.file as string);
    const file = new Uint8Array(zipSync({ a: array, "a.npy": array }));
    await expect(readNpz(file)).rejects.toThrow('npz: has two arrays with the name "a"');
  });

  test("small files that unpack to much are refused, unless allowed", async () => {
    const { zipSync } = await import("fflate");
    const array = new Uint8Array(2 ** 26 + 1);
    const file = new Uint8Array(zipSync({ "zeros.npy": array }, { level: 1 }));
    await expect(readNpz(file)).rejects.toThrow(
      /^npz: [\d,]+ bytes unpack to more than 67,108,864 bytes\n {2}hint: if you trust the file, pass { maxBytes: 134217728 }/,
    );
    // if allowed, it is read, but it is not a npy file
    await expect(readNpz(file, { maxBytes: 2 ** 27 })).rejects.toThrow("zeros.npy: not a npy file");
    await expect(readNpz(good, { maxBytes: 100 })).rejects.toThrow(LimitError);
    await expect(readNpz(good, { maxBytes: -1 })).rejects.toThrow("readNpz: maxBytes is -1");
  });
});
