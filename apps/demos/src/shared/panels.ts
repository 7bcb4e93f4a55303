import * as Plot from "@observablehq/plot";
import { drawnOf, extent } from "./many.ts";
import { type Chart, ink, type Panel } from "./panel.ts";
import type { Curve } from "./training.ts";

/** Lines that charts with numbers on both axes share. */
export const grid = (): Plot.Markish[] => [
  Plot.gridY({ stroke: ink.grid, strokeOpacity: 1 }),
  Plot.gridX({ stroke: ink.grid, strokeOpacity: 1 }),
];

/** A letter's width in a legend, on average, and the room between two names. */
const LEGEND = { letter: 7.4, gap: 14 };

/** Names in their colours above the frame, where nothing is drawn, in as many rows as they need. */
export function legend(
  entries: readonly { readonly name: string; readonly color: string }[],
  width = 360,
): Plot.Markish[] {
  const rows: { name: string; color: string; end: number; row: number }[] = [];
  let [end, row] = [0, 0];
  for (const { name, color } of entries.toReversed()) {
    const size = LEGEND.letter * name.length;
    if (end > 0 && end + size > width) [end, row] = [0, row + 1];
    rows.push({ name, color, end, row });
    end += size + LEGEND.gap;
  }
  return rows.map(({ name, color, end, row }) =>
    Plot.text([name], {
      frameAnchor: "top-right",
      textAnchor: "end",
      dx: -end,
      dy: -15 - 16 * row,
      fill: color,
      fontSize: 13,
      fontWeight: 600,
    }),
  );
}

/** Curves along the steps, each with its name at its end. */
export function curvePanel(
  title: string,
  subtitle: string,
  curves: readonly {
    readonly name: string;
    readonly color?: string;
    readonly curve: Curve;
    /** Another curve shows through it. */
    readonly dashed?: boolean;
  }[],
  { y = "loss", width = 440, log = false }: { y?: string; width?: number; log?: boolean } = {},
): Panel {
  const colored = curves.map(({ color = ink.data, ...rest }) => ({ color, ...rest }));
  const last = Math.max(...colored.map(({ curve }) => curve.at(-1)?.step ?? 1));
  return {
    title,
    subtitle,
    width,
    height: 400,
    plot: {
      x: { label: "step →", domain: [0, last], ticks: 5, tickSize: 0 },
      y: {
        label: `↑ ${y}`,
        ...(log ? { type: "log", tickFormat: "~g" } : { zero: true, nice: true }),
        ticks: 5,
        tickSize: 0,
      },
      marks: [
        ...grid(),
        ...colored.map(({ curve, color, dashed }) =>
          Plot.line(curve, {
            x: "step",
            y: "loss",
            stroke: color,
            strokeWidth: 2,
            ...(dashed ? { strokeDasharray: "5 5" } : {}),
          }),
        ),
        ...(colored.length < 2 ? [] : legend(colored)),
      ],
    },
  };
}

/** The loss of one training; nothing where nothing was trained. */
export function lossPanel(
  curve: Curve,
  options: { title?: string; y?: string; log?: boolean } = {},
): Panel[] {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined) return [];
  const fall = `from ${first.loss.toPrecision(3)} to ${last.loss.toPrecision(3)}`;
  const { title = `The ${options.y ?? "loss"} on the way` } = options;
  return [curvePanel(title, `${last.step} steps, ${fall}`, [{ name: "", curve }], options)];
}

/** A bar for each name, with its number at its end; the last one is ours. */
export function barsChart(
  rows: readonly { readonly name: string; readonly value: number }[],
  { label, digits }: { readonly label: string; readonly digits: number },
): Chart {
  type Row = (typeof rows)[number];
  const ours = rows.at(-1)?.name;
  const most = Math.max(...rows.map(({ value }) => value));
  return {
    width: 440,
    height: 400,
    plot: {
      marginLeft: 20 + 7.5 * Math.max(...rows.map(({ name }) => name.length)),
      x: { label: `${label} →`, domain: [0, 1.25 * most], ticks: 5, tickSize: 0 },
      y: { label: null, domain: rows.map(({ name }) => name), tickSize: 0, padding: 0.35 },
      marks: [
        Plot.gridX({ stroke: ink.grid, strokeOpacity: 1 }),
        Plot.barX(rows, {
          x: "value",
          y: "name",
          fill: ({ name }: Row) => (name === ours ? ink.data : ink.quiet),
        }),
        Plot.text(rows, {
          x: "value",
          y: "name",
          text: ({ value }: Row) => value.toFixed(digits).replace(/^-(0\.0*)$/, "$1"),
          textAnchor: "start",
          dx: 6,
          fontSize: 13,
          fill: ink.text,
        }),
      ],
    },
  };
}

/** Predicted against real values: on the diagonal every prediction would be right. */
export function predictionChart(
  real: ArrayLike<number>,
  predicted: ArrayLike<number>,
  labels: { readonly real: string; readonly predicted: string },
): Chart {
  const points = drawnOf(real.length).map((i) => ({
    x: real[i] as number,
    y: predicted[i] as number,
  }));
  const [low, high] = extent(points.flatMap(({ x, y }) => [x, y]));
  const pad = (high - low) * 0.04;
  const domain = [low - pad, high + pad] as const;
  return {
    width: 440,
    height: 400,
    plot: {
      x: { label: labels.real, domain, ticks: 6, tickSize: 0 },
      y: { label: labels.predicted, domain, ticks: 6, tickSize: 0, grid: true },
      marks: [
        ...grid(),
        Plot.line(
          domain.map((v) => [v, v]),
          { stroke: ink.fit, strokeWidth: 2, strokeDasharray: "6 5" },
        ),
        Plot.dot(points, {
          x: "x",
          y: "y",
          r: points.length > 500 ? 2.5 : 4.5,
          fill: ink.data,
          fillOpacity: points.length > 500 ? 0.35 : 0.55,
          ...(points.length <= 500 && { stroke: ink.data, strokeWidth: 1 }),
        }),
        Plot.text(["predicted too high"], { frameAnchor: "top-left", dx: 12, dy: 12, ...quiet }),
        Plot.text(["predicted too low"], {
          frameAnchor: "bottom-right",
          dx: -12,
          dy: -12,
          ...quiet,
        }),
      ],
    },
  };
}

const quiet = { fill: ink.quiet, fontSize: 13 } as const;

/** How often each class (down) was taken for each (across); every row is shaded by its share. */
export function confusionChart(
  counts: readonly (readonly number[])[],
  names: readonly string[],
): Chart {
  const cells = counts.flatMap((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => ({
      real: names[i] as string,
      predicted: names[j] as string,
      count,
      share: total === 0 ? 0 : count / total,
    }));
  });
  const size = names.length > 4 ? 440 : 400;
  const longest = Math.max(...names.map((name) => name.length));
  return {
    width: size,
    height: size - 40,
    plot: {
      marginLeft: 44 + 7 * longest,
      x: { label: "predicted →", domain: names, tickSize: 0, padding: 0.04 },
      y: { label: "real", labelArrow: "none", domain: names, tickSize: 0, padding: 0.04 },
      color: { type: "linear", domain: [0, 1], range: ["#f2f5fa", ink.data] },
      marks: [
        Plot.cell(cells, { x: "predicted", y: "real", fill: "share" }),
        Plot.text(cells, {
          x: "predicted",
          y: "real",
          text: ({ count }: (typeof cells)[number]) => (count === 0 ? "" : String(count)),
          fill: ({ share }: (typeof cells)[number]) => (share > 0.5 ? ink.paper : ink.text),
          fontSize: names.length > 4 ? 12.5 : 17,
          fontWeight: 500,
        }),
      ],
    },
  };
}

/** A small grey picture: rows of numbers from 0 (white) to 1 (ink). */
export interface Thumbnail {
  readonly pixels: ArrayLike<number>;
  readonly width: number;
  /** A word under it. */
  readonly caption: string;
  readonly color?: string;
}

/** Small pictures in rows of `columns`. */
export function thumbnailChart(pictures: readonly Thumbnail[], columns: number, side = 72): Chart {
  const rows = Math.ceil(pictures.length / columns);
  const cells = pictures.flatMap(({ pixels, width }, k) => {
    const pixel = 1 / width;
    const [x0, y0] = [k % columns, Math.floor(k / columns) * CELL_HEIGHT];
    return Array.from(pixels, (value, i) => ({
      x1: x0 + (i % width) * pixel * PICTURE,
      x2: x0 + ((i % width) + 1) * pixel * PICTURE,
      y1: y0 + Math.floor(i / width) * pixel * PICTURE,
      y2: y0 + (Math.floor(i / width) + 1) * pixel * PICTURE,
      value: Math.min(1, Math.max(0, value)),
    }));
  });
  const words = pictures.map(({ caption, color = ink.text }, k) => ({
    x: (k % columns) + PICTURE / 2,
    y: Math.floor(k / columns) * CELL_HEIGHT + PICTURE + 0.12,
    caption,
    color,
  }));
  return {
    width: columns * side + 70,
    height: Math.round(rows * CELL_HEIGHT * side) + 82,
    plot: {
      x: { axis: null, domain: [0, columns] },
      y: { axis: null, domain: [0, rows * CELL_HEIGHT], reverse: true },
      color: { type: "linear", domain: [0, 1], range: ["#f2f5fa", ink.text] },
      marks: [
        Plot.rect(
          cells.filter(({ value }) => value > 0.004),
          { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: "value", inset: -0.15 },
        ),
        Plot.text(words, { x: "x", y: "y", text: "caption", fill: "color", fontSize: 12.5 }),
      ],
    },
  };
}

/** Of a cell one unit wide: the picture's side, and the height with its caption. */
const PICTURE = 0.88;
const CELL_HEIGHT = 1.2;
