import type { NodeThread, WebWorker } from "../src/index.ts";

/** A worker that serves `line.ts`: a thread of Node, or one of the browser. */
export const makeLine: () => WebWorker | NodeThread =
  typeof window === "undefined"
    ? await threads()
    : () => new Worker(new URL("./line.ts", import.meta.url), { type: "module" });

async function threads(): Promise<() => NodeThread> {
  const { bundle } = await import("./bundled.ts");
  const { startThread } = await import("../src/node.ts");
  const file = (await bundle())("line");
  return () => startThread(file);
}
