import type { TypedArray } from "@wgrad/autograd";
import { RankEndedError } from "../../errors.ts";
import { HEADER_WORDS } from "../../protocol/header.ts";
import { arrayFor, kindOf, type ReduceOp } from "../../protocol/values.ts";
import { timeoutError } from "../timeout-error.ts";
import type { SharedSum, Transport } from "../transport.ts";
import type { Handle, Mpi } from "./library.ts";

const CALL_TAG = 1;
const TABLE_TAG = 2;
/** Maximum elements per call, because libmpi counts in 32 bits. */
const MAX_COUNT = 2 ** 28;
/**
 * Polls of a request per turn of the event loop, and turns before polling only once a millisecond.
 */
const POLLS = 20;
const TURNS = 2000;
/** Extra milliseconds for other ranks: rank 0 times out first and tells them who is missing. */
const EXTRA_WAIT = 3000;

/** A running libmpi call. */
class Request {
  readonly words: BigUint64Array = new BigUint64Array(16);
  /** Memory that libmpi reads or writes until the call is done. */
  readonly memory: unknown;
  done = false;
  readonly #mpi: Mpi;
  readonly #flag: [number] = [0];

  constructor(mpi: Mpi, memory: unknown, start: (words: BigUint64Array) => number) {
    this.#mpi = mpi;
    this.memory = memory;
    check(start(this.words));
  }

  test(): boolean {
    if (this.done) return true;
    check(this.#mpi.calls.test(this.words, this.#flag, this.#mpi.ignoreStatus));
    this.done = this.#flag[0] !== 0;
    return this.done;
  }
}

function check(code: number): void {
  if (code === 0) return;
  throw new RankEndedError(`libmpi: a call failed with code ${code}; a rank may have ended`);
}

/**
 * Transport between processes under mpirun. It uses nonblocking calls of libmpi, polled from the
 * event loop.
 */
export class MpiTransport implements Transport {
  readonly rank: number;
  readonly size: number;
  readonly #mpi: Mpi;
  readonly #comm: Handle;
  /** The ranks' numbers in the world. */
  readonly #ranks: readonly number[];
  #timeout = 0;
  #doing = "";

  constructor(mpi: Mpi, comm: Handle, ranks: readonly number[] | null = null) {
    this.#mpi = mpi;
    this.#comm = comm;
    this.rank = numberFrom((out) => mpi.calls.rank(comm, out));
    this.size = numberFrom((out) => mpi.calls.size(comm, out));
    this.#ranks = ranks ?? Array.from({ length: this.size }, (_, r) => r);
  }

  /** Rank 0 collects all headers and sends them to all ranks, so that it knows who is missing. */
  async agree(
    header: Int32Array<ArrayBuffer>,
    timeout: number,
    doing: string,
  ): Promise<Int32Array[]> {
    this.#timeout = timeout;
    this.#doing = doing;
    const table = new Int32Array(this.size * (HEADER_WORDS + 1));
    const place = (r: number): number => r * (HEADER_WORDS + 1);
    if (this.rank === 0) {
      table.set(header, place(0));
      table[HEADER_WORDS] = 1;
      const calls = this.#others().map((r) => ({
        r,
        request: this.#receive(r, HEADER_WORDS, CALL_TAG),
      }));
      const deadline = performance.now() + timeout;
      const all = await this.#until(
        () => calls.filter(({ request }) => !request.test()).length === 0,
        deadline,
      );
      for (const { r, request } of calls) {
        if (!request.done) continue;
        table.set(request.memory as Int32Array, place(r));
        table[place(r) + HEADER_WORDS] = 1;
      }
      const told = this.#others().map((r) => this.#send(r, table, TABLE_TAG));
      if (all) await this.#finish(() => told.every((request) => request.test()));
      else for (const request of told) request.test();
    } else {
      const told = this.#receive(0, table.length, TABLE_TAG);
      const call = this.#send(0, header, CALL_TAG);
      const deadline = performance.now() + timeout + EXTRA_WAIT;
      if (!(await this.#until(() => call.test() && told.test(), deadline)))
        throw timeoutError(doing, [this.#ranks[0] as number], timeout);
      table.set(told.memory as Int32Array);
    }
    const missing = this.#ranks.filter((_, r) => table[place(r) + HEADER_WORDS] !== 1);
    if (missing.length > 0) throw timeoutError(doing, missing, timeout);
    return this.#ranks.map((_, r) => table.slice(place(r), place(r) + HEADER_WORDS));
  }

  async allReduce(values: TypedArray, op: ReduceOp): Promise<void> {
    const { calls, datatypes, ops, inPlace } = this.#mpi;
    const type = datatypes[kindOf(values)];
    const how = ops[op === "avg" ? "sum" : op];
    for (const part of partsOf(values)) {
      await this.#complete(part, (words) =>
        calls.allReduce(inPlace, part, part.length, type, how, this.#comm, words),
      );
    }
    if (op === "avg") this.#average(values);
  }

  async reserve(kind: "f32" | "f64", length: number): Promise<SharedSum> {
    const own = new (arrayFor(kind))(length);
    const sum = async (): Promise<TypedArray> => {
      await this.allReduce(own, "sum");
      return own;
    };
    return { own, sum };
  }

  allReduceNow(
    header: Int32Array<ArrayBuffer>,
    values: TypedArray,
    timeout: number,
    checkHeaders: (headers: readonly Int32Array[]) => void,
  ): void {
    const { calls, datatypes, ops, inPlace } = this.#mpi;
    const all = new Int32Array(this.size * HEADER_WORDS);
    const { i32 } = datatypes;
    const deadline = performance.now() + timeout;
    const wait = (memory: unknown, begin: (words: BigUint64Array) => number): void => {
      const request = new Request(this.#mpi, memory, begin);
      while (!request.test()) {
        if (performance.now() < deadline) continue;
        const others = this.#ranks.filter((_, r) => r !== this.rank);
        throw timeoutError("SyncBatchNorm", others, timeout);
      }
    };
    wait([header, all], (words) =>
      calls.allGather(header, HEADER_WORDS, i32, all, HEADER_WORDS, i32, this.#comm, words),
    );
    checkHeaders(this.#ranks.map((_, r) => all.slice(r * HEADER_WORDS, (r + 1) * HEADER_WORDS)));
    for (const part of partsOf(values)) {
      const type = datatypes[kindOf(part)];
      wait(part, (words) =>
        calls.allReduce(inPlace, part, part.length, type, ops.sum, this.#comm, words),
      );
    }
  }

  async reduceScatter(values: TypedArray, own: TypedArray, op: ReduceOp): Promise<void> {
    const { calls, datatypes, ops } = this.#mpi;
    const how = ops[op === "avg" ? "sum" : op];
    const type = datatypes[kindOf(own)];
    await this.#complete([values, own], (words) =>
      calls.reduceScatter(values, own, own.length, type, how, this.#comm, words),
    );
    if (op === "avg") this.#average(own);
  }

  #average(values: TypedArray): void {
    for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / this.size;
  }

  async broadcast(bytes: Uint8Array, root: number): Promise<void> {
    const { calls, datatypes } = this.#mpi;
    for (const part of partsOf(bytes)) {
      await this.#complete(part, (words) =>
        calls.broadcast(part, part.length, datatypes.u8, root, this.#comm, words),
      );
    }
  }

  async allGather(own: Uint8Array, all: Uint8Array): Promise<void> {
    const { calls, datatypes } = this.#mpi;
    const { u8 } = datatypes;
    const most = Math.max(1, Math.floor(MAX_COUNT / this.size));
    for (let from = 0; from < own.length; from += most) {
      const part = own.subarray(from, from + most);
      const { length } = part;
      const parts = new Uint8Array(length * this.size);
      await this.#complete([part, parts], (words) =>
        calls.allGather(part, length, u8, parts, length, u8, this.#comm, words),
      );
      for (let r = 0; r < this.size; r++)
        all.set(parts.subarray(r * length, (r + 1) * length), r * own.length + from);
    }
  }

  async split(members: readonly number[], _timeout: number): Promise<Transport | null> {
    const own = members.indexOf(this.rank);
    const made = new BigUint64Array(1);
    const { calls, undefinedColor } = this.#mpi;
    check(calls.split(this.#comm, own < 0 ? undefinedColor : 0, Math.max(own, 0), made));
    if (own < 0) return null;
    const comm = this.#mpi.readHandle(made);
    return new MpiTransport(
      this.#mpi,
      comm,
      members.map((r) => this.#ranks[r] as number),
    );
  }

  async close(): Promise<void> {}

  #others(): number[] {
    return Array.from({ length: this.size - 1 }, (_, r) => r + 1);
  }

  #send(to: number, words: Int32Array, tag: number): Request {
    const { calls, datatypes } = this.#mpi;
    return new Request(this.#mpi, words, (request) =>
      calls.send(words, words.length, datatypes.i32, to, tag, this.#comm, request),
    );
  }

  #receive(from: number, count: number, tag: number): Request {
    const { calls, datatypes } = this.#mpi;
    const words = new Int32Array(count);
    return new Request(this.#mpi, words, (request) =>
      calls.receive(words, count, datatypes.i32, from, tag, this.#comm, request),
    );
  }

  /** Runs a collective after the headers agree. */
  #complete(memory: unknown, start: (words: BigUint64Array) => number): Promise<void> {
    const request = new Request(this.#mpi, memory, start);
    return this.#finish(() => request.test());
  }

  async #finish(isDone: () => boolean): Promise<void> {
    if (await this.#until(isDone, performance.now() + this.#timeout)) return;
    throw timeoutError(
      `${this.#doing} (its values)`,
      this.#ranks.filter((_, r) => r !== this.rank),
      this.#timeout,
    );
  }

  /** Polls between turns of the event loop; returns false after the deadline. */
  async #until(isDone: () => boolean, deadline: number): Promise<boolean> {
    for (let turns = 0; ; turns++) {
      for (let polls = 0; polls < POLLS; polls++) if (isDone()) return true;
      if (performance.now() > deadline) return false;
      await new Promise<void>((resolve) => {
        if (turns < TURNS) setImmediate(resolve);
        else setTimeout(resolve, 1);
      });
    }
  }
}

function numberFrom(ask: (out: [number]) => number): number {
  const out: [number] = [0];
  check(ask(out));
  return out[0];
}

/** Parts of the values that fit into one call. */
function partsOf<T extends TypedArray>(values: T): T[] {
  const parts: T[] = [];
  for (let from = 0; from < values.length; from += MAX_COUNT)
    parts.push(values.subarray(from, from + MAX_COUNT) as T);
  return parts;
}
