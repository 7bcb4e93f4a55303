/**
 * What the scheduler may merge. A device lists the passes that pay on it.
 *
 * - chains: elementwise work joins the kernel that reads it
 * - outputs: a kernel may store several values
 * - epilogues: elementwise work joins the reduction, product or scatter whose result it reads
 * - rows: reductions over the same rows and the elementwise work between them become one kernel
 * - loads: readers evaluate gathers and small assemblies, which are then not stored
 * - padding: windows and products evaluate padding, which is then not stored
 * - siblings: kernels over the same rows become one if one depends only on the other
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
