import { type Raw, sigmoid } from "./losses.ts";

/** [outputs][rows] → [rows, outputs], flat. */
export function interleaved(raw: Raw): Float64Array {
  const rows = raw[0]?.length ?? 0;
  const out = new Float64Array(rows * raw.length);
  raw.forEach((values, k) => {
    for (let i = 0; i < rows; i++) out[i * raw.length + k] = values[i] as number;
  });
  return out;
}

/**
 * Probabilities of classes: the sigmoid of the log-odds of the second of two, else the softmax.
 * [rows, classes], flat.
 */
export function probabilities(raw: Raw): Float64Array {
  if (raw.length === 1) {
    const odds = raw[0] as Float64Array;
    return Float64Array.from({ length: 2 * odds.length }, (_, i) => {
      const x = odds[i >> 1] as number;
      return sigmoid(i % 2 === 1 ? x : -x);
    });
  }
  const scores = interleaved(raw);
  const width = raw.length;
  for (let at = 0; at < scores.length; at += width) {
    const row = scores.subarray(at, at + width);
    const peak = Math.max(...row);
    let sum = 0;
    for (let k = 0; k < width; k++) {
      row[k] = Math.exp((row[k] as number) - peak);
      sum += row[k] as number;
    }
    for (let k = 0; k < width; k++) row[k] = (row[k] as number) / sum;
  }
  return scores;
}
