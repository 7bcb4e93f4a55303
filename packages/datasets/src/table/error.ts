import { WgradError } from "@wgrad/autograd";

/**
 * Data that are not what they should be; the message is one line: file, row and column, and what is
 * wrong.
 */
export class DataError extends WgradError {
  static override readonly name: string = "DataError";
}

/** Data that would take more memory than is allowed; the message says which option allows more. */
export class LimitError extends DataError {
  static override readonly name: string = "LimitError";
}
