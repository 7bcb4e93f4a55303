/** What is wrong with a file of weights, in words. */
export class ReaderError extends Error {
  override readonly name = "ReaderError";
}
