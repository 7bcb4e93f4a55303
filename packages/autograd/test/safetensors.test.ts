import { describe, expect, test } from "vitest";
import {
  readSafetensors,
  SafetensorsError,
  type TensorRecord,
  writeSafetensors,
} from "../src/safetensors.ts";

/** A file with this header text (or object) and so many bytes of data. */
function file(header: unknown, data: number | Uint8Array = 0): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const body = typeof data === "number" ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

const entry = (dtype: string, shape: number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

const bytesOf = (array: ArrayBufferView) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const samples: Record<string, TensorRecord> = {
  "layer.weight": {
    dtype: "f32",
    shape: [2, 3],
    data: Float32Array.of(1, -0, NaN, Infinity, 1e-45, 6),
  },
  half: { dtype: "f16", shape: [3], data: Float32Array.of(0.5, -65504, 2 ** -24) },
  exact: { dtype: "f64", shape: [1], data: Float64Array.of(Math.PI) },
  labels: { dtype: "i32", shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
  bits: { dtype: "u32", shape: [1], data: Uint32Array.of(2 ** 32 - 1) },
  image: { dtype: "u8", shape: [3, 1], data: Uint8Array.of(0, 128, 255) },
  mask: { dtype: "bool", shape: [3], data: Uint8Array.of(0, 1, 1) },
  scalar: { dtype: "f32", shape: [], data: Float32Array.of(0.5) },
  empty: { dtype: "f32", shape: [0, 4], data: new Float32Array(0) },
  __proto__x: { dtype: "u8", shape: [1], data: Uint8Array.of(7) },
  'quote " and ünïcode': { dtype: "u8", shape: [1], data: Uint8Array.of(9) },
};

describe("round trip", () => {
  test("every dtype, shape and name comes back, with the metadata", () => {
    const metadata = { format: "pt", note: "a { brace" };
    const back = readSafetensors(writeSafetensors(samples, metadata));
    expect(back.metadata).toEqual(metadata);
    expect(Object.keys(back.tensors).sort()).toEqual(Object.keys(samples).sort());
    for (const [name, tensor] of Object.entries(samples)) {
      const read = back.tensors[name] as TensorRecord;
      expect(read).toMatchObject({ dtype: tensor.dtype, shape: tensor.shape });
      expect(bytesOf(read.data)).toEqual(bytesOf(tensor.data));
    }
  });

  test("wherever the file lies in its buffer", () => {
    const bytes = writeSafetensors(samples);
    const shifted = new Uint8Array(bytes.length + 1).subarray(1);
    shifted.set(bytes);
    expect(readSafetensors(shifted)).toEqual(readSafetensors(bytes));
    expect(readSafetensors(bytes.slice().buffer)).toEqual(readSafetensors(bytes));
  });

  test("unaligned data in a file of another writer", () => {
    const data = Uint8Array.of(1, ...bytesOf(Float32Array.of(2.5)));
    const { tensors } = readSafetensors(
      file({ a: entry("U8", [1], 0, 1), b: entry("F32", [], 1, 5) }, data),
    );
    expect(tensors.b?.data).toEqual(Float32Array.of(2.5));
  });

  test("a tensor named __proto__ is a tensor like any other", () => {
    const { tensors } = readSafetensors(
      file('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
    );
    expect(Object.keys(tensors)).toEqual(["__proto__"]);
  });

  test("long metadata full of quotes and backslashes", () => {
    const note = '\\"'.repeat(300_000);
    expect(readSafetensors(writeSafetensors({}, { note })).metadata.note).toHaveLength(600_000);
  });

  test("numbers as names stay in the order of the data", () => {
    const one = (value: number): TensorRecord => ({
      dtype: "u8",
      shape: [1],
      data: Uint8Array.of(value),
    });
    const bytes = writeSafetensors({ b: one(1), 2: one(2), 10: one(3) });
    const names = new TextDecoder().decode(bytes).matchAll(/"(\w+)":\{/g);
    expect([...names].map(([, name]) => name)).toEqual(["10", "2", "b"]);
    expect(readSafetensors(bytes).tensors.b?.data).toEqual(Uint8Array.of(1));
  });

  test("no tensors at all", () => {
    expect(readSafetensors(writeSafetensors({}))).toEqual({ tensors: {}, metadata: {} });
  });
});

describe("wider types", () => {
  test("int64 becomes i32, and says so where it cannot", () => {
    const data = bytesOf(BigInt64Array.of(-5n, 2n ** 31n - 1n));
    expect(readSafetensors(file({ i: entry("I64", [2], 0, 16) }, data)).tensors.i).toEqual({
      dtype: "i32",
      shape: [2],
      data: Int32Array.of(-5, 2 ** 31 - 1),
    });
    const large = bytesOf(BigInt64Array.of(2n ** 31n));
    expect(() => readSafetensors(file({ i: entry("I64", [1], 0, 8) }, large))).toThrow(
      '"i": I64 element 0 does not fit 32 bits',
    );
  });

  test("half precision is f16 and bfloat16 becomes f32, subnormals and infinities included", () => {
    const f16 = bytesOf(
      Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x03ff, 0x0400, 0x7bff, 0x7c00, 0x8000, 0x7e00),
    );
    const { tensors } = readSafetensors(file({ h: entry("F16", [9], 0, 18) }, f16));
    expect(tensors.h?.dtype).toBe("f16");
    expect(bytesOf(writeSafetensors({ h: tensors.h as TensorRecord }).slice(-18))).toEqual(f16);
    expect([...(tensors.h?.data ?? [])]).toEqual([
      1,
      -2,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      65504,
      Infinity,
      -0,
      NaN,
    ]);
    const bf16 = bytesOf(Uint16Array.of(0x3f80, 0xc040, 0xff80));
    const brain = readSafetensors(file({ b: entry("BF16", [3], 0, 6) }, bf16));
    expect(brain.tensors.b).toEqual({
      dtype: "f32",
      shape: [3],
      data: Float32Array.of(1, -3, -Infinity),
    });
  });
});

describe("refused", () => {
  const huge = new Uint8Array(16);
  new DataView(huge.buffer).setUint32(4, 1, true);
  const zip = new TextEncoder().encode("PK\u0003\u0004\u0000\u0000\u0000\u0000archive/data.pkl");
  const ok = entry("U8", [4], 0, 4);
  const hostile: [string, Uint8Array, string][] = [
    ["too short", new Uint8Array(7), "a file of 7 bytes is too short"],
    ["a header of 2³² bytes", huge, "the header has 4294967296 bytes, but the file has 16"],
    ["cut short", file({ a: ok }, 4).subarray(0, 20), "truncated"],
    ["not JSON", file("{oops}"), "not JSON"],
    ["an array", file("[1]"), "does not start with {"],
    ["invalid UTF-8", file("{").fill(0xff, 8), "not JSON"],
    [
      "a name twice",
      file(`{"a":${JSON.stringify(ok)},"\\u0061":${JSON.stringify(ok)}}`, 4),
      '"a": the name is given twice',
    ],
    ["a string without an end", file('{"a'), "a string does not end"],
    ["deep nesting", file(`{"a":${"[".repeat(50000)}`), "nested too deep"],
    ["an unknown dtype", file({ a: entry("F8_E4M3", [4], 0, 4) }, 4), '"F8_E4M3" is not read'],
    ["a null entry", file({ a: null }), "dtype undefined"],
    ["negative sizes", file({ a: entry("U8", [-2, -2], 0, 4) }, 4), "not a list of sizes"],
    ["fractional sizes", file({ a: entry("U8", [0.5], 0, 4) }, 4), "not a list of sizes"],
    [
      "a size of 2⁶⁰",
      file({ a: entry("U8", [2 ** 30, 2 ** 30], 0, 4) }, 4),
      "takes 1152921504606847000 bytes, but has 4",
    ],
    ["backward offsets", file({ a: entry("U8", [4], 4, 0) }, 4), "takes 4 bytes, but has -4"],
    [
      "three offsets",
      file({ a: { dtype: "U8", shape: [4], data_offsets: [0, 2, 4] } }, 4),
      "are not a range",
    ],
    [
      "wrong byte count",
      file({ a: entry("F32", [2], 0, 4) }, 4),
      "[2] F32 takes 8 bytes, but has 4",
    ],
    ["past the end", file({ a: entry("U8", [5], 0, 5) }, 4), "exceeds the 4 bytes"],
    ["overlap", file({ a: ok, b: entry("U8", [4], 2, 6) }, 6), '"b": range [2, 6] overlaps'],
    ["the same bytes twice", file({ a: ok, b: ok }, 4), "overlaps"],
    ["a gap", file({ a: ok, b: entry("U8", [1], 5, 6) }, 6), "leaves a gap"],
    ["hidden bytes", file({ a: ok }, 9), "5 bytes at the end belong to no tensor"],
    ["metadata of numbers", file({ __metadata__: { a: 1 } }), "map strings to strings"],
    [
      "more sizes than a number counts",
      file({ a: entry("U8", Array(40).fill(2 ** 52), 0, 4) }, 4),
      "bytes, but has 4",
    ],
    ["offsets past 2⁵³", file({ a: entry("U8", [4], 2 ** 53, 2 ** 53 + 4) }, 4), "are not a range"],
    ["a size given as text", file({ a: { ...ok, shape: ["4"] } }, 4), "not a list of sizes"],
    ["offsets swapped for a size", file({ a: { dtype: "U8", shape: [4] } }, 4), "are not a range"],
    ["a dtype that Object has", file({ a: entry("constructor", [4], 0, 4) }, 4), "is not read"],
    ["bytes after an empty header", file({}, 3), "3 bytes at the end belong to no tensor"],
    ["a pickle", Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9), "the header has"],
    ["a zip, as torch.save writes", zip, "the header has"],
    [
      "a bool of 2",
      file({ a: entry("BOOL", [1], 0, 1) }, Uint8Array.of(2)),
      "BOOL holds the byte 2",
    ],
  ];
  test.each(hostile)("%s", (_, bytes, message) => {
    const read = () => readSafetensors(bytes);
    expect(read).toThrow(SafetensorsError);
    expect(read).toThrow(message);
  });

  test("a header longer than readers take is not written", () => {
    const note = "x".repeat(100_000_001);
    expect(() => writeSafetensors({}, { note })).toThrow("readers accept 100000000");
  });

  test("writing what does not fit", () => {
    const bad: TensorRecord = { dtype: "f32", shape: [3], data: Float32Array.of(1, 2) };
    expect(() => writeSafetensors({ w: bad })).toThrow(
      '"w": [3] f32 does not fit Float32Array of 2',
    );
    expect(() => writeSafetensors({ w: { ...bad, dtype: "i32", shape: [2] } })).toThrow(
      "does not fit",
    );
    expect(() => writeSafetensors({ __metadata__: { ...bad, shape: [2] } })).toThrow("reserved");
  });
});
