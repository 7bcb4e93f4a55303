import uPlot from "uplot";
import { t } from "../../src/shared/language.ts";
import "uplot/dist/uPlot.min.css";
import { extent } from "../../src/shared/many.ts";
import { element } from "../dom/element.ts";
import { color, onTheme } from "../dom/theme.ts";
import type { LossOptions } from "../page/definition.ts";
import { words } from "../words.ts";
import { Curve, type Points } from "./curve.ts";

/** Distances between marks of steps. */
const WHOLE = [1, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap((ten) => [ten, 2 * ten, 5 * ten]);
/** Below this width there is room for few marks, and they stand closer. */
const NARROW = 400;
/** An earlier curve may be so many times as high as that of now before it is cut off. */
const HIGHER = 3;

/** An earlier training's curve. */
export interface Earlier extends Points {
  /** Drawn strongly. */
  readonly marked: boolean;
}

/** The loss of every step, a smooth line through it, the test loss, and earlier curves in grey. */
export class LossChart {
  readonly #place: HTMLElement;
  readonly #said = element("p", { class: "words" });
  readonly #options: LossOptions;
  #chart: uPlot | null = null;
  #curve: Curve;
  #test: { steps: number[]; values: number[] } = { steps: [], values: [] };
  #earlier: readonly Earlier[] = [];
  #diverged: number | null = null;

  constructor(place: HTMLElement, options: LossOptions, signal: AbortSignal) {
    this.#place = place;
    this.#options = options;
    this.#curve = this.#fresh();
    place.append(this.#said);
    const observer = new ResizeObserver(() => this.#chart?.setSize(this.#size()));
    observer.observe(place);
    onTheme(() => this.#make(), signal);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      this.#chart?.destroy();
    });
    this.#make();
  }

  get curve(): Curve {
    return this.#curve;
  }

  get test(): Points {
    return this.#test;
  }

  clear(): void {
    this.#curve = this.#fresh();
    this.#test = { steps: [], values: [] };
    this.#diverged = null;
    this.#show();
  }

  /** Shows a curve that was kept, as if its steps had been taken now. */
  take(curve: Points, test: Points): void {
    this.#curve.take(curve);
    this.#test = { steps: [...test.steps], values: [...test.values] };
    this.#show();
  }

  /** Losses of steps in a row, the last of which is `step`. */
  append(step: number, losses: Float32Array): void {
    if (losses.length === 0) return;
    this.#curve.append(step, losses);
    this.#show();
  }

  /** The loss on data that are not learned from, after `step`. */
  tested(step: number, loss: number): void {
    if (!Number.isFinite(loss) || step === 0 || this.#test.steps.at(-1) === step) return;
    this.#test.steps.push(step);
    this.#test.values.push(loss);
    this.#show();
  }

  /** Draws these behind the curve of now. */
  earlier(curves: readonly Earlier[]): void {
    this.#earlier = curves;
    this.#make();
  }

  /** From this step on there are no numbers. */
  diverged(step: number): void {
    this.#diverged = step;
    this.#show();
  }

  #fresh(): Curve {
    return new Curve({ noisy: this.#options.noisy !== false });
  }

  /**
   * Drawn at once: later, letters on a canvas would have the browser work out the style of all that
   * has changed by then.
   */
  #show(): void {
    const chart = this.#chart;
    const { steps, values, smooth } = this.#curve;
    const shown = values.length > 0 || this.#earlier.length > 0;
    this.#said.textContent = this.#words(values.length > 0);
    if (chart !== null) chart.root.hidden = !shown;
    if (shown) chart?.batch(() => chart.setData(this.#data()));
    const [first, last, step] = [values[0], smooth.at(-1), steps.at(-1)];
    const said =
      first === undefined || last === undefined
        ? t("nothing yet")
        : t("{first} at first, about {last} at step {step}", {
            first: first.toPrecision(4),
            last: last.toPrecision(4),
            step,
          });
    const end = this.#diverged === null ? "" : `; ${words.divergedAt(this.#diverged)}`;
    this.#place.setAttribute("aria-label", `${this.#options.label}: ${said}${end}`);
  }

  /** What stands over the curve, or in its place. */
  #words(begun: boolean): string {
    if (this.#diverged !== null) return words.divergedAt(this.#diverged);
    if (!begun) return words.noLossYet;
    return this.#test.steps.length > 0 ? words.testLossIsDashed : "";
  }

  #data(): uPlot.AlignedData {
    const { steps, values, smooth } = this.#curve;
    const own: uPlot.AlignedData = [steps, values, smooth as number[]];
    const others = [this.#test, ...this.#earlier].map(
      ({ steps, values }): uPlot.AlignedData => [[...steps], [...values]],
    );
    if (others.every(([steps]) => steps.length === 0)) {
      return [...own, ...others.map(() => [])] as unknown as uPlot.AlignedData;
    }
    return uPlot.join([own, ...others]);
  }

  /** From 0 to the highest point; earlier curves that went far higher are cut off. */
  #range(max: number | null): [number, number] {
    const own = [...this.#curve.values, ...this.#test.values];
    const high = own.length === 0 ? Infinity : HIGHER * extent(own)[1];
    const most = Math.min(max ?? 1, high);
    return [0, most <= 0 ? 1 : 1.05 * most];
  }

  #size(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.#place;
    return { width: Math.max(200, clientWidth), height: Math.max(100, clientHeight) };
  }

  #make(): void {
    this.#chart?.destroy();
    const axis = {
      stroke: color("quiet"),
      font: "12px system-ui, sans-serif",
      grid: { stroke: color("grid"), width: 1 },
      ticks: { show: false },
    };
    const line = (stroke: string, width: number, dash?: number[]): uPlot.Series => ({
      stroke,
      width,
      ...(dash && { dash }),
      spanGaps: true,
      points: { show: false },
    });
    this.#chart = new uPlot(
      {
        ...this.#size(),
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { time: false },
          y:
            this.#options.log === true ? { distr: 3 } : { range: (_, __, max) => this.#range(max) },
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
            space: 24,
            size: (_, ticks) => 16 + 7 * longest(ticks),
            values: (_, ticks) => ticks.map(short),
          },
        ],
        series: [
          {},
          line(color("data-faint"), 1),
          {
            ...line(color("data"), 2),
            points: { show: () => this.#curve.values.length < 3 && this.#curve.values.length > 0 },
          },
          line(color("fit"), 1.5, [5, 4]),
          ...this.#earlier.map(({ marked }) =>
            line(color(marked ? "text" : "past"), marked ? 2 : 1.5),
          ),
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
const short = (tick: number | null): string =>
  tick === null
    ? ""
    : Math.abs(tick) >= 1e5 || (tick !== 0 && Math.abs(tick) < 1e-4)
      ? tick.toExponential(0)
      : String(Number(tick.toPrecision(3)));
