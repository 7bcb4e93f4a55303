import { DataError, LimitError, readParquet, streamParquet } from "@wgrad/datasets";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";

const bytesIn = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/**
 * Written by pyarrow 25: n = [0.5, null, 2.5] (float32), s = ["a", "bb", "a"], i = [1, 2, 300]
 * (int64).
 */
const byArrow: Readonly<Record<string, string>> = {
  "zstd with checksums":
    "UEFSMRUEFRAVIhWzmsuSCTwVBBUAEgAAKLUv/SAIQQAAAAAAPwAAIEAVABUSFSQVxtDwqAEcFQYVEBUGFQYcAAAAKLUv/SAJSQAAAgAAAAMFAQMCFQQVFhUoFYias7cNPBUEFQASAAAotS/9IAtZAAABAAAAYQIAAABiYhUAFRIVJBWIsODQCRwVBhUQFQYVBhwAAAAotS/9IAlJAAACAAAABgEBAwIVBBUwFToVuLvcyAc8FQYVABIAACi1L/0gGKUAAGABAAIALAEAAAAAAAACAGDgAWABFQAVFBUmFYOTnZ0NHBUGFRAVBhUGHAAAACi1L/0gClEAAAIAAAAGAQIDJAAVBBlMNQAYBnNjaGVtYRUGABUIJQIYAW4AFQwlAhgBcyUATBwAAAAVBCUCGAFpABYGGRwZPCYAHBUIGTUABhAZGAFuFQwWBhZ8FqABJlImCCksFQQVABUCABUAFRAVAgA8KQYZJgIEAAAAJgAcFQwZNQAGEBkYAXMVDBYGFoIBFqYBJvgBJqgBKSwVBBUAFQIAFQAVEBUCADwWCBkGGSYABgAAACYAHBUEGTUABhAZGAFpFQwWBhaeARa6ASawAybOAiksFQQVABUCABUAFRAVAgA8KQYZJgAGAAAAFpwDFgYmCBaABAAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjUuMC4xGTwcAAAcAAAcAAAAFQEAAFBBUjE=",
  "gzip in pages of version 2":
    "UEFSMRUEFRAVOEwVBBUAEgAAH4sIAAAAAAACA2NgYLBnYFBwAAAMlQulCAAAABUGFQoVClwVBhUCFQYVEBUEFQASHAAAAAMFAQMCFQQVFhU6TBUEFQASAAAfiwgAAAAAAAIDY2RgYEhkAhJJSQAngXc+CwAAABUGFQoVClwVBhUAFQYVEBUEFQASHAAAAAYBAQMCFQQVMBU6TBUGFQASAAAfiwgAAAAAAAIDY2SAACYorcMIoQHJ9uqtGAAAABUGFQwVDFwVBhUAFQYVEBUEFQASHAAAAAYBAgMkABUEGUw1ABgGc2NoZW1hFQYAFQglAhgBbgAVDCUCGAFzJQBMHAAAABUEJQIYAWkAFgYZHBk8JgAcFQgZNQAGEBkYAW4VBBYGFmYWjgEmXCYIKSwVBBUAFQIAFQAVEBUCADwpBhkmAgQAAAAmABwVDBk1AAYQGRgBcxUEFgYWbBaQASbsASaWASksFQQVABUCABUAFRAVAgA8FggZBhkmAAYAAAAmABwVBBk1AAYQGRgBaRUEFgYWiAEWkgEm/AImpgIpLBUEFQAVAgAVABUQFQIAPCkGGSYABgAAABbaAhYGJggWsAMAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI1LjAuMRk8HAAAHAAAHAAAABQBAABQQVIx",
  "brotli, delta encodings and byte streams":
    "UEFSMRUAFRwVJCwVBhUSFQYVBhwAAACLBoACAAAAAwUAAAAAACA/QAMVABU4FTgsFQYVDBUGFQYcAAAAGxsAAATcZAedoXRIyRREFIEyIJY1cHrtWKPSBhUAFbABFTgsFQYVChUGFQYcAAAAG1cAAAR0Y/sUwV6NydTkGIAygKgXmLxdusDdOBUEGUw1ABgGc2NoZW1hFQYAFQglAhgBbgAVDCUCGAFzJQBMHAAAABUEJQIYAWkAFgYZHBk8JgAcFQgZJQYSGRgBbhUIFgYWQhZKJghJHBUAFRIVAgA8KQYZJgIEAAAAJgAcFQwZJQYMGRgBcxUIFgYWXhZeJlJJHBUAFQwVAgA8FggZBhkmAAYAAAAmABwVBBklBgoZGAFpFQgWBhbYARZgJrABSRwVABUKFQIAPCkGGSYABgAAABb4AhYGJggWiAIAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI1LjAuMRk8HAAAHAAAHAAAAPAAAABQQVIx",
};

const small = new Uint8Array(
  parquetWriteBuffer({
    columnData: [{ name: "n", data: [1.5, 2.5, 3.5], type: "DOUBLE" }],
    codec: "UNCOMPRESSED",
  }),
);

describe("Parquet of other writers", () => {
  test.each(Object.entries(byArrow))("%s", async (_, base64) => {
    const table = await readParquet(bytesIn(base64));
    expect([...table.rows()]).toEqual([
      { n: 0.5, s: "a", i: 1 },
      { n: Number.NaN, s: "bb", i: 2 },
      { n: 2.5, s: "a", i: 300 },
    ]);
  });
});

describe("damaged Parquet", () => {
  test("an invalid offset does not end the process, and an invalid page size does not loop", async () => {
    for (const [at, byte] of [
      [94, 1],
      [7, 255],
    ] as const) {
      const bytes = small.slice();
      bytes[at] = byte;
      await expect(readParquet(bytes)).rejects.toThrow(DataError);
    }
  });

  test.each([["plain", small], ...Object.entries(byArrow)])(
    "%s: every changed byte is read, or refused with a reason",
    async (_, file) => {
      const good = typeof file === "string" ? bytesIn(file) : file;
      for (let at = 0; at < good.length; at += typeof file === "string" ? 4 : 1) {
        const bytes = good.slice();
        bytes[at] = [0, 255, (good[at] as number) ^ 8][Math.floor(at / 4) % 3] as number;
        const said = await readParquet(bytes, { name: "t" }).catch((error: unknown) => error);
        if (said instanceof Error) {
          expect(said).toBeInstanceOf(DataError);
          expect(said.message).toMatch(/^t: /);
        }
      }
    },
  );

  test("a page's checksum is checked", async () => {
    const bytes = bytesIn(byArrow["zstd with checksums"] as string);
    const text = bytes.findIndex((byte, i) => byte === 98 && bytes[i + 1] === 98);
    bytes[text] = 99;
    await expect(readParquet(bytes)).rejects.toThrow(
      "Parquet: rows 1 to 3 cannot be read (a page's checksum does not match its bytes)",
    );
  });

  test("few bytes that would become many cells are refused, unless allowed", async () => {
    const rows = 200_000;
    const columnData = [{ name: "n", data: Array<number>(rows).fill(7), type: "INT32" as const }];
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData }));
    expect((await readParquet(bytes)).length).toBe(rows);
    await expect(readParquet(bytes, { maxCells: 1000 })).rejects.toThrow(LimitError);
    await expect(readParquet(bytes, { maxBytes: 10 })).rejects.toThrow(
      "unpack to more than 10 bytes",
    );
    const batches = streamParquet(bytes, { maxCells: 1000 })[Symbol.asyncIterator]();
    await expect(batches.next()).rejects.toThrow(
      /Parquet: [\d,]+ rows of 1 columns are [\d,]+ cells, but there are only [\d,]+ values\n {2}hint: to allow this/,
    );
    await expect(readParquet(bytes, { maxCells: 0 })).rejects.toThrow("maxCells is 0");
  });
});
