import { argument, CLOSED, control, MOST_TEXT } from "./control.ts";

/** Polls before a helper sleeps: about 20 µs, as long as a stage that is not shared. */
const POLLS = 3000;
/** The most modules that a helper keeps. */
const MODULES = 1024;

/**
 * A helper's code. It is text, so that bundlers need no second file. The helper waits for a stage,
 * reads its arguments and claims chunks. If the stage changes meanwhile, it reads again.
 */
const loop = `function help(memory, me) {
  const words = new Int32Array(memory.buffer, 0, ${control.end});
  const { load, store, compareExchange, add, notify, wait } = Atomics;
  const given = (place) => load(words, ${control.argument} + place);
  const modules = new Map();
  let seen = 0;
  const functionOf = (stage) => {
    const id = given(${argument.module});
    let exports = modules.get(id);
    if (exports === undefined) {
      const at = given(${argument.address}) >>> 0;
      const code = new Uint8Array(memory.buffer, at, given(${argument.bytes})).slice();
      if (load(words, ${control.claim}) >>> 8 !== stage) return null;
      const module = new WebAssembly.Module(code);
      exports = new WebAssembly.Instance(module, { e: { m: memory } }).exports;
      modules.set(id, exports);
      if (modules.size > ${MODULES}) modules.delete(modules.keys().next().value);
    }
    return exports[given(${argument.index})];
  };
  for (;;) {
    let word = load(words, ${control.claim});
    for (let polls = 0; word >>> 8 === seen || (word & 255) === ${CLOSED}; polls++) {
      if (polls > ${POLLS}) wait(words, ${control.claim}, word);
      word = load(words, ${control.claim});
    }
    const stage = word >>> 8;
    const count = given(${argument.count}) >>> 0;
    const chunk = given(${argument.chunk}) >>> 0;
    const chunks = given(${argument.chunks});
    const block = given(${argument.block});
    const arrays = given(${argument.arrays}) + me * given(${argument.arrayBytes});
    const pages = given(${argument.pages});
    if (memory.buffer.byteLength < pages * 65536) continue;
    let run = null;
    try {
      run = functionOf(stage);
    } catch {}
    if (load(words, ${control.claim}) >>> 8 !== stage) continue;
    seen = stage;
    if (typeof run !== "function") continue;
    for (;;) {
      const now = load(words, ${control.claim});
      const next = now & 255;
      if (now >>> 8 !== stage || next >= chunks) break;
      if (compareExchange(words, ${control.claim}, now, now + 1) !== now) continue;
      const first = next * chunk;
      try {
        run(first, Math.min(first + chunk, count), block, arrays);
      } catch (error) {
        const text = String(error && error.message).slice(0, ${MOST_TEXT});
        for (let i = 0; i < text.length; i++) store(words, ${control.text} + i, text.charCodeAt(i));
        store(words, ${control.trap}, Math.max(1, text.length));
      }
      add(words, ${control.done}, 1);
      if (load(words, ${control.asleep}) !== 0) notify(words, ${control.done});
    }
  }
}`;

/** A helper thread that was started. */
export interface Helper {
  end(): void;
}

/** Whether threads can share memory: in Node, and in cross-origin isolated pages. */
export const canShare = (): boolean =>
  isNode() || (globalThis.crossOriginIsolated === true && typeof Worker === "function");

const isNode = (): boolean =>
  typeof process === "object" &&
  process.versions?.node !== undefined &&
  (process.versions as { bun?: string; deno?: string }).bun === undefined &&
  (process.versions as { bun?: string; deno?: string }).deno === undefined &&
  typeof process.getBuiltinModule === "function";

/** The number of processors; 1 if unknown. */
export const processors = (): number =>
  isNode()
    ? process.getBuiltinModule("node:os").availableParallelism()
    : (globalThis.navigator?.hardwareConcurrency ?? 1);

/** Starts helper number `me`. It keeps no process alive. If it fails, other threads do its work. */
export function startHelper(memory: WebAssembly.Memory, me: number): Helper {
  if (isNode()) {
    const { Worker: Thread } = process.getBuiltinModule("node:worker_threads");
    const worker = new Thread(
      `${loop}\nconst { memory, me } = require("node:worker_threads").workerData;\nhelp(memory, me);`,
      { eval: true, workerData: { memory, me }, execArgv: [], env: {}, name: `wgrad ${me}` },
    );
    worker.on("error", () => {});
    worker.unref();
    return { end: () => void worker.terminate() };
  }
  const text = `${loop}\nonmessage = ({ data }) => help(data.memory, data.me);`;
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(address, { name: `wgrad ${me}` });
  worker.onerror = (event) => event.preventDefault();
  worker.postMessage({ memory, me });
  return {
    end: () => {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
