/** IEEE binary16 on the host. Node 20 has no array of it, so `f16` values are stored as f32. */

const number = new Float32Array(1);
const word = new Uint32Array(number.buffer);

/** The bits of the half nearest to x (an f32), ties to even; ±∞ from 65520 on. */
export function halfBits(x: number): number {
  number[0] = x;
  const bits = word[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00; // NaN
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size >= 0x38800000) {
    return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
  }
  if (size < 0x33000000) return sign;
  // A subnormal: a multiple of 2⁻²⁴.
  const whole = (size & 0x7fffff) | 0x800000;
  const shift = 126 - (size >>> 23);
  return sign | ((whole + (1 << (shift - 1)) - 1 + ((whole >>> shift) & 1)) >>> shift);
}

/** The bits of the f32 equal to this half. Subnormals become normal, NaN payloads are kept. */
export function floatBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/** The half nearest to x. */
export function roundToHalf(x: number): number {
  word[0] = floatBits(halfBits(x));
  return number[0] as number;
}

/** Rounds every element, in place. */
export function roundHalves<T extends { [i: number]: number; readonly length: number }>(
  values: T,
): T {
  for (let i = 0; i < values.length; i++) values[i] = roundToHalf(values[i] as number);
  return values;
}

/** The bits of the elements, as a buffer or a file has them, followed by `padding` zeros. */
export function encodeHalves(values: ArrayLike<number>, padding = 0): Uint16Array<ArrayBuffer> {
  const out = new Uint16Array(values.length + padding);
  for (let i = 0; i < values.length; i++) out[i] = halfBits(values[i] as number);
  return out;
}

/** The elements of such bits. */
export function decodeHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(halves, floatBits).buffer);
}
