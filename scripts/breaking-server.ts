import type { Plugin } from "vitest/config";

/** Byte i of the served files. */
const byteOf = (i: number): number => (i * 31 + (i >> 12)) & 255;

/**
 * Serves files for browser tests, `/breaking-server/BYTES/NAME`. The connection breaks after two
 * thirds, unless a range is requested. `/breaking-server/log` lists the requested ranges since the
 * last call, null for a whole file.
 */
export const breakingServer = (): Plugin => {
  const asked: (string | null)[] = [];
  return {
    name: "breaking-server",
    configureServer({ middlewares }) {
      middlewares.use("/breaking-server", (request, response) => {
        if (request.url === "/log") return response.end(JSON.stringify(asked.splice(0)));
        const [, bytes = "", name = ""] = (request.url ?? "").split("/");
        if (name === "") return response.writeHead(404).end();
        const size = Number(bytes);
        const range = request.headers.range ?? null;
        asked.push(range);
        const start = Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
        const body = Buffer.alloc(size - start);
        for (let i = 0; i < body.length; i++) body[i] = byteOf(start + i);
        response.writeHead(range === null ? 200 : 206, {
          etag: '"one"',
          "content-length": body.length,
          ...(range !== null && { "content-range": `bytes ${start}-${size - 1}/${size}` }),
        });
        if (range !== null) return response.end(body);
        // the sent bytes should arrive before the connection breaks
        response.write(body.subarray(0, Math.floor((2 * size) / 3)), () =>
          setTimeout(() => response.destroy(), 100),
        );
      });
    },
  };
};
