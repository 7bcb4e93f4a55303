import { WgradError } from "@wgrad/autograd";

/** A fault of a weight file. */
export class ReaderError extends WgradError {
  static override readonly name: string = "ReaderError";
}
