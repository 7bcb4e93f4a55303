import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { color, onTheme } from "../dom/theme.ts";
import type { LossOptions } from "../page/definition.ts";

/** Points past which pairs become one. */
const MOST = 4000;
/** The smooth line is an average over about this part of the steps so far, and no fewer than so many. */
const SMOOTHING = { part: 0.05, least: 10 };

/** Distances between marks of steps. */
const WHOLE = [1, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap((ten) => [ten, 2 * ten, 5 * ten]);

/** The loss of every step, and a smooth line through it. */
export class LossChart {
  readonly #place: HTMLElement;
  readonly #options: LossOptions;
  #chart: uPlot | null = null;
  #steps: number[] = [];
  #losses: number[] = [];
  #smooth: number[] = [];
  /** Steps in a point, and those that wait for their point. */
  #stride = 1;
  #waiting: number[] = [];
  #average = 0;

  constructor(place: HTMLElement, options: LossOptions, signal: AbortSignal) {
    this.#place = place;
    this.#options = options;
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

  #push(step: number): void {
    const mean = this.#waiting.reduce((sum, loss) => sum + loss, 0) / this.#waiting.length;
    this.#waiting = [];
    const count = this.#steps.push(step);
    const over = Math.max(SMOOTHING.least, SMOOTHING.part * count);
    const weight = this.#options.noisy === false ? 1 : Math.max(1 / count, 1 / over);
    this.#average = count === 1 ? mean : this.#average + weight * (mean - this.#average);
    this.#losses.push(mean);
    this.#smooth.push(this.#average);
  }

  #halve(): void {
    const second = (_: number, i: number): boolean => i % 2 === 1;
    this.#losses = this.#losses.map((loss, i, all) => (loss + (all[i - 1] ?? loss)) / 2);
    this.#steps = this.#steps.filter(second);
    this.#losses = this.#losses.filter(second);
    this.#smooth = this.#smooth.filter(second);
    this.#stride *= 2;
  }

  /** Drawn at once: later, letters on a canvas would have the browser work out the style of all that has changed by then. */
  #show(): void {
    const chart = this.#chart;
    chart?.batch(() => chart.setData(this.#data()));
    const [first, last, step] = [this.#losses[0], this.#smooth.at(-1), this.#steps.at(-1)];
    const said =
      first === undefined || last === undefined
        ? "nothing yet"
        : `${first.toPrecision(4)} at first, about ${last.toPrecision(4)} at step ${step}`;
    this.#place.setAttribute("aria-label", `${this.#options.label}: ${said}`);
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
        cursor: { y: false, points: { show: false } },
        legend: { show: false },
        scales: {
          x: { time: false },
          y: this.#options.log === true ? { distr: 3 } : { range: (_, __, max) => [0, nice(max)] },
        },
        axes: [
          { ...axis, space: 80, size: 30, incrs: WHOLE },
          { ...axis, size: 56, values: (_, ticks) => ticks.map(short) },
        ],
        series: [
          {},
          { stroke: color("data-faint"), width: 1, points: { show: false } },
          { stroke: color("data"), width: 2, points: { show: false } },
        ],
      },
      this.#data(),
      this.#place,
    );
    this.#place.setAttribute("role", "img");
    this.#show();
  }
}

const nice = (max: number | null): number => (max === null || max <= 0 ? 1 : 1.05 * max);
const short = (tick: number | null): string =>
  tick === null
    ? ""
    : Math.abs(tick) >= 1e5
      ? tick.toExponential(0)
      : String(Number(tick.toPrecision(3)));
