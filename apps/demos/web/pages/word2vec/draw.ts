import { color } from "../../dom/theme.ts";
import type { Snapshot } from "./lesson.ts";

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * A dot for each word, and its name where there is room: first the word that was asked about, then
 * its neighbours, then the frequent.
 */
export function drawWords(
  context: CanvasRenderingContext2D,
  side: number,
  { words, frequent, places, near }: Snapshot,
  reach: number,
): void {
  const at = (i: number): [number, number] => [
    (side / 2) * (1 + (places[2 * i] as number) / reach),
    (side / 2) * (1 - (places[2 * i + 1] as number) / reach),
  ];
  const [asked, ...neighbours] = near.length > 0 ? words.map((_, i) => i).slice(frequent) : [];
  const inks = { quiet: color("quiet"), data: color("data"), fit: color("fit") };
  const taken: Box[] = [];
  const said = new Set<string>();
  context.textAlign = "center";
  context.textBaseline = "middle";

  const name = (i: number, ink: string, weight: number, size: number): void => {
    const word = words[i] as string;
    if (said.has(word)) return;
    const [x, y] = at(i);
    context.font = `${weight} ${size}px system-ui, "Open Sans", sans-serif`;
    const half = context.measureText(word).width / 2 + 2;
    const middle = Math.min(side - half, Math.max(half, x));
    const line = y < 20 ? y + 11 : y - 11;
    const box = { left: middle - half, right: middle + half, top: line - 8, bottom: line + 8 };
    const free = !taken.some(
      ({ left, right, top, bottom }) =>
        box.left < right && box.right > left && box.top < bottom && box.bottom > top,
    );
    context.fillStyle = ink;
    context.beginPath();
    context.arc(x, y, weight > 500 ? 4 : 2.5, 0, 2 * Math.PI);
    context.fill();
    said.add(word);
    if (!free) return;
    taken.push(box);
    context.fillText(word, middle, line);
  };
  if (asked !== undefined) name(asked, inks.fit, 700, 14);
  for (const i of neighbours) name(i, inks.data, 600, 13);
  for (let i = 0; i < frequent; i++) name(i, inks.quiet, 400, 12);
}
