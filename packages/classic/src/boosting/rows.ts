/** The numbers of these rows. */
export function take<T extends Float32Array | Float64Array>(of: T, rows: ArrayLike<number>): T {
  const out = new (of.constructor as new (length: number) => T)(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = of[rows[i] as number] as number;
  return out;
}
