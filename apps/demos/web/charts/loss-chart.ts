import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { element } from "../dom/element.ts";
import { color, onTheme } from "../dom/theme.ts";
import type { LossOptions } from "../page/definition.ts";
import { reachOf, smoothAt } from "./smooth.ts";

/** Points past which pairs become one. */
const MOST = 4000;

/** Distances between marks of steps. */
const WHOLE = [1, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap((ten) => [ten, 2 * ten, 5 * ten]);

/** Below this width there is room for few marks, and they stand closer. */
const NARROW = 400;

/** The loss of every step, and a smooth line through it. */
export class LossChart {
  readonly #place: HTMLElement;
  readonly #words = element("p", { class: "words" });
  readonly #options: LossOptions;
  #chart: uPlot | null = null;
  #steps: number[] = [];
  #losses: number[] = [];
  #smooth: number[] = [];
  #reach = 0;
  /** Steps in a point, and those that wait for their point. */
  #stride = 1;
  #waiting: number[] = [];
  #diverged: number | null = null;

  constructor(place: HTMLElement, options: LossOptions, signal: AbortSignal) {
    this.#place = place;
    this.#options = options;
    place.append(this.#words);
    const observer = new ResizeObserver(() => this.#chart?.setSize(this.#size()));
    observer.observe(place);
    onTheme(() => this.#make(), signal);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      this.#chart?.destroy();
    });
    this.#make();
  }

  clear(): void {
    this.#steps = [];
    this.#losses = [];
    this.#smooth = [];
    this.#waiting = [];
    this.#stride = 1;
    this.#diverged = null;
    this.#show();
  }

  /** Losses of steps in a row, the last of which is `step`. */
  append(step: number, losses: Float32Array): void {
    if (losses.length === 0) return;
    losses.forEach((loss, i) => {
      this.#waiting.push(loss);
      if (this.#waiting.length >= this.#stride) this.#push(step - losses.length + 1 + i);
    });
    if (this.#steps.length > MOST) this.#halve();
    this.#show();
  }

  /** From this step on there are no numbers. */
  diverged(step: number): void {
    this.#diverged = step;
    this.#show();
  }

  #push(step: number): void {
    const mean = this.#waiting.reduce((sum, loss) => sum + loss, 0) / this.#waiting.length;
    this.#waiting = [];
    this.#steps.push(step);
    this.#losses.push(mean);
  }

  #halve(): void {
    const second = (_: number, i: number): boolean => i % 2 === 1;
    this.#losses = this.#losses.map((loss, i, all) => (loss + (all[i - 1] ?? loss)) / 2);
    this.#steps = this.#steps.filter(second);
    this.#losses = this.#losses.filter(second);
    this.#smooth = [];
    this.#stride *= 2;
  }

  /** Goes through the points of which the neighbours are others than before. */
  #smoothen(): void {
    const count = this.#losses.length;
    if (this.#options.noisy === false) {
      this.#smooth = this.#losses;
      return;
    }
    const reach = reachOf(count);
    const first = reach === this.#reach ? Math.max(0, this.#smooth.length - reach) : 0;
    this.#reach = reach;
    this.#smooth.length = Math.min(first, this.#smooth.length);
    for (let i = this.#smooth.length; i < count; i++) {
      this.#smooth.push(smoothAt(this.#losses, i, reach));
    }
  }

  /**
   * Drawn at once: later, letters on a canvas would have the browser work out the style of all that
   * has changed by then.
   */
  #show(): void {
    this.#smoothen();
    const chart = this.#chart;
    const shown = this.#losses.length > 0;
    this.#words.textContent = this.#said(shown);
    if (chart !== null) chart.root.hidden = !shown;
    if (shown) chart?.batch(() => chart.setData(this.#data()));
    const [first, last, step] = [this.#losses[0], this.#smooth.at(-1), this.#steps.at(-1)];
    const said =
      first === undefined || last === undefined
        ? "nothing yet"
        : `${first.toPrecision(4)} at first, about ${last.toPrecision(4)} at step ${step}`;
    const end = this.#diverged === null ? "" : `; diverged at step ${this.#diverged}`;
    this.#place.setAttribute("aria-label", `${this.#options.label}: ${said}${end}`);
  }

  /** What stands over the curve, or in its place. */
  #said(shown: boolean): string {
    if (this.#diverged !== null) return `diverged at step ${this.#diverged}`;
    return shown ? "" : "Nothing yet: press Start, and every step adds a point.";
  }

  #data(): uPlot.AlignedData {
    return [this.#steps, this.#losses, this.#smooth];
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(200, this.#place.clientWidth), height: 220 };
  }

  #make(): void {
    this.#chart?.destroy();
    const axis = {
      stroke: color("quiet"),
      font: "12px system-ui, sans-serif",
      grid: { stroke: color("grid"), width: 1 },
      ticks: { show: false },
    };
    this.#chart = new uPlot(
      {
        ...this.#size(),
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { time: false },
          y: this.#options.log === true ? { distr: 3 } : { range: (_, __, max) => [0, nice(max)] },
        },
        axes: [
          {
            ...axis,
            space: (_, __, ___, ____, width) => (width < NARROW ? 45 : 80),
            size: 30,
            incrs: WHOLE,
          },
          {
            ...axis,
            size: (_, ticks) => 16 + 7 * longest(ticks),
            values: (_, ticks) => ticks.map(short),
          },
        ],
        series: [
          {},
          { stroke: color("data-faint"), width: 1, points: { show: false } },
          { stroke: color("data"), width: 2, points: { show: ({ data: [x] }) => x.length < 3 } },
        ],
      },
      this.#data(),
      this.#place,
    );
    this.#place.setAttribute("role", "img");
    this.#show();
  }
}

const longest = (ticks: readonly string[] | null): number =>
  (ticks ?? []).reduce((most, tick) => Math.max(most, tick.length), 1);
const nice = (max: number | null): number => (max === null || max <= 0 ? 1 : 1.05 * max);
const short = (tick: number | null): string =>
  tick === null
    ? ""
    : Math.abs(tick) >= 1e5 || (tick !== 0 && Math.abs(tick) < 1e-4)
      ? tick.toExponential(0)
      : String(Number(tick.toPrecision(3)));
