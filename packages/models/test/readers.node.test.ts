import { readFileSync } from "node:fs";
import { init, type Tensor } from "@wgrad/autograd";
import { decodeElements, readSafetensors } from "@wgrad/autograd/safetensors";
import { loadPt, openGguf, ReaderError, readPt } from "@wgrad/models";
import { Linear } from "@wgrad/nn";
import { beforeAll, describe, expect, test } from "vitest";

const folder = new URL("../../../golden/pt/", import.meta.url);
const pathOf = (name: string): string => new URL(name, folder).pathname;
const json = (name: string) => JSON.parse(readFileSync(pathOf(name), "utf8"));
const tensors = referenceTensors(readFileSync(pathOf("expected.safetensors")));
const gguf = readSafetensors(readFileSync(pathOf("gguf-expected.safetensors")));

interface Reference {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

/**
 * The tensors of the reference; int64 beyond 32 bits, which the reader refuses, is decoded here.
 */
function referenceTensors(bytes: Buffer): Record<string, Reference> {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  return Object.fromEntries(
    Object.entries(
      header as Record<string, { dtype: string; shape: number[]; data_offsets: number[] }>,
    )
      .filter(([name]) => name !== "__metadata__")
      .map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [begin = 0, end = 0],
          },
        ]) => {
          const part = new Uint8Array(bytes.subarray(8 + length + begin, 8 + length + end));
          const data =
            dtype === "I64"
              ? new BigInt64Array(part.buffer)
              : decodeElements(dtype, part, name).data;
          return [name, { shape, data }];
        },
      ),
  );
}

interface File {
  readonly file: string;
  readonly content?: unknown;
  readonly refuse?: boolean;
}
const { files } = json("expected.json") as { files: readonly File[] };

/** Compares read values with the encoding of the reference. */
function expectContent(found: unknown, wanted: unknown): void {
  const { dict, list, tuple, set, bytes, int, float, tensor } = (wanted ?? {}) as Record<
    string,
    never
  >;
  if (tensor !== undefined) {
    const { shape, data } = found as Reference;
    const reference = tensors[tensor] as Reference;
    expect(shape).toEqual(reference.shape);
    expect(Array.from(data, String)).toEqual(Array.from(reference.data, String));
  } else if (dict !== undefined) {
    const pairs = found instanceof Map ? [...found] : Object.entries(found as object);
    expect(pairs.map(([key]) => key)).toEqual((dict as [unknown, unknown][]).map(([key]) => key));
    (dict as [unknown, unknown][]).forEach(([, value], i) => {
      expectContent(pairs[i]?.[1], value);
    });
  } else if (list !== undefined || tuple !== undefined) {
    const items = (list ?? tuple) as unknown as unknown[];
    expect((found as unknown[]).length).toBe(items.length);
    items.forEach((item, i) => {
      expectContent((found as unknown[])[i], item);
    });
  } else if (set !== undefined)
    expect([...(found as Set<unknown>)].sort()).toEqual([...(set as unknown as unknown[])].sort());
  else if (bytes !== undefined)
    expect(Buffer.from(found as Uint8Array).toString("base64")).toEqual(
      typeof bytes === "string" ? bytes : Buffer.from(bytes as number[]).toString("base64"),
    );
  else if (int !== undefined) expect(String(found)).toBe(int);
  else if (float !== undefined)
    expect(String(found).toLowerCase()).toContain(String(float).slice(-3));
  else expect(found).toEqual(wanted);
}

describe("readPt", () => {
  test.each(files.filter(({ refuse }) => refuse !== true))(
    "reads $file",
    async ({ file, content }) => {
      expectContent(await readPt(pathOf(file)), content);
    },
  );

  test.each([
    ["hostile-system.pt", /contains (posix|os|nt)\.system/],
    ["hostile-global.pt", /contains mypackage\.models\.Net/],
    ["hostile-late.pt", /contains (builtins|__builtin__)\.eval/],
    ["hostile-bounds.pt", /extends beyond its storage of 4 elements/],
  ])("refuses %s by name", async (file, message) => {
    const reading = readPt(pathOf(file));
    await expect(reading).rejects.toThrow(ReaderError);
    await expect(reading).rejects.toThrow(message);
  });

  test("refuses other files", async () => {
    await expect(readPt(pathOf("expected.json"))).rejects.toThrow("it is not a zip archive");
    await expect(readPt(pathOf("nothing.pt"))).rejects.toThrow("nothing.pt");
  });
});

describe("loadPt", () => {
  beforeAll(() => init({ device: "wasm" }));

  test("returns tensors that a module can load", async () => {
    const state = await loadPt<Record<string, Tensor>>(pathOf("state_dict.pt"));
    const layer = new Linear(4, 2);
    layer.loadStateDict({ weight: state["fc.weight"] as Tensor, bias: state["fc.bias"] as Tensor });
    const reference = tensors["state_dict.pt/fc.weight"]?.data;
    expect([...(await layer.weight.data())]).toEqual(Array.from(reference as Float32Array));
  });
});

describe("openGguf", () => {
  const { files: found } = json("gguf-expected.json") as {
    files: readonly [
      {
        file: string;
        metadata: Record<string, { value: unknown }>;
        tensors: { name: string; type: string; shape: number[]; expected: string }[];
      },
    ];
  };
  const [wanted] = found;

  test("reads metadata and every type of tensor, exactly", async () => {
    const file = await openGguf(pathOf(wanted.file));
    for (const [key, { value }] of Object.entries(wanted.metadata))
      expect(file.metadata[key], key).toEqual(value);
    for (const { name, type, shape, expected } of wanted.tensors) {
      expect([file.type(name), file.shape(name)]).toEqual([type, shape]);
      const { data } = await file.read(name);
      const reference = gguf.tensors[expected] as Reference;
      expect(Array.from(data)).toEqual(Array.from(reference.data));
    }
    await file.close();
  });

  test("refuses other and truncated files", async () => {
    await expect(openGguf(pathOf("expected.json"))).rejects.toThrow("it does not start with GGUF");
    const bytes = readFileSync(pathOf(wanted.file));
    await expect(openGguf(new Uint8Array(bytes.subarray(0, 300)))).rejects.toThrow(ReaderError);
    const short = await openGguf(new Uint8Array(bytes.subarray(0, bytes.length - 64)));
    await expect(short.read("edge")).rejects.toThrow("extends beyond the end");
  });
});
