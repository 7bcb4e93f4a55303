import { ArgumentError } from "@wgrad/autograd";
import { LimitError } from "../table/error.ts";

/** Setting of readers of compressed files. */
export interface PackedOptions {
  /**
   * Maximum size in bytes after decompression. By default, more than 64 MiB must not exceed 64
   * times the compressed size; real data rarely compress that well, but malicious files do.
   */
  readonly maxBytes?: number;
}

const FREE = 2 ** 26;
const RATIO = 64;

/** Throws ArgumentError for an invalid limit. */
export function checkLimit(call: string, option: string, limit: number | undefined): void {
  if (limit === undefined || limit >= 1) return;
  throw new ArgumentError(`${call}: ${option} is ${limit}\n  hint: a number ≥ 1`);
}

/**
 * Throws LimitError if `packed` bytes unpack to `unpacked` bytes or more, and that is over the
 * limit.
 */
export function checkUnpacked(
  name: string,
  packed: number,
  unpacked: number,
  maxBytes: number | undefined,
): void {
  const most = maxBytes ?? Math.max(FREE, RATIO * packed);
  if (unpacked <= most) return;
  throw new LimitError(
    `${name}: ${whole(packed)} bytes unpack to more than ${whole(most)} bytes` +
      `\n  hint: if you trust the file, pass { maxBytes: ${2 ** Math.ceil(Math.log2(unpacked + 1))} }`,
  );
}

/** Number of cells that any table may have, independent of the size of its source. */
const FREE_CELLS = 2 ** 24;

/** Throws LimitError for a table with many cells but few values. */
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
    `${name}: ${whole(rows)} rows of ${whole(columns)} columns are ${whole(cells)} cells, but there are only ${whole(values)} values` +
      `\n  hint: to allow this, pass { maxCells: ${cells} }`,
  );
}

const whole = (count: number): string => count.toLocaleString("en");
