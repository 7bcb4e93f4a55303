import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DataError, readCsv } from "@wgrad/datasets";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wgrad-csv-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("reads a file by path and by address", async () => {
  const path = join(folder, "a b.csv");
  writeFileSync(path, "x\n1\n");
  expect((await readCsv(path)).numbers("x")).toEqual(new Float64Array([1]));
  expect((await readCsv(pathToFileURL(path))).numbers("x")).toEqual(new Float64Array([1]));
});

test("reports a missing file in one line", async () => {
  const path = join(folder, "none.csv");
  await expect(readCsv(path)).rejects.toThrow(new DataError(`${path}: there is no such file`));
  await expect(readCsv(folder)).rejects.toThrow(
    new DataError(`${folder}: is a folder, not a file`),
  );
});

test("reads from a server, and reports its status", async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/x.csv" ? 200 : 404;
    response.end("x\n1\n2\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    expect((await readCsv(`${root}/x.csv`)).length).toBe(2);
    await expect(readCsv(`${root}/y.csv`)).rejects.toThrow(
      new DataError(`${root}/y.csv: the server responded with status 404`),
    );
  } finally {
    server.close();
  }
  await expect(readCsv(`${root}/x.csv`)).rejects.toThrow(`${root}/x.csv: cannot be fetched`);
});
