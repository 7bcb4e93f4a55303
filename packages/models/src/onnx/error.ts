/** What is wrong with an ONNX file, or what of it is not built. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}
