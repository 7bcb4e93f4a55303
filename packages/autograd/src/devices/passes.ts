/**
 * What the scheduler may merge. A device names the passes that pay on it.
 *
 * - chains: elementwise work is evaluated where it is read
 * - outputs: a kernel stores several values
 * - epilogues: a reduction, product or scatter continues with elementwise work on its result
 * - rows: reductions over the same rows and the elementwise work between them are one kernel
 * - loads: gathers and assemblies of few boxes are looked up where they are read
 * - padding: windows and products look padding up; it is never stored
 * - siblings: kernels over the same rows of which one depends only on the other are one
 * - merges: independent kernels share a dispatch, and so do equal kernels on many tensors
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
