import { grouped } from "../../src/shared/language.ts";
import type { Points } from "../charts/curve.ts";
import type { Earlier } from "../charts/loss-chart.ts";
import { button } from "../dom/button.ts";
import { element, say } from "../dom/element.ts";
import { recall, remember } from "../dom/storage.ts";
import type { Frame, Settings } from "../session/protocol.ts";
import { words } from "../words.ts";
import type { Page } from "./definition.ts";
import { settingsOf } from "./definition.ts";
import { significant } from "./format.ts";

/** A training of before, to compare with. */
interface Run {
  readonly number: number;
  readonly name: string;
  readonly pinned: boolean;
  readonly settings: Settings;
  readonly seed: number;
  readonly step: number;
  readonly loss: number;
  readonly measures: Readonly<Record<string, number>>;
  readonly curve: Points;
}

/** What a training was begun with. */
type Begun = Pick<Run, "settings" | "seed">;

/** Of runs that are not pinned the last so many stay. */
const KEPT = 4;
/** Points of an earlier curve. */
const POINTS = 120;

interface Listener {
  /** These curves are shown behind that of now. */
  curves(earlier: readonly Earlier[]): void;
  /** The curve of now, in so many points. */
  outline(most: number): Points;
}

/** Earlier trainings of a page: a table of settings and results; each can be named and pinned. */
export class Runs {
  readonly element: HTMLElement;
  readonly #page: Page;
  readonly #key: string;
  readonly #listener: Listener;
  readonly #body = element("tbody");
  readonly #now: HTMLTableRowElement;
  readonly #note = element("p", { class: "status" });
  #runs: readonly Run[];
  #begun: Begun | null = null;
  #last: { step: number; loss: number; measures: Readonly<Record<string, number>> };
  #marked: number | null = null;

  constructor(name: string, page: Page, listener: Listener) {
    this.#page = page;
    this.#key = `wgrad-runs-${name}`;
    this.#listener = listener;
    this.#runs = readRuns(recall(this.#key));
    this.#last = NOTHING;
    const labels = Object.values(page.measures).map(({ label }) => label);
    const heads = [words.run, words.settings, words.steps, page.loss.name ?? words.loss, ...labels];
    this.#now = element("tr", { class: "now" }, element("th", { scope: "row" }, words.now));
    for (let i = 1; i < heads.length; i++) this.#now.append(element("td"));
    this.#now.append(element("td"));
    const table = element(
      "table",
      { class: "runs" },
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ...heads.map((head) => element("th", { scope: "col" }, head)),
          element("td"),
        ),
      ),
      this.#body,
    );
    this.element = element(
      "div",
      {},
      this.#note,
      element(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": words.runs },
        table,
      ),
    );
    this.#show();
  }

  /** Another training begins: that of before, if it took a step, joins the earlier ones. */
  begins(begun: Begun): void {
    const { step, loss, measures } = this.#last;
    if (this.#begun !== null && step > 0) {
      const number = this.#runs.reduce((most, run) => Math.max(most, run.number), 0) + 1;
      const name = `${words.run} ${number}`;
      const curve = rounded(this.#listener.outline(POINTS));
      const run = { number, name, pinned: false, ...this.#begun, step, loss, measures, curve };
      this.#change([...this.#runs, run]);
    }
    this.#last = NOTHING;
    this.#begun = { settings: begun.settings, seed: begun.seed };
    this.#show();
  }

  /** A setting was changed while training goes on. */
  set(settings: Settings): void {
    if (this.#begun === null) return;
    this.#begun = { ...this.#begun, settings };
    this.#fill();
  }

  frame({ step, losses, measures }: Pick<Frame, "step" | "losses" | "measures">): void {
    const loss = losses.at(-1) ?? this.#last.loss;
    this.#last = { step, loss, measures: measures ?? this.#last.measures };
    this.#fill();
  }

  /** Draws the curves again, with what is kept. */
  draw(): void {
    this.#listener.curves(
      this.#runs.map(({ number, curve }) => ({ ...curve, marked: number === this.#marked })),
    );
  }

  #change(runs: readonly Run[]): void {
    const free = runs.filter(({ pinned }) => !pinned).slice(-KEPT);
    this.#runs = runs.filter((run) => run.pinned || free.includes(run));
    remember(this.#key, this.#runs);
    this.#show();
    this.draw();
  }

  #show(): void {
    say(this.#note, this.#runs.length === 0 ? words.noRuns : words.someRuns);
    this.#body.replaceChildren(this.#now, ...this.#runs.toReversed().map((run) => this.#row(run)));
    this.#fill();
  }

  /** The training of now. */
  #fill(): void {
    const { step, loss, measures } = this.#last;
    const begun = this.#begun;
    const cells = begun === null ? [] : this.#cells({ ...begun, step, loss, measures });
    cells.forEach((text, i) => {
      const cell = this.#now.cells[i + 1];
      if (cell !== undefined) say(cell, text);
    });
  }

  #row(run: Run): HTMLElement {
    const { number, name, pinned } = run;
    const change = (to: Partial<Run>): void =>
      this.#change(this.#runs.map((each) => (each.number === number ? { ...each, ...to } : each)));
    const input = element("input", {
      type: "text",
      value: name,
      maxlength: 40,
      "aria-label": words.nameOfRun(number),
      onchange: () => change({ name: input.value.trim() || name, pinned: true }),
    });
    const pin = button(pinned ? words.unpin : words.pin, () => change({ pinned: !pinned }));
    const remove = button(words.remove, () =>
      this.#change(this.#runs.filter((each) => each.number !== number)),
    );
    pin.setAttribute("aria-label", `${pinned ? words.unpin : words.pin}: ${name}`);
    remove.setAttribute("aria-label", `${words.remove}: ${name}`);
    const mark = (marked: number | null) => (): void => {
      if (this.#marked === marked) return;
      this.#marked = marked;
      this.draw();
    };
    return element(
      "tr",
      {
        class: pinned ? "pinned" : "",
        onpointerenter: mark(number),
        onpointerleave: mark(null),
        onfocusin: mark(number),
        onfocusout: mark(null),
      },
      element("th", { scope: "row" }, input),
      ...this.#cells(run).map((text) => element("td", {}, text)),
      element("td", { class: "buttons" }, pin, remove),
    );
  }

  /** Settings, steps, the loss, and what was measured. */
  #cells({
    settings,
    seed,
    step,
    loss,
    measures,
  }: Omit<Run, "number" | "name" | "pinned" | "curve">): string[] {
    const none = step === 0;
    const values = Object.entries(this.#page.measures).map(([name, { format }]) => {
      const value = measures[name];
      return value === undefined || !Number.isFinite(value) ? "–" : format(value);
    });
    return [
      this.#changes(settings, seed),
      none ? "–" : grouped(step),
      none || !Number.isFinite(loss) ? "–" : significant(loss, 4),
      ...values,
    ];
  }

  /** What was set otherwise than as the page opens. */
  #changes(settings: Settings, seed: number): string {
    const opens = settingsOf(this.#page.controls);
    const said = Object.entries(settings)
      .filter(([name, value]) => value !== opens[name])
      .map(([name, value]) => {
        const control = this.#page.controls.find(
          ({ name: own, when }) =>
            own === name && (when === undefined || settings[when.control] === when.option),
        );
        const text = control !== undefined && "options" in control ? control.options[value] : value;
        return `${control?.label ?? name} ${text ?? value}`;
      });
    if (seed !== 0) said.push(`${words.seed} ${seed}`);
    return said.join(", ") || words.asItOpens;
  }
}

const NOTHING = { step: 0, loss: Number.NaN, measures: {} };

const short = (value: number): number => Number(value.toPrecision(4));
const rounded = ({ steps, values }: Points): Points => ({ steps, values: values.map(short) });

/** Runs as they were kept; what is no run is let go. */
function readRuns(kept: unknown): readonly Run[] {
  if (!Array.isArray(kept)) return [];
  return kept.filter(
    (run): run is Run =>
      typeof run?.number === "number" &&
      typeof run.name === "string" &&
      typeof run.settings === "object" &&
      typeof run.measures === "object" &&
      Array.isArray(run.curve?.steps) &&
      Array.isArray(run.curve?.values),
  );
}
