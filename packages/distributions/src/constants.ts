/** ln 2π / 2. */
export const HALF_LOG_2PI: number = 0.5 * Math.log(2 * Math.PI);
/** Euler's γ. */
export const EULER = 0.5772156649015329;
/** 1 and the next f32 are this far apart. */
export const EPS: number = 2 ** -23;
/** The least normal f32. */
export const TINY: number = 2 ** -126;
