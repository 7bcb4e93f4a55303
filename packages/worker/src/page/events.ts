import type { ErrorClass } from "../protocol/errors.ts";
import type {
  Checkpoint,
  DeviceName,
  Frame,
  Loading,
  Opened,
  Pace,
  Wanted,
} from "../protocol/protocol.ts";

/**
 * `idle`: nothing is open. `pausing`: the last frame asked for is on its way. `diverged`: the
 * numbers are not finite any more. `failed`: the worker or its device is gone. `ended`: terminated.
 */
export type State =
  | "idle"
  | "loading"
  | "ready"
  | "running"
  | "pausing"
  | "paused"
  | "done"
  | "diverged"
  | "failed"
  | "ended";

/** States in which nothing goes on, and something can. */
export type Resting = Exclude<State, "loading" | "running" | "pausing" | "failed" | "ended">;

/** What happens, by the names that `on` takes. */
export interface Events<Settings, Snapshot, Info> {
  state(state: State): void;
  /** The training waits for something, and says how far that is. */
  loading(loading: Loading): void;
  /** A training stands, with what was wanted of it. */
  open(opened: Opened<Snapshot, Info>, wanted: Wanted<Settings>): void;
  /** Steps were taken, or were taken up again. */
  progress(frame: Frame<Snapshot>): void;
}

/** Settings of `connect`. */
export interface ConnectOptions {
  /**
   * Classes that errors of the worker are of on this side too, so that `instanceof` tells them:
   * `[DeviceLostError]`. Those of JavaScript are known; others have their name.
   */
  readonly errors?: readonly ErrorClass[];
  /** Takes a checkpoint every so many milliseconds while it runs, for `restart` (default: none). */
  readonly checkpointEvery?: number;
  /** How often there is news (default: after 50 ms). */
  readonly pace?: RunPace;
}

/** How many steps there are between two frames, and how long a frame takes at least. */
export interface RunPace extends Pace {
  /** Milliseconds from one frame to the next, at least: for what would be over before it was seen. */
  readonly every?: number;
}

/** Settings of `open`. */
export interface OpenOptions {
  /** Where to compute (default: the fastest there is). */
  readonly device?: DeviceName | null;
  /** Decides every random number (default: chance). */
  readonly seed?: number | null;
  /** Goes on from there. */
  readonly checkpoint?: Checkpoint | null;
}
