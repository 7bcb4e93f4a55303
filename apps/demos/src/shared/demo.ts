import type { Budget, Optional, Options } from "./options.ts";
import type { Panel } from "./panel.ts";

/** What a measured value must reach. */
export interface Check {
  /** Name of the value among `Outcome.measures`. */
  readonly measure: string;
  readonly least?: number;
  readonly most?: number;
}

/** What a lesson found. */
export interface Outcome {
  /** Measured values by name: numbers that the lesson has also said. */
  readonly measures: Readonly<Record<string, number>>;
  /** What the numbers do not say by themselves. */
  readonly note?: () => string;
  /** Files that the lesson wrote beside its picture. */
  readonly files?: readonly string[];
  /** What goes on after all is said and written, until it is stopped. */
  readonly afterwards?: () => Promise<void>;
  /** The picture of the lesson. */
  readonly report: {
    readonly title: string;
    readonly subtitle: string;
    readonly panels: readonly Panel[];
  };
}

/** One lesson of the command line. */
export interface Demo {
  /** Options that make sense for it, beside those of every demo. */
  readonly takes: readonly Optional[];
  /**
   * What the quick budget is too short for, if it is: its checks then show that the lesson runs,
   * not that it has learned.
   */
  readonly tooShort?: () => string;
  /**
   * What it must reach as configured; not asked of other epochs, a table of the user's or loaded
   * weights.
   */
  readonly checks: Readonly<Record<Budget, readonly Check[]>>;
  run(options: Options): Promise<Outcome>;
}
