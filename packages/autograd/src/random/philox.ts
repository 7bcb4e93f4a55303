/** philox4x32-10 (Salmon et al. 2011): random bits as a pure function of a key and a counter. */
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** The constants, for the same function in the kernel IR. */
export const PHILOX: Readonly<
  Record<"MULTIPLIER_0" | "MULTIPLIER_1" | "WEYL_0" | "WEYL_1" | "ROUNDS", number>
> = {
  MULTIPLIER_0,
  MULTIPLIER_1,
  WEYL_0,
  WEYL_1,
  ROUNDS,
};

/** High 32 bits of the 64-bit product of two u32. */
export function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 65536);
  const carried = aLow * bHigh + (middle % 65536);
  return aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carried / 65536);
}

/** The four words of the block at `counter` (four u32) under `key` (two u32). */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = mulHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = mulHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/**
 * The u32 of element `index` of draw number `offset` under seed `key`: word `index` mod 4 of the
 * block at counter (⌊index / 4⌋, offset, 0, 0).
 */
export function philoxBits(key: number, offset: number, index: number): number {
  return philox([index >>> 2, offset, 0, 0], [key, 0])[index & 3] as number;
}

/** The same as a number in [0, 1): its high 24 bits, exact in f32. */
export const philoxUniform = (key: number, offset: number, index: number): number =>
  (philoxBits(key, offset, index) >>> 8) * 2 ** -24;
