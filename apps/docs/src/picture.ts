/** `pnpm --filter @wgrad/docs picture` draws docs/learning.png: a network that learns two spirals, as it is after so many steps. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { init, manualSeed, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { BCEWithLogitsLoss, Linear, Sequential, Tanh } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import { pages } from "./places.ts";

const shown = [0, 60, 200, 800];
const CELLS = 64; // of a map, along each side
const SIDE = 224;
const GAP = 16;
const HEAD = 36;
const FOOT = 120; // for the curve of the loss

/** Points of two spirals from −1.2 to 1.2, and which one each lies on. */
function spirals(): { readonly points: [number, number][]; readonly labels: number[] } {
  const turns = Array.from({ length: 240 }, (_, i) => 0.3 + (i / 240) * 3.2 * Math.PI);
  const labels = turns.map((_, i) => i % 2);
  const points = turns.map((turn, i): [number, number] => {
    const radius = (i % 2 === 0 ? 1 : -1) * (turn / 10);
    return [radius * Math.cos(turn), radius * Math.sin(turn)];
  });
  return { points, labels };
}

const middle = (i: number): number => ((i + 0.5) / CELLS) * 2.4 - 1.2;
const grid = Array.from({ length: CELLS * CELLS }, (_, i) => [
  middle(i % CELLS),
  middle(Math.floor(i / CELLS)),
]);

/** From one colour over white to the other. */
function colour(p: number): string {
  const [from, to] = [
    [47, 111, 219],
    [242, 122, 48],
  ] as const;
  const strength = Math.abs(p - 0.5) * 1.5;
  const end = p < 0.5 ? from : to;
  return `rgb(${end.map((c) => Math.round(255 + (c - 255) * strength)).join()})`;
}

function panel(at: number, step: number, chances: readonly number[]): string {
  const cell = SIDE / CELLS;
  const squares = chances.map((p, i) => {
    const [x, y] = [(i % CELLS) * cell, Math.floor(i / CELLS) * cell];
    return `<rect x="${x}" y="${y}" width="${cell + 0.3}" height="${cell + 0.3}" fill="${colour(p)}"/>`;
  });
  const { points, labels } = spirals();
  const place = (v: number): number => ((v + 1.2) / 2.4) * SIDE;
  const dots = points.map(
    ([x, y], i) =>
      `<circle cx="${place(x)}" cy="${place(y)}" r="3" fill="${labels[i] ? "#c2500a" : "#1d4fa8"}" stroke="#fff" stroke-width="0.8"/>`,
  );
  const title = `<text y="-12" font-size="16" fill="#334155">step ${step}</text>`;
  return `<g transform="translate(${GAP + at * (SIDE + GAP)},${HEAD})">${title}${squares.join("")}${dots.join("")}</g>`;
}

/** The loss of every step, on a scale of tens. */
function curve(losses: readonly number[], width: number): string {
  const [least, most] = [Math.log10(Math.min(...losses)), Math.log10(Math.max(...losses))];
  const path = losses.map((loss, i) => {
    const x = (i / (losses.length - 1)) * width;
    const y = ((most - Math.log10(loss)) / (most - least)) * (FOOT - 44);
    return `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  const text = `loss: ${(losses[0] as number).toFixed(2)} → ${(losses.at(-1) as number).toFixed(4)}`;
  return `<g transform="translate(${GAP},${HEAD + SIDE + 24})"><path d="${path.join("")}" fill="none" stroke="#2f6fdb" stroke-width="2"/><text x="${width}" y="6" text-anchor="end" font-size="16" fill="#334155">${text}</text></g>`;
}

await init({ device: "wasm" });
manualSeed(3);
const { points, labels } = spirals();
const [x, y] = [tensor(points), tensor(labels.map((label) => [label]))];
const layers = [new Linear(2, 48), new Tanh(), new Linear(48, 48), new Tanh(), new Linear(48, 1)];
const model = new Sequential(...layers);
const criterion = new BCEWithLogitsLoss();
const optimizer = new Adam(model.parameters(), { lr: 0.01 });
const everywhere = tensor(grid);

const maps: string[] = [];
const losses: Tensor[] = [];
const last = shown.at(-1) as number;
for (let step = 0; step <= last; step++) {
  if (shown.includes(step)) {
    const chances = await noGrad(() => (model(everywhere) as Tensor).sigmoid()).data();
    maps.push(panel(maps.length, step, Array.from(chances, Number)));
  }
  const loss = criterion(model(x) as Tensor, y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  losses.push(loss);
}
const values = await Promise.all(losses.map((loss) => loss.item()));
const width = shown.length * (SIDE + GAP) + GAP;
const height = HEAD + SIDE + FOOT;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="Inter, DejaVu Sans, sans-serif"><rect width="${width}" height="${height}" rx="12" fill="#fff"/>${maps.join("")}${curve(values, width - 2 * GAP)}</svg>`;
const path = join(pages, "learning.png");
writeFileSync(path, new Resvg(svg).render().asPng());
console.log(`${path}: ${readFileSync(path).length} bytes`);
