import { expose, transfer } from "comlink";
import type {
  Checkpoint,
  Frame,
  Loading,
  Opened,
  Pace,
  Session,
  Setting,
  Wanted,
} from "../session/protocol.ts";
import { TrainingSession } from "./session.ts";

const session = new TrainingSession();

/** The session, with every array in its answers handed over instead of copied. */
const handing: Session = {
  open: (wanted: Wanted, onLoading: (loading: Loading) => void): Promise<Opened> =>
    hand(session.open(wanted, onLoading)),
  advance: (pace: Pace): Promise<Frame> => hand(session.advance(pace)),
  set: (name: string, value: Setting) => hand(session.set(name, value)),
  ask: (question: unknown) => hand(session.ask(question)),
  weights: () => hand(session.weights()),
  watch: (on: boolean) => session.watch(on),
  look: (seed: number) => session.look(seed),
  lossesAt: (places: readonly number[], at: number) => hand(session.lossesAt(places, at)),
  checkpoint: () => hand(session.checkpoint()),
  resume: (checkpoint: Checkpoint) => hand(session.resume(checkpoint)),
  settingsOf: (file: File) => session.settingsOf(file),
  load: (file: File) => hand(session.load(file)),
};

async function hand<Value>(answer: Promise<Value>): Promise<Value> {
  const value = await answer;
  if (typeof value !== "object" || value === null) return value;
  return transfer(value, [...new Set(buffersIn(value))]);
}

function* buffersIn(value: unknown): Generator<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) yield value.buffer;
  } else if (typeof value === "object" && value !== null) {
    for (const each of Object.values(value)) yield* buffersIn(each);
  }
}

expose(handing);
