import type { BroadcastChannel, Worker } from "node:worker_threads";

/** Milliseconds that a thread has to close its devices. */
const GRACE = 10_000;

/** What the threads of a process tell each other. */
type News =
  | { readonly says: "opened"; readonly thread: number; readonly closed: Int32Array }
  | { readonly says: "asks" }
  | { readonly says: "close" | "closed"; readonly thread: number };

/**
 * Lets threads end while they work on WebGPU: without it Dawn ends the process with them. From now
 * on `terminate()` of a worker thread waits until it has closed its devices, and so does the end of
 * the process. A thread that opens WebGPU calls it by itself; one that only starts such threads
 * calls it first.
 */
export function watchThreads(): void {
  watched();
}

/** What Dawn promises; this thread does not end before it has settled and is closed. */
export function hold<Opened>(opening: Promise<Opened>): Promise<Opened> {
  watched().hold(opening);
  return opening;
}

const key = Symbol.for("@wgrad/dawn/threads");

/** This thread's watch, which is the program's: a test runner may load this module again. */
function watched(): ThreadWatch {
  const root = globalThis as { [key]?: ThreadWatch };
  root[key] ??= new ThreadWatch();
  return root[key];
}

class ThreadWatch {
  readonly #threads = process.getBuiltinModule("node:worker_threads");
  readonly #channel: BroadcastChannel;
  readonly #openings = new Set<Promise<unknown>>();
  readonly #devices = new Set<WeakRef<GPUDevice>>();
  #hasOpened = false;
  /** 1 once this thread's devices are closed. */
  readonly #closed = new Int32Array(new SharedArrayBuffer(4));
  /** The same of other threads that have devices. */
  readonly #others = new Map<number, Int32Array>();
  /** To be called once a thread has closed its devices. */
  readonly #waiting = new Map<number, () => void>();

  constructor() {
    this.#channel = new this.#threads.BroadcastChannel("@wgrad/dawn");
    this.#channel.onmessage = (event: unknown) => this.#hear((event as { data: News }).data);
    this.#channel.unref();
    this.#wrapTerminate();
    if (this.#threads.isMainThread) process.on("exit", () => this.#closeOthers());
    else {
      this.#closeBeforeErrors();
      process.on("exit", () => this.#sayClosed());
    }
    this.#tell({ says: "asks" });
  }

  hold(opening: Promise<unknown>): void {
    if (this.#threads.isMainThread) return;
    this.#openings.add(opening);
    const settled = (opened: unknown): void => {
      this.#openings.delete(opening);
      if (isDevice(opened)) this.#devices.add(new WeakRef(opened));
    };
    opening.then(settled, settled);
    if (this.#hasOpened) return;
    this.#hasOpened = true;
    this.#announce();
  }

  #tell(news: News): void {
    this.#channel.postMessage(news);
  }

  #hear(news: News): void {
    if (news.says === "opened") this.#others.set(news.thread, news.closed);
    else if (news.says === "closed") this.#waiting.get(news.thread)?.();
    else if (news.says === "asks") this.#announce();
    else if (news.thread === this.#threads.threadId) void this.#leave();
  }

  /** Hears what was said, without a turn of the event loop. */
  #hearAll(): void {
    for (;;) {
      // BroadcastChannel is documented here, and missing in the types
      const said = this.#threads.receiveMessageOnPort(this.#channel as never);
      if (said === undefined) return;
      this.#hear(said.message as News);
    }
  }

  #announce(): void {
    if (!this.#hasOpened) return;
    this.#tell({ says: "opened", thread: this.#threads.threadId, closed: this.#closed });
  }

  /** Closes this thread's devices, and waits until Dawn has settled its promises. */
  async #close(): Promise<void> {
    await Promise.allSettled(this.#openings);
    for (const device of this.#devices) device.deref()?.destroy();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  #sayClosed(): void {
    Atomics.store(this.#closed, 0, 1);
    Atomics.notify(this.#closed, 0);
  }

  /** Ends this thread's work for a thread that is about to terminate it. */
  async #leave(): Promise<void> {
    // what fails from here on is of no interest: the work was to be given up
    for (const event of ["uncaughtException", "unhandledRejection"]) {
      process.removeAllListeners(event).on(event, () => {});
    }
    await this.#close();
    this.#sayClosed();
    this.#tell({ says: "closed", thread: this.#threads.threadId });
    Atomics.wait(this.#closed, 0, 1); // until it is terminated
  }

  #wrapTerminate(): void {
    const { terminate } = this.#threads.Worker.prototype;
    const closed = (worker: Worker): Promise<void> => this.#closeOther(worker);
    this.#threads.Worker.prototype.terminate = async function (this: Worker) {
      await closed(this);
      return terminate.call(this);
    };
  }

  /** Asks a worker to close its devices; returns once it has, or is gone, or is late. */
  async #closeOther(worker: Worker): Promise<void> {
    this.#hearAll();
    const thread = worker.threadId;
    if (!this.#others.delete(thread)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GRACE);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#waiting.set(thread, done);
      worker.once("exit", done);
      this.#tell({ says: "close", thread });
    });
    this.#waiting.delete(thread);
  }

  /** The same of all threads, for the end of the process. */
  #closeOthers(): void {
    this.#hearAll();
    for (const thread of this.#others.keys()) this.#tell({ says: "close", thread });
    for (const closed of this.#others.values()) Atomics.wait(closed, 0, 0, GRACE);
  }

  /** An error that nobody caught ends a worker only after its devices are closed. */
  #closeBeforeErrors(): void {
    let isEnding = false;
    const end = (error: unknown): void => {
      if (isEnding || process.listenerCount("uncaughtException") > 1) return;
      isEnding = true;
      void this.#close().then(() => {
        process.off("uncaughtException", end);
        setImmediate(() => {
          throw error;
        });
      });
    };
    process.on("uncaughtException", end);
  }
}

const isDevice = (opened: unknown): opened is GPUDevice =>
  typeof (opened as Partial<GPUDevice> | null)?.destroy === "function";
