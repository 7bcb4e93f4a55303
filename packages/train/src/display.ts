import { htmlTable } from "@wgrad/autograd/plugin";
import { type History, monitorsOf, scoreOf } from "./history.ts";

/** A notebook shows so many of the last epochs. */
const SHOWN = 20;
/** A curve has at most so many points: of more losses, the mean of neighbours. */
const POINTS = 300;

const [WIDTH, HEIGHT, LEFT, FOOT] = [480, 160, 56, 18];

const short = (value: number): string => String(Number(value.toPrecision(4)));

/** What a notebook shows of a history, by MIME type: its last epochs, and the curve of the loss. */
export function display(history: History): Readonly<Record<string, string>> {
  const { epochs, losses, stopped } = history;
  const shown = epochs.slice(-SHOWN);
  const monitors = [...new Set(shown.flatMap(monitorsOf))];
  const header = ["epoch", "step", "learning rate", ...monitors.map(spaced)];
  const rows = shown.map((record) => [
    record.epoch,
    record.step,
    record.learningRates.map(short).join(", "),
    ...monitors.map((name) => scoreOf(record, name) ?? null),
  ]);
  const of = shown.length < epochs.length ? `the last ${SHOWN} of ` : "";
  const end = stopped === null ? "" : `; stopped: ${stopped}`;
  const caption = `${of}${epochs.length} epochs, ${losses.length} batches${end}`;
  const lines = rows.map((row) =>
    header.map((name, i) => `${name} ${cellOf(row[i] ?? null)}`).join("  "),
  );
  const table = htmlTable(
    caption,
    header,
    rows.map((row) => row.map((cell) => (typeof cell === "number" ? Number(cellOf(cell)) : cell))),
  );
  return {
    "text/plain": [caption, ...lines].join("\n"),
    "text/html": table + curve(history),
  };
}

const spaced = (monitor: string): string => monitor.replace(".", " ");
const cellOf = (cell: number | string | null): string =>
  typeof cell === "number" ? short(cell) : (cell ?? "–");

type Point = readonly [batch: number, loss: number];

/** The loss of batches as a line, and that of the validation as a line with a point an epoch. */
function curve({ epochs, losses }: History): string {
  const training = thinned(losses);
  let batch = 0;
  const validation = epochs.flatMap(({ batches, validation }): Point[] => {
    batch += batches;
    return validation && Number.isFinite(validation.loss) ? [[batch, validation.loss]] : [];
  });
  const values = [...training, ...validation].map(([, loss]) => loss);
  if (values.length === 0) return "";
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (at: number): number => LEFT + (at / losses.length) * (WIDTH - LEFT - 8);
  const y = (loss: number): number => 8 + ((high - loss) / (high - low || 1)) * (HEIGHT - 16);
  const line = (points: readonly Point[], color: string): string =>
    `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${points
      .map(([at, loss]) => `${x(at).toFixed(1)},${y(loss).toFixed(1)}`)
      .join(" ")}"/>`;
  const dots = validation.map(
    ([at, loss]) =>
      `<circle cx="${x(at).toFixed(1)}" cy="${y(loss).toFixed(1)}" r="2.5" fill="#d9662b"/>`,
  );
  const label = (text: string, at: string): string => `<text ${at}>${text}</text>`;
  const title = `Loss from ${short(losses[0] as number)} to ${short(losses.at(-1) as number)} in ${losses.length} batches`;
  return (
    `<svg role="img" width="${WIDTH}" height="${HEIGHT + FOOT}" font-size="11" font-family="sans-serif" fill="currentColor"><title>${title}</title>` +
    line(training, "#2f6fdb") +
    (validation.length > 0 ? line(validation, "#d9662b") + dots.join("") : "") +
    label(short(high), `x="${LEFT - 6}" y="12" text-anchor="end"`) +
    label(short(low), `x="${LEFT - 6}" y="${HEIGHT - 4}" text-anchor="end"`) +
    label("training", `x="${LEFT}" y="${HEIGHT + 12}" fill="#2f6fdb"`) +
    (validation.length > 0
      ? label("validation", `x="${LEFT + 60}" y="${HEIGHT + 12}" fill="#d9662b"`)
      : "") +
    label(`${losses.length} batches`, `x="${WIDTH - 8}" y="${HEIGHT + 12}" text-anchor="end"`) +
    "</svg>"
  );
}

/** Losses at their places; means of neighbours if there are many. What is not finite is left out. */
function thinned(losses: readonly number[]): Point[] {
  const size = Math.ceil(losses.length / POINTS);
  const points: Point[] = [];
  for (let from = 0; from < losses.length; from += size) {
    const some = losses.slice(from, from + size).filter(Number.isFinite);
    const sum = some.reduce((a, b) => a + b, 0);
    if (some.length > 0) points.push([from + size / 2, sum / some.length]);
  }
  return points;
}
