import { type PlotConfig, plot } from "asciichart";
import type { Curve } from "./training.ts";

/** Where the lesson is written: stderr leaves stdout to a result for machines. */
let write: (line: string) => void = (line) => console.log(line);

/** Sends all that people read to stdout or to stderr. */
export function speakTo(stream: "stdout" | "stderr"): void {
  write = stream === "stdout" ? (line) => console.log(line) : (line) => console.error(line);
}

/** A heading with room around it. */
export function heading(text: string): void {
  write(`\n${text}\n${"─".repeat(text.length)}`);
}

/** Lines of plain text. */
export function say(...lines: readonly string[]): void {
  for (const line of lines) write(line);
}

/** Text in lines of at most `width` characters, cut between words. */
export function wrapped(text: string, width = 78): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines = [""];
    for (const word of paragraph.split(" ")) {
      const line = lines.at(-1) as string;
      if (line.length + word.length < width)
        lines[lines.length - 1] = `${line}${line && " "}${word}`;
      else lines.push(word);
    }
    return lines;
  });
}

/** Rows under names, columns as wide as they need to be: numbers to the right, text to the left. */
export function table(
  names: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  const cells = rows.map((row) => row.map(String));
  const widths = names.map((name, j) =>
    Math.max(name.length, ...cells.map((row) => (row[j] ?? "").length)),
  );
  const right = names.map((_, j) =>
    rows.every((row) => /^(\?|–|[-+−]?[\d.,]+(e[-+]?\d+)?( ?%)?|)$/.test(String(row[j]))),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, j) => (right[j] ? cell.padStart(widths[j] ?? 0) : cell.padEnd(widths[j] ?? 0)))
      .join(" │ ");
  write(` ${line(names)}`);
  write(` ${widths.map((width) => "─".repeat(width)).join("─┼─")}`);
  for (const row of cells) write(` ${line(row).trimEnd()}`);
}

const CHART_HEIGHT = 8;
const CHART_WIDTH = 64;

/** A curve of numbers along the steps, as characters; in powers of ten where it spans many. */
export function chart(curve: Curve, name: string): void {
  const points = curve.filter(({ loss }) => Number.isFinite(loss));
  if (points.length < 2) return;
  const columns = Math.min(CHART_WIDTH, points.length);
  const series = Array.from({ length: columns }, (_, i) => {
    const at = Math.round((i * (points.length - 1)) / (columns - 1));
    return points[at]?.loss ?? 0;
  });
  const width = 9;
  const [low, high] = [Math.min(...series), Math.max(...series)];
  const log = low > 0 && high / low > 50;
  const config: PlotConfig = {
    height: CHART_HEIGHT,
    format: (value: number) => shorten(log ? 10 ** value : value).padStart(width),
  };
  const last = `step ${points.at(-1)?.step}`;
  const first = `step ${points[0]?.step}`;
  const gap = Math.max(1, columns - first.length - last.length);
  write("");
  write(`  ${name}`);
  const drawn = plot(log ? series.map(Math.log10) : series, config);
  for (const line of drawn.split("\n")) write(`  ${line.trimEnd()}`);
  write(`  ${" ".repeat(width)}  ${first}${" ".repeat(gap)}${last}`);
  write("");
}

const shorten = (value: number): string => {
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 100_000)
    ? value.toExponential(1)
    : value.toFixed(size < 1 ? 4 : size < 100 ? 3 : 0);
};
