/** A fault of a weight file. */
export class ReaderError extends Error {
  override readonly name = "ReaderError";
}
