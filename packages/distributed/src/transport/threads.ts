import { BroadcastChannel } from "node:worker_threads";
import type { TypedArray } from "@wgrad/autograd";
import { RankEndedError } from "../errors.ts";
import { HEADER_WORDS } from "../protocol/header.ts";
import { reduceInto } from "../protocol/reduce.ts";
import { arrayFor, type ReduceOp } from "../protocol/values.ts";
import { timeoutError } from "./timeout-error.ts";
import type { SharedSum, Transport } from "./transport.ts";

/** Bytes of a rank's chunk of shared memory. Longer values take several rounds. */
const CHUNK = 2 ** 22;
/**
 * Polls of a word before a rank sleeps on it, and milliseconds of sleep before it checks that the
 * others are alive.
 */
const POLLS = 500;
const SLEEP = 100;

/** Status of a rank, set by the launcher. */
const RUNNING = 0;
export const ENDED = 1;
export const FAILED = 2;

/** Memory that the ranks of a group share. */
export interface SharedGroup {
  /** Unique name of the group's messages. */
  readonly id: string;
  /** The ranks' numbers in the world. */
  readonly ranks: readonly number[];
  /** RUNNING, ENDED or FAILED for every rank in the world. */
  readonly status: Int32Array;
  /** Number of barriers that each rank has reached. */
  readonly arrived: Int32Array;
  /** Two headers per rank: of this collective and of the previous one. */
  readonly headers: Int32Array;
  /** One chunk per rank, followed by one for the result. */
  readonly data: SharedArrayBuffer;
}

/** Allocates memory for a group of ranks. Unused pages take no physical memory. */
export function shareMemory(id: string, ranks: readonly number[], status: Int32Array): SharedGroup {
  const words = (count: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * count));
  return {
    id,
    ranks,
    status,
    arrived: words(ranks.length),
    headers: words(2 * ranks.length * HEADER_WORDS),
    data: new SharedArrayBuffer((ranks.length + 1) * CHUNK),
  };
}

interface Waited {
  readonly async: boolean;
  readonly value: string | Promise<string>;
}
type WaitAsync = (words: Int32Array, index: number, value: number, timeout: number) => Waited;
const { waitAsync } = Atomics as unknown as { waitAsync?: WaitAsync };

/** Resolves when the word has changed, or after a timeout. */
async function changed(words: Int32Array, index: number, value: number): Promise<void> {
  if (waitAsync === undefined) {
    await new Promise((resolve) =>
      setTimeout(resolve, Atomics.load(words, index) === value ? 1 : 0),
    );
    return;
  }
  const waited = waitAsync(words, index, value, SLEEP);
  if (waited.async) await waited.value;
}

/**
 * Transport between threads of one process. Values go through shared memory and are reduced in rank
 * order.
 */
export class ThreadsTransport implements Transport {
  readonly rank: number;
  readonly size: number;
  readonly #memory: SharedGroup;
  readonly #chunks: readonly Uint8Array[];
  /** Number of barriers that this rank has reached. */
  #phase = 0;
  #collectives = 0;
  /** Number of memories that were given. */
  #given = 0;
  /** Whether other ranks may still read this rank's chunk. */
  #published = false;
  #doing = "";
  #timeout = 0;
  /** Timer that keeps the thread alive while it awaits Atomics.waitAsync, whose promises do not. */
  readonly #alive: NodeJS.Timeout;

  constructor(memory: SharedGroup, rank: number) {
    this.rank = rank;
    this.size = memory.ranks.length;
    this.#memory = memory;
    this.#chunks = Array.from(
      { length: this.size + 1 },
      (_, r) => new Uint8Array(memory.data, r * CHUNK, CHUNK),
    );
    this.#alive = setInterval(() => {}, SLEEP / 2).unref();
  }

  async agree(
    header: Int32Array<ArrayBuffer>,
    timeout: number,
    doing: string,
  ): Promise<Int32Array[]> {
    const headers = this.#announce(header, timeout, doing);
    await this.#barrier();
    this.#published = false;
    return headers();
  }

  /** Writes this rank's header. Returns a function that reads all headers after the barrier. */
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

  /** Waits until all ranks have read the published values. */
  async #waitForReaders(): Promise<void> {
    if (this.#published) await this.#barrier();
    this.#published = false;
  }

  async allReduce(values: TypedArray, op: ReduceOp): Promise<void> {
    await this.#waitForReaders();
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
    this.#published = false;
    check(headers());
    const rounds = this.#reduce(values, "sum");
    while (!rounds.next().done) this.#barrierNow();
  }

  /** Each yield is a barrier. Every rank reduces a part of each chunk. */
  *#reduce(values: TypedArray, op: ReduceOp): Generator<void, void, void> {
    const most = CHUNK / values.BYTES_PER_ELEMENT;
    for (let from = 0; from < values.length; from += most) {
      const count = Math.min(most, values.length - from);
      const parts = this.#chunks.map((_, r) => this.#elements(r, values).subarray(0, count));
      const total = parts.pop() as TypedArray;
      const own = values.subarray(from, from + count);
      (parts[this.rank] as TypedArray).set(own);
      yield;
      this.#reducePart(total, parts, op, count);
      yield;
      own.set(total);
    }
  }

  /** Reduces this rank's share of the elements. */
  #reducePart(total: TypedArray, parts: readonly TypedArray[], op: ReduceOp, count: number): void {
    const { rank, size } = this;
    const [start, end] = [rank, rank + 1].map((r) => Math.floor((count * r) / size));
    reduceInto(total, parts, op, start as number, end as number);
  }

  /** Every rank reads the others' values where these wrote them: nothing is copied. */
  async reserve(kind: "f32" | "f64", length: number): Promise<SharedSum> {
    const Values = arrayFor(kind);
    const bytes = length * Values.BYTES_PER_ELEMENT;
    const memory = await this.#give(() => new SharedArrayBuffer((this.size + 1) * bytes));
    const parts: TypedArray[] = Array.from(
      { length: this.size + 1 },
      (_, r) => new Values(memory as unknown as ArrayBuffer, r * bytes, length),
    );
    const total = parts.pop() as TypedArray;
    const sum = async (): Promise<TypedArray> => {
      // the ranks have agreed, so that all values are written
      this.#reducePart(total, parts, "sum", length);
      await this.#barrier();
      return total;
    };
    return { own: parts[this.rank] as TypedArray, sum };
  }

  async reduceScatter(values: TypedArray, own: TypedArray, op: ReduceOp): Promise<void> {
    const { size, rank } = this;
    const most = Math.floor(CHUNK / values.BYTES_PER_ELEMENT / size);
    await this.#waitForReaders();
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

  /** A rank's chunk as a typed array like `like`. */
  #elements(rank: number, like: TypedArray): TypedArray {
    const { buffer, byteOffset } = this.#chunks[rank] as Uint8Array;
    const Values = like.constructor as new (
      buffer: ArrayBufferLike,
      byteOffset: number,
      length: number,
    ) => TypedArray;
    return new Values(buffer, byteOffset, CHUNK / like.BYTES_PER_ELEMENT);
  }

  async broadcast(bytes: Uint8Array, root: number): Promise<void> {
    const source = this.#chunks[root] as Uint8Array;
    for (let from = 0; from < bytes.length; from += CHUNK) {
      const part = bytes.subarray(from, from + CHUNK);
      await this.#waitForReaders();
      if (this.rank === root) source.set(part);
      await this.#barrier();
      this.#published = true;
      if (this.rank !== root) part.set(source.subarray(0, part.length));
    }
  }

  async allGather(own: Uint8Array, all: Uint8Array): Promise<void> {
    for (let from = 0; from < own.length; from += CHUNK) {
      const part = own.subarray(from, from + CHUNK);
      await this.#waitForReaders();
      (this.#chunks[this.rank] as Uint8Array).set(part);
      await this.#barrier();
      this.#published = true;
      for (let r = 0; r < this.size; r++) {
        const source = this.#chunks[r] as Uint8Array;
        all.set(source.subarray(0, part.length), r * own.length + from);
      }
    }
  }

  async split(members: readonly number[], timeout: number): Promise<Transport | null> {
    const { id, ranks, status } = this.#memory;
    this.#timeout = timeout;
    this.#doing = "newGroup";
    const make = (): SharedGroup => {
      const numbers = members.map((r) => ranks[r] as number);
      return shareMemory(`${id}.${this.#given}`, numbers, status);
    };
    const memory = await this.#give(make, members);
    return memory === null ? null : new ThreadsTransport(memory, members.indexOf(this.rank));
  }

  /** Gives all members the memory that the first of them makes; null to other ranks. */
  async #give<T>(make: () => T, members?: undefined): Promise<T>;
  async #give<T>(make: () => T, members: readonly number[]): Promise<T | null>;
  async #give<T>(make: () => T, members?: readonly number[]): Promise<T | null> {
    const own = members === undefined ? this.rank : members.indexOf(this.rank);
    const channel = new BroadcastChannel(`${this.#memory.id}.${++this.#given}`);
    try {
      const heard = new Promise<T>((resolve) => {
        channel.onmessage = (event) => resolve((event as { data: T }).data);
      });
      const memory = own === 0 ? make() : null;
      // post it after the barrier, when the other ranks are listening
      await this.#barrier();
      if (own !== 0) return own < 0 ? null : await heard;
      channel.postMessage(memory);
      return memory;
    } finally {
      channel.close();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#alive);
  }

  /** Resolves when all ranks have reached this barrier. */
  async #barrier(): Promise<void> {
    this.#arrive();
    const { arrived } = this.#memory;
    const deadline = performance.now() + this.#timeout;
    let awaiting = false;
    try {
      for (let r = 0; r < this.size; r++) {
        for (let polls = 0; ; polls++) {
          const value = Atomics.load(arrived, r);
          if (value - this.#phase >= 0) break;
          if (polls < POLLS) continue;
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

  /** The same, blocking the thread. */
  #barrierNow(): void {
    this.#arrive();
    const { arrived } = this.#memory;
    const deadline = performance.now() + this.#timeout;
    for (let r = 0; r < this.size; r++) {
      for (;;) {
        const value = Atomics.load(arrived, r);
        if (value - this.#phase >= 0) break;
        this.#checkAlive(r, deadline);
        Atomics.wait(arrived, r, value, SLEEP);
      }
    }
  }

  #arrive(): void {
    const { arrived } = this.#memory;
    Atomics.store(arrived, this.rank, ++this.#phase);
    Atomics.notify(arrived, this.rank);
  }

  /** Throws if rank `r` has ended or is late. */
  #checkAlive(r: number, deadline: number): void {
    const { ranks, status, arrived } = this.#memory;
    const late = (n: number): boolean => Atomics.load(arrived, n) - this.#phase < 0;
    const state = Atomics.load(status, ranks[r] as number);
    if (state !== RUNNING && late(r)) {
      throw new RankEndedError(
        `${this.#doing}: rank ${ranks[r]} ${state === FAILED ? "has failed" : "has ended"}, but rank ${ranks[this.rank]} waits for it` +
          (state === FAILED ? "" : "\n  hint: take the same number of steps on all ranks"),
      );
    }
    if (performance.now() < deadline) return;
    const missing = ranks.filter((_, n) => late(n));
    throw timeoutError(this.#doing, missing, this.#timeout);
  }
}
