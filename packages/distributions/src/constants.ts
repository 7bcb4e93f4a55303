/** ln 2π / 2. */
export const HALF_LOG_2PI: number = 0.5 * Math.log(2 * Math.PI);
/** The Euler–Mascheroni constant γ. */
export const EULER = 0.5772156649015329;
/** Machine epsilon of f32. */
export const EPS: number = 2 ** -23;
/** Smallest positive normal f32. */
export const TINY: number = 2 ** -126;
