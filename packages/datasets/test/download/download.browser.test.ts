import { download, readText } from "@wgrad/datasets";
import { afterEach, expect, test } from "vitest";

const url = new URL("../../package.json", import.meta.url);

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

afterEach(async () => {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry("wgrad-downloads", { recursive: true }).catch(() => {});
});

test("a page keeps a file in its cache", async () => {
  const text = await (await fetch(url)).text();
  const sha256 = await hash(text);
  await expect(download(url, { offline: true })).rejects.toThrow(
    `download: offline, but ${url} is not in the cache\n  hint: run once with a network`,
  );
  let received = 0;
  const blob = await download(url, {
    sha256,
    onProgress: (progress) => {
      received = progress.received;
    },
  });
  expect(received).toBe(new TextEncoder().encode(text).length);
  expect(await readText(blob)).toBe(text);
  expect(await readText(await download(url, { sha256, offline: true }))).toBe(text);
});

test("a page refuses a wrong file, and reports a missing one", async () => {
  await expect(download(url, { sha256: "0".repeat(64) })).rejects.toThrow("expected 0000");
  await expect(download(new URL("none.json", url), { retries: 0 })).rejects.toThrow(
    "download: no mirror returned the file",
  );
  await expect(download(url, { offline: true })).rejects.toThrow("is not in the cache");
});

/** A file whose connection breaks after two thirds, served by `scripts/breaking-server.ts`. */
const size = 9_000_000;
const breaking = new URL(`/breaking-server/${size}/model.bin`, location.href);
const asked = async (): Promise<(string | null)[]> =>
  (await fetch(new URL("/breaking-server/log", location.href))).json();
const byteOf = (i: number): number => (i * 31 + (i >> 12)) & 255;

test("a page resumes a broken download, also in another visit, and reads any part of the file", async () => {
  await asked();
  await expect(download(breaking, { retries: 0 })).rejects.toThrow("the connection broke after");
  expect(await asked()).toEqual([null]);
  await expect(download(breaking, { offline: true })).rejects.toThrow("is not in the cache");
  const received: number[] = [];
  const blob = (await download(breaking, {
    onProgress: (progress) => {
      received.push(progress.received);
    },
  })) as Blob;
  const [range = ""] = (await asked()) as string[];
  const from = Number(/^bytes=(\d+)-$/.exec(range)?.[1]);
  expect(from).toBeGreaterThanOrEqual(2 ** 22);
  expect(received[0]).toBe(from);
  for (const each of [blob, (await download(breaking, { offline: true })) as Blob]) {
    expect(each.size).toBe(size);
    for (const at of [0, 2 ** 22 - 2, from - 2, size - 4]) {
      const part = new Uint8Array(await each.slice(at, at + 4).arrayBuffer());
      expect([...part]).toEqual([0, 1, 2, 3].map((i) => byteOf(at + i)));
    }
  }
  expect(await asked()).toEqual([]);
});

test("two pages may download the same file at once, and both get it complete", async () => {
  const held = await new Promise<() => void>((resolve) => {
    void navigator.locks.request(`wgrad ${url.href}`, () => new Promise<void>(resolve));
  });
  const text = await (await fetch(url)).text();
  expect(await readText(await download(url))).toBe(text);
  held();
  expect(await readText(await download(url, { offline: true }))).toBe(text);
});
