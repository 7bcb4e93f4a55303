import { Resvg } from "@resvg/resvg-js";
import { Generator, rand } from "@wgrad/autograd";
import { type Drawing, drawingOf, type Kind, kinds, NUMBERS, SIDE } from "./kinds.ts";

function svgOf({ shapes, paper, fill, stroke, pen, place, turn, scale }: Drawing): string {
  const lines = shapes.map((shape) => {
    if ("path" in shape) return `<path d="${shape.path}"/>`;
    const [x, y, a, b] = shape.ellipse;
    return `<ellipse cx="${x}" cy="${y}" rx="${a}" ry="${b}"/>`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}">` +
    `<rect width="${SIDE}" height="${SIDE}" fill="${paper}"/>` +
    `<g transform="translate(${place.join(" ")}) rotate(${turn}) scale(${scale})" fill="${fill ?? "none"}"` +
    ` stroke="${stroke}" stroke-width="${pen}" stroke-linecap="round" stroke-linejoin="round">` +
    `${lines.join("")}</g></svg>`
  );
}

/** The pixels of an SVG picture: three channels after one another, from 0 to 1. */
function pixelsOf(svg: string): Float32Array {
  const { pixels } = new Resvg(svg).render();
  const area = SIDE * SIDE;
  return Float32Array.from({ length: 3 * area }, (_, i) => {
    const [channel, place] = [Math.floor(i / area), i % area];
    return (pixels[4 * place + channel] as number) / 255;
  });
}

/** Pictures with their labels. */
export interface Pictures {
  readonly svgs: readonly string[];
  /** One picture after the other. */
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
}

/** So many drawings of every kind. */
export async function drawAll(each: number, seed: number): Promise<Pictures> {
  const generator = new Generator(seed);
  const numbers = await rand([each * kinds.length * NUMBERS], { generator }).data();
  let next = 0;
  const random = (): number => numbers[next++] as number;
  const drawn = Array.from({ length: each * kinds.length }, (_, i) => {
    const label = i % kinds.length;
    const svg = svgOf(drawingOf(kinds[label] as Kind, random));
    return { svg, label, pixels: pixelsOf(svg) };
  });
  const size = 3 * SIDE * SIDE;
  const pixels = new Float32Array(drawn.length * size);
  drawn.forEach(({ pixels: own }, i) => {
    pixels.set(own, i * size);
  });
  return {
    svgs: drawn.map(({ svg }) => svg),
    pixels,
    labels: Int32Array.from(drawn, ({ label }) => label),
  };
}
