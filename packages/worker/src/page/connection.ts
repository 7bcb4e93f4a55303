import { type Endpoint, type Remote, releaseProxy, wrap } from "comlink";
import { type ErrorClass, errorOf } from "../protocol/errors.ts";
import { type NodePort, nodeEndpoint } from "../protocol/node-endpoint.ts";
import type {
  Answer,
  Checkpoint,
  Frame,
  Loading,
  News,
  Opened,
  Pace,
  Session,
  Wanted,
} from "../protocol/protocol.ts";

/** A worker of a browser, of Deno or of Bun. */
export interface WebWorker {
  postMessage(message: unknown, transfer: never[]): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
  terminate(): void;
}

/** A thread of `node:worker_threads`. */
export interface NodeThread extends NodePort {
  terminate(): Promise<number>;
}

/** The worker could not be loaded, does not answer, or is gone. */
export class WorkerError extends Error {
  override readonly name: string = "WorkerError";
}

/** Milliseconds that a worker has to release what it holds before it is terminated. */
const GRACE = 1000;

type Answering = {
  [Name in keyof Session]: (...args: Parameters<Session[Name]>) => Promise<Answer<unknown>>;
};

const isThread = (worker: WebWorker | NodeThread): worker is NodeThread =>
  !("addEventListener" in worker) && "on" in worker;

/** A session in a worker of its own; `close` ends it, with all it holds. */
export class Connection implements Session {
  readonly #worker: WebWorker | NodeThread;
  readonly #remote: Remote<Answering>;
  readonly #known: readonly ErrorClass[];
  /** Rejects when the worker is gone. */
  readonly #gone: Promise<never>;
  #lose: (error: Error) => void = () => {};
  readonly #serves: Promise<void>;
  #closing: Promise<void> | null = null;
  #isGone = false;

  constructor(
    worker: WebWorker | NodeThread,
    known: readonly ErrorClass[],
    onLoading: (loading: Loading) => void,
  ) {
    this.#worker = worker;
    this.#known = known;
    this.#gone = new Promise((_, reject) => {
      this.#lose = (error) => {
        this.#isGone = true;
        reject(error);
      };
    });
    this.#gone.catch(() => undefined);
    let serves: () => void = () => {};
    this.#serves = new Promise((resolve) => {
      serves = resolve;
    });
    const hear = (message: Partial<News> | null): void => {
      if (message?.wgrad === "serves") serves();
      else if (message?.wgrad === "loading") onLoading(message.loading as Loading);
      else if (message?.wgrad === "fails" && message.error !== undefined) {
        this.#lose(this.#ended(errorOf(message.error, known)));
      }
    };
    if (isThread(worker)) this.#listenToThread(worker, hear);
    else this.#listenToWeb(worker, hear);
    const endpoint = isThread(worker) ? nodeEndpoint(worker) : (worker as unknown as Endpoint);
    this.#remote = wrap<Answering>(endpoint);
  }

  open(wanted: Wanted, checkpoint: Checkpoint | null): Promise<Opened> {
    return this.#ask<Opened>((remote) => remote.open(wanted, checkpoint));
  }

  advance(pace: Pace): Promise<Frame> {
    return this.#ask<Frame>((remote) => remote.advance(pace));
  }

  frame(): Promise<Frame> {
    return this.#ask<Frame>((remote) => remote.frame());
  }

  set(changes: object): Promise<void> {
    return this.#ask<void>((remote) => remote.set(changes));
  }

  call(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#ask((remote) => remote.call(name, args));
  }

  checkpoint(): Promise<Checkpoint | null> {
    return this.#ask<Checkpoint | null>((remote) => remote.checkpoint());
  }

  stop(): Promise<void> {
    return this.#ask<void>((remote) => remote.stop());
  }

  end(): Promise<void> {
    return this.#ask<void>((remote) => remote.end());
  }

  /** Lets the worker release its devices, then terminates it. What was asked of it is rejected. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (!this.#isGone) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const over = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, GRACE);
      });
      await Promise.race([this.end().catch(() => undefined), over]);
      clearTimeout(timer);
    }
    this.#lose(new WorkerError("the worker was terminated"));
    this.#remote[releaseProxy]();
    await this.#worker.terminate();
  }

  async #ask<Result>(
    question: (remote: Remote<Answering>) => Promise<Answer<unknown>>,
  ): Promise<Result> {
    await Promise.race([this.#serves, this.#gone]);
    const answer = await Promise.race([question(this.#remote).catch(unsendable), this.#gone]);
    if ("error" in answer) throw errorOf(answer.error, this.#known);
    return answer.value as Result;
  }

  #listenToWeb(worker: WebWorker, hear: (message: Partial<News> | null) => void): void {
    worker.addEventListener("message", (event) => hear((event as MessageEvent).data));
    worker.addEventListener("error", (event) => {
      const { message } = event as Partial<ErrorEvent>;
      this.#lose(new WorkerError(message || "the worker could not be loaded"));
    });
  }

  #listenToThread(thread: NodeThread, hear: (message: Partial<News> | null) => void): void {
    thread.on("message", (message) => hear(message as Partial<News> | null));
    thread.on("error", (error) => this.#lose(this.#ended(error as Error)));
    thread.on("exit", (code) => {
      this.#lose(new WorkerError(`the worker has ended, with exit code ${code}`));
    });
  }

  #ended(cause: Error): WorkerError {
    return new WorkerError(`the worker has ended: ${cause.name}: ${cause.message}`, { cause });
  }
}

/** What comlink says where a value has tensors or functions in it. */
function unsendable(error: Error): never {
  if (error.message !== "Unserializable return value") throw error;
  throw new TypeError(
    "what the worker answered cannot be sent: it has tensors, functions or borrowed memory in it" +
      "\n  hint: send numbers: await x.tolist(), or typed arrays made for it",
  );
}
