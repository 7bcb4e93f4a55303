import { argument, CLOSED, control } from "./control.ts";
import type { CompiledFunction } from "./functions.ts";
import { type Helper, startHelper } from "./helper.ts";
import type { Memory } from "./memory.ts";

/** How often the caller polls for the helpers' last chunks before it sleeps. */
const POLLS = 1000;
/** Chunks after which helpers are started; short programs do not need them. */
const ALONE = 150;

/** A stage that is computed in chunks. */
export interface Shared {
  readonly run: CompiledFunction;
  readonly count: number;
  readonly chunk: number;
  readonly block: number;
}

/**
 * Threads that compute chunks of stages beside the caller. They claim chunks one by one, so nobody
 * waits for a late thread. The thread that computes a chunk does not change its bits.
 */
export class Threads {
  /** The number of threads, the caller included. */
  readonly count: number;
  readonly #memory: Memory;
  readonly #words: Int32Array;
  readonly #helpers: Helper[] = [];
  readonly #sleeps: boolean;
  #started = false;
  #stage = 0;
  #chunks = 0;
  /** Chunks that helpers have computed. */
  helped = 0;

  constructor(memory: Memory, count: number) {
    this.#memory = memory;
    this.count = count;
    this.#words = new Int32Array(memory.memory.buffer, 0, control.end);
    this.#sleeps = mayWait(this.#words);
  }

  /** Runs all chunks of a stage. `arrays` is the address of `arrayBytes` bytes for each thread. */
  run({ run, count, chunk, block }: Shared, arrays: number, arrayBytes: number): void {
    const words = this.#words;
    const chunks = Math.ceil(count / chunk);
    if (!this.#started) this.#count(chunks);
    this.#stage = (this.#stage + 1) & 0xffffff;
    const stage = this.#stage << 8;
    const { module } = run;
    // no chunk may be claimed until all arguments are written
    Atomics.store(words, control.claim, stage | CLOSED);
    this.#give(argument.module, module.id);
    this.#give(argument.address, module.place?.address ?? 0);
    this.#give(argument.bytes, module.bytes);
    this.#give(argument.index, run.index);
    this.#give(argument.count, count);
    this.#give(argument.chunk, chunk);
    this.#give(argument.chunks, chunks);
    this.#give(argument.block, block);
    this.#give(argument.arrays, arrays);
    this.#give(argument.arrayBytes, arrayBytes);
    this.#give(argument.pages, this.#memory.memory.buffer.byteLength / 2 ** 16);
    Atomics.store(words, control.done, 0);
    Atomics.store(words, control.trap, 0);
    Atomics.store(words, control.claim, stage);
    Atomics.notify(words, control.claim);
    let own = 0;
    try {
      for (let next = this.#claim(chunks); next < chunks; next = this.#claim(chunks)) {
        own++;
        const first = next * chunk;
        run.compute(first, Math.min(first + chunk, count), block, arrays);
      }
    } finally {
      const claimed = Atomics.exchange(words, control.claim, stage | CLOSED) & 255;
      this.#wait(claimed - own);
      this.helped += claimed - own;
    }
    const trap = Atomics.load(words, control.trap);
    if (trap !== 0) {
      const text = words.slice(control.text, control.text + trap);
      throw new WebAssembly.RuntimeError(String.fromCharCode(...text));
    }
  }

  #give(place: number, value: number): void {
    Atomics.store(this.#words, control.argument + place, value);
  }

  #claim(chunks: number): number {
    for (;;) {
      const word = Atomics.load(this.#words, control.claim);
      const next = word & 255;
      if (next >= chunks) return next;
      if (Atomics.compareExchange(this.#words, control.claim, word, word + 1) === word) return next;
    }
  }

  /** Waits until helpers have finished `chunks` chunks. */
  #wait(chunks: number): void {
    const words = this.#words;
    for (let polls = 0; ; polls++) {
      const done = Atomics.load(words, control.done);
      if (done >= chunks) return;
      if (polls < POLLS || !this.#sleeps) continue;
      Atomics.store(words, control.asleep, 1);
      Atomics.wait(words, control.done, done);
      Atomics.store(words, control.asleep, 0);
    }
  }

  #count(chunks: number): void {
    this.#chunks += chunks;
    if (this.#chunks < ALONE) return;
    this.#started = true;
    try {
      for (let me = 1; me < this.count; me++)
        this.#helpers.push(startHelper(this.#memory.memory, me));
    } catch {
      // a policy forbids workers, so the caller computes alone
    }
  }

  dispose(): void {
    this.#started = true;
    for (const helper of this.#helpers.splice(0)) helper.end();
  }
}

/** Whether this thread may sleep; a page's main thread may not. */
function mayWait(words: Int32Array): boolean {
  try {
    Atomics.wait(words, control.done, -1, 0);
    return true;
  } catch {
    return false;
  }
}
