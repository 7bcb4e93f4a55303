import { BroadcastChannel } from "node:worker_threads";
import type { TypedArray } from "@wgrad/autograd";
import { RankEndedError } from "../errors.ts";
import { HEADER_WORDS } from "../protocol/header.ts";
import { reduceInto } from "../protocol/reduce.ts";
import type { ReduceOp } from "../protocol/values.ts";
import { lateError } from "./late.ts";
import type { Transport } from "./transport.ts";

/** Bytes of a rank's own stretch: longer values go in several rounds. */
const STRETCH = 2 ** 22;
/** Looks at a word before a rank sleeps on it, and milliseconds that it sleeps before it looks whether the others live. */
const LOOKS = 500;
const NAP = 100;

/** What becomes of a rank, as the launcher knows. */
const RUNNING = 0;
export const ENDED = 1;
export const FAILED = 2;

/** The memory that the ranks of one group share. */
export interface SharedGroup {
  /** Names what the group sends beside: equal for its ranks, and no other group's. */
  readonly id: string;
  /** The ranks' numbers in the world. */
  readonly ranks: readonly number[];
  /** RUNNING, ENDED or FAILED of every rank in the world. */
  readonly status: Int32Array;
  /** How many times each rank has arrived. */
  readonly arrived: Int32Array;
  /** Two headers a rank: of this collective and of the one before. */
  readonly headers: Int32Array;
  /** Every rank's stretch, and behind them one for what they come to. */
  readonly data: SharedArrayBuffer;
}

/** Memory for the group of these ranks. Pages that nobody writes take no room. */
export function shareMemory(id: string, ranks: readonly number[], status: Int32Array): SharedGroup {
  const words = (count: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * count));
  return {
    id,
    ranks,
    status,
    arrived: words(ranks.length),
    headers: words(2 * ranks.length * HEADER_WORDS),
    data: new SharedArrayBuffer((ranks.length + 1) * STRETCH),
  };
}

interface Waited {
  readonly async: boolean;
  readonly value: string | Promise<string>;
}
type WaitAsync = (words: Int32Array, index: number, value: number, timeout: number) => Waited;
const { waitAsync } = Atomics as unknown as { waitAsync?: WaitAsync };

/** Resolves when the word has changed, or after a nap. */
async function changed(words: Int32Array, index: number, value: number): Promise<void> {
  if (waitAsync === undefined) {
    await new Promise((resolve) =>
      setTimeout(resolve, Atomics.load(words, index) === value ? 1 : 0),
    );
    return;
  }
  const waited = waitAsync(words, index, value, NAP);
  if (waited.async) await waited.value;
}

/** Ranks as threads of one process: values go through memory that all see, and are reduced in the order of the ranks. */
export class ThreadsTransport implements Transport {
  readonly rank: number;
  readonly size: number;
  readonly #memory: SharedGroup;
  readonly #stretches: readonly Uint8Array[];
  /** Times this rank has arrived. */
  #phase = 0;
  #collectives = 0;
  #splits = 0;
  /** Others may still read this rank's stretch. */
  #shown = false;
  #doing = "";
  #timeout = 0;
  /** A promise of Atomics keeps no thread alive; this does while one is awaited. */
  readonly #alive: NodeJS.Timeout;

  constructor(memory: SharedGroup, rank: number) {
    this.rank = rank;
    this.size = memory.ranks.length;
    this.#memory = memory;
    this.#stretches = Array.from(
      { length: this.size + 1 },
      (_, r) => new Uint8Array(memory.data, r * STRETCH, STRETCH),
    );
    this.#alive = setInterval(() => {}, NAP / 2).unref();
  }

  async agree(
    header: Int32Array<ArrayBuffer>,
    timeout: number,
    doing: string,
  ): Promise<Int32Array[]> {
    const headers = this.#announce(header, timeout, doing);
    await this.#barrier();
    this.#shown = false;
    return headers();
  }

  /** Writes this rank's header; gives what reads all of them once all have arrived. */
  #announce(header: Int32Array, timeout: number, doing: string): () => Int32Array[] {
    this.#timeout = timeout;
    this.#doing = doing;
    const { headers } = this.#memory;
    const half = (this.#collectives++ % 2) * this.size;
    const place = (r: number): number => (half + r) * HEADER_WORDS;
    headers.set(header, place(this.rank));
    return () =>
      Array.from({ length: this.size }, (_, r) => headers.slice(place(r), place(r) + HEADER_WORDS));
  }

  /** Waits until all have read what was shown to them. */
  async #takeBack(): Promise<void> {
    if (this.#shown) await this.#barrier();
    this.#shown = false;
  }

  async allReduce(values: TypedArray, op: ReduceOp): Promise<void> {
    await this.#takeBack();
    const rounds = this.#reduce(values, op);
    while (!rounds.next().done) await this.#barrier();
  }

  allReduceNow(
    header: Int32Array<ArrayBuffer>,
    values: TypedArray,
    timeout: number,
    check: (headers: readonly Int32Array[]) => void,
  ): void {
    const headers = this.#announce(header, timeout, "SyncBatchNorm");
    this.#barrierNow();
    this.#shown = false;
    check(headers());
    const rounds = this.#reduce(values, "sum");
    while (!rounds.next().done) this.#barrierNow();
  }

  /** One yield is one barrier. Every rank reduces a part of each stretch. */
  *#reduce(values: TypedArray, op: ReduceOp): Generator<void, void, void> {
    const most = STRETCH / values.BYTES_PER_ELEMENT;
    for (let from = 0; from < values.length; from += most) {
      const count = Math.min(most, values.length - from);
      const parts = this.#stretches.map((_, r) => this.#elements(r, values).subarray(0, count));
      const total = parts.pop() as TypedArray;
      const own = values.subarray(from, from + count);
      (parts[this.rank] as TypedArray).set(own);
      yield;
      const [start, end] = [this.rank, this.rank + 1].map((r) =>
        Math.floor((count * r) / this.size),
      ) as [number, number];
      reduceInto(total, parts, op, start, end);
      yield;
      own.set(total);
    }
  }

  async reduceScatter(values: TypedArray, own: TypedArray, op: ReduceOp): Promise<void> {
    const { size, rank } = this;
    const most = Math.floor(STRETCH / values.BYTES_PER_ELEMENT / size);
    await this.#takeBack();
    for (let from = 0; from < own.length; from += most) {
      const count = Math.min(most, own.length - from);
      const stretch = this.#elements(this.rank, values);
      for (let r = 0; r < size; r++) {
        const start = r * own.length + from;
        stretch.set(values.subarray(start, start + count), r * count);
      }
      await this.#barrier();
      const parts = Array.from({ length: size }, (_, r) =>
        this.#elements(r, values).subarray(rank * count, (rank + 1) * count),
      );
      reduceInto(own.subarray(from, from + count), parts, op, 0, count);
      await this.#barrier();
    }
  }

  /** A rank's stretch as elements like these. */
  #elements(rank: number, like: TypedArray): TypedArray {
    const { buffer, byteOffset } = this.#stretches[rank] as Uint8Array;
    const Values = like.constructor as new (
      buffer: ArrayBufferLike,
      byteOffset: number,
      length: number,
    ) => TypedArray;
    return new Values(buffer, byteOffset, STRETCH / like.BYTES_PER_ELEMENT);
  }

  async broadcast(bytes: Uint8Array, root: number): Promise<void> {
    const source = this.#stretches[root] as Uint8Array;
    for (let from = 0; from < bytes.length; from += STRETCH) {
      const part = bytes.subarray(from, from + STRETCH);
      await this.#takeBack();
      if (this.rank === root) source.set(part);
      await this.#barrier();
      this.#shown = true;
      if (this.rank !== root) part.set(source.subarray(0, part.length));
    }
  }

  async allGather(own: Uint8Array, all: Uint8Array): Promise<void> {
    for (let from = 0; from < own.length; from += STRETCH) {
      const part = own.subarray(from, from + STRETCH);
      await this.#takeBack();
      (this.#stretches[this.rank] as Uint8Array).set(part);
      await this.#barrier();
      this.#shown = true;
      for (let r = 0; r < this.size; r++) {
        const source = this.#stretches[r] as Uint8Array;
        all.set(source.subarray(0, part.length), r * own.length + from);
      }
    }
  }

  async split(members: readonly number[], timeout: number): Promise<Transport | null> {
    const { id, ranks, status } = this.#memory;
    const name = `${id}.${this.#splits++}`;
    this.#timeout = timeout;
    this.#doing = "newGroup";
    const own = members.indexOf(this.rank);
    if (own < 0) {
      await this.#barrier();
      return null;
    }
    // memory goes to the other ranks by a message, which those hear that listen already
    const channel = new BroadcastChannel(name);
    try {
      if (own === 0) {
        const memory = shareMemory(
          name,
          members.map((r) => ranks[r] as number),
          status,
        );
        await this.#barrier();
        channel.postMessage(memory);
        return new ThreadsTransport(memory, 0);
      }
      const heard = new Promise<SharedGroup>((resolve) => {
        channel.onmessage = (event) => resolve((event as { data: SharedGroup }).data);
      });
      await this.#barrier();
      return new ThreadsTransport(await heard, own);
    } finally {
      channel.close();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#alive);
  }

  /** Resolves when all ranks have arrived as often as this one. */
  async #barrier(): Promise<void> {
    this.#arrive();
    const { arrived } = this.#memory;
    const deadline = performance.now() + this.#timeout;
    let awaiting = false;
    try {
      for (let r = 0; r < this.size; r++) {
        for (let looks = 0; ; looks++) {
          const value = Atomics.load(arrived, r);
          if (value - this.#phase >= 0) break;
          if (looks < LOOKS) continue;
          this.#checkAlive(r, deadline);
          if (!awaiting) this.#alive.ref();
          awaiting = true;
          await changed(arrived, r, value);
        }
      }
    } finally {
      if (awaiting) this.#alive.unref();
    }
  }

  /** The same, while the thread stands still. */
  #barrierNow(): void {
    this.#arrive();
    const { arrived } = this.#memory;
    const deadline = performance.now() + this.#timeout;
    for (let r = 0; r < this.size; r++) {
      for (;;) {
        const value = Atomics.load(arrived, r);
        if (value - this.#phase >= 0) break;
        this.#checkAlive(r, deadline);
        Atomics.wait(arrived, r, value, NAP);
      }
    }
  }

  #arrive(): void {
    const { arrived } = this.#memory;
    Atomics.store(arrived, this.rank, ++this.#phase);
    Atomics.notify(arrived, this.rank);
  }

  /** Throws if rank `r`, which is waited for, cannot come, or is late. */
  #checkAlive(r: number, deadline: number): void {
    const { ranks, status, arrived } = this.#memory;
    const late = (n: number): boolean => Atomics.load(arrived, n) - this.#phase < 0;
    const state = Atomics.load(status, ranks[r] as number);
    if (state !== RUNNING && late(r)) {
      throw new RankEndedError(
        `${this.#doing}: rank ${ranks[r]} ${state === FAILED ? "has failed" : "has ended"}, and rank ${ranks[this.rank]} waits for it` +
          (state === FAILED ? "" : "\n  hint: all ranks take the same number of steps"),
      );
    }
    if (performance.now() < deadline) return;
    const missing = ranks.filter((_, n) => late(n));
    throw lateError(this.#doing, missing, this.#timeout);
  }
}
