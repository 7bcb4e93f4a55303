import { download, readText } from "@wgrad/datasets";
import { afterEach, expect, test } from "vitest";

const url = new URL("../../package.json", import.meta.url);

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

afterEach(async () => {
  await caches.delete("wgrad");
});

test("a page keeps a file in its cache", async () => {
  const text = await (await fetch(url)).text();
  const sha256 = await hash(text);
  await expect(download(url, { offline: true })).rejects.toThrow(
    `download: offline, and ${url} is not in the cache\n  hint: run once with a network`,
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

test("a page refuses another file, and says when there is none", async () => {
  await expect(download(url, { sha256: "0".repeat(64) })).rejects.toThrow("where 0000");
  await expect(download(new URL("none.json", url), { retries: 0 })).rejects.toThrow(
    "download: no mirror gave the file",
  );
  await expect(download(url, { offline: true })).rejects.toThrow("is not in the cache");
});
