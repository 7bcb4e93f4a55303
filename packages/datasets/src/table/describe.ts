import { checkCall } from "@wgrad/autograd/plugin";
import type { ColumnType, Table } from "./table.ts";

/**
 * Summary of a numeric column; all NaN if it has no values. Quartiles are interpolated; sd divides
 * by n − 1.
 */
export interface NumberSummary {
  readonly mean: number;
  readonly sd: number;
  readonly min: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly max: number;
}

/** A text and its number of rows. */
export interface Category {
  readonly value: string;
  readonly count: number;
}

/** Description of a column. */
export interface ColumnDescription {
  readonly name: string;
  readonly type: ColumnType;
  /** Number of rows without a value. */
  readonly missing: number;
  /** Number of distinct values. */
  readonly distinct: number;
  /** Summary of a numeric column, otherwise null. */
  readonly numbers: NumberSummary | null;
  /** Most frequent values of a text column, otherwise null. */
  readonly top: readonly Category[] | null;
}

/** Description of a table by column. Converted to text, it is a readable overview. */
export interface TableDescription {
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly ColumnDescription[];
  toString(): string;
}

/** Settings of `describe`. */
export interface DescribeOptions {
  /** Number of most frequent texts to list (default 3). */
  readonly top?: number;
}

/**
 * Describes every column by counts, quantiles and most frequent values:
 * `console.log(String(describe(table)))`.
 */
export function describe(table: Table, options: DescribeOptions = {}): TableDescription {
  checkCall("describe(table: table, { top: number })", arguments);
  const { top = 3 } = options;
  const columns = table.names.map((name): ColumnDescription => {
    const type = table.type(name);
    return type === "string"
      ? { name, type, ...ofTexts(table.strings(name), top) }
      : { name, type, ...ofNumbers(table.numbers(name)) };
  });
  const described = { source: table.source, rows: table.length, columns };
  return { ...described, toString: () => asText(described) };
}

type Found = Omit<ColumnDescription, "name" | "type">;

function ofNumbers(values: Float64Array): Found {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const count = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value / count, 0);
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const at = (share: number): number => {
    const place = share * (count - 1);
    const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]] as [number, number];
    return low + (high - low) * (place % 1);
  };
  const none = count === 0;
  const numbers: NumberSummary = {
    mean: none ? Number.NaN : mean,
    sd: count > 1 ? Math.sqrt(squares / (count - 1)) : Number.NaN,
    min: none ? Number.NaN : at(0),
    q1: none ? Number.NaN : at(0.25),
    median: none ? Number.NaN : at(0.5),
    q3: none ? Number.NaN : at(0.75),
    max: none ? Number.NaN : at(1),
  };
  const distinct = sorted.reduce(
    (n, value, i) => n + (i === 0 || value !== sorted[i - 1] ? 1 : 0),
    0,
  );
  return { missing: values.length - count, distinct, numbers, top: null };
}

function ofTexts(texts: readonly string[], top: number): Found {
  const counts = new Map<string, number>();
  for (const text of texts) if (text !== "") counts.set(text, (counts.get(text) ?? 0) + 1);
  const missing = texts.length - [...counts.values()].reduce((sum, count) => sum + count, 0);
  const order = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const commonest = order.slice(0, top).map(([value, count]) => ({ value, count }));
  return { missing, distinct: counts.size, numbers: null, top: commonest };
}

const heads = [
  "column",
  "type",
  "missing",
  "distinct",
  "min",
  "q1",
  "median",
  "q3",
  "max",
  "mean",
  "sd",
];

function asText({ source, rows, columns }: Omit<TableDescription, "toString">): string {
  const lines = columns.map(({ name, type, missing, distinct, numbers, top }) => {
    const start = [name, type, missing === 0 ? "–" : whole(missing), whole(distinct)];
    if (numbers === null) return { cells: start, note: noteOf(top ?? [], distinct) };
    const { min, q1, median, q3, max, mean, sd } = numbers;
    return { cells: [...start, ...[min, q1, median, q3, max, mean, sd].map(short)], note: "" };
  });
  const widths = heads.map((head, j) =>
    Math.max(head.length, ...lines.map(({ cells }) => cells[j]?.length ?? 0)),
  );
  const line = (cells: readonly string[], note = ""): string => {
    const aligned = cells.map((cell, j) => {
      const width = widths[j] as number;
      return j < 2 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `${aligned.join("  ")}${note && `  ${note}`}`.trimEnd();
  };
  const title = `${source}: ${counted(rows, "row")}, ${counted(columns.length, "column")}`;
  return [title, line(heads), ...lines.map(({ cells, note }) => line(cells, note))].join("\n");
}

function noteOf(top: readonly Category[], distinct: number): string {
  const listed = top.map(({ value, count }) => `${cut(value)} (${whole(count)})`).join(", ");
  return distinct > top.length ? `${listed}, …` : listed;
}

const whole = (value: number): string => value.toLocaleString("en");
const counted = (count: number, what: string): string =>
  `${whole(count)} ${what}${count === 1 ? "" : "s"}`;
const cut = (text: string): string => {
  const plain = text.replace(/\s+/g, " ");
  return plain.length > 24 ? `${plain.slice(0, 23)}…` : plain;
};

/** At least four significant digits; whole numbers in full. */
function short(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return whole(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3);
  const digits = size >= 1000 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 4 };
  return value.toLocaleString("en", digits);
}
