/**
 * What the scheduler can do beyond one kernel per node; a device names those that pay there.
 *
 * - chains: elementwise work is evaluated where it is read
 * - outputs: a kernel stores several values
 * - epilogues: a reduction, product or scatter goes on with the elementwise work on its result
 * - rows: reductions over the same rows, and the elementwise work between and after them, are one
 *   kernel
 * - loads: gathers, and assemblies of few rectangles, are found where their elements are read
 * - padding: padding is looked up where windows and products read it, and never made
 * - siblings: kernels over the same rows that do not wait for each other, or for no other, are one
 * - merges: kernels that read the same and do not wait for each other share a dispatch, and so do
 *   those that are the same work on
 * other tensors
 */
export const passes = [
  "chains",
  "outputs",
  "epilogues",
  "rows",
  "loads",
  "padding",
  "siblings",
  "merges",
] as const;

/** One of `passes`. */
export type Pass = (typeof passes)[number];
