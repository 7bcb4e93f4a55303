import * as Plot from "@observablehq/plot";
import { svg } from "./svg.ts";

let made = 0;

/** Where a number is on the drawn chart. */
export interface Scales {
  x(value: number): number;
  y(value: number): number;
}

type Draw = (layer: SVGGElement, scales: Scales) => void;
type Margins = Readonly<Record<(typeof sides)[number], number>>;

const sides = ["marginLeft", "marginRight", "marginTop", "marginBottom"] as const;
const MARGINS: Margins = { marginLeft: 40, marginRight: 12, marginTop: 28, marginBottom: 40 };
/** Between a letter and the edge. */
const AIR = 4;

/**
 * A chart of which most stands still: Observable Plot draws that again only when its place changes
 * its width or when it is told to; what moves is drawn over it, frame by frame, in `layer`, with
 * the chart's own scales. Margins are as wide as the letters in them.
 */
export class Figure {
  readonly #place: HTMLElement;
  readonly #label: string;
  readonly #clip = `figure-${++made}`;
  #options: Plot.PlotOptions | null = null;
  #over: Draw | null = null;
  #layer: SVGGElement | null = null;
  #scales: Scales | null = null;

  /** `label` says to those who do not see it what the chart shows. */
  constructor(place: HTMLElement, label: string, signal: AbortSignal) {
    this.#place = place;
    this.#label = label;
    let width = place.clientWidth;
    const observer = new ResizeObserver(() => {
      if (place.clientWidth === width) return;
      width = place.clientWidth;
      this.#render();
    });
    observer.observe(place);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  /** Draws what stands still; what moved over it before is gone. */
  base(options: Plot.PlotOptions): void {
    this.#options = options;
    this.#over = null;
    this.#render();
  }

  /** Draws what moves: `draw` may fill `layer` as it likes. */
  over(draw: Draw): void {
    this.#over = draw;
    if (this.#layer !== null && this.#scales !== null) draw(this.#layer, this.#scales);
  }

  #render(): void {
    if (this.#options === null) return;
    const first = this.#plot(this.#options, MARGINS);
    const margins = marginsFor(first, MARGINS);
    const same = sides.every((side) => margins[side] === MARGINS[side]);
    const plot = same ? first : this.#plot(this.#options, margins);
    const [x, y] = [plot.scale("x"), plot.scale("y")];
    if (x?.range === undefined || y?.range === undefined) {
      throw new TypeError("the figure has no x or no y");
    }
    const layer = svg("g", { "clip-path": `url(#${this.#clip})` });
    plot.append(clipTo(this.#clip, x.range as number[], y.range as number[]), layer);
    this.#layer = layer;
    this.#scales = { x: (value) => x.apply(value), y: (value) => y.apply(value) };
    this.#over?.(layer, this.#scales);
  }

  #plot(options: Plot.PlotOptions, margins: Margins): (SVGSVGElement | HTMLElement) & Plot.Plot {
    const width = Math.max(240, this.#place.clientWidth);
    const plot = Plot.plot({
      ...margins,
      height: Math.round(Math.min(460, Math.max(280, 0.62 * width))),
      ...options,
      width,
      style: {
        fontFamily: "inherit",
        fontSize: "0.75rem",
        color: "var(--quiet)",
        background: "none",
      },
    });
    // The whole is one picture with one name; names of its parts would be read out, or refused.
    for (const part of plot.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", this.#label);
    this.#place.replaceChildren(plot);
    return plot;
  }
}

/** Margins as they must be for all letters of a drawn chart to be on it. */
function marginsFor(plot: Element, margins: Margins): Margins {
  const edge = plot.getBoundingClientRect();
  const missing = { marginLeft: 0, marginRight: 0, marginTop: 0, marginBottom: 0 };
  for (const text of plot.querySelectorAll("text")) {
    const box = text.getBoundingClientRect();
    if (box.width === 0) continue;
    missing.marginLeft = Math.max(missing.marginLeft, edge.left + AIR - box.left);
    missing.marginRight = Math.max(missing.marginRight, box.right + AIR - edge.right);
    missing.marginTop = Math.max(missing.marginTop, edge.top + AIR - box.top);
    missing.marginBottom = Math.max(missing.marginBottom, box.bottom + AIR - edge.bottom);
  }
  const wider = sides.map((side) => [side, margins[side] + Math.ceil(missing[side])]);
  return Object.fromEntries(wider) as Margins;
}

/** Far outside of every chart, and not too far for a browser. */
const FAR = 1e5;
const coordinate = (value: number): string => Math.max(-FAR, Math.min(FAR, value)).toFixed(1);

/** The path through points in the units of the chart; those that are no numbers are left out. */
export function pathOf(points: Iterable<readonly [number, number]>, { x, y }: Scales): string {
  const finite = Array.from(points).filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
  if (finite.length === 0) return "";
  return `M${finite.map(([a, b]) => `${coordinate(x(a))},${coordinate(y(b))}`).join("L")}`;
}

/** The one path of a layer, made when it is first asked for. */
export function pathIn(layer: SVGGElement, name: string): SVGPathElement {
  const known = layer.querySelector<SVGPathElement>(`path.${name}`);
  if (known !== null) return known;
  const path = svg("path", { class: name });
  layer.append(path);
  return path;
}

function clipTo(id: string, [left = 0, right = 0]: number[], [bottom = 0, top = 0]: number[]) {
  const clip = svg("clipPath", { id });
  const size = { width: Math.abs(right - left), height: Math.abs(bottom - top) };
  clip.append(svg("rect", { x: Math.min(left, right), y: Math.min(top, bottom), ...size }));
  return clip;
}
