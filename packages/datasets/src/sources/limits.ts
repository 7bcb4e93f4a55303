import { ArgumentError } from "@wgrad/autograd";
import { LimitError } from "../table/error.ts";

/** Setting of readers of packed files. */
export interface PackedOptions {
  /**
   * The most bytes that a packed source may unpack to. By default what is over 64 MiB must not be
   * over 64 times as much as the packed bytes: data are seldom packed so tightly, files made to
   * fill the memory are.
   */
  readonly maxBytes?: number;
}

const FREE = 2 ** 26;
const RATIO = 64;

/** Throws ArgumentError for a limit that is none. */
export function checkLimit(call: string, option: string, limit: number | undefined): void {
  if (limit === undefined || limit >= 1) return;
  throw new ArgumentError(`${call}: ${option} is ${limit}\n  hint: a number, 1 or more`);
}

/** Throws LimitError if `packed` bytes unpack to `unpacked`, or to more. */
export function checkUnpacked(
  name: string,
  packed: number,
  unpacked: number,
  maxBytes: number | undefined,
): void {
  const most = maxBytes ?? Math.max(FREE, RATIO * packed);
  if (unpacked <= most) return;
  throw new LimitError(
    `${name}: ${whole(packed)} bytes unpack to more than ${whole(most)}` +
      `\n  hint: if you trust the file, { maxBytes: ${2 ** Math.ceil(Math.log2(unpacked + 1))} }`,
  );
}

/** The most cells of a table that a source may have, beside what its bytes let one expect. */
const FREE_CELLS = 2 ** 24;

/** Throws LimitError for a table of many cells made of few values. */
export function checkCells(
  name: string,
  {
    rows,
    columns,
    values,
  }: { readonly rows: number; readonly columns: number; readonly values: number },
  maxCells: number | undefined,
): void {
  const cells = rows * columns;
  if (cells <= (maxCells ?? Math.max(FREE_CELLS, RATIO * values))) return;
  throw new LimitError(
    `${name}: ${whole(rows)} rows of ${whole(columns)} columns are ${whole(cells)} cells, of ${whole(values)} values` +
      `\n  hint: if you want them all, { maxCells: ${cells} }`,
  );
}

const whole = (count: number): string => count.toLocaleString("en");
