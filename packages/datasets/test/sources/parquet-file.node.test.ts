import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readParquet, streamParquet } from "@wgrad/datasets";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";

const bytes = Buffer.from(
  parquetWriteBuffer({
    columnData: ["a", "b", "c", "d"].map((name) => ({
      name,
      data: Array.from({ length: 20_000 }, () => Math.random()),
      type: "DOUBLE" as const,
    })),
    rowGroupSize: 5000,
  }),
);

test("only the needed ranges of a remote file are fetched", async () => {
  let sent = 0;
  const server = createServer((request, response) => {
    if (request.url === "/none") return response.writeHead(404).end();
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (request.url === "/whole" || range === null) return response.end(bytes);
    const [start, end] = [Number(range[1]), Number(range[2]) + 1];
    const part = bytes.subarray(start, end);
    sent += part.length;
    response.writeHead(206, { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` });
    return response.end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    for await (const batch of streamParquet(`${root}/x`, { columns: ["b"], batchRows: 1000 })) {
      expect(batch.names).toEqual(["b"]);
      break;
    }
    expect(sent).toBeGreaterThan(5000 * 8);
    expect(sent).toBeLessThan(bytes.length / 4);
    expect((await readParquet(`${root}/whole`)).length).toBe(20_000);
    await expect(readParquet(`${root}/none`)).rejects.toThrow(
      `${root}/none: the server responded with status 404`,
    );
  } finally {
    server.close();
  }
  await expect(readParquet(`${root}/x`)).rejects.toThrow(`${root}/x: cannot be fetched`);
});

test("files are read by ranges, and closed when a pass is left", async () => {
  const folder = mkdtempSync(join(tmpdir(), "wgrad-parquet-"));
  try {
    const path = join(folder, "x.parquet");
    writeFileSync(path, bytes);
    const stream = streamParquet(path);
    for (let pass = 0; pass < 2; pass++) {
      for await (const batch of stream) {
        expect(batch.length).toBe(1024);
        break;
      }
    }
    await expect(readParquet(join(folder, "none"))).rejects.toThrow("none: there is no such file");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
