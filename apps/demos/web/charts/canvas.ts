import { element } from "../dom/element.ts";
import { onTheme } from "../dom/theme.ts";

/**
 * A square canvas as wide as its place, sharp on every screen; `draw` is called again whenever size
 * or colours change.
 */
export class SquareCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #draw: (context: CanvasRenderingContext2D, side: number) => void = () => undefined;

  constructor(place: HTMLElement, label: string, signal: AbortSignal, most = 480) {
    this.#canvas = element("canvas", { role: "img", "aria-label": label });
    const context = this.#canvas.getContext("2d");
    if (context === null) throw new TypeError("this browser draws on no canvas");
    this.#context = context;
    place.append(this.#canvas);
    const fit = (): void => {
      const side = Math.max(200, Math.min(most, place.clientWidth));
      const dots = Math.round(side * devicePixelRatio);
      if (this.#canvas.width === dots) return;
      this.#canvas.style.width = `${side}px`;
      this.#canvas.width = dots;
      this.#canvas.height = dots;
      this.#again();
    };
    const observer = new ResizeObserver(fit);
    observer.observe(place);
    signal.addEventListener("abort", () => observer.disconnect());
    onTheme(() => this.#again(), signal);
    fit();
  }

  draw(draw: (context: CanvasRenderingContext2D, side: number) => void): void {
    this.#draw = draw;
    this.#again();
  }

  #again(): void {
    this.#context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    this.#draw(this.#context, this.#canvas.width / devicePixelRatio);
  }
}

/** Red, green and blue of a colour as style sheets say it. */
export function channels(color: string): readonly [number, number, number] {
  const hex = /^#(..)(..)(..)$/.exec(color)?.slice(1);
  if (hex !== undefined) return hex.map((part) => Number.parseInt(part, 16)) as never;
  return (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number) as never;
}
