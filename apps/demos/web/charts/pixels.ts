import { color } from "../dom/theme.ts";
import { channels } from "./canvas.ts";

/**
 * Draws numbers from 0 to 1, row by row, as dots from the card's colour to one of the style sheet;
 * the canvas gets their size.
 */
export function drawPixels(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  width: number,
  ink: string = "text",
): void {
  const height = values.length / width;
  const [from, to] = [channels(color("field")), channels(color(ink))];
  const image = new ImageData(width, height);
  values.forEach((value, i) => {
    const part = Math.min(1, Math.max(0, value));
    for (let c = 0; c < 3; c++) {
      const ground = from[c] as number;
      image.data[4 * i + c] = ground + part * ((to[c] as number) - ground);
    }
    image.data[4 * i + 3] = 255;
  });
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}
