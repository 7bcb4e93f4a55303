import { DataError, LimitError, readImage } from "@wgrad/datasets";
import { zlibSync } from "fflate";
import { describe, expect, test } from "vitest";

const crcOf = (bytes: Uint8Array): number => {
  let rest = -1;
  for (const byte of bytes) {
    rest ^= byte;
    for (let k = 0; k < 8; k++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest >>> 0;
};

function chunk(type: string, data: ArrayLike<number>): number[] {
  const body = [...new TextEncoder().encode(type), ...Array.from(data)];
  const word = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
  return [...word(data.length), ...body, ...word(crcOf(Uint8Array.from(body)))];
}

interface Kind {
  readonly kind: number;
  readonly depth: number;
  readonly width: number;
  readonly samples: readonly (readonly number[])[];
  readonly palette?: readonly number[];
  readonly transparent?: readonly number[];
  readonly interlace?: number;
}

/** Rows of samples packed into bytes, each after the filter that decoding reverses. */
function pngOf(kind: Kind, filters: readonly number[] = [0]): Uint8Array<ArrayBuffer> {
  const channels = [1, 0, 3, 1, 2, 0, 4][kind.kind] as number;
  const rows = kind.samples.map((row) => packed(row, kind.depth));
  const step = Math.max(1, (channels * kind.depth) >> 3);
  const lines = rows.flatMap((row, y) => {
    const filter = filters[y % filters.length] as number;
    return [filter, ...row.map((byte, i) => (byte - predicted(filter, rows, y, i, step)) & 255)];
  });
  return file(kind, kind.samples.length, lines);
}

function file(kind: Kind, height: number, lines: readonly number[]): Uint8Array<ArrayBuffer> {
  const head = [0, 0, 0, kind.width, 0, 0, 0, height, kind.depth, kind.kind, 0, 0];
  const data = [...zlibSync(Uint8Array.from(lines))];
  return Uint8Array.from([
    ...[137, 80, 78, 71, 13, 10, 26, 10],
    ...chunk("IHDR", [...head, kind.interlace ?? 0]),
    ...(kind.palette ? chunk("PLTE", kind.palette) : []),
    ...(kind.transparent ? chunk("tRNS", kind.transparent) : []),
    ...chunk("IDAT", data.slice(0, 5)),
    ...chunk("IDAT", data.slice(5)),
    ...chunk("IEND", []),
  ]);
}

function packed(row: readonly number[], depth: number): number[] {
  const bits = row.map((sample) => sample.toString(2).padStart(depth, "0")).join("");
  return (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
}

function predicted(filter: number, rows: number[][], y: number, i: number, step: number): number {
  const at = (row: number, place: number): number => rows[row]?.[place] ?? 0;
  const [a, b, c] = [at(y, i - step), at(y - 1, i), at(y - 1, i - step)];
  if (filter < 3) return [0, a, b][filter] as number;
  if (filter === 3) return (a + b) >> 1;
  const p = a + b - c;
  const distances = [a, b, c].map((value) => Math.abs(p - value));
  return [a, b, c][distances.indexOf(Math.min(...distances))] as number;
}

const points = async (bytes: Uint8Array<ArrayBuffer>): Promise<number[]> => [
  ...(await readImage(bytes)).data,
];

describe("PNG of every kind", () => {
  test.each([1, 2, 4, 8, 16])("grey of %i bits", async (depth) => {
    const most = 2 ** depth - 1;
    const samples = [
      [0, most, most >> 1, 1, 0],
      [most, 1, 0, most >> 1, most],
    ];
    const grey = samples.flat().flatMap((value) => {
      const level = Math.round((value * 255) / most);
      return [level, level, level, 255];
    });
    const kind = { kind: 0, depth, width: 5, samples };
    expect(await points(pngOf(kind))).toEqual(grey);
    expect(await points(pngOf(kind, [4, 3]))).toEqual(grey);
    const one = { ...kind, transparent: [0, 1] };
    const opacities = (await points(pngOf(one))).filter((_, i) => i % 4 === 3);
    expect(opacities).toEqual(samples.flat().map((value) => (value === 1 ? 0 : 255)));
  });

  test.each([1, 2, 4, 8])("palette of %i bits", async (depth) => {
    const palette = [9, 8, 7, 1, 2, 3];
    const kind = { kind: 3, depth, width: 3, samples: [[1, 0, 1]], palette };
    expect(await points(pngOf(kind))).toEqual([1, 2, 3, 255, 9, 8, 7, 255, 1, 2, 3, 255]);
    expect((await points(pngOf({ ...kind, transparent: [50] }))).slice(4, 8)).toEqual([
      9, 8, 7, 50,
    ]);
    if (depth > 1) {
      await expect(readImage(pngOf({ ...kind, samples: [[1, 2, 0]] }))).rejects.toThrow(
        "a colour is not in its palette",
      );
    }
  });

  test("colours, alpha and a transparent colour, of 8 and 16 bits", async () => {
    const rgb = { kind: 2, depth: 8, width: 2, samples: [[1, 2, 3, 4, 5, 6]] };
    expect(await points(pngOf({ ...rgb, transparent: [0, 1, 0, 2, 0, 3] }, [1]))).toEqual([
      1, 2, 3, 0, 4, 5, 6, 255,
    ]);
    const both = { kind: 4, depth: 8, width: 2, samples: [[7, 0, 9, 128]] };
    expect(await points(pngOf(both))).toEqual([7, 7, 7, 0, 9, 9, 9, 128]);
    const all = { kind: 6, depth: 16, width: 1, samples: [[257, 514, 65535, 257 * 7]] };
    expect(await points(pngOf(all))).toEqual([1, 2, 255, 7]);
  });

  test("every filter gives the same pixels", async () => {
    const samples = Array.from({ length: 6 }, (_, y) =>
      Array.from({ length: 9 }, (_, x) => (x * 37 + y * 91 + x * y) % 256),
    );
    const kind = { kind: 2, depth: 8, width: 3, samples };
    const plain = await points(pngOf(kind));
    for (const filters of [[1], [2], [3], [4], [4, 1, 0, 3, 2]])
      expect(await points(pngOf(kind, filters))).toEqual(plain);
  });

  test("interlaced: seven passes", async () => {
    const [width, height] = [5, 6];
    const value = (x: number, y: number): number => 10 * y + x;
    const steps = [
      [0, 0, 8, 8],
      [4, 0, 8, 8],
      [0, 4, 4, 8],
      [2, 0, 4, 4],
      [0, 2, 2, 4],
      [1, 0, 2, 2],
      [0, 1, 1, 2],
    ] as const;
    const lines: number[] = [];
    for (const [x0, y0, dx, dy] of steps) {
      for (let y = y0; y < height && x0 < width; y += dy) {
        lines.push(0);
        for (let x = x0; x < width; x += dx) lines.push(value(x, y));
      }
    }
    const kind = { kind: 0, depth: 8, width, samples: [], interlace: 1 };
    const reds = (await points(file(kind, height, lines))).filter((_, i) => i % 4 === 0);
    const expected = Array.from({ length: width * height }, (_, i) =>
      value(i % width, Math.floor(i / width)),
    );
    expect(reds).toEqual(expected);
  });
});

describe("a damaged PNG", () => {
  const good = pngOf({ kind: 2, depth: 8, width: 2, samples: [[1, 2, 3, 4, 5, 6]] });

  test("is refused wherever a bit is flipped", async () => {
    for (let at = 0; at < good.length; at++) {
      const bad = good.slice();
      bad[at] = (bad[at] as number) ^ 64;
      await expect(readImage(bad)).rejects.toThrow(DataError);
    }
    await expect(readImage(good.slice(0, -13))).rejects.toThrow("it is truncated");
  });

  test("with more or fewer pixels than declared is refused", async () => {
    const kind = { kind: 0, depth: 8, width: 3, samples: [] };
    await expect(readImage(file(kind, 2, [0, 1, 2, 3]))).rejects.toThrow(
      "its pixels are truncated",
    );
    const more = file(kind, 1, Array<number>(400_000).fill(0));
    await expect(readImage(more)).rejects.toThrow("it has more pixels than its header declares");
  });

  test("that declares more than its bytes allow is refused before allocation", async () => {
    const huge = file({ kind: 6, depth: 16, width: 200, samples: [] }, 200, [0]);
    await expect(readImage(huge)).rejects.toThrow("its pixels are truncated");
  });

  test("with too many pixels is refused, unless allowed", async () => {
    await expect(readImage(good, { maxPixels: 1 })).rejects.toThrow(
      "picture: has 2 by 1 pixels, more than 1\n  hint: if you trust the file, pass { maxPixels: 2 }",
    );
    await expect(readImage(good, { maxPixels: 1 })).rejects.toBeInstanceOf(LimitError);
    const wide = good.slice();
    wide.set([0, 1, 0, 0, 0, 1, 0, 0], 16);
    await expect(readImage(wide)).rejects.toThrow("more than 178,956,970");
    await expect(readImage(good, { maxSize: 1 } as never)).rejects.toThrow(
      'readImage: there is no option "maxSize"\n  hint: did you mean maxPixels?',
    );
  });
});
