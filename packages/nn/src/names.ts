/** A camelCase name: lower-case words, each but the first with one capital. */
const camelCase = /^[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)*$/;
/** Two capitals in a row do not count as camelCase: fcQKV. */
const capitals = /[A-Z]{2}/;

/**
 * The key of a field in the state. A camelCase name becomes PyTorch's snake_case (weightIhL0 →
 * weight_ih_l0, runningMean → running_mean); other names stay unchanged (W_q, Wqkv, ln_1, norm_A).
 * State-dict keys, printed modules and error paths use this function.
 */
export const stateName = (field: string): string =>
  camelCase.test(field) && !capitals.test(field)
    ? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    : field;

/** Joins a prefix and a name with a dot, leaving out an empty prefix. */
export const joinNames = (prefix: string, name: string): string =>
  prefix === "" ? name : `${prefix}.${name}`;
