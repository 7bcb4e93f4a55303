import type { Endpoint } from "comlink";
import { type NodePort, nodeEndpoint } from "../protocol/node-endpoint.ts";
import type { News } from "../protocol/protocol.ts";

/** What connects a worker with those who made it. */
export interface Outside {
  readonly endpoint: Endpoint;
  tell(news: News): void;
  /** Calls `end` and exits with `error` told, where an error that nobody caught ends the thread. */
  onUncaught(end: (error: unknown) => Promise<void>): void;
}

/** In a worker of a browser, or in a thread of Node. Throws TypeError elsewhere. */
export function outside(): Outside {
  if (typeof WorkerGlobalScope === "function") {
    const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
    return {
      endpoint: scope as unknown as Endpoint,
      tell: (news) => scope.postMessage(news),
      onUncaught: () => {}, // the page hears of it, and the worker lives on
    };
  }
  const port =
    typeof process === "object"
      ? process.getBuiltinModule?.("node:worker_threads").parentPort
      : undefined;
  if (port === null || port === undefined) {
    throw new TypeError(
      "serve: this program runs in no worker\n  hint: connect(() => new Worker(…)) on the page, startThread(file) of @wgrad/worker/node in Node",
    );
  }
  return {
    endpoint: nodeEndpoint(port as unknown as NodePort),
    tell: (news) => port.postMessage(news),
    onUncaught: (end) => {
      process.on("uncaughtException", (error) => {
        void end(error).finally(() => process.exit(1));
      });
    },
  };
}

declare const WorkerGlobalScope: unknown;
interface DedicatedWorkerGlobalScope {
  postMessage(message: unknown): void;
}
