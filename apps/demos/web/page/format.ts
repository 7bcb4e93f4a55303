/**
 * Numbers past this are said in powers of ten: a training that diverges goes far before it ends.
 */
const FAR = 1e6;

/** A number with so many decimals. */
export const decimals =
  (count: number) =>
  (value: number): string =>
    Math.abs(value) < FAR ? value.toFixed(count) : value.toExponential(2);

/** A part of 1 in percent, with so many decimals. */
export const percent =
  (count: number) =>
  (value: number): string =>
    `${(100 * value).toFixed(count)} %`;

/** The same of numbers under this. */
const NEAR = 1e-4;

/** A number with so many digits that count. */
export function significant(value: number, digits: number): string {
  const size = Math.abs(value);
  const far = size >= FAR || (size < NEAR && size > 0);
  return far ? value.toExponential(digits - 1) : value.toPrecision(digits);
}
