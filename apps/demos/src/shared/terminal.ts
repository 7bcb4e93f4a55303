import { type PlotConfig, plot } from "asciichart";
import { language, t } from "./language.ts";
import type { Curve } from "./training.ts";
import { columnsOf, padLeft, padRight, piecesOf } from "./width.ts";

/** Where the lesson is written: stderr leaves stdout to a result for machines. */
let write: (line: string) => void = (line) => console.log(line);

/** Sends all that people read to stdout or to stderr. */
export function speakTo(stream: "stdout" | "stderr"): void {
  write = stream === "stdout" ? (line) => console.log(line) : (line) => console.error(line);
}

/** Columns that a lesson writes in: those of a narrow terminal, and no more than 80. */
export const columns = (): number =>
  Math.max(40, Math.min(80, process.stdout.columns ?? process.stderr.columns ?? 80));

/** A heading with room around it. */
export function heading(text: string): void {
  const lines = wrapped(text);
  write(`\n${lines.join("\n")}\n${"─".repeat(widest(lines))}`);
}

/** Lines as they stand; one that is too long goes on below, as far to the right. */
export function say(...lines: readonly string[]): void {
  for (const line of lines) {
    const indent = /^ */.exec(line)?.[0] ?? "";
    const [first = "", ...rest] = wrapped(line.trimStart(), columns() - indent.length);
    write(`${indent}${first}`);
    for (const more of rest) write(`${indent}${more}`);
  }
}

/** Lines that people copy: as they are, however long. */
export function toCopy(...lines: readonly string[]): void {
  for (const line of lines) write(line);
}

/**
 * Sentences as a paragraph; an empty one stands for an empty line, and another paragraph begins.
 */
export function tell(...sentences: readonly string[]): void {
  let paragraph: string[] = [];
  const end = (): void => {
    if (paragraph.length > 0) say(paragraph.join(language() === "en" ? " " : ""));
    paragraph = [];
  };
  for (const sentence of sentences) {
    if (sentence !== "") paragraph.push(sentence);
    else {
      end();
      write("");
    }
  }
  end();
}

/** Text in lines of at most `width` columns, cut between words, or between Chinese characters. */
export function wrapped(text: string, width: number = columns()): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line: string | null = null;
    for (const { text: piece, spaced } of piecesOf(paragraph)) {
      const longer: string = line === null ? piece : `${line}${spaced ? " " : ""}${piece}`;
      if (line === null || columnsOf(longer) <= width) line = longer;
      else {
        lines.push(line);
        line = piece;
      }
    }
    return [...lines, line ?? ""];
  });
}

/**
 * What the words of a column's name are put together to, and a text is folded to at least, where a
 * table is too wide.
 */
const WORD = { name: 8, text: 16 };

const widest = (texts: readonly string[]): number =>
  texts.reduce((most, text) => Math.max(most, columnsOf(text)), 0);
const isNumber = (cell: string): boolean => /^(\?|–|[-+−]?[\d.,]+(e[-+]?\d+)?( ?%)?|)$/.test(cell);

/**
 * Rows under names, columns as wide as they need to be: numbers to the right, text to the left.
 * Where that is wider than the terminal, names go on below, and so does the widest text.
 */
export function table(
  names: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  const cells = rows.map((row) => names.map((_, j) => String(row[j] ?? "")));
  const column = (j: number): string[] => cells.map((row) => row[j] as string);
  const right = names.map((_, j) => column(j).every(isNumber));
  const room = columns() - 1 - 3 * (names.length - 1);
  const contents = names.map((_, j) => widest(column(j)));
  const sum = (widths: readonly number[]): number => widths.reduce((all, width) => all + width, 0);
  const fits =
    sum(names.map((name, j) => Math.max(columnsOf(name), contents[j] as number))) <= room;
  const heads = names.map((name, j) =>
    fits ? [name] : folded(name, Math.max(contents[j] as number, WORD.name)),
  );
  const widths = names.map((_, j) => Math.max(widest(heads[j] as string[]), contents[j] as number));
  const text = widths.map((width, j) => (right[j] ? 0 : width));
  const long = text.indexOf(Math.max(...text));
  const over = sum(widths) - room;
  if (over > 0 && long >= 0) {
    const width = widths[long] as number;
    widths[long] = Math.min(width, Math.max(WORD.text, width - over));
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, j) => (right[j] ? padLeft(cell, widths[j] ?? 0) : padRight(cell, widths[j] ?? 0)))
      .join(" │ ")
      .trimEnd();
  const block = (row: readonly (readonly string[])[]): void => {
    const height = row.reduce((most, cell) => Math.max(most, cell.length), 1);
    for (let k = 0; k < height; k++) write(` ${line(row.map((cell) => cell[k] ?? ""))}`);
  };
  block(heads);
  write(` ${widths.map((width) => "─".repeat(width)).join("─┼─")}`);
  for (const row of cells) block(row.map((cell, j) => wrapped(cell, widths[j])));
}

/** A name in lines of so many characters, cut behind hyphens too. */
const folded = (name: string, width: number): string[] =>
  wrapped(name.replaceAll("-", "- "), width).map((part) => part.replaceAll("- ", "-"));

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
  const last = t("step {step}", { step: points.at(-1)?.step });
  const first = t("step {step}", { step: points[0]?.step });
  const gap = Math.max(1, columns - columnsOf(first) - columnsOf(last));
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
