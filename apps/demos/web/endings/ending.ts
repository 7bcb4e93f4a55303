import type { Settings } from "../session/protocol.ts";

/** Something to try, and what then happens. */
export interface Experiment {
  readonly try: string;
  readonly expect: string;
  /** What it is done with, where settings are all it takes. */
  readonly with?: Settings;
}

/** By the name of the page: how it ends, in the chosen language. */
export type Endings = Readonly<Record<string, () => Ending>>;

/** How a page ends: its question's answer, and three experiments. */
export interface Ending {
  readonly answer: string;
  readonly experiments: readonly [Experiment, Experiment, Experiment];
}
