import { WgradError } from "@wgrad/autograd";

/** Invalid data. The message is one line with file, row, column and the error. */
export class DataError extends WgradError {
  static override readonly name: string = "DataError";
}

/**
 * Data that would take more memory than allowed. The message names the option that raises the
 * limit.
 */
export class LimitError extends DataError {
  static override readonly name: string = "LimitError";
}
