/** Functions in f64 that JavaScript's Math lacks. */

/** Rounds to the nearest integer, halves to the even one. */
export function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/**
 * erf x. Near 0 by the series 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)), whose terms have one
 * sign;
 * beyond 3 by erfc. Abramowitz & Stegun 7.1.6.
 */
export function erfReference(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size > 6) return Math.sign(x);
  if (size >= 3) return Math.sign(x) * (1 - erfcReference(size));
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return bell(x) * sum;
}

/** The derivative of erf, 2/√π · e^(−x²). */
const bell = (x: number): number => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x);

/** 1 − erf x; beyond 2 by its continued fraction. Abramowitz & Stegun 7.1.14. */
export function erfcReference(x: number): number {
  if (x < 2) return 1 - erfReference(x);
  let fraction = x;
  for (let n = 200; n >= 1; n--) fraction = x + n / 2 / fraction;
  return bell(x) / 2 / fraction;
}

/** The inverse of erf: Winitzki's approximation, improved by Halley's method. */
export function erfinvReference(x: number): number {
  const size = Math.abs(x);
  if (x === 0) return x;
  if (!(size < 1)) return size === 1 ? x * Infinity : Number.NaN;
  const log = Math.log((1 - x) * (1 + x));
  const half = 2 / (Math.PI * 0.147) + log / 2;
  let y = Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
  for (let i = 0; i < 4; i++) {
    const error = size > 0.5 ? 1 - size - erfcReference(y) : erfReference(y) - size;
    const step = error / bell(y);
    y -= step / (1 + y * step);
  }
  return Math.sign(x) * y;
}

/** aᵇ as in C and IEEE 754. JavaScript returns NaN for 1 to a NaN or infinite power. */
export function powReference(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Infinity)) return 1;
  return a ** b;
}

/** ⌊a / b⌋ from the exact remainder, as in PyTorch and Python. ∞ divided by anything is NaN. */
export function floorQuotient(a: number, b: number): number {
  if (b === 0) return a / b;
  const rest = a % b;
  const exact = (a - rest) / b;
  const quotient = rest !== 0 && rest < 0 !== b < 0 ? exact - 1 : exact;
  const below = Math.floor(quotient);
  return quotient - below > 0.5 ? below + 1 : below;
}

/** aᵇ of integers modulo 2³². A negative power is 0, except for a = ±1. */
export function integerPower(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? 1 - 2 * (b & 1) : 0;
  let power = 1;
  let factor = a;
  for (let n = b; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) power = Math.imul(power, factor);
    factor = Math.imul(factor, factor);
  }
  return power;
}
