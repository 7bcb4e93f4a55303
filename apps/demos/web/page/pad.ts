import { t } from "../../src/shared/language.ts";
import { extent } from "../../src/shared/many.ts";
import { element } from "../dom/element.ts";
import { color, onTheme } from "../dom/theme.ts";

const SIDE = 224;

export interface PadOptions {
  /** What is to be drawn: "a digit". */
  readonly what: string;
  /** Width of the pen; the pad is 224 wide. */
  readonly pen: number;
}

/** A square to draw on, with a mouse, a pen or a finger. */
export class Pad {
  readonly element: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #pen: number;
  #strokes: [number, number][][] = [];

  /** `drawn` is called after every stroke and now and then within one. */
  constructor(drawn: () => void, signal: AbortSignal, { what, pen }: PadOptions) {
    this.#pen = pen;
    this.element = element("canvas", {
      class: "pad",
      width: SIDE,
      height: SIDE,
      role: "img",
      "aria-label": t("A square to draw {what} on", { what }),
    });
    const context = this.element.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new TypeError("this browser draws on no canvas");
    this.#context = context;
    let drawing = false;
    const add = (event: PointerEvent): void => {
      const box = this.element.getBoundingClientRect();
      const scale = SIDE / box.width;
      const at = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
      this.#strokes.at(-1)?.push(at as [number, number]);
      this.#paint();
    };
    this.element.addEventListener("pointerdown", (event) => {
      drawing = true;
      this.element.setPointerCapture(event.pointerId);
      this.#strokes.push([]);
      add(event);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      add(event);
      drawn();
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.element.addEventListener(end, () => {
        if (drawing) drawn();
        drawing = false;
      });
    }
    onTheme(() => this.#paint(), signal);
    this.#paint();
  }

  clear(): void {
    this.#strokes = [];
    this.#paint();
  }

  get empty(): boolean {
    return this.#strokes.length === 0;
  }

  /**
   * The drawing as the data set has its digits, from 0 to 1: its box as large as theirs and, as
   * MNIST's, its mass in the middle.
   */
  picture(side: number): Float32Array {
    const points = this.#strokes.flat();
    const ends = (axis: 0 | 1): [number, number] => {
      const [low, high] = extent(points.map((point) => point[axis]));
      return [low - this.#pen / 2, high + this.#pen / 2];
    };
    const [[left, right], [top, bottom]] = [ends(0), ends(1)];
    const box = side === 28 ? 20 : side;
    const scale = box / Math.max(right - left, bottom - top);
    const [width, height] = [(right - left) * scale, (bottom - top) * scale];
    const first = this.#scaled(
      side,
      (side - width) / 2 - left * scale,
      (side - height) / 2 - top * scale,
      scale,
    );
    if (side !== 28) return first;
    const [x, y] = middle(first, side);
    return this.#scaled(
      side,
      (side - width) / 2 - left * scale + (side - 1) / 2 - x,
      (side - height) / 2 - top * scale + (side - 1) / 2 - y,
      scale,
    );
  }

  /**
   * The strokes, drawn small: what canvases make of lines that are thinner than a dot is its share
   * of ink.
   */
  #scaled(side: number, dx: number, dy: number, scale: number): Float32Array {
    const context = new OffscreenCanvas(side, side).getContext("2d");
    if (context === null) throw new TypeError("this browser draws on no canvas");
    context.setTransform(scale, 0, 0, scale, dx, dy);
    context.strokeStyle = "#000";
    this.#lines(context);
    const { data } = context.getImageData(0, 0, side, side);
    return Float32Array.from({ length: side * side }, (_, i) => (data[4 * i + 3] as number) / 255);
  }

  #paint(): void {
    this.#context.fillStyle = color("field");
    this.#context.fillRect(0, 0, SIDE, SIDE);
    this.#context.strokeStyle = color("text");
    this.#lines(this.#context);
  }

  #lines(context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D): void {
    context.lineWidth = this.#pen;
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const stroke of this.#strokes) {
      const [[x, y] = [0, 0]] = stroke;
      context.beginPath();
      context.moveTo(x, y);
      for (const [a, b] of stroke) context.lineTo(a, b);
      context.stroke();
    }
  }
}

/** The middle of the mass. */
function middle(picture: Float32Array, side: number): readonly [number, number] {
  let [mass, x, y] = [0, 0, 0];
  picture.forEach((ink, i) => {
    mass += ink;
    x += ink * (i % side);
    y += ink * Math.floor(i / side);
  });
  return mass === 0 ? [(side - 1) / 2, (side - 1) / 2] : [x / mass, y / mass];
}
