import { parseNpy, readNpy, readNpz } from "@wgrad/datasets";
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
    ["complex", 'holds elements of type "<c16", which are not numbers we read'],
    ["text", 'holds elements of type "<U1", which are not numbers we read'],
    ["records", "x.npy: holds records, not numbers"],
    ["large", "x.npy: element 0 is past 2⁵³, what a number holds exactly"],
  ] as const)("%s is refused", (kind, message) => {
    expect(() => parseNpy(bytes(fixture.refused[kind]), "x.npy")).toThrow(message);
  });

  test("what is none, or breaks off, is refused", async () => {
    const whole = bytes(fixture.arrays[0]?.file as string);
    expect(() => parseNpy(whole.slice(0, -1), "x.npy")).toThrow(
      "x.npy: has 133 bytes where its header, [2, 3], promises 134",
    );
    expect(() => parseNpy(new Uint8Array(200), "x.npy")).toThrow("x.npy: is no npy file");
    await expect(readNpy(new Uint8Array(3))).rejects.toThrow("npy: is no npy file");
    const headless = whole.slice();
    headless.fill(32, 10);
    expect(() => parseNpy(headless, "x.npy")).toThrow("x.npy: has a header that is none");
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

  test("what is no archive is refused", async () => {
    await expect(readNpz(new File(["x"], "x.npz"))).rejects.toThrow("x.npz: is no npz file");
  });
});
