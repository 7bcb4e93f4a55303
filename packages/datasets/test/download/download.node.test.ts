import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DownloadProgress, download, readCsv } from "@wgrad/datasets";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

const body = Buffer.from(`x\n${Array.from({ length: 40_000 }, (_, i) => i).join("\n")}\n`);
const sha256 = createHash("sha256").update(body).digest("hex");

let server: Server;
let root = "";
let folder = "";
/** Response of each address, and the requests so far. */
let routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {};
let asked: string[] = [];
/** A response that stopped halfway. It breaks when the client has received all of the half. */
let halfway: { received: number; response: ServerResponse } | null = null;
const breakHalfway = ({ received }: DownloadProgress): void => {
  if (received === halfway?.received) halfway.response.destroy();
};

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.range ?? ""}`.trim());
    const route = routes[request.url ?? ""];
    if (route !== undefined) return route(request, response);
    response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wgrad-download-"));
  routes = {};
  asked = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/**
 * Serves `content`, with ranges. Breaks the connection after `broken` bytes in each of the first
 * `times` responses.
 */
function serve({
  broken = Number.POSITIVE_INFINITY,
  times = 0,
  tag = '"1"' as string | null,
  content = body,
} = {}) {
  let answers = 0;
  return (request: IncomingMessage, response: ServerResponse): void => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const fresh = start === 0 || request.headers["if-range"] !== tag;
    const rest = fresh ? content : content.subarray(start);
    if (tag !== null) response.setHeader("etag", tag);
    response.statusCode = fresh ? 200 : 206;
    response.setHeader("content-length", rest.length);
    if (!fresh)
      response.setHeader("content-range", `bytes ${start}-${content.length - 1}/${content.length}`);
    if (answers++ < times) {
      halfway = { received: start + broken, response };
      response.write(rest.subarray(0, broken));
    } else response.end(rest);
  };
}

const kept = (): string[] => readdirSync(folder).sort();

describe("download", () => {
  test("downloads once, caches the file, and reports progress", async () => {
    routes["/x.csv"] = serve();
    const progress: DownloadProgress[] = [];
    const options = { folder, sha256, onProgress: (p: DownloadProgress) => progress.push(p) };
    const path = await download(`${root}/x.csv`, options);
    expect(path).toBe(join(folder, "x.csv"));
    expect(readFileSync(path as string).equals(body)).toBe(true);
    expect(progress[0]).toEqual({ url: `${root}/x.csv`, received: 0, total: body.length });
    expect(progress.at(-1)?.received).toBe(body.length);
    expect(await download(`${root}/x.csv`, { ...options, offline: true })).toBe(path);
    expect(asked).toEqual(["/x.csv"]);
    expect(kept()).toEqual(["x.csv"]);
    expect((await readCsv(path)).length).toBe(40_000);
  });

  test("two concurrent calls share one download", async () => {
    routes["/x.csv"] = serve();
    const [a, b] = await Promise.all([
      download(`${root}/x.csv`, { folder }),
      download(`${root}/x.csv`, { folder }),
    ]);
    expect(a).toBe(b);
    expect(asked).toHaveLength(1);
  });

  test("a broken connection is resumed", async () => {
    routes["/x.csv"] = serve({ broken: 70_000, times: 2 });
    const path = await download(`${root}/x.csv`, { folder, onProgress: breakHalfway });
    expect(readFileSync(path as string).equals(body)).toBe(true);
    expect(asked).toEqual(["/x.csv", "/x.csv bytes=70000-", "/x.csv bytes=140000-"]);
  });

  test("the next call resumes where the last one ended", async () => {
    routes["/x.csv"] = serve({ broken: 50_000, times: 1 });
    await expect(
      download(`${root}/x.csv`, { folder, retries: 0, onProgress: breakHalfway }),
    ).rejects.toThrow(`${root}/x.csv: the connection broke after 50000 bytes`);
    expect(kept()).toEqual(["x.csv.part", "x.csv.part.json"]);
    const path = await download(`${root}/x.csv`, { folder, sha256 });
    expect(readFileSync(path as string).equals(body)).toBe(true);
    expect(asked.at(-1)).toBe("/x.csv bytes=50000-");
    expect(kept()).toEqual(["x.csv"]);
  });

  test("a file that has changed, or has no version, is downloaded anew", async () => {
    routes["/x.csv"] = serve({ broken: 50_000, times: 1, content: Buffer.alloc(90_000) });
    await expect(
      download(`${root}/x.csv`, { folder, retries: 0, onProgress: breakHalfway }),
    ).rejects.toThrow("broke");
    routes["/x.csv"] = serve({ tag: '"2"' });
    expect(readFileSync((await download(`${root}/x.csv`, { folder })) as string).equals(body)).toBe(
      true,
    );
    expect(asked.at(-1)).toBe("/x.csv bytes=50000-");

    routes["/y.csv"] = serve({ broken: 50_000, times: 1, tag: null });
    const path = await download(`${root}/y.csv`, { folder, onProgress: breakHalfway });
    expect(readFileSync(path as string).equals(body)).toBe(true);
    expect(asked.slice(-2)).toEqual(["/y.csv", "/y.csv"]);
  });

  test("mirrors that fail, refuse or return a wrong file are skipped", async () => {
    routes["/busy"] = (_, response) => {
      response.statusCode = 503;
      response.end();
    };
    routes["/wrong"] = serve({ content: Buffer.from("another file") });
    routes["/right"] = serve();
    const urls = ["/none", "/busy", "/wrong", "/right"].map((path) => root + path);
    const path = await download(urls, { folder, sha256, retries: 1, name: "x.csv" });
    expect(readFileSync(path as string).equals(body)).toBe(true);
    expect(asked).toEqual(["/none", "/busy", "/busy", "/wrong", "/right"]);
    expect(kept()).toEqual(["x.csv"]);
  });

  test("reports the answer of every mirror, and leaves no files", async () => {
    routes["/wrong"] = serve({ content: Buffer.from("another file") });
    const other = createHash("sha256").update("another file").digest("hex");
    await expect(
      download([`${root}/none`, `${root}/wrong`], { folder, sha256, name: "x.csv" }),
    ).rejects.toThrow(
      `download: no mirror returned the file\n  ${root}/none: the server responded with status 404\n` +
        `  ${root}/wrong: has sha256 ${other}, expected ${sha256}\n` +
        `  hint: pass a mirror that has it, or put the file at ${join(folder, "x.csv")}`,
    );
    expect(existsSync(join(folder, "x.csv"))).toBe(false);
    expect(readdirSync(folder).filter((name) => !name.startsWith("x.csv.part"))).toEqual([]);
  });

  test("a wrong file in the cache is downloaded anew", async () => {
    writeFileSync(join(folder, "x.csv"), "spoilt");
    routes["/x.csv"] = serve();
    await expect(download(`${root}/x.csv`, { folder, sha256, offline: true })).rejects.toThrow(
      `download: offline, but ${root}/x.csv has another sha256 in the cache`,
    );
    expect(
      readFileSync((await download(`${root}/x.csv`, { folder, sha256 })) as string).equals(body),
    ).toBe(true);
  });

  test("sends no request when offline", async () => {
    await expect(download(`${root}/x.csv`, { folder, offline: true })).rejects.toThrow(
      `download: offline, but ${root}/x.csv is not in the cache\n` +
        `  hint: run once with a network, or put the file at ${join(folder, "x.csv")}`,
    );
    expect(asked).toEqual([]);
  });

  test("reports a missing network", async () => {
    const closed = "http://127.0.0.1:9/x.csv";
    await expect(
      download([closed, "http://no-such-host.invalid/x.csv"], { folder, retries: 0 }),
    ).rejects.toThrow(
      "download: no server can be reached; there seems to be no network\n  http://127.0.0.1:9/x.csv: ",
    );
    await expect(download([], { folder })).rejects.toThrow("download: there is no address");
  });

  test("can be aborted, and keeps the received bytes for the next call", async () => {
    const stop = new AbortController();
    routes["/x.csv"] = (_, response) => {
      response.setHeader("etag", '"1"');
      response.setHeader("content-length", body.length);
      response.write(body.subarray(0, 30_000));
    };
    const onProgress = ({ received }: DownloadProgress): void => {
      if (received > 0) stop.abort(new Error("enough"));
    };
    await expect(
      download(`${root}/x.csv`, { folder, signal: stop.signal, onProgress }),
    ).rejects.toThrow("enough");
    routes["/x.csv"] = serve();
    expect(
      readFileSync((await download(`${root}/x.csv`, { folder, sha256 })) as string).equals(body),
    ).toBe(true);
    expect(asked.at(-1)).toMatch(/^\/x\.csv bytes=\d+-$/);
  });

  /** Sends half of the file, and the rest when told to. */
  function slowly(): () => void {
    let rest = (): void => {};
    routes["/x.csv"] = (_, response) => {
      response.setHeader("content-length", body.length);
      response.write(body.subarray(0, 50_000));
      rest = () => response.end(body.subarray(50_000));
    };
    return () => rest();
  }

  test("each of two concurrent calls follows its own options", async () => {
    const finish = slowly();
    const gone = AbortSignal.abort(new Error("not wanted"));
    const stop = new AbortController();
    const seen: number[] = [];
    let started = (): void => {};
    const halfway = new Promise<void>((resolve) => {
      started = resolve;
    });
    const first = download(`${root}/x.csv`, { folder, onProgress: () => started() });
    await halfway;
    const second = download(`${root}/x.csv`, {
      folder,
      sha256,
      onProgress: ({ received }) => seen.push(received),
    });
    const wrong = download(`${root}/x.csv`, { folder, sha256: "0".repeat(64), retries: 0 });
    const aborted = download(`${root}/x.csv`, { folder, signal: gone });
    const stopped = download(`${root}/x.csv`, { folder, signal: stop.signal });
    const offline = download(`${root}/x.csv`, { folder, offline: true });
    const all = Promise.allSettled([first, second, wrong, aborted, stopped, offline]);
    stop.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    await expect(aborted).rejects.toThrow("not wanted");
    await expect(offline).rejects.toThrow("offline");
    routes["/again"] = serve();
    finish();
    routes["/x.csv"] = serve();
    const path = await first;
    expect(await second).toBe(path);
    await expect(wrong).rejects.toThrow(", expected ");
    await all;
    expect(seen.at(-1)).toBe(body.length);
    expect(readFileSync(path as string).equals(body)).toBe(true);
    expect(kept()).toEqual(["x.csv"]);
    // one request for the first two calls, one for the wrong sha256
    expect(asked).toEqual(["/x.csv", "/x.csv"]);
  });

  test("aborting a call does not abort another", async () => {
    const stop = new AbortController();
    slowly();
    let started = (): void => {};
    const halfway = new Promise<void>((resolve) => {
      started = resolve;
    });
    const first = download(`${root}/x.csv`, {
      folder,
      signal: stop.signal,
      onProgress: () => started(),
    });
    await halfway;
    const second = download(`${root}/x.csv`, { folder });
    routes["/x.csv"] = serve();
    stop.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    expect(readFileSync((await second) as string).equals(body)).toBe(true);
  });

  test("a part of another version is not appended", async () => {
    routes["/x.csv"] = serve({ broken: 50_000, times: 1 });
    await expect(
      download(`${root}/x.csv`, { folder, retries: 0, onProgress: breakHalfway }),
    ).rejects.toThrow("the connection broke");
    let answers = 0;
    const whole = serve({ tag: '"2"' });
    routes["/x.csv"] = (request, response) => {
      if (answers++ > 0) return whole(request, response);
      response.statusCode = 206;
      response.setHeader("etag", '"2"');
      response.setHeader("content-range", `bytes 50000-${body.length - 1}/${body.length}`);
      response.end(Buffer.alloc(body.length - 50_000));
    };
    const path = await download(`${root}/x.csv`, { folder });
    expect(readFileSync(path as string).equals(body)).toBe(true);
  });

  test.each<[string, Parameters<typeof download>, string]>([
    ["no address", ["nonsense"], 'download: "nonsense" is not an address\n  hint: "https://host'],
    ["no text", [3 as never], "download: 3 is not an address"],
    ["no mirror", [[]], "download: there is no address"],
    ["the folder above", ["http://x/y", { name: ".." }], 'download: name is "..", which is not'],
    ["a long name", ["http://x/y", { name: "a".repeat(300) }], 'download: name is "aaaa'],
    ["no sha256", ["http://x/y", { sha256: "12" }], 'download: sha256 is "12"\n  hint: 64 hex'],
    ["no count", ["http://x/y", { retries: -1 }], "download: retries is -1"],
    [
      "no signal",
      ["http://x/y", { signal: {} as never }],
      "download: signal is not an AbortSignal",
    ],
    ["an option", ["http://x/y", { sha: "" } as never], 'download: there is no option "sha"'],
  ])("refuses %s", async (_, call, text) => {
    await expect(download(...call)).rejects.toThrow(text);
  });

  test("names in addresses become file names", async () => {
    for (const [address, name] of [
      ["/%ff/a%20b.csv", "a_b.csv"],
      ["/%e0%a4%a", "_e0_a4_a"],
      [`/${"z".repeat(400)}`, "z".repeat(200)],
    ] as const) {
      routes[address] = serve();
      expect(await download(root + address, { folder })).toBe(join(folder, name));
    }
    writeFileSync(join(folder, "in the way"), "");
    await expect(download(`${root}/x.csv`, { folder: join(folder, "in the way") })).rejects.toThrow(
      "download: the file cannot be kept at ",
    );
  });
});
