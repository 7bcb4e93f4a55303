/**
 * PyTorch's name for a field of ours, the one place that knows: weightIhL0 → weight_ih_l0, runningMean → running_mean.
 * State-dict keys, printed modules and error paths all use it.
 */
export const stateName = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Joins a prefix and a name with a dot, leaving out an empty prefix. */
export const joinNames = (prefix: string, name: string): string =>
  prefix === "" ? name : `${prefix}.${name}`;
