import * as Plot from "@observablehq/plot";

let made = 0;

/** Where a number is on the drawn chart. */
export interface Scales {
  x(value: number): number;
  y(value: number): number;
}

/**
 * A chart of which most stands still: Observable Plot draws that again only when its place changes its width or when it
 * is told to; what moves is drawn over it, frame by frame, in `layer`, with the chart's own scales.
 */
export class Figure {
  readonly #place: HTMLElement;
  readonly #label: string;
  readonly #clip = `figure-${++made}`;
  #options: Plot.PlotOptions | null = null;
  #over: (layer: SVGGElement, scales: Scales) => void = () => undefined;
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

  /** Draws what stands still. */
  base(options: Plot.PlotOptions): void {
    this.#options = options;
    this.#render();
  }

  /** Draws what moves: `draw` may fill `layer` as it likes. */
  over(draw: (layer: SVGGElement, scales: Scales) => void): void {
    this.#over = draw;
    if (this.#layer !== null && this.#scales !== null) draw(this.#layer, this.#scales);
  }

  #render(): void {
    if (this.#options === null) return;
    const width = Math.max(240, this.#place.clientWidth);
    const plot = Plot.plot({
      marginLeft: 48,
      marginRight: 12,
      marginTop: 28,
      marginBottom: 40,
      height: Math.round(Math.min(460, Math.max(280, 0.62 * width))),
      ...this.#options,
      width,
      style: { fontFamily: "inherit", fontSize: "12px", color: "var(--quiet)", background: "none" },
    });
    // The whole is one picture with one name; names of its parts would be read out, or refused.
    for (const part of plot.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", this.#label);
    const [x, y] = [plot.scale("x"), plot.scale("y")];
    if (x?.range === undefined || y?.range === undefined) {
      throw new TypeError("the figure has no x or no y");
    }
    const layer = svg("g", { "clip-path": `url(#${this.#clip})` });
    plot.append(clipTo(this.#clip, x.range as number[], y.range as number[]), layer);
    this.#place.replaceChildren(plot);
    this.#layer = layer;
    this.#scales = { x: (value) => x.apply(value), y: (value) => y.apply(value) };
    this.#over(layer, this.#scales);
  }
}

/** The path through points in the units of the chart. */
export const pathOf = (points: Iterable<readonly [number, number]>, { x, y }: Scales): string =>
  `M${Array.from(points, ([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join("L")}`;

/** The one path of a layer, made when it is first asked for. */
export function pathIn(layer: SVGGElement, name: string): SVGPathElement {
  const known = layer.querySelector<SVGPathElement>(`path.${name}`);
  if (known !== null) return known;
  const path = svg("path", { class: name });
  layer.append(path);
  return path;
}

/** An element of a drawing, with attributes. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number>> = {},
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

function clipTo(id: string, [left = 0, right = 0]: number[], [bottom = 0, top = 0]: number[]) {
  const clip = svg("clipPath", { id });
  const size = { width: Math.abs(right - left), height: Math.abs(bottom - top) };
  clip.append(svg("rect", { x: Math.min(left, right), y: Math.min(top, bottom), ...size }));
  return clip;
}
