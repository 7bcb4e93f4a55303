/** Words of lower case, each but the first with a capital: nothing else is read as camelCase. */
const camelCase = /^[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)*$/;
/** Two capitals in a row are a name of its own: fcQKV. */
const capitals = /[A-Z]{2}/;

/**
 * The state's key for a field, the one place that knows: camelCase becomes PyTorch's snake_case
 * (weightIhL0 → weight_ih_l0, runningMean → running_mean), every other name stays letter for letter
 * (W_q, Wqkv, ln_1, norm_A). State-dict keys, printed modules and error paths all use it.
 */
export const stateName = (field: string): string =>
  camelCase.test(field) && !capitals.test(field)
    ? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    : field;

/** Joins a prefix and a name with a dot, leaving out an empty prefix. */
export const joinNames = (prefix: string, name: string): string =>
  prefix === "" ? name : `${prefix}.${name}`;
