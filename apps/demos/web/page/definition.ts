import type { Frame, Setting, Settings } from "../session/protocol.ts";

/** A number that the user sets with a slider. */
export interface Slider {
  readonly name: string;
  readonly label: string;
  readonly value: number;
  /** The places of the slider, in order. */
  readonly values: readonly number[];
  /** Acts while training goes on; what does not restarts it. */
  readonly live?: boolean;
  /**
   * Shown, and in force, only while another control is at this option: several may share a name.
   */
  readonly when?: { readonly control: string; readonly option: string };
  /** What else there is to know of it. */
  readonly hint?: string;
  /** Another setting that is as the page opens once this one is changed. */
  readonly resets?: string;
}

/** One of several, set with a list. */
export interface Choice {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** Value → what the list says. */
  readonly options: Readonly<Record<string, string>>;
  readonly live?: boolean;
  readonly when?: undefined;
  readonly hint?: string;
  readonly resets?: string;
}

/** Text that the picture itself lets one change: it has no place among the sliders. */
export interface Written {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  valid(text: string): boolean;
  readonly live?: boolean;
  readonly when?: undefined;
  readonly hint?: string;
  readonly resets?: undefined;
}

export type Control = Slider | Choice | Written;

/** A number that the page measures. */
export interface Measure {
  readonly label: string;
  readonly format: (value: number) => string;
}

/** How the loss is shown. */
export interface LossOptions {
  readonly label: string;
  /** What the list of numbers calls it (default "Loss"). */
  readonly name?: string;
  /** Shows orders of size: for losses that fall far. */
  readonly log?: boolean;
  /** Steps differ by chance, so that a smooth line helps (default true). */
  readonly noisy?: boolean;
  /** The measure that is the same loss on unseen data: drawn beside it. */
  readonly test?: string;
}

/** A source file as it runs. */
export interface Source {
  readonly name: string;
  readonly text: string;
  /** Shown first while a control is at this option. */
  readonly when?: { readonly control: string; readonly option: string };
}

/** What a picture can ask of the page around it. */
export interface Stage {
  /** Where the picture is. */
  readonly element: HTMLElement;
  /** Ends when the page is left. */
  readonly signal: AbortSignal;
  /** Asks the run's `ask`, in the worker. */
  ask(question: unknown): Promise<unknown>;
  /** Chooses settings, as if their controls had been moved. */
  choose(settings: Settings): void;
}

/** What a page draws. */
export interface Picture<Snapshot> {
  /** Called after a training has begun, and then after every frame. */
  draw(snapshot: Snapshot, frame: Frame<Snapshot>): void;
}

/**
 * One page of the gallery: everything but its training, which is in its `lesson.ts` and runs in the
 * worker.
 */
export interface Page<Snapshot = unknown> {
  /** What one sees and should try, in paragraphs. */
  readonly about: readonly string[];
  readonly controls: readonly Control[];
  /** The picture's heading. */
  readonly caption: string;
  readonly loss: LossOptions;
  /**
   * For trainings that would be over before they were seen: so many steps a picture, a picture
   * every so often.
   */
  readonly pace?: { readonly steps: number; readonly milliseconds: number };
  readonly measures: Readonly<Record<string, Measure>>;
  /** The user may bring a file to learn from, in place of what the control of this name says. */
  readonly upload?: {
    readonly replaces: string;
    readonly label: string;
    readonly accept: string;
    readonly hint: string;
  };
  /** Nothing is drawn at random, so that a seed would decide nothing. */
  readonly seedless?: boolean;
  readonly sources: readonly Source[];
  /**
   * The lessons of the command line that this is the live picture of, if there are any: folders of
   * `../src`.
   */
  readonly lesson?: { readonly names: readonly string[]; readonly teaches: string };
  picture(stage: Stage): Picture<Snapshot>;
}

/** Whether a control has this value among its own. */
export const takes = (control: Control, value: Setting): boolean =>
  "options" in control
    ? Object.hasOwn(control.options, String(value))
    : "valid" in control
      ? control.valid(String(value))
      : control.values.some((each) => each === value);

/** The controls that are in force with these settings. */
const inForce = (controls: readonly Control[], settings: Settings): readonly Control[] =>
  controls.filter(({ when }) => when === undefined || settings[when.control] === when.option);

/**
 * All settings of a page: the chosen ones where a control has such a value, else as the page opens.
 */
export function settingsOf(controls: readonly Control[], chosen: Settings = {}): Settings {
  const settings: Record<string, Setting> = {};
  const free = controls.filter(({ when }) => when === undefined);
  for (const control of [...free, ...inForce(controls, { ...settingsAt(free), ...chosen })]) {
    const value = chosen[control.name];
    settings[control.name] = value !== undefined && takes(control, value) ? value : control.value;
  }
  return settings;
}

const settingsAt = (controls: readonly Control[]): Settings =>
  Object.fromEntries(controls.map(({ name, value }) => [name, value]));
