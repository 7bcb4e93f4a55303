import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Predictor } from "./predictor.ts";
import { housesIn, RequestError } from "./request.ts";

/** Settings of a server. */
export interface ServeOptions {
  /** 0 takes one that is free. */
  readonly port?: number;
  readonly host?: string;
  /** The most bytes of a body. */
  readonly maxBytes?: number;
  /** Requests that may wait; more are told to come back. */
  readonly maxWaiting?: number;
}

/** A server that answers. */
export interface Serving {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Predictions over HTTP: POST /predict with `{ "houses": [ … ] }` gives `{ "prices": [ … ] }`; GET
 * /health says that it is alive. Whatever a request is, the answer is JSON and the server goes on:
 * 4xx with what is wrong, 503 where too many wait.
 */
export async function serve(
  predictor: Predictor,
  { port = 0, host = "127.0.0.1", maxBytes = 16_384, maxWaiting = 100 }: ServeOptions = {},
): Promise<Serving> {
  const began = Date.now();
  const counts = { answered: 0, refused: 0 };
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function answer(request: IncomingMessage): Promise<object> {
    const { method = "", url = "" } = request;
    const path = url.split("?")[0];
    if (path === "/health") {
      if (method !== "GET") throw new RequestError(405, "GET /health");
      return { status: "ok", seconds: (Date.now() - began) / 1000, waiting, ...counts };
    }
    if (path !== "/predict") throw new RequestError(404, "there are POST /predict and GET /health");
    if (method !== "POST") throw new RequestError(405, "POST /predict");
    if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
      throw new RequestError(415, "the content-type is not application/json");
    }
    const houses = housesIn(await bodyOf(request, maxBytes));
    if (waiting >= maxWaiting) throw new RequestError(503, "too many requests are waiting");
    waiting++;
    const turn = last.then(() => predictor.predict(houses));
    last = turn.catch(() => {}).finally(() => waiting--);
    return { prices: (await turn).map(Math.round) };
  }

  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5000 },
    (request, response) => {
      answer(request).then(
        (body) => {
          counts.answered++;
          send(response, 200, body);
        },
        (error: unknown) => {
          const known = error instanceof RequestError;
          counts.refused++;
          const left = (error as NodeJS.ErrnoException).code === "ECONNRESET";
          if (!known && !left) console.error(error);
          if (request.complete === false) response.setHeader("connection", "close");
          send(response, known ? error.status : 500, {
            error: known ? error.message : "the prediction failed",
          });
        },
      );
    },
  );
  server.maxConnections = 256;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * A request's body as text. Throws RequestError 413 as soon as it is too long, without taking in
 * the rest.
 */
async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<string> {
  const tooLong = new RequestError(413, `the body is longer than ${maxBytes} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLong;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > maxBytes) throw tooLong;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent || response.destroyed) return;
  if (status === 503) response.setHeader("retry-after", "1");
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
