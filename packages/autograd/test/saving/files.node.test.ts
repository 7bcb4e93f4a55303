import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { init, tensor } from "../../src/index.ts";
import { readSafetensors, type TensorRecord, writeSafetensors } from "../../src/safetensors.ts";
import { download, load, opfs, save } from "../../src/saving.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-saving-"));
const file = join(folder, "model.safetensors");

beforeAll(async () => {
  await init({ device: "cpu" });
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a path, a file URL, an address: the same file", async () => {
  await save({ weight: tensor([1, 2]), bias: tensor([3]) }, file);
  const url = pathToFileURL(join(folder, "other.safetensors"));
  await save({ weight: tensor([1, 2]), bias: tensor([3]) }, url);
  expect(readFileSync(url)).toEqual(readFileSync(file));

  const server = createServer((request, response) => {
    if (request.url === "/gone") response.writeHead(404).end();
    else response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = `http://localhost:${(server.address() as AddressInfo).port}`;
  try {
    for (const source of [file, url, String(url), new URL(`${address}/model`), `${address}/x`]) {
      const { weight, bias } = await load(source);
      expect([await weight?.tolist(), await bias?.tolist()]).toEqual([[1, 2], [3]]);
    }
    await expect(load(`${address}/gone`)).rejects.toThrow("/gone: the server answers 404");
  } finally {
    server.close();
  }
});

test("a file takes the place of the one before it whole, or not at all", async () => {
  await save({ weight: tensor([1]) }, file);
  const before = readFileSync(file);
  await expect(save({ weight: tensor([2]), f: () => 1 }, file)).rejects.toThrow("f is a function");
  expect(readFileSync(file)).toEqual(before);
  const { ino } = statSync(file);
  await Promise.all([3, 4, 5].map((value) => save({ weight: tensor([value]) }, file)));
  expect(statSync(file).ino).not.toBe(ino);
  expect([3, 4, 5]).toContain(await (await load(file)).weight?.item());
  expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("where nothing can be written or read", async () => {
  const state = { weight: tensor([1]) };
  const nowhere = join(folder, "no", "such", "folder.safetensors");
  await expect(save(state, nowhere)).rejects.toThrow(`${nowhere}: no such file or folder`);
  await expect(load(nowhere)).rejects.toThrow(`load: ${nowhere}: no such file or folder`);
  await expect(load(folder)).rejects.toThrow(`${folder}: is a folder, not a file`);
  await expect(save(state, folder)).rejects.toThrow(`save: ${folder}: `);
  await expect(save(state, opfs("a/b"))).rejects.toThrow(
    "opfs: this platform has no private file system",
  );
  expect(() => download(new Blob([]), "x")).toThrow("there is no page to download");
  expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("a header that promises more than the file has is refused before anything is allocated", async () => {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setBigUint64(0, 2n ** 62n, true);
  writeFileSync(file, bytes);
  await expect(load(file)).rejects.toThrow(
    "the header has 4611686018427388000 bytes, but the file has 64",
  );
  const sparse = writeSafetensors({ x: { dtype: "u8", shape: [0], data: new Uint8Array(0) } });
  const text = new TextDecoder().decode(sparse).replace("[0]", "[9e9]").replace("[0,0]", "[0,9e9]");
  const header = new TextEncoder().encode(text.slice(8).trimEnd());
  const file9 = new Uint8Array(8 + header.length);
  new DataView(file9.buffer).setUint32(0, header.length, true);
  file9.set(header, 8);
  writeFileSync(file, file9);
  const before = process.memoryUsage().arrayBuffers;
  await expect(load(file)).rejects.toThrow("range [0, 9000000000] exceeds the 0 bytes of data");
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e7);
});

const bytesOf = ({ data }: TensorRecord): Buffer =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** PyTorch's values in files that Python wrote. */
const golden = new URL("../../../../golden/", import.meta.url);
test.each(readdirSync(golden).filter((name) => name.endsWith(".safetensors")))(
  "golden/%s, read and written again",
  (name) => {
    const { tensors, metadata } = readSafetensors(readFileSync(new URL(name, golden)));
    const written = writeSafetensors(tensors, metadata);
    const again = readSafetensors(written);
    expect(again.metadata).toEqual(metadata);
    expect(Object.keys(again.tensors).sort()).toEqual(Object.keys(tensors).sort());
    for (const [key, tensor] of Object.entries(tensors)) {
      const { dtype, shape } = tensor;
      const copy = again.tensors[key] as TensorRecord;
      expect({ dtype: copy.dtype, shape: copy.shape }).toEqual({ dtype, shape });
      if (!bytesOf(copy).equals(bytesOf(tensor))) throw new Error(`${key} changed`);
    }
    expect(Buffer.from(writeSafetensors(again.tensors, metadata)).equals(written)).toBe(true);
  },
);
