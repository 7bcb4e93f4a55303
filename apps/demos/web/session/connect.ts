import { proxy, type Remote, releaseProxy, wrap } from "comlink";
import { language } from "../../src/shared/language.ts";
import type {
  Checkpoint,
  Frame,
  Loading,
  Opened,
  Pace,
  Session,
  Setting,
  Settings,
  Wanted,
} from "./protocol.ts";

/** A session in a worker of its own; `close` ends it, with all it holds. */
export interface Connection<Snapshot> extends Session<Snapshot> {
  close(): void;
}

export function connect<Snapshot>(): Connection<Snapshot> {
  const worker = new Worker(new URL("../worker/worker.ts", import.meta.url), {
    type: "module",
    name: language(),
  });
  const remote: Remote<Session> = wrap<Session>(worker);
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener("error", (event) => {
      reject(new Error(event.message || "the worker could not be loaded"));
    });
  });
  broken.catch(() => undefined);
  const answer = <Result>(result: Promise<unknown>): Promise<Result> =>
    Promise.race([result as Promise<Result>, broken]);
  return {
    open: (wanted: Wanted, onLoading: (loading: Loading) => void) =>
      answer<Opened<Snapshot>>(remote.open(wanted, proxy(onLoading))),
    advance: (pace: Pace) => answer<Frame<Snapshot>>(remote.advance(pace)),
    set: (name: string, value: Setting) => answer<void>(remote.set(name, value)),
    ask: (question: unknown) => answer<unknown>(remote.ask(question)),
    weights: () => answer<Uint8Array>(remote.weights()),
    watch: (on: boolean) => answer<void>(remote.watch(on)),
    look: (seed: number) => answer<void>(remote.look(seed)),
    lossesAt: (places: readonly number[], at: number) =>
      answer<Float32Array>(remote.lossesAt(places, at)),
    checkpoint: () => answer<Checkpoint | null>(remote.checkpoint()),
    resume: (checkpoint: Checkpoint) => answer<Frame<Snapshot>>(remote.resume(checkpoint)),
    settingsOf: (file: File) => answer<Settings | null>(remote.settingsOf(file)),
    load: (file: File) => answer<Frame<Snapshot>>(remote.load(file)),
    close: () => {
      remote[releaseProxy]();
      worker.terminate();
    },
  };
}
